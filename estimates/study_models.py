"""Regressions and tests of independence that a study declares, as rows with a status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.level_calibration import LevelCalibration, level_calibration
from estimates.level_rows import LevelRows, level_rows
from estimates.measure import BoolVector, Coding, FloatVector
from estimates.measures import code_positions, coding_of, numbers, truth
from estimates.models.association import rao_scott
from estimates.models.refusals import CannotRegress
from estimates.models.regression import Regression, regress
from estimates.study_plan import with_needed
from estimates.victim_indicators import victim_breakdowns
from surveys.analyses import IndependenceSpec, ModelSpec
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study

CONSTANT = "constant"
MODEL_COLUMNS = (
    "study", "model", "family", "term", "code", "reference", "coefficient", "se", "t", "df", "p_value", "ci_low",
    "ci_high", "effect", "effect_se", "n", "status", "reason",
)  # fmt: skip
TEST_COLUMNS = (
    "study", "rows", "columns", "f", "numerator_df", "denominator_df", "p_value", "chi_square", "n", "status", "reason",
)


def model_study(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    calibrations: Calibrations | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit every model and make every test of independence of a study.

    Parameters
    ----------
    study, dictionary, microdata, design, weights, calibrations
        As `estimates.study_estimates.estimate_study` takes them.

    Returns
    -------
    models : DataFrame
        `MODEL_COLUMNS`: one row for each coefficient. A code variable has a row for each code but its first, which
        is the ``reference``. ``effect`` is the average marginal effect on the scale of the outcome: the derivative of a
        number, the change from the reference to a code. A term with a
        category of fewer rows than the study shows, with the outcome or without it, is withheld whole, and the constant
        with it; a model that cannot be fitted is one withheld row, with a reason of `estimates.models.refusals`.
    tests : DataFrame
        `TEST_COLUMNS`: Rao and Scott's second-order test. One about victims is withheld where a cell of its table has
        too few rows: with the margins its statistic would give the cell back.
    """
    analyses = study.analyses
    levels = dict.fromkeys([*(item.level for item in analyses.models), *(item.level for item in analyses.independence)])
    models: list[dict[str, object]] = []
    tests: list[dict[str, object]] = []
    if levels:
        microdata = with_needed(study, dictionary, microdata)
    rows = {level: level_rows(level, study, dictionary, microdata, design, weights) for level in levels}
    known = {level: level_calibration(level, study, microdata, design, weights, calibrations) for level in levels}
    least = study.publication.minimum_cases
    for model in analyses.models:
        written = f"{study.name}/study.yaml  models.{model.name}"
        models += _fitted(model, dictionary, rows[model.level], least, known[model.level], written)
    for test in analyses.independence:
        victims = bool({test.rows, test.columns} & victim_breakdowns(dictionary))
        tests.append(_tested(test, dictionary, rows[test.level], least, known[test.level], victims=victims))
    found = [pd.DataFrame(models, columns=list(MODEL_COLUMNS)), pd.DataFrame(tests, columns=list(TEST_COLUMNS))]
    for frame in found:
        frame["study"] = study.name
    return found[0], found[1]


def _fitted(
    model: ModelSpec, dictionary: Dictionary, rows: LevelRows, least: int, known: LevelCalibration | None, written: str
) -> Iterator[dict[str, object]]:
    y = numbers(model.outcome, rows.columns, f"{written}.outcome")
    domain = None if model.universe is None else truth(model.universe, rows.columns)
    columns = list(_columns(model, dictionary, rows, written))
    x = np.column_stack([values for _, _, _, values in columns])
    used = ~np.isnan(y) & ~np.isnan(x).any(axis=1) & (rows.weight > 0) & (True if domain is None else domain)
    # A code that nobody of the base has would make the columns depend on one another: it has no coefficient.
    present = [position for position in range(len(columns)) if bool((x[used, position] != 0).any())]
    names = [f"{term}={code}" if code else term for term, code, _, _ in columns]
    same = {"model": model.name, "family": model.family, "n": int(used.sum())}
    coded: dict[str, list[int]] = {}
    for place, at in enumerate(present):
        if columns[at][1]:
            coded.setdefault(columns[at][0], []).append(place)
    try:
        fit = regress(
            y, x[:, present], [names[at] for at in present], rows.weight, rows.design, domain, family=model.family,
            codes=list(coded.values()), calibration=known,
        )  # fmt: skip
    except (CannotRegress, np.linalg.LinAlgError) as refusal:
        reason = refusal.reason if isinstance(refusal, CannotRegress) else "columns_dependent"
        yield {**same, "term": "", "code": "", "reference": "", "status": "withheld", "reason": reason}
        return
    hidden = _hidden_terms(y[used], [(columns[at][0], x[used, at]) for at in present], model.family, least)
    for place, at in enumerate(present):
        term, code, reference, _ = columns[at]
        named = {**same, "term": term, "code": code, "reference": reference}
        if term in hidden:
            yield {**named, "status": "withheld", "reason": "category_too_small"}
        elif fit.df <= 0:
            yield {**named, "status": "withheld", "reason": "no_degrees_of_freedom"}
        else:
            yield {**named, **_coefficient(fit, place, term), "status": "reliable", "reason": ""}


def _hidden_terms(
    y: FloatVector, columns: Sequence[tuple[str, FloatVector]], family: str, least: int
) -> frozenset[str]:
    """Name the terms that would tell of a group of too few rows, with the outcome or without it.

    The coefficients of a code variable and the constant give back the mean of every category, so one small category
    hides its whole term, and the constant with it: the others and the total would give it back.
    """
    outcomes = [y != 0, y == 0] if family == "logistic" else [y > 0] if family == "poisson" else []

    def small(group: BoolVector) -> bool:
        return any(int(np.count_nonzero(group & outcome)) < least for outcome in [np.ones_like(group), *outcomes])

    by_term: dict[str, list[BoolVector]] = {}
    for term, values in columns:
        if term != CONSTANT and bool(np.isin(values, (0.0, 1.0)).all()):
            by_term.setdefault(term, []).append(values == 1)
    hidden = {
        term
        for term, groups in by_term.items()
        if any(small(group) for group in [*groups, ~np.any(groups, axis=0)])
    }
    if small(np.ones(y.size, dtype=bool)):
        hidden = {term for term, _ in columns}
    return frozenset({*hidden, CONSTANT} if hidden else hidden)


def _coefficient(fit: Regression, place: int, term: str) -> dict[str, object]:
    names = {"coefficient": "coefficient", "se": "se", "t": "t", "p_value": "p_value", "ci_low": "ci_low",
             "ci_high": "ci_high", "effect": "effect", "effect_se": "effect_se"}  # fmt: skip
    found: dict[str, object] = {column: float(getattr(fit, name)[place]) for column, name in names.items()}
    if term == CONSTANT:
        found |= {"effect": np.nan, "effect_se": np.nan}
    return {**found, "df": float(fit.df)}


def _columns(
    model: ModelSpec, dictionary: Dictionary, rows: LevelRows, written: str
) -> Iterator[tuple[str, str, str, FloatVector]]:
    yield CONSTANT, "", "", np.ones(rows.weight.size)
    for term in model.terms:
        spec = dictionary.variables.get(term.strip())
        if spec is None or spec.type != "code":
            yield term, "", "", numbers(term, rows.columns, f"{written}.terms")
            continue
        position = code_positions(spec.name, rows.columns)
        codes = dictionary.codes_of(spec.name)
        held = _held(position, len(codes))
        if not held:
            continue
        for place in held[1:]:
            yield spec.name, codes[place], codes[held[0]], np.where(position < 0, np.nan, position == place)


def _held(position: NDArray[np.int64], codes: int) -> list[int]:
    return [int(place) for place in np.flatnonzero(np.bincount(position[position >= 0], minlength=codes))]


def _tested(
    test: IndependenceSpec,
    dictionary: Dictionary,
    rows: LevelRows,
    least: int,
    known: LevelCalibration | None,
    *,
    victims: bool,
) -> dict[str, object]:
    first = coding_of(dictionary.breakdowns[test.rows], rows.columns, dictionary)
    second = coding_of(dictionary.breakdowns[test.columns], rows.columns, dictionary)
    domain: BoolVector | None = None if test.universe is None else truth(test.universe, rows.columns)
    named: dict[str, object] = {"rows": test.rows, "columns": test.columns}
    try:
        found = rao_scott(first, second, rows.weight, rows.design, domain, calibration=known)
    except np.linalg.LinAlgError:
        return {**named, "n": 0, "status": "withheld", "reason": "not_defined"}
    named["n"] = found.n
    if not np.isfinite(found.p_value):
        reason = "not_defined" if not np.isfinite(found.f) else "no_degrees_of_freedom"
        return {**named, "status": "withheld", "reason": reason}
    if found.n < least or (victims and _smallest_cell(first, second, rows.weight, domain) < least):
        return {**named, "status": "withheld", "reason": "category_too_small"}
    return {
        **named, "f": found.f, "numerator_df": found.numerator_df, "denominator_df": found.denominator_df,
        "p_value": found.p_value, "chi_square": found.chi_square, "status": "reliable", "reason": "",
    }  # fmt: skip


def _smallest_cell(first: Coding, second: Coding, weight: FloatVector, domain: BoolVector | None) -> int:
    """Count the rows of the smallest cell of the categories that have any."""
    used = (first.codes >= 0) & (second.codes >= 0) & (weight > 0) & (True if domain is None else domain)
    r, row = np.unique(first.codes[used], return_inverse=True)
    c, column = np.unique(second.codes[used], return_inverse=True)
    return int(np.bincount(row * c.size + column, minlength=r.size * c.size).min())
