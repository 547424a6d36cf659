"""Comparisons, models, tests and denominators of a study against the dictionary: every name and code is known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from surveys.analyses import Comparison, IndependenceSpec, ModelSpec
from surveys.dictionary import Dictionary
from surveys.expression_checks import check_expression, check_quantity, nearest
from surveys.problems import Message, Problem
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]
NOT_COMPARABLE = ("rate",)

UNKNOWN_IN_ANALYSIS = Message(
    "unknown_in_analysis",
    "there is no {kind_en} '{name}'. The nearest is '{nearest}'; correct the name.",
    "no existe {kind_es} '{name}'. Lo más parecido es '{nearest}'; corrija el nombre.")
TWO_CODES = Message(
    "comparison_codes",
    "a comparison needs two or more `codes:`, or `against: rest` or `against: total`. Write one of them.",
    "una comparación necesita dos o más `codes:`, o `against: rest` o `against: total`. Escriba una de ellas.")
WITHIN_ITSELF = Message(
    "comparison_within_itself",
    "'{name}' is compared within its own codes. Take it out of `by:`.",
    "'{name}' se compara dentro de sus propios códigos. Quítelo de `by:`.")
CANNOT_COMPARE = Message(
    "comparison_statistic",
    "'{name}' (statistic {statistic}) cannot be compared: its error does not come from the rows of the groups alone. "
    "Compare its numerator, or the same figure with a fixed line.",
    "'{name}' (estadístico {statistic}) no se puede comparar: su error no viene solo de las filas de los grupos. "
    "Compare su numerador, o la misma cifra con línea fija.")
SAME_VARIABLE = Message(
    "independence_of_itself",
    "'{name}' is tested against itself. Name two breakdowns.",
    "'{name}' se prueba contra sí misma. Nombre dos desagregaciones.")
REPEATED_MODEL = Message(
    "model_repeated",
    "two models are called '{name}'. Give each its own name.",
    "dos modelos se llaman '{name}'. Dé a cada uno su nombre.")
DENOMINATOR_ABSENT = Message(
    "denominator_absent",
    "the rate '{indicator}' is over '{name}', which is not among `denominators:` of the study ({known}). Add it with "
    "its file and source.",
    "la tasa '{indicator}' es sobre '{name}', que no está entre los `denominators:` del estudio ({known}). Agréguelo "
    "con su archivo y fuente.")

NOT_COMPARED = Message(
    "exhibit_not_compared",
    "the report compares '{indicator}' between {by}, which `comparisons:` does not declare. Declare it there, or take "
    "it out of the exhibit.",
    "el informe compara '{indicator}' entre {by}, lo que `comparisons:` no declara. Declárelo ahí o quítelo del "
    "cuadro.")
NO_MODEL = Message(
    "exhibit_model_unknown",
    "the report shows the model '{name}', which `models:` does not declare ({known}). Correct `model:`.",
    "el informe muestra el modelo '{name}', que `models:` no declara ({known}). Corrija `model:`.")

_ES = {"indicator": "el indicador", "breakdown": "la desagregación", "code": "el código", "level": "el nivel",
       "comparison": "la comparación", "model": "el modelo", "test": "la prueba"}


def analysis_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find every name of the analyses that leads nowhere.

    Parameters
    ----------
    study, dictionary : Study, Dictionary
        What to hold against one another.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
    """
    analyses = study.analyses
    for number, comparison in enumerate(analyses.comparisons):
        yield from _comparison(comparison, dictionary, ("comparisons", number), where)
    names: set[str] = set()
    for number, model in enumerate(analyses.models):
        if model.name in names:
            yield Problem(REPEATED_MODEL, where(("models", number, "name")), {"name": model.name})
        names.add(model.name)
        yield from _model(model, dictionary, ("models", number), where)
    for number, test in enumerate(analyses.independence):
        yield from _independence(test, dictionary, ("independence", number), where)
    yield from _exhibits(study, where)
    known = analyses.denominators or {}
    for number, table in enumerate(study.tabulation):
        for place, name in enumerate(table.indicators):
            indicator = dictionary.indicators.get(name)
            if indicator is not None and indicator.statistic == "rate" and indicator.options.denominator not in known:
                yield Problem(DENOMINATOR_ABSENT, where(("tabulation", number, "indicators", place)), {
                    "indicator": name, "name": indicator.options.denominator, "known": ", ".join(known) or "-"})


def _exhibits(study: Study, where: Where) -> Iterator[Problem]:
    declared = {(item.indicator.partition(".")[0], *item.by, item.between) for item in study.analyses.comparisons}
    models = [model.name for model in study.analyses.models]
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            at = where(("report", "chapters", number, "exhibits", place))
            if exhibit.kind == "comparison":
                for name in exhibit.indicators:
                    if (name.partition(".")[0], *exhibit.by) not in declared:
                        yield Problem(NOT_COMPARED, at, {"indicator": name, "by": ", ".join(exhibit.by) or "-"})
            elif exhibit.kind == "regression" and exhibit.options.get("model") not in models:
                yield Problem(NO_MODEL, at, {"name": exhibit.options.get("model"), "known": ", ".join(models) or "-"})


def _unknown(kind: str, name: str, known: Collection[str], place: str) -> Iterator[Problem]:
    if name not in known:
        yield Problem(UNKNOWN_IN_ANALYSIS, place, {
            "kind_en": kind, "kind_es": _ES[kind], "name": name, "nearest": nearest(name, known)})


def _comparison(
    item: Comparison, dictionary: Dictionary, at: tuple[str | int, ...], where: Where
) -> Iterator[Problem]:
    yield from _unknown("indicator", item.indicator.partition(".")[0], dictionary.indicators, where((*at, "indicator")))
    indicator = dictionary.indicators.get(item.indicator.partition(".")[0])
    if indicator is not None:
        relative = indicator.options.relative_line is not None
        if indicator.statistic in NOT_COMPARABLE or relative:
            yield Problem(CANNOT_COMPARE, where((*at, "indicator")), {
                "name": item.indicator, "statistic": indicator.statistic})
    yield from _unknown("breakdown", item.between, dictionary.breakdowns, where((*at, "between")))
    for name in item.by:
        yield from _unknown("breakdown", name, dictionary.breakdowns, where((*at, "by")))
        if name == item.between:
            yield Problem(WITHIN_ITSELF, where((*at, "by")), {"name": name})
    if item.against is None and len(item.codes) < 2:
        yield Problem(TWO_CODES, where(at))
    if item.between in dictionary.breakdowns:
        codes = dictionary.codes_of(dictionary.breakdowns[item.between].variable)
        for code in item.codes:
            yield from _unknown("code", code, codes, where((*at, "codes")))
    if indicator is not None:
        yield from _readable((item.between, *item.by), indicator.level, dictionary, where(at))


def _model(model: ModelSpec, dictionary: Dictionary, at: tuple[str | int, ...], where: Where) -> Iterator[Problem]:
    if model.level not in dictionary.levels:
        yield from _unknown("level", model.level, dictionary.levels, where((*at, "level")))
        return
    yield from check_quantity(model.outcome, model.level, dictionary, where((*at, "outcome")))
    for place, term in enumerate(model.terms):
        spec = dictionary.variables.get(term.strip())
        check = check_expression if spec is not None and spec.type == "code" else check_quantity
        yield from check(term, model.level, dictionary, where((*at, "terms", place)))
    if model.universe is not None:
        yield from check_expression(model.universe, model.level, dictionary, where((*at, "universe")))


def _independence(
    test: IndependenceSpec, dictionary: Dictionary, at: tuple[str | int, ...], where: Where
) -> Iterator[Problem]:
    for part, name in (("rows", test.rows), ("columns", test.columns)):
        yield from _unknown("breakdown", name, dictionary.breakdowns, where((*at, part)))
    if test.rows == test.columns:
        yield Problem(SAME_VARIABLE, where(at), {"name": test.rows})
    if test.level not in dictionary.levels:
        yield from _unknown("level", test.level, dictionary.levels, where((*at, "level")))
        return
    yield from _readable((test.rows, test.columns), test.level, dictionary, where(at))
    if test.universe is not None:
        yield from check_expression(test.universe, test.level, dictionary, where((*at, "universe")))


def _readable(names: tuple[str, ...], level: str, dictionary: Dictionary, place: str) -> Iterator[Problem]:
    for name in names:
        if name in dictionary.breakdowns and level in dictionary.levels:
            yield from check_expression(f"known({dictionary.breakdowns[name].variable})", level, dictionary, place)
