"""Find what a study counts or shows that its own mapping and tabulation plan do not give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from surveys.dictionary import Dictionary
from surveys.mapping import Mapping
from surveys.problems import Message, Problem
from surveys.study import Study

Where = Callable[[tuple[str | int, ...]], str]

LEVEL_UNMAPPED = Message(
    "level_unmapped",
    "'{name}' is '{level}', a level that mapping.yaml does not map ({mapped}).\n"
    "  Write a level that is mapped, or map '{level}'.",
    "'{name}' es '{level}', un nivel que mapping.yaml no toma ({mapped}).\n"
    "  Escriba un nivel que se tome, o tome '{level}'.")
NOT_TABULATED = Message(
    "not_tabulated",
    "the report shows '{indicator}' {domain_en}, which `tabulation:` does not ask for.\n"
    "  Put that indicator under `tabulation:` with {wanted} among its `by:`, or take it out of the report.",
    "el informe muestra '{indicator}' {domain_es}, que `tabulation:` no pide.\n"
    "  Ponga ese indicador en `tabulation:` con {wanted} en su `by:`, o quítelo del informe.")


def plan_problems(study: Study, mapping: Mapping, dictionary: Dictionary, *, where: Where) -> list[Problem]:
    """Every count and every exhibit that nothing in the study gives.

    Parameters
    ----------
    study, mapping, dictionary : Study, Mapping, Dictionary
        A study whose names were found to exist.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Returns
    -------
    list of Problem
        Empty when every level counted is mapped and everything shown is tabulated.
    """
    return [*_levels(study, mapping, where), *_shown(study, dictionary, where)]


def _levels(study: Study, mapping: Mapping, where: Where) -> Iterator[Problem]:
    named: list[tuple[tuple[str | int, ...], str | None]] = [(("design", "level"), study.design.level)]
    for number, step in enumerate(study.weighting):
        named += [(("weighting", number, "level"), step.level), (("weighting", number, "counts"), step.counts)]
    for place, level in named:
        if level is not None and level not in mapping.levels:
            yield Problem(LEVEL_UNMAPPED, where(place), {
                "name": place[-1], "level": level, "mapped": ", ".join(mapping.levels) or "-"})


def _shown(study: Study, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    asked = {(name, frozenset(by)) for table in study.tabulation for name in table.indicators for by in table.by}
    # What is compared is tabulated too.
    asked |= {(item.indicator, frozenset((*item.by, item.between))) for item in study.analyses.comparisons}
    asked |= {
        (name, frozenset(by)) for item in study.rounds.change for name in item.indicators for by in item.by
    }
    asked |= {(item.indicator, frozenset(by)) for item in study.rounds.trend for by in ((), (item.by,))}

    def check(name: str, by: Collection[str], place: tuple[str | int, ...]) -> Iterator[Problem]:
        whole = name.split(".")[0]
        if whole in dictionary.indicators and not {(name, frozenset(by)), (whole, frozenset(by))} & asked:
            domain = ", ".join(by)
            yield Problem(NOT_TABULATED, where(place), {
                "indicator": name, "wanted": f"[{domain}]",
                "domain_en": f"by {domain}" if by else "for the whole population",
                "domain_es": f"por {domain}" if by else "para toda la población"})

    for number, figure in enumerate(study.report.key_figures):
        yield from check(figure.indicator, tuple(figure.domain), ("report", "key_figures", number))
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            for name in exhibit.indicators:
                yield from check(name, exhibit.by, ("report", "chapters", number, "exhibits", place))
