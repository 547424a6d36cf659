"""Model figures made fit to be published: rounded until no hidden case can be told from them, and judged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
LADDER = np.array([1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0])
#: A rounding step up to this many root mean squared errors adds at most 15 % to the error.
COARSEST = 2.0


def rounding_steps(effect_of_a_case: npt.ArrayLike, width: int) -> FloatArray:
    r"""Find the steps of rounding from which no single case can be told.

    Parameters
    ----------
    effect_of_a_case : (n,) float
        What one more case in the area's own sample would add to its published figure.
    width : int
        Cases that must give the same published figure.

    Returns
    -------
    (n,) float
        A round number, the least that is not below width times the effect; 0 where the area's own sample has no part
        in the figure.

    Notes
    -----
    Whoever knows the model, the covariates, the samples of all other areas and the weights can solve
    :math:`\hat\theta_d = \gamma_d y_d + (1-\gamma_d) x_d^\top\hat\beta` for :math:`y_d`. From a figure rounded to
    steps of :math:`u` they learn :math:`y_d` to within :math:`u / \gamma_d`.
    """
    least = width * np.abs(np.asarray(effect_of_a_case, dtype=np.float64))
    power = 10.0 ** np.floor(np.log10(np.where(least > 0, least, 1.0)))
    steps = power[:, None] * LADDER
    enough = steps >= least[:, None] * (1 - 1e-12)
    return np.where(least > 0, steps[np.arange(least.size), enough.argmax(axis=1)], 0.0)


def rounded(figure: npt.ArrayLike, step: npt.ArrayLike) -> FloatArray:
    """Round figures to the nearest step, (n,); a step of 0 leaves them as they are."""
    value, unit = np.asarray(figure, dtype=np.float64), np.asarray(step, dtype=np.float64)
    safe = np.where(unit > 0, unit, 1.0)
    # Twelve digits: 3 steps of 0.1 are 0.3, not 0.30000000000000004.
    near = np.array([float(f"{number:.12g}") for number in np.rint(value / safe) * safe])
    return np.where(unit > 0, near, value)


def too_coarse(step: npt.ArrayLike, mse: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Tell where rounding would add too much to the error: there the figure gives up the area's own sample."""
    return np.asarray(np.asarray(step, dtype=np.float64) > COARSEST * np.sqrt(np.asarray(mse, dtype=np.float64)))


def judge(
    estimate: npt.ArrayLike, rmse: npt.ArrayLike, sampled: npt.NDArray[np.bool_], given_up: npt.NDArray[np.bool_], *,
    weak_above: float, hide_above: float, zero_variance: bool, hide_unsampled: bool = False,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Say of each area whether its model figure may be published.

    Parameters
    ----------
    estimate, rmse : (n,) float
        Published figure and its root mean squared error.
    sampled, given_up : (n,) bool
        Whether the area has a sample of its own, and whether its figure gave that up to protect those in it.
    weak_above, hide_above : float
        Relative root mean squared errors beyond which a figure is marked, and not shown.
    zero_variance : bool
        Whether nothing beyond sampling was seen between areas.
    hide_unsampled : bool
        Whether areas without sample are withheld.

    Returns
    -------
    status, reason : (n,) object
        ``reliable``, ``weak`` or ``withheld``.

    References
    ----------
    Australian Bureau of Statistics, modelled estimates for small areas: relative root mean squared errors of 25 % to
    50 % to be used with caution, above 50 % too unreliable for general use.
    """
    value, error = np.asarray(estimate, dtype=np.float64), np.asarray(rmse, dtype=np.float64)
    relative = np.divide(error, np.abs(value), out=np.full_like(error, np.inf), where=value != 0)
    status, reason = np.full(value.size, "reliable", dtype=object), np.full(value.size, "", dtype=object)
    for rows, level, why in (
        (np.full(value.size, zero_variance), "weak", "model:area_variance_zero"),
        (~sampled, "weak", "model:no_sample"),
        (given_up, "weak", "disclosure:covariates_only"),
        (relative > weak_above, "weak", "model:relative_error"),
        (~(relative <= hide_above), "withheld", "model:relative_error"),
        (~sampled & hide_unsampled, "withheld", "model:no_sample"),
    ):
        status[rows], reason[rows] = level, why
    return status, reason
