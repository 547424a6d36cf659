"""Sampling variances of areas taken from a function of all areas, where their own are too unsteady or 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from estimates.small_areas.refusals import CannotFit

FloatArray = npt.NDArray[np.float64]
Smoothing = Literal["none", "design_effect", "log_linear"]
LEAST_AREAS = 4


@dataclass(frozen=True)
class SmoothedVariances:
    """Variances that a model takes as known.

    Parameters
    ----------
    variance : (n,) float
        NaN in areas that cannot be used.
    factor : float
        Common design effect (``design_effect``), or what brings the sum back to that of the direct variances
        (``log_linear``); 1 with ``none``.
    slope : float
        Of the logarithm of the variance on that of the size; NaN where there is none.
    zero : int
        Areas whose own variance is 0, which says that nothing varied in the sample, not that the figure is certain.
    used : int
        Areas the function was fitted to.
    """

    variance: FloatArray
    factor: float
    slope: float
    zero: int
    used: int


def smooth_variances(
    variance: npt.ArrayLike, unit_variance: npt.ArrayLike, size: npt.ArrayLike, *, method: Smoothing
) -> SmoothedVariances:
    r"""Smooth the sampling variances of areas by a generalized variance function.

    Parameters
    ----------
    variance : (n,) float
        Direct variances; NaN in areas without sample.
    unit_variance : (n,) float
        What the variance would be without a design effect: p(1 − p)/n of a share, the figure times what one case
        adds to it of a count. Above 0 in sampled areas.
    size : (n,) float
        Rows of the base, above 0 in sampled areas.
    method : {"none", "design_effect", "log_linear"}
        Own variances; one design effect for all; or a power of the size.

    Returns
    -------
    SmoothedVariances
        With ``none``, areas of variance 0 are NaN: the model takes them as areas without sample.

    Raises
    ------
    CannotFit
        Fewer than four areas with a variance above 0.

    Notes
    -----
    .. math:: \tilde v_d = \hat\delta\, u_d, \quad \hat\delta = \sum_d v_d \Big/ \sum_d u_d, \qquad
              \tilde v_d = \hat\Delta\, e^{\hat a} n_d^{\hat b}, \quad
              \hat\Delta = \sum_d v_d \Big/ \sum_d e^{\hat a} n_d^{\hat b}

    with sums over areas whose variance is known (for :math:`\hat\Delta`: above 0). The design effect counts areas of
    variance 0 too: leaving them out would overstate the others'.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 7; Rivest and Belmonte (2000), Survey Methodology 26;
    Hidiroglou, Beaumont and Yung (2019), Survey Methodology 45, section 3.
    """
    v, unit, n = (np.asarray(values, dtype=np.float64) for values in (variance, unit_variance, size))
    known = np.isfinite(v)
    above = known & (v > 0)
    zero = int(np.count_nonzero(known & (v == 0)))
    if int(above.sum()) < LEAST_AREAS:
        raise CannotFit("few_variances", areas=int(above.sum()), least=LEAST_AREAS)
    if method == "none":
        return SmoothedVariances(np.where(above, v, np.nan), 1.0, np.nan, zero, int(above.sum()))
    if method == "design_effect":
        usable = known & np.isfinite(unit) & (unit > 0)
        factor = float(v[usable].sum() / unit[usable].sum())
        return SmoothedVariances(np.where(usable, factor * unit, np.nan), factor, np.nan, zero, int(usable.sum()))
    logs = np.log(np.where(n > 0, n, np.nan))
    columns = np.column_stack([np.ones(int(above.sum())), logs[above]])
    a, b = np.linalg.lstsq(columns, np.log(v[above]), rcond=None)[0]
    power = np.exp(a + b * logs)
    factor = float(v[above].sum() / power[above].sum())
    smoothed = np.where(known & np.isfinite(power), factor * power, np.nan)
    return SmoothedVariances(smoothed, factor, float(b), zero, int(above.sum()))
