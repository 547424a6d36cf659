"""How many segments against how many families in each, for the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveys.problems import DesignError
from surveys.sampling.sizes import design_effect, inside


@dataclass(frozen=True)
class TwoStage:
    """A two-stage sample and what it costs.

    Parameters
    ----------
    segments, per_segment : float
        Segments drawn, families in each.
    cost, deff, effective : float
        Money spent, design effect, families divided by the design effect.
    """

    segments: float
    per_segment: float
    cost: float
    deff: float
    effective: float


def best_two_stage(
    *, budget: float, segment_cost: float, unit_cost: float, rho: float, most: float = np.inf
) -> TwoStage:
    r"""Two-stage sample with the smallest variance for a budget.

    Parameters
    ----------
    budget, segment_cost, unit_cost : float
        Money; cost of reaching a segment and of one family in it, travel included.
    rho : float
        Intraclass correlation, in (0, 1).
    most : float
        Most families a segment holds.

    Returns
    -------
    TwoStage
        Not rounded: see `two_stage_choices` for whole numbers.

    Raises
    ------
    DesignError
        A value outside its limits.

    Notes
    -----
    .. math:: C = a (c_a + c_m m), \qquad m^* = \sqrt{\frac{c_a}{c_m} \frac{1-\rho}{\rho}}

    References
    ----------
    Cochran (1977), section 10.6; Kish (1965), section 8.3B.
    """
    found = [
        *inside("budget", np.asarray(budget), 0.0, np.inf),
        *inside("segment_cost", np.asarray(segment_cost), 0.0, np.inf),
        *inside("unit_cost", np.asarray(unit_cost), 0.0, np.inf),
        *inside("rho", np.asarray(rho), 0.0, 1.0),
    ]
    if found:
        raise DesignError(found)
    per_segment = float(np.clip(np.sqrt(segment_cost / unit_cost * (1 - rho) / rho), 1.0, most))
    return _two_stage(budget / (segment_cost + unit_cost * per_segment), per_segment, segment_cost, unit_cost, rho)


def two_stage_choices(
    per_segment: Sequence[int], *, budget: float, segment_cost: float, unit_cost: float, rho: float
) -> pd.DataFrame:
    """Compare numbers of families per segment at the same budget.

    Parameters
    ----------
    per_segment : sequence of int
        Families per segment to try.
    budget, segment_cost, unit_cost, rho : float
        As in `best_two_stage`.

    Returns
    -------
    DataFrame
        One row per choice: ``per_segment``, whole ``segments`` that the budget pays, ``units``, ``cost``, ``deff``,
        ``effective`` sample, and ``efficiency`` against the best of `best_two_stage`.

    Raises
    ------
    DesignError
        A value outside its limits.
    """
    best = best_two_stage(budget=budget, segment_cost=segment_cost, unit_cost=unit_cost, rho=rho)
    rows = []
    for load in per_segment:
        one = _two_stage(
            float(np.floor(budget / (segment_cost + unit_cost * load))), float(load), segment_cost, unit_cost, rho
        )
        rows.append(
            (load, one.segments, one.segments * load, one.cost, one.deff, one.effective, one.effective / best.effective)
        )
    return pd.DataFrame(rows, columns=["per_segment", "segments", "units", "cost", "deff", "effective", "efficiency"])


def _two_stage(segments: float, load: float, segment_cost: float, unit_cost: float, rho: float) -> TwoStage:
    deff = float(design_effect(rho, load))
    return TwoStage(segments, load, segments * (segment_cost + unit_cost * load), deff, segments * load / deff)
