"""Predictions of areas moved so that together they give the direct figure of the whole."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Benchmark = Literal["none", "ratio", "difference", "weighted"]


def benchmarked(
    estimate: npt.ArrayLike, share: npt.ArrayLike, target: npt.ArrayLike, *, method: Benchmark,
    mse: npt.ArrayLike | None = None,
) -> FloatArray:
    r"""Move predictions so that their weighted mean is a known figure.

    Parameters
    ----------
    estimate : (..., n) float
        Predictions, on the scale that is published.
    share : (n,) float
        Weight of each area in the whole, 0 for areas that the figure does not cover; brought to a sum of 1 here.
    target : float or (...) float
        Direct figure of the areas covered.
    method : {"none", "ratio", "difference", "weighted"}
        Multiply all, add the same to all, or add most where the prediction is least sure.
    mse : (n,) float, optional
        Mean squared errors, for ``weighted``.

    Returns
    -------
    (..., n) float
        Areas that the figure does not cover are moved by the same factor or amount as the others (``ratio`` and
        ``difference``); with ``weighted`` they stay.

    Notes
    -----
    .. math:: \hat\theta_d \frac{t}{\sum_e w_e \hat\theta_e}, \qquad
              \hat\theta_d + \Big(t - \sum_e w_e \hat\theta_e\Big), \qquad
              \hat\theta_d + \frac{w_d m_d}{\sum_e w_e^2 m_e} \Big(t - \sum_e w_e \hat\theta_e\Big)

    The last is the constrained Bayes estimator with loss weights :math:`1 / m_d`.

    References
    ----------
    Pfeffermann and Barnard (1991); Wang, Fuller and Qu (2008), Survey Methodology 34; Datta, Ghosh, Steorts and
    Maples (2011), TEST 20, 574-588.
    """
    values = np.asarray(estimate, dtype=np.float64)
    if method == "none":
        return values.copy()
    weight = np.asarray(share, dtype=np.float64)
    weight = weight / weight.sum()
    aim = np.asarray(target, dtype=np.float64)
    whole = values @ weight
    if method == "ratio":
        return np.asarray(values * (aim / whole)[..., None])
    if method == "difference":
        return np.asarray(values + (aim - whole)[..., None])
    if mse is None:
        raise ValueError("the weighted benchmark needs mean squared errors")
    pull = weight * np.asarray(mse, dtype=np.float64)
    return np.asarray(values + (aim - whole)[..., None] * (pull / (weight @ pull)))
