"""An indicator against its statistic: every entry the statistic needs, none it does not know, all names known."""

from __future__ import annotations

from collections.abc import Iterator

from surveys.dictionary import Dictionary, Indicator
from surveys.dictionary_entries import Data, Where, entries
from surveys.expression_checks import UNKNOWN_VARIABLE, check_expression, check_quantity, known_level, nearest
from surveys.formula_checks import formula_problems
from surveys.problems import Message, Problem
from surveys.statistic_options import OPTIONAL_ENTRIES, STATISTICS

UNKNOWN_STATISTIC = Message(
    "unknown_statistic",
    "there is no statistic '{name}'. The statistics are: {statistics}.",
    "no existe el estadístico '{name}'. Los estadísticos son: {statistics}.")
OVER_NEEDED = Message(
    "over_needed",
    "a ratio needs a denominator: write `over:`.",
    "una razón necesita denominador: escriba `over:`.")
OVER_NOT_NEEDED = Message(
    "over_not_needed",
    "only a ratio has `over:`, and this is a {statistic}. Remove it, or write `statistic: ratio`.",
    "solo una razón lleva `over:`, y este es {statistic}. Quítelo o escriba `statistic: ratio`.")
ENTRY_NEEDED = Message(
    "statistic_entry_needed",
    "the statistic {statistic} needs `{entry}:`. Write it, for example `{example}`.",
    "el estadístico {statistic} necesita `{entry}:`. Escríbalo, por ejemplo `{example}`.")
ENTRY_NOT_NEEDED = Message(
    "statistic_entry_not_needed",
    "the statistic {statistic} does not know `{entry}:`. Remove it, or choose another statistic.",
    "el estadístico {statistic} no conoce `{entry}:`. Quítelo o elija otro estadístico.")
ONE_LINE = Message(
    "one_poverty_line",
    "poverty needs one line: `line:` (an expression or a number) or `relative_line: {{share: 0.6, quantile: 0.5}}`, "
    "and not both.",
    "la pobreza necesita una línea: `line:` (una expresión o un número) o `relative_line: {{share: 0.6, quantile: "
    "0.5}}`, y no ambas.")
UNKNOWN_STANDARDIZER = Message(
    "unknown_standardizer",
    "there is no breakdown '{name}' to standardize by. The nearest is '{nearest}'; correct `by:`.",
    "no existe la desagregación '{name}' para estandarizar. La más parecida es '{nearest}'; corrija `by:`.")
STANDARD_CODES = Message(
    "standard_codes",
    "the weights name the codes {found}, and '{by}' has {codes}. Give every code one weight.",
    "los pesos nombran los códigos {found}, y '{by}' tiene {codes}. Dé un peso a cada código.")
STANDARD_ZERO = Message(
    "standard_weights_zero",
    "the weights of `{by}` are all 0, and a mean over them has no value. Give one code at least a weight above 0.",
    "los pesos de `{by}` son todos 0, y una media sobre ellos no tiene valor. Dé a un código al menos un peso mayor "
    "que 0.")
UNKNOWN_CRITERION = Message(
    "unknown_criterion",
    "there is no criterion '{name}' in the list `iasc_criterion` ({codes}). Correct `criterion:`.",
    "no existe el criterio '{name}' en la lista `iasc_criterion` ({codes}). Corrija `criterion:`.")
DISTRIBUTION_OF = Message(
    "distribution_of_code",
    "a distribution names one variable of type code or multiple, and '{name}' is not one. Correct `of:`.",
    "una distribución nombra una variable de tipo code o multiple, y '{name}' no lo es. Corrija `of:`.")

CRITERIA = "iasc_criterion"
EXAMPLES = {
    "of": "of: \"sex == '2'\"", "p": "p: 0.5", "denominator": "denominator: population",
    "totals": "totals: {women: \"sex == '2'\", all: \"1\"}", "time": "time: years_displaced",
    "event": "event: \"returned == '1'\"", "at": "at: [1, 3, 5]", "by": "by: age_group",
    "weights": "weights: {\"1\": 0.3, \"2\": 0.7}",
}  # fmt: skip


def indicator_problems(merged: Dictionary, data: Data, where: Where) -> Iterator[Problem]:
    """Find everything wrong with the indicators that the data add to a dictionary.

    Parameters
    ----------
    merged : Dictionary
        With the additions.
    data : mapping
        Sections of entries whose shape was checked.
    where : callable
        Says the place of a path of ``data``.

    Yields
    ------
    Problem
    """
    for name, entry in entries(data, "indicators").items():
        indicator = merged.indicators[name]
        at = ("indicators", name)
        yield from known_level(merged, "indicators", name, indicator.level, where)
        if indicator.statistic not in STATISTICS:
            yield Problem(UNKNOWN_STATISTIC, where((*at, "statistic")),
                          {"name": indicator.statistic, "statistics": ", ".join(STATISTICS)})
        else:
            yield from _entry_problems(indicator.statistic, entry, at, where)
        if indicator.level in merged.levels:
            yield from _expression_problems(merged, indicator, at, where)
        criteria = merged.code_lists.get(CRITERIA)
        codes = () if criteria is None else tuple(criteria.codes)
        if indicator.criterion is not None and indicator.criterion not in codes:
            yield Problem(UNKNOWN_CRITERION, where((*at, "criterion")),
                          {"name": indicator.criterion, "codes": ", ".join(codes) or "-"})


def _entry_problems(statistic: str, entry: Data, at: tuple[str, ...], where: Where) -> Iterator[Problem]:
    known = STATISTICS[statistic]
    for name in known.needed:
        if entry.get(name) is None:
            if name == "over":
                yield Problem(OVER_NEEDED, where(at))
            else:
                yield Problem(ENTRY_NEEDED, where(at),
                              {"statistic": statistic, "entry": name, "example": EXAMPLES[name]})
    for name in ("of", *OPTIONAL_ENTRIES):
        if name in entry and name not in (*known.needed, *known.allowed):
            if name == "over":
                yield Problem(OVER_NOT_NEEDED, where((*at, name)), {"statistic": statistic})
            else:
                yield Problem(ENTRY_NOT_NEEDED, where((*at, name)), {"statistic": statistic, "entry": name})
    if statistic == "poverty" and ("line" in entry) == ("relative_line" in entry):
        yield Problem(ONE_LINE, where(at))


def _expression_problems(
    merged: Dictionary, indicator: Indicator, at: tuple[str, ...], where: Where
) -> Iterator[Problem]:
    options = indicator.options
    read: dict[tuple[str, ...], str | None] = {
        ("over",): indicator.over, ("line",): options.line, ("time",): options.time, ("event",): options.event,
        **{("totals", name): text for name, text in options.totals.items()},
        ("universe",): indicator.universe,
    }  # fmt: skip
    if indicator.statistic == "distribution":
        yield from _distribution_problems(merged, indicator, where((*at, "of")))
    elif indicator.statistic == "function":
        if indicator.of and options.totals:
            yield from formula_problems(indicator.of, tuple(options.totals), where((*at, "of")))
    elif indicator.statistic != "survival" and indicator.of:
        read = {("of",): indicator.of, **read}
    for part, text in read.items():
        if text is not None:
            check = check_expression if part in (("universe",), ("event",)) else check_quantity
            yield from check(str(text), indicator.level, merged, where((*at, *part)))
    if options.by is not None:
        yield from _standard_problems(merged, indicator, at, where)


def _standard_problems(
    merged: Dictionary, indicator: Indicator, at: tuple[str, ...], where: Where
) -> Iterator[Problem]:
    by = str(indicator.options.by)
    if by not in merged.breakdowns:
        yield Problem(UNKNOWN_STANDARDIZER, where((*at, "by")), {"name": by, "nearest": nearest(by, merged.breakdowns)})
        return
    variable = merged.breakdowns[by].variable
    if variable not in merged.variables:
        return
    yield from check_expression(f"known({variable})", indicator.level, merged, where((*at, "by")))
    codes = merged.codes_of(variable)
    if indicator.options.weights and set(indicator.options.weights) != set(codes):
        yield Problem(STANDARD_CODES, where((*at, "weights")), {
            "found": ", ".join(indicator.options.weights), "by": by, "codes": ", ".join(codes)})
    elif indicator.options.weights and not sum(indicator.options.weights.values()) > 0:
        yield Problem(STANDARD_ZERO, where((*at, "weights")), {"by": by})


def _distribution_problems(merged: Dictionary, indicator: Indicator, place: str) -> Iterator[Problem]:
    spec = merged.variables.get(indicator.of)
    if spec is None:
        yield from [Problem(UNKNOWN_VARIABLE, place, {
            "name": indicator.of, "nearest": nearest(indicator.of, merged.variables)})]
    elif spec.type not in ("code", "multiple"):
        yield Problem(DISTRIBUTION_OF, place, {"name": indicator.of})
    else:  # `known` reads both types, so only names and levels are judged
        yield from check_expression(f"known({indicator.of})", indicator.level, merged, place)
