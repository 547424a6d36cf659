"""The study sections of a DDI document: citation, scope, sampling, weighting, response and access."""

from __future__ import annotations

from lxml import etree

from pipeline.ddi.documented_file import DocumentedFile
from pipeline.ddi.elements import add
from pipeline.ddi.words import STEPS, WORDS
from pipeline.study_files import LoadedStudy
from surveys.study import Study


def document_description(
    section: etree._Element, loaded: LoadedStudy, file: DocumentedFile, language: str, number: str
) -> None:
    """Describe the document itself.

    Parameters
    ----------
    section : Element
        ``docDscr``.
    loaded : LoadedStudy
        The study.
    file : DocumentedFile
        The file.
    language : {"es", "en"}
        Language of the texts.
    number : str
        Identifier of the document.
    """
    citation = add(section, "citation")
    titles = add(citation, "titlStmt")
    add(titles, "titl", _title(loaded.study, file, language))
    add(titles, "IDNo", number)
    made = add(citation, "prodStmt")
    add(made, "prodDate", str(loaded.study.year), date=str(loaded.study.year))
    add(made, "software", "Caracteriza")


def study_description(
    section: etree._Element, loaded: LoadedStudy, file: DocumentedFile, language: str, number: str,
    answered: dict[str, dict[str, int]],
) -> None:  # fmt: skip
    """Describe the study.

    Parameters
    ----------
    section : Element
        ``stdyDscr``.
    loaded : LoadedStudy
        The study.
    file : DocumentedFile
        The file.
    language : {"es", "en"}
        Language of the texts.
    number : str
        Identifier of the study in a catalogue.
    answered : dict
        Counts of who answered, by variable and code.
    """
    study = loaded.study
    _citation(add(section, "citation"), study, file, language, number)
    _scope(add(section, "stdyInfo"), loaded, file, language)
    _method(add(section, "method"), loaded, language, answered)
    _access(add(section, "dataAccs"), study, file, language)


def _citation(citation: etree._Element, study: Study, file: DocumentedFile, language: str, number: str) -> None:
    titles = add(citation, "titlStmt")
    add(titles, "titl", _title(study, file, language))
    if study.subtitle is not None:
        add(titles, "subTitl", study.subtitle.get(language))
    add(titles, "IDNo", number)
    if study.producer is not None:
        add(add(citation, "rspStmt"), "AuthEnty", study.producer.get(language))
    made = add(citation, "prodStmt")
    for member in study.working_group:
        add(made, "producer", member.institution, role=WORDS[language].get(member.role, member.role))
    add(made, "prodDate", str(study.year), date=str(study.year))
    add(made, "software", "Caracteriza")
    add(add(citation, "verStmt"), "version", WORDS[language]["version"], date=str(study.year))


def _scope(info: etree._Element, loaded: LoadedStudy, file: DocumentedFile, language: str) -> None:
    study, words = loaded.study, WORDS[language]
    subject = add(info, "subject")
    for word in words["keywords"].split("; "):
        add(subject, "keyword", word)
    about = [words["abstract"]]
    if study.synthetic:
        about.insert(0, words["synthetic"])
    if study.report.foreword is not None:
        about.append(study.report.foreword.get(language))
    add(info, "abstract", " ".join(about))
    scope = add(info, "sumDscr")
    if study.reference_period is not None:
        add(scope, "timePrd", study.reference_period.get(language))
    add(scope, "collDate", str(study.year), date=str(study.year))
    add(scope, "nation", study.country, abbr=study.country)
    add(scope, "anlyUnit", file.label.get(language))
    add(scope, "universe", words["universe_of_study"])
    add(scope, "dataKind", words["data_kind_synthetic" if study.synthetic else "data_kind"])


def _method(method: etree._Element, loaded: LoadedStudy, language: str, answered: dict[str, dict[str, int]]) -> None:
    study, words = loaded.study, WORDS[language]
    collected = add(method, "dataColl")
    add(collected, "timeMeth", words["cross_section"])
    notes = study.design.notes
    add(collected, "sampProc", words["sampling"] if notes is None else notes.get(language))
    steps = list(dict.fromkeys(step.step for step in study.weighting))
    said = "; ".join(STEPS[language].get(name, name) for name in steps)
    add(collected, "weight", f"{words['weighting']} {said}.")
    add(collected, "cleanOps", words["cleaning"])
    results = add(method, "anlyInfo")
    for response in study.response:
        counts = answered.get(response.variable or response.level) or dict(response.counts)
        if counts:
            add(results, "respRate", _response(loaded, response.variable, response.level, counts, language))
    add(results, "EstSmpErr", words["errors"])


def _response(
    loaded: LoadedStudy, variable: str | None, level: str, counts: dict[str, int], language: str
) -> str:
    spec = None if variable is None else loaded.dictionary.variables[variable]
    names = {} if spec is None or spec.codes is None else loaded.dictionary.code_lists[spec.codes].codes
    title = loaded.dictionary.levels[level].label.get(language) if spec is None else spec.label.get(language)
    said = [f"{names[code].label.get(language) if code in names else code}: {number:,}"
            for code, number in counts.items() if number]  # fmt: skip
    return f"{title}. {'; '.join(said)}."


def _access(access: etree._Element, study: Study, file: DocumentedFile, language: str) -> None:
    words = WORDS[language]
    available = add(access, "setAvail")
    add(available, "avlStatus", file.access.get(language))
    use = add(access, "useStmt")
    add(use, "confDec", words["confidentiality"])
    add(use, "citReq", words["cite"])
    if study.public_use is not None:
        add(use, "conditions", study.public_use.reason.get(language))
    add(use, "disclaimer", words["disclaimer"])


def _title(study: Study, file: DocumentedFile, language: str) -> str:
    start = f"{WORDS[language]['mark']}: " if study.synthetic else ""
    return f"{start}{study.title.get(language)}. {file.label.get(language)}"
