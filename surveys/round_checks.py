"""Change and trend of a study against the dictionary: every name, code and figure can be used as declared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator

from surveys.dictionary import Dictionary, Indicator
from surveys.expression_checks import check_expression, nearest
from surveys.problems import Message, Problem
from surveys.rounds import ChangeSpec, TrendSpec
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]
Place = tuple[str | int, ...]
CHANGE_KINDS, TREND_KINDS = ("change", "change_chart"), ("trend", "trend_table")
ADDED_BY_YEAR = ("total", "count", "rate")

UNKNOWN_IN_ROUNDS = Message(
    "unknown_in_rounds",
    "there is no {kind_en} '{name}'. The nearest is '{nearest}'; correct the name.",
    "no existe {kind_es} '{name}'. Lo más parecido es '{nearest}'; corrija el nombre.")
SINCE_ITSELF = Message(
    "change_since_itself",
    "the study is compared with itself. Name in `since:` the study of the earlier round.",
    "el estudio se compara consigo mismo. Indique en `since:` el estudio de la ronda anterior.")
RELATIVE_CHANGE = Message(
    "change_statistic",
    "'{name}' rests on a poverty line estimated from the whole sample, so its cells keep no totals for a later round. "
    "Compare the same figure with a fixed line.",
    "'{name}' se apoya en una línea de pobreza estimada con toda la muestra, así que sus celdas no guardan totales "
    "para otra ronda. Compare la misma cifra con línea fija.")
WRONG_MATCH = Message(
    "change_match",
    "'{name}' cannot name PSUs: a variable of the level '{level}' is needed. Correct `match:`, or leave it out to "
    "use the PSU of the design.",
    "'{name}' no puede nombrar UPM: se necesita una variable del nivel '{level}'. Corrija `match:`, o quítelo para "
    "usar la UPM del diseño.")
MATCH_UNUSED = Message(
    "change_match_unused",
    "`match:` has no use with `overlap: independent`. Take one of them out.",
    "`match:` no sirve con `overlap: independent`. Quite uno de los dos.")
NOT_ADDED = Message(
    "trend_statistic",
    "'{name}' is of statistic {statistic}; years are added and averaged, which needs a total, a count or a rate. "
    "Name such an indicator.",
    "'{name}' es de estadístico {statistic}; los años se suman y promedian, lo que exige un total, un conteo o una "
    "tasa. Nombre un indicador así.")
NOT_YEARS = Message(
    "trend_years",
    "the codes {codes} of '{by}' are not years. Write under `years:` the first and last year of each.",
    "los códigos {codes} de '{by}' no son años. Escriba en `years:` el primer y el último año de cada uno.")
CHANGE_NOT_DECLARED = Message(
    "exhibit_change_not_declared",
    "the report shows the change of '{indicator}' by {by}, which `change:` does not declare. Declare it there, or "
    "take it out of the exhibit.",
    "el informe muestra el cambio de '{indicator}' según {by}, que `change:` no declara. Declárelo ahí o quítelo del "
    "cuadro.")
TREND_NOT_DECLARED = Message(
    "exhibit_trend_not_declared",
    "the report shows the trend of '{indicator}' by {by}, which `trend:` does not declare. Declare it there, or take "
    "it out of the exhibit.",
    "el informe muestra la tendencia de '{indicator}' según {by}, que `trend:` no declara. Declárela ahí o quítela "
    "del cuadro.")
NO_EXTERNAL = Message(
    "exhibit_external_absent",
    "the report shows external series, but the study has no `external_series:`. Add the file and its source.",
    "el informe muestra series externas, pero el estudio no tiene `external_series:`. Agregue el archivo y su fuente.")

_ES = {"indicator": "el indicador", "breakdown": "la desagregación", "code": "el código"}


def round_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find whatever change, trend and their exhibits name that does not exist or cannot be used so.

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
    for number, change in enumerate(study.rounds.change):
        yield from _change(change, study, dictionary, ("change", number), where)
    for number, trend in enumerate(study.rounds.trend):
        yield from _trend(trend, dictionary, ("trend", number), where)
    yield from _exhibits(study, where)


def _change(
    item: ChangeSpec, study: Study, dictionary: Dictionary, at: Place, where: Where
) -> Iterator[Problem]:
    if item.since == study.name:
        yield Problem(SINCE_ITSELF, where((*at, "since")))
    if item.match is not None:
        variable = dictionary.variables.get(item.match)
        if item.overlap == "independent":
            yield Problem(MATCH_UNUSED, where((*at, "match")))
        elif variable is None or variable.level != study.design.level:
            yield Problem(WRONG_MATCH, where((*at, "match")), {"name": item.match, "level": study.design.level})
    for name in item.indicators:
        indicator = yield from _known_indicator(name, dictionary, where((*at, "indicators")))
        if indicator is None:
            continue
        if indicator.options.relative_line is not None:
            yield Problem(RELATIVE_CHANGE, where((*at, "indicators")), {"name": name})
        for by in dict.fromkeys(each for names in item.by for each in names):
            if by in dictionary.breakdowns:
                readable = f"known({dictionary.breakdowns[by].variable})"
                yield from check_expression(readable, indicator.level, dictionary, where((*at, "by")))
    for by in dict.fromkeys(each for names in item.by for each in names):
        yield from _unknown("breakdown", by, dictionary.breakdowns, where((*at, "by")))
    for entry, remarks in (("notes", item.notes), ("breaks", item.breaks)):
        for remark in remarks:
            for name in remark.indicators:
                named = {*item.indicators, *(each.partition(".")[0] for each in item.indicators)}
                if name not in named and name.partition(".")[0] not in named:
                    yield from _unknown("indicator", name, sorted(named), where((*at, entry)))


def _trend(item: TrendSpec, dictionary: Dictionary, at: Place, where: Where) -> Iterator[Problem]:
    indicator = yield from _known_indicator(item.indicator, dictionary, where((*at, "indicator")))
    if indicator is not None and indicator.statistic not in ADDED_BY_YEAR:
        details = {"name": item.indicator, "statistic": indicator.statistic}
        yield Problem(NOT_ADDED, where((*at, "indicator")), details)
    yield from _unknown("breakdown", item.by, dictionary.breakdowns, where((*at, "by")))
    if item.by not in dictionary.breakdowns:
        return
    variable = dictionary.breakdowns[item.by].variable
    if indicator is not None:
        yield from check_expression(f"known({variable})", indicator.level, dictionary, where((*at, "by")))
    codes = dictionary.codes_of(variable)
    undated = [code for code in codes if code not in item.years and not _is_year(code)]
    if undated:
        yield Problem(NOT_YEARS, where(at), {"codes": ", ".join(undated), "by": item.by})
    for entry, named in (
        ("years", item.years), ("truncated", item.truncated), ("contrast", [c for part in item.contrast for c in part])
    ):  # fmt: skip
        for code in named:
            yield from _unknown("code", code, codes, where((*at, entry)))


def _exhibits(study: Study, where: Where) -> Iterator[Problem]:
    changes = {
        (name.partition(".")[0], by) for item in study.rounds.change for name in item.indicators for by in item.by
    }
    trends = {(item.indicator, (item.by,)) for item in study.rounds.trend}
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            at = where(("report", "chapters", number, "exhibits", place))
            for name in exhibit.indicators:
                details = {"indicator": name, "by": ", ".join(exhibit.by) or "-"}
                if exhibit.kind in CHANGE_KINDS and (name.partition(".")[0], exhibit.by) not in changes:
                    yield Problem(CHANGE_NOT_DECLARED, at, details)
                elif exhibit.kind in TREND_KINDS and (name, exhibit.by) not in trends:
                    yield Problem(TREND_NOT_DECLARED, at, details)
            series = exhibit.kind == "external" or (exhibit.kind in TREND_KINDS and exhibit.options.get("beside"))
            if series and study.rounds.external is None:
                yield Problem(NO_EXTERNAL, at)


def _known_indicator(
    name: str, dictionary: Dictionary, place: str
) -> Generator[Problem, None, Indicator | None]:
    whole = name.partition(".")[0]
    yield from _unknown("indicator", whole, dictionary.indicators, place)
    return dictionary.indicators.get(whole)


def _unknown(kind: str, name: str, known: Collection[str], place: str) -> Iterator[Problem]:
    if name not in known:
        yield Problem(UNKNOWN_IN_ROUNDS, place, {
            "kind_en": kind, "kind_es": _ES[kind], "name": name, "nearest": nearest(name, known)})


def _is_year(code: str) -> bool:
    return code.isdigit() and 1900 <= int(code) <= 2200
