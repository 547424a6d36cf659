"""Digits that the engine keeps on the certified data, weighted and unweighted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimates.measure import Measure
from estimates.simulation.numerical_floor import CERTIFIED_SETS, CertifiedSet, correct_digits
from estimates.tabulate import tabulate
from surveys.design import Design


@dataclass(frozen=True)
class FloorResult:
    """Correct digits of one number.

    Parameters
    ----------
    name : str
        Data set, weighting and number.
    digits, required : float
        Correct digits and those asked for.
    """

    name: str
    digits: float
    required: float

    @property
    def passed(self) -> bool:
        """Enough digits are right."""
        return self.digits >= self.required


def floor_results() -> list[FloorResult]:
    r"""Estimate every certified mean and standard deviation through the engine's public entry.

    Returns
    -------
    list of FloorResult
        Means and deviations with equal weights of 1 and of 1/3, which must not cost a digit.

    Notes
    -----
    With every row a PSU of one stratum and equal weights, the standard error of the mean is
    :math:`s/\sqrt n`, so the deviation is that times :math:`\sqrt n`.

    References
    ----------
    National Institute of Standards and Technology, Statistical Reference Datasets, univariate summary
    statistics.
    """
    results = []
    for data in CERTIFIED_SETS.values():
        for label, weight in (("weights 1", 1.0), ("weights 1/3", 1.0 / 3.0)):
            mean, deviation = _mean_and_deviation(data, weight)
            results += [
                FloorResult(f"{data.name} mean, {label}", correct_digits(mean, data.mean), data.mean_digits),
                FloorResult(
                    f"{data.name} standard deviation, {label}",
                    correct_digits(deviation, data.deviation),
                    data.deviation_digits,
                ),
            ]
    return results


def _mean_and_deviation(data: CertifiedSet, weight: float) -> tuple[float, float]:
    n = data.values.size
    design = Design(np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.int64), ("all",))
    measure = Measure("value", "mean", data.values, kind="mean")
    table = tabulate("floor", [measure], {}, [(["value"], [()])], design, np.full(n, weight))
    row = table.frame.iloc[0]
    return float(row["estimate"]), float(row["se"]) * float(np.sqrt(n))
