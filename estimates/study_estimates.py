"""Every estimate that a study tabulates, level by level, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.design_effects import Reference
from estimates.measure import Coding, Measure
from estimates.measures import coding_of, measures_of, variables_read
from estimates.protection import DisclosureRule, domain_positions, protect, small_cells
from estimates.row_intervals import ProportionInterval
from estimates.tabulate import tabulate
from surveys.columns import Columns
from surveys.derivation import derive
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study, Tabulation

LEVEL_WITHOUT_WEIGHT = Message(
    "level_without_weight",
    "The indicators {indicators} are about level '{level}', which has no weight: neither it nor a level "
    "above it has "
    "a step in `weighting:`. Add a step with `level: {level}`.",
    "Los indicadores {indicators} son del nivel '{level}', que no tiene factor: ni ese nivel ni uno "
    "superior tienen "
    "un paso en `weighting:`. Agregue un paso con `level: {level}`.",
)
LEVEL_ABOVE_DESIGN = Message(
    "level_above_design",
    "The indicators {indicators} are about level '{level}', but the design is declared at level "
    "'{design}', which is "
    "not above it. Declare the design at '{level}' or higher.",
    "Los indicadores {indicators} son del nivel '{level}', pero el diseño se declara en el nivel "
    "'{design}', que no "
    "está por encima. Declare el diseño en '{level}' o más arriba.",
)


class Methods(TypedDict):
    """Methods that every row of a study is estimated with, by the names the methods annex knows."""

    variance: str
    interval_proportion: ProportionInterval
    interval_other: str
    deff: Reference
    confidence: float


METHODS: Methods = {
    "variance": "taylor_psu_totals",
    "interval_proportion": "korn_graubard",
    "interval_other": "log_totals_t",
    # Some offices scale weights to the size of the sample. A simple random sample drawn without
    # replacement from so small a "population" would have no variance; drawn with replacement it has.
    "deff": "with_replacement",
    "confidence": 0.95,
}


@dataclass(frozen=True)
class LevelRows:
    """What estimation knows of the rows of one level.

    Parameters
    ----------
    name : str
        Level.
    columns : Columns
        Variables of the level and of those above it.
    design : Design
        Of these n rows, with the PSUs of the whole sample.
    weight : (n,) float
        Final weights.
    unit : (n,) int
        Row of the design's level (the household): whose family the row belongs to.
    """

    name: str
    columns: Columns
    design: Design
    weight: NDArray[np.float64]
    unit: NDArray[np.int64]


def estimate_study(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
) -> pd.DataFrame:
    """Estimate every indicator of the tabulation plan in every domain.

    Parameters
    ----------
    study : Study
        Its ``tabulation`` is the plan.
    dictionary : Dictionary
        Indicators and breakdowns by name.
    microdata : Microdata
        All levels.
    design : Design
        Of the rows of the design's level.
    weights : mapping of str to (n,) float
        Final weights of the levels with steps of their own; others inherit from the nearest level above.

    Returns
    -------
    DataFrame
        Rows of an `EstimateTable`: one per study x indicator x domain. Rows about victims with too few
        contributors are ``confidential``; their numbers are still there, for validation inside the house.

    Raises
    ------
    StudyError
        A level without weight, or above the level of the design; all found together.
    """
    microdata = with_needed(study, dictionary, microdata)
    plans = plan_by_level(study.tabulation, dictionary)
    _refuse_unusable_levels(plans, study, microdata, weights)
    frames = []
    for level, tabulation in plans.items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        frames.append(_estimate_level(study, dictionary, rows, tabulation))
    return _joined(frames, [name for item in study.tabulation for by in item.by for name in by])


def with_needed(study: Study, dictionary: Dictionary, microdata: Microdata) -> Microdata:
    """Add the derived variables that the tabulation plan reads, and no others.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        The plan, and what its indicators and breakdowns read.
    microdata : Microdata
        With the variables that were asked.

    Returns
    -------
    Microdata
        With derived variables added to their levels.
    """
    names: dict[str, None] = {}
    for item in study.tabulation:
        for name in item.indicators:
            names |= dict.fromkeys(variables_read(dictionary.indicators[name]))
        for by in item.by:
            names |= dict.fromkeys(dictionary.breakdowns[name].variable for name in by)
    derived = [name for name in names if dictionary.variables[name].derive is not None]
    return derive(microdata, dictionary, derived)


def level_rows(
    level: str,
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
) -> LevelRows:
    """Gather columns, design and weights of the rows of one level."""
    unit = microdata.rows_of(study.design.level, level)
    owner = next(name for name in (level, *microdata.ancestors(level)) if name in weights)
    return LevelRows(
        level,
        Columns(microdata, level, dictionary),
        design.at(unit),
        weights[owner][microdata.rows_of(owner, level)],
        unit,
    )


def plan_by_level(
    tabulation: Sequence[Tabulation],
    dictionary: Dictionary,
) -> dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]]:
    """Split the plan by the level of its indicators; an indicator is estimated once in each breakdown."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    plans: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]]] = {}
    for item in tabulation:
        for indicator in item.indicators:
            new = tuple(by for by in dict.fromkeys(item.by) if (indicator, by) not in seen)
            seen.update((indicator, by) for by in new)
            if new:
                plan = plans.setdefault(dictionary.indicators[indicator].level, [])
                if plan and plan[-1][1] == new:
                    plan[-1] = ((*plan[-1][0], indicator), new)
                else:
                    plan.append(((indicator,), new))
    return plans


def _estimate_level(
    study: Study,
    dictionary: Dictionary,
    rows: LevelRows,
    plan: Sequence[tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]],
) -> pd.DataFrame:
    indicators = list(dict.fromkeys(name for names, _ in plan for name in names))
    breakdowns = list(dict.fromkeys(name for _, sets in plan for by in sets for name in by))
    measures = {
        name: measures_of(dictionary.indicators[name], rows.columns, dictionary) for name in indicators
    }
    codings = {name: coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in breakdowns}
    tables = [([measure.name for name in names for measure in measures[name]], sets) for names, sets in plan]
    table = tabulate(
        study.name,
        [measure for name in indicators for measure in measures[name]],
        codings,
        tables,
        rows.design,
        rows.weight,
        standards=study.publication.standards,
        planned=study.publication.planned,
        proportion_interval=METHODS["interval_proportion"],
        deff_reference=METHODS["deff"],
    )
    sensitive = [
        measure for name in indicators if dictionary.indicators[name].sensitive for measure in measures[name]
    ]
    rule = DisclosureRule(minimum_cases=study.publication.minimum_cases)
    return protect(table.frame, small_rows(table.frame, sensitive, codings, rows, rule))


def small_rows(
    frame: pd.DataFrame,
    sensitive: Iterable[Measure],
    codings: Mapping[str, Coding],
    rows: LevelRows,
    rule: DisclosureRule,
) -> NDArray[np.bool_]:
    """Find the rows of a table about victims that stand on too few contributors.

    Parameters
    ----------
    frame : DataFrame
        Rows of an `EstimateTable` of one level.
    sensitive : iterable of Measure
        Measures about victims.
    codings : mapping of str to Coding
        Breakdowns of the table.
    rows : LevelRows
        The microdata rows behind it.
    rule : DisclosureRule
        Least contributors.

    Returns
    -------
    (rows of frame,) bool
        True where the cell breaks the rule. For a proportion the complement counts too: a group in
        which nearly all are victims tells about each of them. For a mean or a ratio every row with a value
        is a contributor.
    """
    small = np.zeros(len(frame), dtype=bool)
    names = list(codings)
    for measure in sensitive:
        of_measure = np.flatnonzero((frame["indicator"] == measure.name).to_numpy())
        patterns = (
            (frame.iloc[of_measure][names] != "_T").to_numpy()
            if names
            else np.zeros((of_measure.size, 0), bool)
        )
        cells = contributors(measure)
        for pattern in np.unique(patterns, axis=0) if names else [np.zeros(0, bool)]:
            at = of_measure[(patterns == pattern).all(axis=1)]
            used = [name for name, chosen in zip(names, pattern, strict=True) if chosen]
            of_table, of_rows, domains = domain_positions(
                frame.iloc[at],
                used,
                [codings[name].codes for name in used],
                [codings[name].labels for name in used],
            )
            if not used:
                of_rows = np.zeros(rows.weight.size, dtype=np.int64)
            for counted in cells:
                broken = small_cells(counted, of_rows, domains, rows.unit, rows.design.psu, rule)
                small[at] |= broken[of_table]
    return small


def contributors(measure: Measure) -> list[NDArray[np.bool_]]:
    """Rows behind a figure: those with the attribute, and for a proportion also those without it."""
    known = np.isfinite(measure.numerator)
    if measure.denominator is not None:
        known = known & np.isfinite(measure.denominator)
    if measure.universe is not None:
        known = known & measure.universe
    with_it = known & (measure.numerator != 0)
    if measure.kind == "prop":
        return [with_it, known & ~with_it]
    return [with_it] if measure.kind == "total" else [known]


def _refuse_unusable_levels(
    plans: Mapping[str, object],
    study: Study,
    microdata: Microdata,
    weights: Mapping[str, object],
) -> None:
    problems = []
    for level in plans:
        where = f"{study.name}/study.yaml  tabulation"
        above = (level, *microdata.ancestors(level))
        details = {
            "level": level,
            "design": study.design.level,
            "indicators": ", ".join(sorted({name for item in study.tabulation for name in item.indicators})),
        }
        if study.design.level not in above:
            problems.append(Problem(LEVEL_ABOVE_DESIGN, where, details))
        elif not any(name in weights for name in above):
            problems.append(Problem(LEVEL_WITHOUT_WEIGHT, where, details))
    if problems:
        raise StudyError(problems)


def _joined(frames: Sequence[pd.DataFrame], breakdowns: Sequence[str]) -> pd.DataFrame:
    order = list(dict.fromkeys(breakdowns))
    completed = []
    for frame in frames:
        lacking = {name: "_T" for name in order if name not in frame.columns}
        whole = frame.assign(**lacking)
        rest = [name for name in frame.columns if name not in order and name not in ("study", "indicator")]
        completed.append(whole[["study", "indicator", *order, *rest]])
    return pd.concat(completed, ignore_index=True)
