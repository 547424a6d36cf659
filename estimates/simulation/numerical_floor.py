"""The data of the National Institute of Standards and Technology that show how many digits survive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

DIGITS = 15.0


@dataclass(frozen=True)
class CertifiedSet:
    """One univariate data set with its certified mean and standard deviation.

    Parameters
    ----------
    name : str
        Name given by the institute.
    values : (n,) float
        Data.
    mean, deviation : float
        Certified values; both are exact.
    mean_digits, deviation_digits : float
        Correct digits asked of a program that reads the data as floats: subtraction of numbers that agree in
        their first seven or eight digits leaves no more.
    """

    name: str
    values: NDArray[np.float64]
    mean: float
    deviation: float
    mean_digits: float
    deviation_digits: float


def correct_digits(measured: float, certified: float) -> float:
    r"""Logarithm of the relative error, as a number of correct digits.

    Parameters
    ----------
    measured, certified : float
        The number to judge and the true one, which is not 0.

    Returns
    -------
    float
        At most 15; 15 for an exact match; 0 where no digit is right.

    Notes
    -----
    .. math:: LRE = -\log_{10} \left( |x - c| / |c| \right)
    """
    error = abs(measured - certified) / abs(certified)
    if error == 0:
        return DIGITS
    return float(min(max(-np.log10(error), 0.0), DIGITS)) if np.isfinite(error) else 0.0


def _alternating(first: float, low: float, high: float) -> NDArray[np.float64]:
    return np.concatenate([[first], np.tile([low, high], 500)])


CERTIFIED_SETS: Mapping[str, CertifiedSet] = MappingProxyType(
    {
        one.name: one
        for one in (
            CertifiedSet("NumAcc1", np.array([10000001.0, 10000003.0, 10000002.0]), 10000002.0, 1.0, 14, 15),
            CertifiedSet("NumAcc2", _alternating(1.2, 1.1, 1.3), 1.2, 0.1, 14, 15),
            CertifiedSet("NumAcc3", _alternating(1000000.2, 1000000.1, 1000000.3), 1000000.2, 0.1, 14, 9),
            CertifiedSet("NumAcc4", _alternating(10000000.2, 10000000.1, 10000000.3), 10000000.2, 0.1, 14, 8),
        )
    }
)
