"""Checks of harmonized microdata: design variables, weights, ranges and the rules of the dictionary."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.dictionary import Dictionary
from surveys.findings import Finding
from surveys.microdata import LevelData, Microdata
from surveys.problems import Message
from surveys.rules import violations
from surveys.study import Study

DESIGN_MISSING = Message(
    "design_variable_missing",
    "variable '{variable}' has {count} {count|missing value|missing values} among {rows} {rows|row|rows} of "
    "level '{level}'; the design "
    "needs one in "
    "every row.\n  Either map another column, or write `unavailable:` with the reason and the fallback "
    "variance.",
    "la variable '{variable}' tiene {count} {count|valor faltante|valores faltantes} entre {rows} "
    "{rows|fila|filas} del nivel '{level}'; el "
    "diseño "
    "necesita uno en cada fila.\n  Tome otra columna, o escriba `unavailable:` con el motivo y la varianza "
    "alternativa.",
)
DESIGN_ABSENT = Message(
    "design_absent",
    "variable '{variable}' is needed by the study and no level maps it.\n"
    "  Map it in mapping.yaml, or write `unavailable:` with the reason and the fallback.",
    "la variable '{variable}' es necesaria para el estudio y ningún nivel la toma.\n"
    "  Tómela en mapping.yaml, o escriba `unavailable:` con el motivo y la alternativa.",
)
WEIGHT_MISSING = Message(
    "weight_variable_missing",
    "weight '{variable}' is missing in {count} of {rows} {rows|row|rows} of level '{level}'; every row needs one.\n"
    "  Map another column, or leave out with `where:` the rows that are not part of the sample.",
    "el factor '{variable}' falta en {count} de {rows} {rows|fila|filas} del nivel '{level}'; cada fila "
    "necesita uno.\n"
    "  Tome otra columna, o deje fuera con `where:` las filas que no son parte de la muestra.",
)
WEIGHT_NEGATIVE = Message(
    "weight_variable_negative",
    "weight '{variable}' is negative in {count} of {rows} {rows|row|rows} of level '{level}'; a weight counts "
    "units of "
    "the "
    "population.\n  Correct it at the source; no estimate is made with negative weights.",
    "el factor '{variable}' es negativo en {count} de {rows} {rows|fila|filas} del nivel '{level}'; un factor cuenta "
    "unidades de "
    "la población.\n  Corríjalo en el origen; no se estima con factores negativos.",
)
WEIGHT_ZERO = Message(
    "weight_zero",
    "weight '{variable}' is zero in {count} of {rows} {rows|row|rows} of level '{level}'; they stay in the "
    "design and "
    "count for "
    "nothing in totals.",
    "el factor '{variable}' es cero en {count} de {rows} {rows|fila|filas} del nivel '{level}'; quedan en el "
    "diseño y "
    "no cuentan "
    "en los totales.",
)
OUT_OF_RANGE = Message(
    "out_of_range",
    "variable '{variable}' is outside {low} to {high} in {count} {count|row|rows} of level '{level}'.\n"
    "  Name special codes in `missing:`, give `scale:` to a number with implied decimals, or correct the "
    "range in the "
    "dictionary.",
    "la variable '{variable}' está fuera de {low} a {high} en {count} {count|fila|filas} del nivel '{level}'.\n"
    "  Nombre los códigos especiales en `missing:`, dé `scale:` a un número con decimales implícitos, o "
    "corrija el rango "
    "en el diccionario.",
)
NO_ROWS = Message(
    "no_rows",
    "level '{level}' has no rows.\n  Check `where:` and the source file.",
    "el nivel '{level}' no tiene filas.\n  Revise `where:` y el archivo de la fuente.",
)
RULE = Message("rule", "{en}", "{es}")


def check_microdata(microdata: Microdata, study: Study, dictionary: Dictionary) -> tuple[Finding, ...]:
    """Check everything that does not depend on estimates.

    Parameters
    ----------
    microdata : Microdata
        Harmonized levels; keys and parents already hold.
    study : Study
        Design roles and weights.
    dictionary : Dictionary
        Ranges and rules.

    Returns
    -------
    tuple of Finding
        Missing values of design variables and faulty weights are errors; ranges are warnings, except in
        those variables; rules have the severity the dictionary gives them.
    """
    findings: list[Finding] = []
    for level in microdata.levels.values():
        if level.rows == 0:
            findings.append(Finding("no_rows", level.name, "error", 0, NO_ROWS,
                                    place=("mapping", "levels", level.name)))
    findings += _design(microdata, study)
    findings += _weights(microdata, study)
    critical = critical_variables(study)
    for level in microdata.levels.values():
        findings += _ranges(level, dictionary, critical)
    findings += _rules(microdata, dictionary)
    return tuple(findings)


def critical_variables(study: Study) -> frozenset[str]:
    """Variables in which a value that does not fit stops the run: design and weights."""
    return frozenset(study.design.variables) | {variable for _, variable in study.weight_variables}


def _design(microdata: Microdata, study: Study) -> list[Finding]:
    made = []
    for role in ("stratum", "psu", "psu_population"):
        variable = getattr(study.design, role).variable
        if variable is None:
            continue
        place = ("study", "design", role)
        level = _level_with(microdata, study.design.level, variable)
        if level is None:
            made.append(
                Finding("design_absent", study.design.level, "error", 0, DESIGN_ABSENT, variable, place=place)
            )
            continue
        missing = int(level.frame[variable].isna().sum())
        if missing:
            made.append(Finding("design_missing", level.name, "error", missing, DESIGN_MISSING, variable,
                                details={"rows": level.rows}, place=place))
    return made


def _level_with(microdata: Microdata, level: str, variable: str) -> LevelData | None:
    for name in (level, *microdata.ancestors(level)) if level in microdata.levels else ():
        if variable in microdata.levels[name].frame.columns:
            return microdata.levels[name]
    return None


def _weights(microdata: Microdata, study: Study) -> list[Finding]:
    made = []
    for number, step in enumerate(study.weighting):
        if step.variable is None:
            continue
        place = ("study", "weighting", str(number), "variable")
        name = step.level or study.design.level
        level = _level_with(microdata, name, step.variable)
        if level is None:
            made.append(Finding("design_absent", name, "error", 0, DESIGN_ABSENT, step.variable, place=place))
            continue
        weight = level.frame[step.variable].to_numpy(dtype=float)
        for rule, wrong, message in (("weight_missing", np.isnan(weight), WEIGHT_MISSING),
                                     ("weight_negative", weight < 0, WEIGHT_NEGATIVE),
                                     ("weight_zero", weight == 0, WEIGHT_ZERO)):
            if wrong.any():
                made.append(Finding(rule, level.name, "note" if rule == "weight_zero" else "error",
                                    int(wrong.sum()), message, step.variable, details={"rows": level.rows},
                                    place=place))
    return made


def _ranges(level: LevelData, dictionary: Dictionary, critical: Collection[str]) -> list[Finding]:
    made = []
    for name in level.frame.columns:
        variable = dictionary.variables.get(str(name))
        if variable is None or variable.range is None or variable.derive is not None:
            continue
        low, high = variable.range
        values = level.frame[name].to_numpy(dtype=float)
        outside = int(((values < low) | (values > high)).sum())
        if outside:
            made.append(
                Finding(
                    "out_of_range",
                    level.name,
                    "error" if name in critical else "warning",
                    outside,
                    OUT_OF_RANGE,
                    str(name),
                    details={"low": f"{low:,.10g}", "high": f"{high:,.10g}"},
                    place=("mapping", "levels", level.name, "variables", str(name)),
                )
            )
    return made


def _rules(microdata: Microdata, dictionary: Dictionary) -> list[Finding]:
    return [Finding(broken.rule, broken.level, broken.severity, broken.count, RULE, broken.variable,
                    details={"en": broken.message.en, "es": broken.message.es},
                    place=("dictionary", "variables", broken.variable, "universe") if broken.variable
                    else ("dictionary", "rules", broken.rule))
            for broken in violations(microdata, dictionary)]


def count_missing(microdata: Microdata, dictionary: Dictionary) -> Mapping[str, Mapping[str, int]]:
    """Count missing values by variable and kind; variables without any are left out."""
    kinds = tuple(dictionary.missing_kinds)
    counts: dict[str, dict[str, int]] = {}
    for level in microdata.levels.values():
        for variable, why in level.why.items():
            tally: NDArray[np.int64] = np.bincount(why, minlength=len(kinds) + 1)
            found = {kind: int(tally[place + 1]) for place, kind in enumerate(kinds) if tally[place + 1]}
            if found:
                counts[variable] = found
    return counts


def response_counts(microdata: Microdata, dictionary: Dictionary, variable: str) -> Mapping[str, int]:
    """Count rows by code of the variable that says what became of each unit drawn."""
    level = microdata.levels[dictionary.variables[variable].level]
    values = pd.Series(level.frame[variable]).value_counts(sort=False)
    return {str(code): int(values.get(code, 0)) for code in dictionary.codes_of(variable)}
