"""What of the plan of a study a grouped scan can sum, at one level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimates.figures import FIGURES
from estimates.level_rows import LevelRows
from estimates.measure import Coding, Measure
from estimates.measures import coding_of, measures_of
from estimates.scan_plan import By
from estimates.study_plan import LevelPlan
from estimates.tabulate import measures_by_breakdown
from surveys.dictionary import Dictionary


@dataclass(frozen=True)
class LevelScan:
    """Measures and codings of one level.

    Parameters
    ----------
    measures, codings : mappings
        By name.
    names : mapping of breakdown to tuple of str
        Measures of each.
    left_out : tuple of str
        Indicators that need every row: quantiles, inequality, poverty, survival and others that are no sums, and rates,
        whose denominators come from elsewhere.
    """

    measures: Mapping[str, Measure]
    codings: Mapping[str, Coding]
    names: Mapping[By, tuple[str, ...]]
    left_out: tuple[str, ...]


def level_scan(rows: LevelRows, plan: LevelPlan, dictionary: Dictionary) -> LevelScan:
    """Gather what can be summed.

    Parameters
    ----------
    rows : LevelRows
        Of one level.
    plan : LevelPlan
        Indicators and breakdowns of that level.
    dictionary : Dictionary
        Defines both.
    """
    wanted = list(dict.fromkeys(name for names, _ in plan for name in names))
    summable = {
        name: measures_of(dictionary.indicators[name], rows.columns, dictionary)
        for name in wanted
        if dictionary.indicators[name].statistic not in (*FIGURES, "rate")
    }
    tables = [([m.name for name in names if name in summable for m in summable[name]], sets) for names, sets in plan]
    by = measures_by_breakdown([(names, sets) for names, sets in tables if names])
    used = dict.fromkeys(name for one in by for name in one)
    return LevelScan(
        {measure.name: measure for some in summable.values() for measure in some},
        {name: coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in used},
        {one: tuple(names) for one, names in by.items()},
        tuple(name for name in wanted if name not in summable),
    )
