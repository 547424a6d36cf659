"""Find the editions of a study that nobody could make, or that would tell somebody more than the study allows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from surveys.dictionary import Label
from surveys.editions import DOCUMENTS, PUBLIC, Edition
from surveys.expression_checks import nearest
from surveys.problems import Message, Problem
from surveys.study import Study

Place = tuple[str | int, ...]
Where = Callable[[Place], str]

WITHOUT_RULES = Message(
    "edition_without_rules",
    "edition '{name}' has no disclosure rules. Say under `disclosure:` from how many cases it shows a figure about "
    "victims: `disclosure: {{minimum_cases: {least}}}`, or more.",
    "la edición '{name}' no tiene reglas de confidencialidad. Diga en `disclosure:` desde cuántos casos muestra una "
    "cifra sobre víctimas: `disclosure: {{minimum_cases: {least}}}`, o más.",
)
WEAKER = Message(
    "edition_rule_weaker",
    "edition '{name}' asks for less protection ({rule}: {found}) than the study asks of all its editions ({least}). "
    "Write {least} or more, or change `publication:`.",
    "la edición '{name}' pide menos protección ({rule}: {found}) de la que el estudio pide a todas sus ediciones "
    "({least}). Escriba {least} o más, o cambie `publication:`.",
)
EXACT_BESIDE_ROUNDED = Message(
    "edition_exact_beside_rounded",
    "edition '{name}' would print exact figures, but `publication:` rounds them for everybody. Write `protection: "
    "rounding` in the edition too.",
    "la edición '{name}' imprimiría cifras exactas, pero `publication:` las redondea para todos. Escriba `protection: "
    "rounding` también en la edición.",
)
TWICE = Message(
    "edition_twice",
    "two editions are called '{name}'; each has a folder of its own. Rename one.",
    "dos ediciones se llaman '{name}'; cada una tiene su carpeta. Cambie el nombre de una.",
)
ONE_PUBLIC = Message(
    "edition_one_public",
    "{found} editions have `audience: public`; exactly one was expected, because the report and the signed releases "
    "are made from it.",
    "{found} ediciones tienen `audience: public`; se esperaba exactamente una, porque de ella salen el informe y las "
    "publicaciones firmadas.",
)
FORMAT_UNKNOWN = Message(
    "edition_format",
    "there is no format '{name}'. The nearest is '{nearest}'; there are: {known}.",
    "no existe el formato '{name}'. El más parecido es '{nearest}'; existen: {known}.",
)
DETAIL_UNKNOWN = Message(
    "edition_detail",
    "edition '{edition}' includes '{name}', which this study does not tabulate. The nearest is '{nearest}'; correct "
    "the name, or add it to `tabulation:`.",
    "la edición '{edition}' incluye '{name}', que este estudio no tabula. Lo más parecido es '{nearest}'; corrija el "
    "nombre, o agréguelo a `tabulation:`.",
)
LANGUAGE = Message(
    "edition_language",
    "edition '{edition}' wants the language '{name}', in which the study is not published ({known}). Add it to "
    "`languages:` of the study, or take it out.",
    "la edición '{edition}' quiere el idioma '{name}', en el que el estudio no se publica ({known}). Agréguelo a "
    "`languages:` del estudio, o quítelo.",
)
DOCUMENT_BEYOND = Message(
    "edition_document_beyond",
    "edition '{name}' includes '{document}', which is written from every row of the public edition, but {why_en}. "
    "Take the document out of `formats:`, or {remedy_en}.",
    "la edición '{name}' incluye '{document}', que se escribe con todas las filas de la edición pública, pero "
    "{why_es}. Quite el documento de `formats:`, o {remedy_es}.",
)
REPORT_BEYOND = Message(
    "report_beyond_public",
    "the report shows '{name}' by {by}, which the public edition does not include; the report is public. Take it out "
    "of the report, or add it to `detail:` of the public edition.",
    "el informe muestra '{name}' por {by}, que la edición pública no incluye; el informe es público. Quítelo del "
    "informe, o agréguelo a `detail:` de la edición pública.",
)
ANALYSIS_BEYOND = Message(
    "analysis_beyond_public",
    "`{entry}:` prints '{name}' by {by}, which the public edition does not include; comparisons, changes and trends "
    "are public. Take it out there, or add it to `detail:` of the public edition.",
    "`{entry}:` imprime '{name}' por {by}, que la edición pública no incluye; las comparaciones, los cambios y las "
    "tendencias son públicos. Quítelo allí, o agréguelo a `detail:` de la edición pública.",
)
NO_RECEIVERS = Message(
    "edition_no_receivers",
    "edition '{name}' is for the working group, but the study declares none. Name its members under `working_group:`.",
    "la edición '{name}' es para el grupo de trabajo, pero el estudio no declara ninguno. Nombre a sus integrantes en "
    "`working_group:`.",
)
LESS_DETAIL = Label("esta edición no tiene todas", "this edition has not all of them")
ADD_DETAIL = Label("incluya en `detail:` lo que incluye la pública", "include in `detail:` what the public one has")
OTHER_ROUNDING = Label("esta edición redondea de otro modo", "this edition rounds otherwise")
ROUND_ALL = Label("redondee todas en `publication:`", "round them all under `publication:`")


def edition_problems(study: Study, formats: Collection[str], where: Where) -> list[Problem]:
    """Every fault of the declared editions.

    Parameters
    ----------
    study : Study
        What there is to include, and the protection that no edition may fall below.
    formats : collection of str
        Names of the formats of a release.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Returns
    -------
    list of Problem
        Empty when none is declared.
    """
    editions = study.editions.declared
    if not editions:
        return []
    found: list[Problem] = []
    public = [edition for edition in editions if edition.audience == PUBLIC]
    if len(public) != 1:
        found.append(Problem(ONE_PUBLIC, where(("editions",)), {"found": len(public)}))
    seen: set[str] = set()
    for number, edition in enumerate(editions):
        at: tuple[str | int, ...] = ("editions", number)
        if edition.name in seen:
            found.append(Problem(TWICE, where(at), {"name": edition.name}))
        seen.add(edition.name)
        found += _rule_problems(edition, study, at, where)
        found += _name_problems(edition, study, formats, at, where)
        found += _document_problems(edition, study, at, where)
    if len(public) == 1:
        found += _beyond_public(study, where)
    return found


def _rule_problems(edition: Edition, study: Study, at: Place, where: Where) -> Iterator[Problem]:
    of_all = study.publication
    rules = edition.disclosure
    if rules is None:
        yield Problem(WITHOUT_RULES, where(at), {"name": edition.name, "least": of_all.minimum_cases})
        return
    for rule, found, least in (
        ("minimum_cases", rules.minimum_cases, of_all.minimum_cases),
        ("minimum_width", rules.minimum_width, of_all.minimum_width),
        ("rounding_base", rules.rounding_base or 0, of_all.rounding_base or 0),
    ):
        if found < least and not (rule == "rounding_base" and rules.rounding_base is None):
            yield Problem(WEAKER, where((*at, "disclosure")), {
                "name": edition.name, "rule": rule, "found": found, "least": least})  # fmt: skip
    if rules.rounding_base is None and of_all.rounding_base is not None:
        yield Problem(EXACT_BESIDE_ROUNDED, where((*at, "disclosure")), {"name": edition.name})
    if edition.audience == "working_group" and not study.working_group:
        yield Problem(NO_RECEIVERS, where(at), {"name": edition.name})


def _name_problems(
    edition: Edition, study: Study, formats: Collection[str], at: Place, where: Where
) -> Iterator[Problem]:
    known = [*formats, *DOCUMENTS]
    for place, name in enumerate(edition.formats):
        if name not in known:
            yield Problem(FORMAT_UNKNOWN, where((*at, "formats", place)), {
                "name": name, "nearest": nearest(name, known), "known": ", ".join(known)})  # fmt: skip
    for place, name in enumerate(edition.languages):
        if name not in study.languages:
            yield Problem(LANGUAGE, where((*at, "languages", place)), {
                "edition": edition.name, "name": name, "known": ", ".join(study.languages)})  # fmt: skip
    tables = _tables(study)
    held: tuple[tuple[str, tuple[str, ...] | None, set[str]], ...] = (
        ("indicators", edition.indicators, {indicator for indicator, _ in tables}),
        ("breakdowns", edition.breakdowns, {name for _, by in tables for name in by}),
    )
    for entry, names, there in held:
        for place, name in enumerate(names or ()):
            if name not in there:
                yield Problem(DETAIL_UNKNOWN, where((*at, "detail", entry, place)), {
                    "edition": edition.name, "name": name, "nearest": nearest(name, sorted(there))})  # fmt: skip


def _document_problems(edition: Edition, study: Study, at: Place, where: Where) -> Iterator[Problem]:
    rules = edition.disclosure
    short = any(
        study.editions.in_public(indicator, by) and not edition.holds(indicator, by) for indicator, by in _tables(study)
    )
    rounded = rules is not None and rules.rounding_base != study.publication.rounding_base
    for place, name in enumerate(edition.formats):
        for fault, why, remedy in ((short, LESS_DETAIL, ADD_DETAIL), (rounded, OTHER_ROUNDING, ROUND_ALL)):
            if name in DOCUMENTS and fault:
                yield Problem(DOCUMENT_BEYOND, where((*at, "formats", place)), {
                    "name": edition.name, "document": name, "why_en": why.en, "why_es": why.es,
                    "remedy_en": remedy.en, "remedy_es": remedy.es})  # fmt: skip


def _beyond_public(study: Study, where: Where) -> Iterator[Problem]:
    public = study.editions.in_public

    def shown(indicator: str, by: Collection[str], *place: str | int) -> Iterator[Problem]:
        if not public(indicator, by):
            yield Problem(REPORT_BEYOND, where(place), {"name": indicator, "by": " x ".join(by) or "_T"})

    for number, figure in enumerate(study.report.key_figures):
        yield from shown(figure.indicator, tuple(figure.domain), "report", "key_figures", number)
    for number, chapter in enumerate(study.report.chapters):
        for place, exhibit in enumerate(chapter.exhibits):
            for name in exhibit.indicators:
                yield from shown(name, exhibit.by, "report", "chapters", number, "exhibits", place)
    for entry, number, name, by in _analyses(study):
        if not public(name, by):
            yield Problem(ANALYSIS_BEYOND, where((entry, number)), {
                "entry": entry, "name": name, "by": " x ".join(by) or "_T"})  # fmt: skip


def _analyses(study: Study) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """Rows that comparisons, changes and trends are made of, with where they are declared."""
    for number, compared in enumerate(study.analyses.comparisons):
        yield "comparisons", number, compared.indicator, (*compared.by, compared.between)
    for number, changed in enumerate(study.rounds.change):
        for name in changed.indicators:
            for by in changed.by:
                yield "change", number, name, by
    for number, followed in enumerate(study.rounds.trend):
        yield "trend", number, followed.indicator, (followed.by,)


def _tables(study: Study) -> list[tuple[str, tuple[str, ...]]]:
    """Every indicator that is estimated, with the breakdowns that it is estimated by."""
    declared = [(name, by) for table in study.tabulation for name in table.indicators for by in table.by]
    return [*declared, *((name.partition(".")[0], by) for _, _, name, by in _analyses(study))]
