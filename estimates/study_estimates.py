"""Every estimate that a study tabulates, level by level, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.cell_rows import rows_of_cells
from estimates.external_rate import divide_rates
from estimates.figures import FIGURES, figure_blocks, figure_of
from estimates.level_calibration import LevelCalibration, level_calibration
from estimates.level_rows import LevelRows, level_rows
from estimates.measures import coding_of, measures_of
from estimates.protection import DisclosureRule, protect
from estimates.publication.standards import STANDARDS
from estimates.study_plan import LevelPlan, absent_variables, methods_of, plan_by_level, whole_plan, with_needed
from estimates.table import EstimateTable
from estimates.tabulate import Scan, tabulate
from estimates.victim_cells import small_rows
from estimates.victim_indicators import about_victims, victim_breakdowns
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study

UNKNOWN_STANDARD = Message(
    "unknown_standard",
    "there is no publication standard '{name}'. The standards are: {known}.",
    "no existe la norma de publicación '{name}'. Las normas son: {known}.",
)
LEVEL_NOT_MAPPED = Message(
    "level_not_mapped",
    "The indicators {indicators} are about level '{level}', which mapping.yaml does not make. Map the level, "
    "or "
    "take the indicators out of `tabulation:`.",
    "Los indicadores {indicators} son del nivel '{level}', que mapping.yaml no forma. Asigne el nivel, o "
    "quite los "
    "indicadores de `tabulation:`.",
)
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


def estimate_study(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    denominators: Mapping[str, pd.DataFrame] | None = None,
    calibrations: Calibrations | None = None,
    scan: Scan | None = None,
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
    denominators : mapping of str to DataFrame, optional
        Known numbers that rates are over, as `estimates.external_rate.divide_rates` takes them.
    calibrations : Calibrations, optional
        What the recipe calibrated to, which standard errors then take into account. Without it, as for weights
        given from outside, weights are taken as they are.
    scan : callable, optional
        Sums the rows elsewhere, as `estimates.tabulate.tabulate` takes it.

    Returns
    -------
    DataFrame
        Rows of an `EstimateTable`: one per study x indicator x domain. Rows about victims with too few
        contributors are ``confidential``; their numbers are still there, for validation inside the house.

    Raises
    ------
    StudyError
        A level that is not mapped, without weight, or above the level of the design; or variables that the
        microdata do not hold.
    """
    plans = plan_by_level(whole_plan(study), dictionary)
    _refuse_unusable_levels(plans, study, microdata, weights)
    problems = absent_variables(study, dictionary, microdata, f"{study.name}/study.yaml  tabulation")
    if problems:
        raise StudyError(problems)
    microdata = with_needed(study, dictionary, microdata)
    frames = []
    for level, tabulation in plans.items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        known = level_calibration(level, study, microdata, design, weights, calibrations)
        frames.append(_estimate_level(study, dictionary, rows, tabulation, denominators or {}, known, scan))
    return _joined(frames, [name for item in whole_plan(study) for by in item.by for name in by])


def _estimate_level(
    study: Study,
    dictionary: Dictionary,
    rows: LevelRows,
    plan: LevelPlan,
    denominators: Mapping[str, pd.DataFrame],
    calibration: LevelCalibration | None,
    scan: Scan | None,
) -> pd.DataFrame:
    indicators = list(dict.fromkeys(name for names, _ in plan for name in names))
    breakdowns = list(dict.fromkeys(name for _, sets in plan for by in sets for name in by))
    specs = {name: dictionary.indicators[name] for name in indicators}
    scanned = {
        name: measures_of(spec, rows.columns, dictionary)
        for name, spec in specs.items()
        if spec.statistic not in FIGURES
    }
    figures = {name: figure_of(spec, rows.columns, dictionary) for name, spec in specs.items() if name not in scanned}
    codings = {name: coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in breakdowns}
    tables = [
        ([measure.name for name in names if name in scanned for measure in scanned[name]], sets) for names, sets in plan
    ]
    methods = methods_of(study)
    frames = []
    if scanned:
        table = tabulate(
            study.name,
            [measure for measures in scanned.values() for measure in measures],
            codings,
            [(names, sets) for names, sets in tables if names],
            rows.design,
            rows.weight,
            standards=study.publication.standards,
            planned=study.publication.planned,
            proportion_interval=methods["interval_proportion"],
            deff_reference=methods["deff"],
            calibration=calibration,
            scan=scan,
        )
        frames.append(table.frame)
    # (sex, age) and (age, sex) are the same domains: one set of rows.
    wanted: dict[tuple[str, frozenset[str]], tuple[str, ...]] = {}
    for names, sets in plan:
        for by in sets:
            for name in names:
                if name in figures:
                    wanted.setdefault((name, frozenset(by)), by)
    blocks = [
        block
        for (name, _), by in wanted.items()
        for block in figure_blocks(
            figures[name], by, codings, rows.design, rows.weight, methods["deff"], calibration=calibration
        )
    ]
    if blocks:
        frames.append(
            rows_of_cells(
                study.name,
                blocks,
                codings,
                rows.design,
                standards=study.publication.standards,
                planned=study.publication.planned,
                proportion_interval=methods["interval_proportion"],
            )
        )
    frame = _joined(frames, breakdowns)
    rates = [spec for spec in specs.values() if spec.statistic == "rate"]
    frame = divide_rates(
        frame, rates, denominators, breakdowns, standards=study.publication.standards,
        planned=study.publication.planned, collapsed=bool(rows.design.collapsed),
    )  # fmt: skip
    EstimateTable(frame, tuple(breakdowns))
    behind = {**scanned, **{name: list(figure.measures) for name, figure in figures.items()}}
    victims = {
        measure.name
        for name in indicators
        if about_victims(specs[name], dictionary)
        for measure in behind[name]
    }
    small = small_rows(
        frame,
        [measure for name in indicators for measure in behind[name]],
        codings,
        rows,
        DisclosureRule(minimum_cases=study.publication.minimum_cases),
        victims=victims,
        victim_breakdowns=victim_breakdowns(dictionary),
    )
    return protect(frame, small)


def unknown_standards(study: Study, where: Callable[[tuple[str | int, ...]], str]) -> list[Problem]:
    """Find the publication standards that a study names and nobody knows; ``where`` says a place of study.yaml."""
    named = (("standards", study.publication.standards), ("beside", study.publication.beside))
    return [
        Problem(
            UNKNOWN_STANDARD,
            where(("publication", entry, number)),
            {"name": name, "known": ", ".join(STANDARDS)},
        )
        for entry, names in named
        for number, name in enumerate(names)
        if name not in STANDARDS
    ]


def _refuse_unusable_levels(
    plans: Mapping[str, LevelPlan],
    study: Study,
    microdata: Microdata,
    weights: Mapping[str, object],
) -> None:
    problems = []
    for level, plan in plans.items():
        where = f"{study.name}/study.yaml  tabulation"
        names = dict.fromkeys(name for indicators, _ in plan for name in indicators)
        details = {"level": level, "design": study.design.level, "indicators": ", ".join(names)}
        if level not in microdata.levels:
            problems.append(Problem(LEVEL_NOT_MAPPED, where, details))
            continue
        above = (level, *microdata.ancestors(level))
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
