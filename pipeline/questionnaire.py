"""The questionnaire of a study as an XLSForm: questions, skips, ranges and answers, in Spanish and English."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.questionnaire_xpath import NotTranslatable, Translator
from pipeline.study_files import LoadedStudy
from surveys.dictionary import Dictionary, Label, Variable
from surveys.expressions import parse
from surveys.mapping import Mapping as SourceMapping

LANGUAGES = {"es": "Español (es)", "en": "English (en)"}
SURVEY = (
    "type",
    "name",
    *(f"label::{name}" for name in LANGUAGES.values()),
    "relevant",
    "constraint",
    *(f"constraint_message::{name}" for name in LANGUAGES.values()),
    "required",
    "calculation",
)
CHOICES = ("list_name", "name", *(f"label::{name}" for name in LANGUAGES.values()))
SETTINGS = ("form_title", "form_id", "version", "default_language")
TYPES = {"integer": "integer", "number": "decimal", "text": "text"}
VOLUNTARY = Label(
    es="Participar es voluntario: la persona puede no responder una pregunta o terminar cuando quiera.",
    en="Taking part is voluntary: the person may leave a question unanswered or stop at any time.",
)
RANGE = Label(es="Se espera un valor de {low} a {high}.", en="A value from {low} to {high} is expected.")


@dataclass(frozen=True)
class Form:
    """The three sheets of a form as rows of texts.

    Parameters
    ----------
    survey, choices, settings : list of mapping
        Rows by column name.
    untranslated : tuple of str
        Variables whose condition or formula a device cannot compute: asked of all, or left to be filled in.
    """

    survey: list[Mapping[str, str]]
    choices: list[Mapping[str, str]]
    settings: Mapping[str, str]
    untranslated: tuple[str, ...] = field(default=())


def write_questionnaire(path: Path, loaded: LoadedStudy) -> dict[str, Any]:
    """Write the form of a study.

    Parameters
    ----------
    path : Path
        Workbook to write; the same study always gives the same bytes.
    loaded : LoadedStudy
        Its dictionary gives the questions. When its mapping names variables with a question, only these are
        asked, else all questions of the dictionary.

    Returns
    -------
    dict
        Counts of questions, answers and lists, and the names left untranslated.
    """
    study = loaded.study
    asked = asked_variables(loaded.dictionary, loaded.mapping)
    form = form_of(loaded.dictionary, asked, title=study.title, name=study.name, version=str(study.year),
                   period=study.reference_period)  # fmt: skip
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": study.title.es, "created": datetime.datetime(study.year, 1, 1)})
        for sheet, columns, rows in (
            ("survey", SURVEY, form.survey),
            ("choices", CHOICES, form.choices),
            ("settings", SETTINGS, [form.settings]),
        ):
            page = book.add_worksheet(sheet)
            for place, column in enumerate(columns):
                page.write_string(0, place, column)
                for number, row in enumerate(rows, start=1):
                    if row.get(column):
                        # A text stays a text even when it begins with '=': nothing here is ever a formula.
                        page.write_string(number, place, row[column])
            page.freeze_panes(1, 2)
    return {"questions": len(asked), "choices": len(form.choices), "untranslated": list(form.untranslated)}


def asked_variables(dictionary: Dictionary, mapping: SourceMapping) -> list[Variable]:
    """Return the variables to ask, in the order of the dictionary."""
    mapped = {name for level in mapping.levels.values() for name in level.variables}
    asked = [one for one in dictionary.variables.values() if one.question is not None and one.derive is None]
    return [one for one in asked if one.name in mapped] or asked


def form_of(
    dictionary: Dictionary, asked: Iterable[Variable], *, title: Label, name: str, version: str,
    period: Label | None = None,
) -> Form:  # fmt: skip
    """Build the form.

    Parameters
    ----------
    dictionary : Dictionary
        Levels, code lists, and the derived variables that conditions read.
    asked : iterable of Variable
        Variables with a question.
    title, name, version : Label, str, str
        Of the form.
    period : Label, optional
        Reference period, which the questions call so; said once at the beginning.

    Returns
    -------
    Form
        Levels below the first are repeat groups. A variable that a condition reads but nobody asks is computed
        where it is derived, and otherwise a hidden field that the sample file fills in.

    Notes
    -----
    What may be left unanswered: everything sensitive. A device cannot force a victim to speak.

    References
    ----------
    XLSForm specification, https://xlsform.org; XPath 1.0.
    """
    questions = list(asked)
    needed = _needed(dictionary, questions)
    levels = [
        level
        for level in dictionary.levels.values()
        if level.parent is None
        or any(level.name in dictionary.lineage(one.level) for one in (*questions, *needed.values()))
    ]
    repeats = {level.name: _free(level.name, dictionary) for level in levels if level.parent is not None}
    maker = _Maker(dictionary, Translator(dictionary, repeats), questions, needed, repeats)
    survey = [_row("note", "voluntary", VOLUNTARY)]
    if period is not None:
        said = Label(es=f"Período de referencia: {period.es}.", en=f"Reference period: {period.en}.")
        survey.append(_row("note", "reference_period", said))
    for level in levels:
        if level.parent is None:
            survey += maker.level(level.name)
    used = {str(one.codes): None for one in questions if one.codes}
    choices: list[Mapping[str, str]] = [
        {"list_name": code_list, "name": code.code, **_labels("label", code.label)}
        for code_list in used
        for code in dictionary.code_lists[code_list].codes.values()
    ]
    settings = {
        "form_title": _inert(title.es),
        "form_id": name,
        "version": version,
        "default_language": LANGUAGES["es"],
    }
    return Form(survey, choices, settings, tuple(sorted(maker.untranslated)))


@dataclass(frozen=True)
class _Maker:
    dictionary: Dictionary
    translator: Translator
    questions: list[Variable]
    needed: Mapping[str, Variable]
    repeats: Mapping[str, str]
    untranslated: dict[str, None] = field(default_factory=dict)

    def level(self, name: str) -> list[Mapping[str, str]]:
        spec = self.dictionary.levels[name]
        rows: list[Mapping[str, str]] = [self._key(name, spec.key[-1])]
        keys = {key for level in self.dictionary.levels.values() for key in level.key}
        rows += [self._unasked(one) for one in self.needed.values() if one.level == name and one.name not in keys]
        rows += [self._question(one) for one in self.questions if one.level == name and one.name not in keys]
        for child in self.dictionary.levels.values():
            if child.parent == name and child.name in self.repeats:
                group = self.repeats[child.name]
                rows += [
                    _row("begin_repeat", group, child.label),
                    *self.level(child.name),
                    {"type": "end_repeat", "name": group},
                ]
        return rows

    def _key(self, level: str, key: str) -> Mapping[str, str]:
        if level in self.repeats:
            return {"type": "calculate", "name": key, "calculation": "position(..)"}
        variable = self.dictionary.variables.get(key)
        label = variable.label if variable is not None else self.dictionary.levels[level].label
        return {**_row("text", key, label), "required": "yes"}

    def _unasked(self, variable: Variable) -> Mapping[str, str]:
        if variable.derive is not None:
            try:
                return {
                    "type": "calculate",
                    "name": variable.name,
                    "calculation": self.translator.calculation(variable),
                }
            except NotTranslatable:
                self.untranslated[variable.name] = None
        return {"type": "hidden", "name": variable.name}

    def _question(self, variable: Variable) -> Mapping[str, str]:
        kind = {"code": f"select_one {variable.codes}", "multiple": f"select_multiple {variable.codes}"}
        row = dict(
            _row(kind.get(variable.type) or TYPES[variable.type], variable.name, variable.question or variable.label)
        )
        if variable.universe is not None:
            try:
                row["relevant"] = self.translator.condition(variable.universe)
            except NotTranslatable:
                self.untranslated[variable.name] = None
        if variable.range is not None and variable.type in ("integer", "number"):
            low, high = (f"{bound:.15g}" for bound in variable.range)
            row["constraint"] = f". >= {low} and . <= {high}"
            message = Label(RANGE.es.format(low=low, high=high), RANGE.en.format(low=low, high=high))
            row.update(_labels("constraint_message", message))
        if variable.disclosure != "sensitive":
            row["required"] = "yes"
        return row


def _needed(dictionary: Dictionary, questions: list[Variable]) -> dict[str, Variable]:
    """Variables that conditions read, directly or through formulas, and that are not asked."""
    asked = {one.name for one in questions}
    waiting = [one.universe for one in questions if one.universe is not None]
    found: dict[str, Variable] = {}
    while waiting:
        for name in parse(waiting.pop()).names:
            variable = dictionary.variables.get(name)
            if variable is None or name in asked or name in found:
                continue
            found[name] = variable
            waiting += [text for text in (variable.derive, variable.universe) if text is not None and variable.derive]
    return {name: found[name] for name in dictionary.variables if name in found}


def _row(kind: str, name: str, label: Label) -> Mapping[str, str]:
    return {"type": kind, "name": name, **_labels("label", label)}


def _labels(column: str, label: Label) -> dict[str, str]:
    return {f"{column}::{title}": _inert(label.get(language)) for language, title in LANGUAGES.items()}


def _inert(text: str) -> str:
    """Keep a text from being read as a reference to a question."""
    return " ".join(text.replace("${", "$ {").split())


def _free(name: str, dictionary: Dictionary) -> str:
    return f"{name}_rows" if name in dictionary.variables else name
