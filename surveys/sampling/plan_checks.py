"""Find whatever a sample plan names that does not exist, or promises that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from surveys.dictionary import Dictionary, Indicator
from surveys.problems import DesignError, Message, Problem
from surveys.sampling.forecast import STRATUM, segments_by_stratum
from surveys.sampling.plan import Expectation, SamplePlan

Where = Callable[[tuple[str | int, ...]], str]
FORECAST = ("proportion", "distribution", "mean", "total", "count")

NO_INDICATOR = Message(
    "plan_indicator",
    "there is no indicator '{name}'.\n  Correct the name, or add it to dictionary.yaml.",
    "no existe el indicador '{name}'.\n  Corrija el nombre, o agréguelo a dictionary.yaml.",
)
NO_CODE = Message(
    "plan_code",
    "'{name}' has no code '{code}'.\n  Write one of: {codes}.",
    "'{name}' no tiene el código '{code}'.\n  Escriba uno de: {codes}.",
)
NO_FORECAST = Message(
    "plan_statistic",
    "'{name}' is a {statistic}; a forecast is made of a proportion, a mean, a total of units, or one code of a "
    "distribution (`name.code`).\n  Name another indicator.",
    "'{name}' es de tipo {statistic}; se prevé una proporción, una media, un total de unidades, o un código de una "
    "distribución (`nombre.codigo`).\n  Nombre otro indicador.",
)
NO_BREAKDOWN = Message(
    "plan_breakdown",
    "'{name}' is neither a group of the plan, nor a breakdown of its strata, nor `stratum`.\n"
    "  Add it to `within` of every stratum, or to `groups`.",
    "'{name}' no es un grupo del plan, ni una desagregación de sus estratos, ni `stratum`.\n"
    "  Agréguela a `within` de cada estrato, o a `groups`.",
)
NOT_EVERYWHERE = Message(
    "plan_within",
    "'{name}' is said of {some} of {all} strata.\n  Say it in `within` of every stratum.",
    "'{name}' se indica en {some} de {all} estratos.\n  Indíquela en `within` de todos.",
)
IMPOSSIBLE_SHARE = Message(
    "plan_expected",
    "'{name}' expects {value}; a proportion lies between 0 and 1, without both.\n  Write a fraction: 1.1 % is 0.011.",
    "'{name}' espera {value}; una proporción está entre 0 y 1, sin incluirlos.\n"
    "  Escriba una fracción: 1.1 % es 0.011.",
)
NO_SPREAD = Message(
    "plan_spread",
    "'{name}' is a mean and needs `spread:`, the standard deviation among its units.",
    "'{name}' es una media y necesita `spread:`, la desviación estándar entre sus unidades.",
)
NO_EFFECT = Message(
    "plan_effect",
    "'{name}' needs `rho:` (correlation within segments) or `deff:`, and only one of them.",
    "'{name}' necesita `rho:` (correlación dentro de los segmentos) o `deff:`, y solo uno de ellos.",
)
SHARES = Message(
    "plan_shares",
    "the shares of group '{name}' add up to {total}, not 1.\n  Correct them.",
    "las partes del grupo '{name}' suman {total}, no 1.\n  Corríjalas.",
)
NO_EXPECTATION = Message(
    "plan_target",
    "'{name}' is not among the plan's `indicators:`, which say what is expected of it.\n  Add it there.",
    "'{name}' no está entre los `indicators:` del plan, que dicen lo que se espera de él.\n  Agréguelo allí.",
)
NOT_FOR_MEANS = Message(
    "plan_target_mean",
    "'{name}' is a mean; targets are set for proportions and totals.\n  Name another indicator.",
    "'{name}' es una media; las metas se fijan para proporciones y totales.\n  Nombre otro indicador.",
)

NO_SIZE = Message(
    "plan_frame_size",
    "'{method}' draws in proportion to size.\n  Name the column of the size in `size:`.",
    "'{method}' elige en proporción al tamaño.\n  Indique la columna del tamaño en `size:`.",
)
NO_STRATUM = Message(
    "plan_frame_stratum",
    "the plan has {count} strata, but its frame names no column of the stratum.\n  Name it in `stratum:`.",
    "el plan tiene {count} estratos, pero su marco no indica la columna del estrato.\n  Indíquela en `stratum:`.",
)


def plan_problems(plan: SamplePlan, dictionary: Dictionary, where: Where) -> list[Problem]:
    """Tell every fault of a plan.

    Parameters
    ----------
    plan : SamplePlan
        From `surveys.sampling.plan.plan_from`.
    dictionary : Dictionary
        Indicators, breakdowns and codes.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Returns
    -------
    list of Problem
        Empty when the plan holds together.
    """
    found = list(_strata(plan, dictionary, where))
    for number, expectation in enumerate(plan.expectations):
        found += _expectation(expectation, plan, dictionary, where, ("plan", "indicators", number))
    named = {one.indicator for one in plan.expectations}
    groups = _groups(plan)
    for number, target in enumerate(plan.targets):
        indicator, _ = indicator_of(target.indicator, dictionary)
        if target.indicator not in named:
            found.append(Problem(NO_EXPECTATION, where(("plan", "targets", number)), {"name": target.indicator}))
        elif indicator is not None and indicator.statistic == "mean":
            found.append(Problem(NOT_FOR_MEANS, where(("plan", "targets", number)), {"name": target.indicator}))
        if target.by is not None and target.by not in groups:
            found.append(Problem(NO_BREAKDOWN, where(("plan", "targets", number, "by")), {"name": target.by}))
    frame = plan.frame
    if frame is not None and frame.size is None and frame.method in ("pps_systematic", "brewer"):
        found.append(Problem(NO_SIZE, where(("plan", "frame")), {"method": frame.method}))
    if frame is not None and frame.stratum is None and len(plan.strata) > 1:
        found.append(Problem(NO_STRATUM, where(("plan", "frame")), {"count": len(plan.strata)}))
    if plan.next_round is not None and plan.next_round.indicator not in named:
        found.append(
            Problem(NO_EXPECTATION, where(("plan", "next_round", "indicator")), {"name": plan.next_round.indicator})
        )
    return found


def indicator_of(name: str, dictionary: Dictionary) -> tuple[Indicator | None, str | None]:
    """Split ``name.code`` into the indicator, or None where there is none, and the code."""
    base, _, code = name.partition(".")
    return dictionary.indicators.get(base), code or None


def _strata(plan: SamplePlan, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    for group in {name: None for stratum in plan.strata.values() for name in stratum.within}:
        having = [stratum for stratum in plan.strata.values() if group in stratum.within]
        if len(having) < len(plan.strata):
            yield Problem(
                NOT_EVERYWHERE, where(("plan", "strata")), {"name": group, "some": len(having), "all": len(plan.strata)}
            )
        for stratum in having:
            yield from _code(
                group, stratum.within[group], dictionary, where(("plan", "strata", stratum.name, "within", group))
            )
    for group, cells in plan.groups.items():
        for code in cells:
            yield from _code(group, code, dictionary, where(("plan", "groups", group, code)))
        total = sum(cells.values())
        if abs(total - 1) > 1e-6:
            yield Problem(SHARES, where(("plan", "groups", group)), {"name": group, "total": f"{total:g}"})
    try:
        segments_by_stratum(plan)
    except DesignError as error:
        yield from (Problem(one.message, where(("plan", "segments")), one.details) for one in error.problems)


def _code(group: str, code: str, dictionary: Dictionary, place: str) -> Iterator[Problem]:
    if group not in dictionary.breakdowns:
        yield Problem(NO_BREAKDOWN, place, {"name": group})
        return
    codes = dictionary.codes_of(dictionary.breakdowns[group].variable)
    if code not in codes:
        yield Problem(NO_CODE, place, {"name": group, "code": code, "codes": ", ".join(codes)})


def _expectation(
    one: Expectation, plan: SamplePlan, dictionary: Dictionary, where: Where, place: tuple[str | int, ...]
) -> Iterator[Problem]:
    indicator, code = indicator_of(one.indicator, dictionary)
    at = where((*place, "indicator"))
    if indicator is None:
        yield Problem(NO_INDICATOR, at, {"name": one.indicator})
    elif indicator.statistic not in FORECAST or (indicator.statistic == "distribution") != (code is not None):
        yield Problem(NO_FORECAST, at, {"name": one.indicator, "statistic": indicator.statistic})
    elif code is not None and indicator.of in dictionary.variables and code not in dictionary.codes_of(indicator.of):
        codes = ", ".join(dictionary.codes_of(indicator.of))
        yield Problem(NO_CODE, at, {"name": indicator.name, "code": code, "codes": codes})
    mean = indicator is not None and indicator.statistic == "mean"
    if mean and one.spread is None:
        yield Problem(NO_SPREAD, where(place), {"name": one.indicator})
    if not mean and not 0 < one.expected < 1:
        details = {"name": one.indicator, "value": f"{one.expected:g}"}
        yield Problem(IMPOSSIBLE_SHARE, where((*place, "expected")), details)
    if (one.rho is None) == (one.deff is None):
        yield Problem(NO_EFFECT, where(place), {"name": one.indicator})
    for number, name in enumerate(one.by):
        if name not in _groups(plan):
            yield Problem(NO_BREAKDOWN, where((*place, "by", number)), {"name": name})


def _groups(plan: SamplePlan) -> set[str]:
    return {STRATUM, *plan.groups, *(name for stratum in plan.strata.values() for name in stratum.within)}
