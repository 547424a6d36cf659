"""Models of small areas against the dictionary: every name is known, and each choice suits the indicator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from surveys.dictionary import Dictionary, Indicator
from surveys.expression_checks import nearest
from surveys.problems import Message, Problem
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]
STATISTICS = ("proportion", "mean", "ratio", "total", "count", "rate")
WITH_UNIT_VARIANCE = ("proportion", "total", "count", "rate")

UNKNOWN_INDICATOR = Message(
    "small_areas_indicator",
    "there is no indicator '{name}'. The nearest is '{nearest}'; correct the name.",
    "no existe el indicador '{name}'. Lo más parecido es '{nearest}'; corrija el nombre.")
UNKNOWN_BREAKDOWN = Message(
    "small_areas_breakdown",
    "there is no breakdown '{name}' whose codes could be the areas. The nearest is '{nearest}'; correct the name.",
    "no existe la desagregación '{name}' cuyos códigos serían las áreas. Lo más parecido es '{nearest}'; corrija el "
    "nombre.")
WRONG_STATISTIC = Message(
    "small_areas_statistic",
    "'{name}' (statistic {statistic}) cannot be modelled by areas. Choose an indicator of statistic {known}.",
    "'{name}' (estadístico {statistic}) no se puede modelar por áreas. Elija un indicador de estadístico {known}.")
WRONG_SCALE = Message(
    "small_areas_scale",
    "the arcsine scale is for proportions, and '{name}' has statistic {statistic}. Write `scale: linear` or "
    "`scale: log`.",
    "la escala arcoseno es para proporciones, y '{name}' tiene estadístico {statistic}. Escriba `scale: linear` o "
    "`scale: log`.")
WRONG_SMOOTHING = Message(
    "small_areas_smoothing",
    "`smoothing: design_effect` needs to know the variance of one case, which statistic {statistic} of '{name}' does "
    "not tell. Write `smoothing: log_linear` or `smoothing: none`.",
    "`smoothing: design_effect` necesita conocer la varianza de un caso, que el estadístico {statistic} de '{name}' no "
    "indica. Escriba `smoothing: log_linear` o `smoothing: none`.")
WRONG_REACH = Message(
    "small_areas_reach",
    "`reach: all` counts places where nobody was found as zeros. It needs an indicator that counts (total, count or "
    "rate), `smoothing: design_effect` and a scale other than log; '{name}' has statistic {statistic}, smoothing "
    "{smoothing} and scale {scale}.",
    "`reach: all` cuenta como ceros los lugares donde no se encontró a nadie. Necesita un indicador que cuente (total, "
    "count o rate), `smoothing: design_effect` y otra escala que log; '{name}' tiene estadístico {statistic}, "
    "suavizado {smoothing} y escala {scale}.")
NO_SIZE = Message(
    "small_areas_size",
    "ranking numbers needs to know how large each area is. Name a column under `known: size:`, or write `by: figure`.",
    "para ordenar por número hay que saber el tamaño de cada área. Nombre una columna en `known: size:`, o escriba "
    "`by: figure`.")
WRONG_LIMITS = Message(
    "small_areas_limits",
    "`weak_above: {weak}` is not below `hide_above: {hide}`. A figure is first marked, then hidden: correct one of "
    "them.",
    "`weak_above: {weak}` no es menor que `hide_above: {hide}`. Una cifra primero se marca y después se oculta: "
    "corrija uno de los dos.")
NO_MODEL = Message(
    "exhibit_small_areas_unknown",
    "the report shows the small areas '{name}', which `small_areas:` does not declare ({known}). Correct `model:`.",
    "el informe muestra las áreas pequeñas '{name}', que `small_areas:` no declara ({known}). Corrija `model:`.")


def small_area_problems(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find what cannot be modelled as declared.

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
    models = small_areas_from(study.settings)
    for model in models:
        yield from _model(model, dictionary, where)
    known = [model.name for model in models]
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            if exhibit.kind in ("small_areas", "ranking") and exhibit.options.get("model") not in known:
                at = where(("report", "chapters", number, "exhibits", place))
                yield Problem(NO_MODEL, at, {"name": exhibit.options.get("model"), "known": ", ".join(known) or "-"})


def _model(model: SmallAreas, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    at: tuple[str | int, ...] = ("small_areas", model.name)
    if model.areas not in dictionary.breakdowns:
        yield Problem(UNKNOWN_BREAKDOWN, where((*at, "areas")), {
            "name": model.areas, "nearest": nearest(model.areas, dictionary.breakdowns)})
    rate = model.indicator in dictionary.indicators and dictionary.indicators[model.indicator].statistic == "rate"
    if model.rank_by == "number" and model.size is None and not rate:
        yield Problem(NO_SIZE, where((*at, "ranking")))
    if not model.weak_above < model.hide_above:
        yield Problem(WRONG_LIMITS, where((*at, "publish")), {"weak": model.weak_above, "hide": model.hide_above})
    indicator = dictionary.indicators.get(model.indicator)
    if indicator is None:
        yield Problem(UNKNOWN_INDICATOR, where((*at, "indicator")), {
            "name": model.indicator, "nearest": nearest(model.indicator, dictionary.indicators)})
    else:
        yield from _choices(model, indicator, at, where)


def _choices(
    model: SmallAreas, indicator: Indicator, at: tuple[str | int, ...], where: Where
) -> Iterator[Problem]:
    named = {"name": indicator.name, "statistic": indicator.statistic}
    if indicator.statistic not in STATISTICS:
        yield Problem(WRONG_STATISTIC, where((*at, "indicator")), {**named, "known": ", ".join(STATISTICS)})
        return
    if model.scale == "arcsine" and indicator.statistic != "proportion":
        yield Problem(WRONG_SCALE, where((*at, "scale")), named)
    if model.smoothing == "design_effect" and indicator.statistic not in WITH_UNIT_VARIANCE:
        yield Problem(WRONG_SMOOTHING, where((*at, "smoothing")), named)
    counts = indicator.statistic in ("total", "count", "rate")
    if model.reach == "all" and not (counts and model.smoothing == "design_effect" and model.scale != "log"):
        yield Problem(WRONG_REACH, where((*at, "reach")), {
            **named, "smoothing": model.smoothing, "scale": model.scale})
