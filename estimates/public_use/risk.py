"""How likely it is that somebody who knows the keys of a person finds that person in a sample."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray
from scipy.special import hyp2f1

FloatVector = NDArray[np.float64]


def individual_risk(count: npt.ArrayLike, population: npt.ArrayLike) -> FloatVector:
    r"""Risk of each class of rows that look alike: the mean of one over the number of such persons in the population.

    Parameters
    ----------
    count : (C,) int
        Rows of the sample in each class, f.
    population : (C,) float
        Sum of their weights, an estimate of the persons of the class in the population.

    Returns
    -------
    (C,) float
        Between 0 and 1; 0 for empty classes.

    Notes
    -----
    The population count F given f is negative binomial with success probability :math:`\hat p = f / \sum w`:

    .. math:: r = E(1/F \mid f) = \sum_{F \ge f} \frac1F \binom{F-1}{f-1} \hat p^{\,f} (1-\hat p)^{F-f}
              = \frac{\hat p}{f}\; {}_2F_1(1, 1; f + 1; 1 - \hat p)

    References
    ----------
    Benedetti and Franconi (1998), Statistical and technological solutions for controlled data dissemination;
    Franconi and Polettini (2004), Individual risk estimation in mu-Argus, section 2; the second form by Euler's
    transformation, which does not overflow.
    """
    f = np.asarray(count, dtype=np.float64)
    size = np.maximum(np.asarray(population, dtype=np.float64), f)
    some = f > 0
    share = np.divide(f, size, out=np.ones_like(f), where=some)
    few = f < _MANY
    series = np.where(few, hyp2f1(1.0, 1.0, np.where(few, f, 1.0) + 1.0, 1.0 - share), _series(f, 1.0 - share))
    return np.where(some, share / np.maximum(f, 1.0) * series, 0.0)


_MANY = 50


def _series(f: FloatVector, rest: FloatVector) -> FloatVector:
    """Sum 2F1(1, 1; f + 1; z) term by term for large f, where the library's function gives no number."""
    large = np.maximum(f, _MANY)
    term = np.ones_like(f)
    total = np.ones_like(f)
    for step in range(200):
        term = term * rest * (step + 1) / (large + 1 + step)
        total = total + term
    return total


def household_risk(risk: npt.ArrayLike, household: npt.ArrayLike, households: int) -> FloatVector:
    r"""Risk of each household: that at least one of its members is found.

    Parameters
    ----------
    risk : (n,) float
        Individual risk of every person.
    household : (n,) int
        Household of every person.
    households : int
        How many there are.

    Returns
    -------
    (households,) float

    Notes
    -----
    .. math:: r_h = 1 - \prod_{i \in h} (1 - r_i)

    References
    ----------
    Franconi and Polettini (2004), section 3.1; Templ (2017), Statistical Disclosure Control for Microdata, 3.8.
    """
    kept = np.log1p(-np.minimum(np.asarray(risk, dtype=np.float64), 1 - 1e-15))
    sums = np.bincount(np.asarray(household, dtype=np.int64), weights=kept, minlength=households)
    return np.asarray(-np.expm1(sums), dtype=np.float64)


def global_risk(risk: npt.ArrayLike) -> float:
    r"""Return the share of the rows of a file that are expected to be found.

    Parameters
    ----------
    risk : (n,) float
        Individual risk of every row.

    Returns
    -------
    float
        0 for a file without rows.

    Notes
    -----
    .. math:: \bar r = \frac1n \sum_i r_i

    References
    ----------
    Templ (2017), section 3.9; the Humanitarian Data Exchange shares microdata below 3 percent.
    """
    values = np.asarray(risk, dtype=np.float64)
    return float(values.mean()) if values.size else 0.0
