"""Questions put to an imported edition in SQL, whose answers must be the numbers that the report prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.import_proof.engines import Engine, Refused
from pipeline.import_proof.printed import Printed, printed_lines, prints
from pipeline.shapes import check_shape
from pipeline.yaml_files import read_yaml
from surveys.dictionary import Label
from surveys.problems import Message, Problem, StudyError

FILE = "import_questions.yaml"
NOT_A_QUESTION = Message(
    "import_not_a_question",
    "the SQL of this question is not one SELECT. Write one statement that begins with SELECT or WITH, without a "
    "semicolon, and gives columns `label` and `value`.",
    "el SQL de esta pregunta no es un solo SELECT. Escriba una sola orden que empiece con SELECT o WITH, sin punto y "
    "coma, y dé las columnas `label` y `value`.",
)


@dataclass(frozen=True)
class Question:
    """A question in words and in SQL; ``language`` is that of the labels it gives."""

    ask: Label
    sql: str
    language: str = "es"


@dataclass(frozen=True)
class Answer:
    """The lines that the database gave, each with whether the report prints its number; none when it refused."""

    ask: Label
    lines: tuple[tuple[str, str, bool], ...]
    refused: str = ""

    @property
    def passed(self) -> bool:
        """The database answered, and every number stands in the report."""
        return bool(self.lines) and all(line[2] for line in self.lines)


def read_questions(folder: Path, schemas: Path) -> list[Question]:
    """Read ``import_questions.yaml`` of a study folder; none where there is no file.

    Raises
    ------
    StudyError
        Every problem of the file.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    document = read_yaml(path, shown=f"{folder.name}/{FILE}")
    problems = check_shape(document, schemas / "import_questions.schema.json")
    if not problems:
        for number, item in enumerate(document.data["questions"]):
            sql = item["sql"].strip()
            if ";" in sql or not re.match(r"(?i)(select|with)\b", sql):
                problems.append(Problem(NOT_A_QUESTION, document.where(("questions", number, "sql")), {}))
    if problems:
        raise StudyError(problems)
    return [
        Question(Label(item["ask"]["es"], item["ask"]["en"]), item["sql"].strip(), item.get("language", "es"))
        for item in document.data["questions"]
    ]


def ask(engine: Engine, questions: list[Question], pages: dict[str, Path]) -> Iterator[Answer]:
    """Put questions to the database and look for each answer in the report.

    Parameters
    ----------
    engine : Engine
        With the edition loaded.
    questions : list of Question
        Each gives ``label`` and ``value``.
    pages : dict of str to Path
        The report as a page, by language.

    Yields
    ------
    Answer
    """
    lines = {language: printed_lines(path) for language, path in pages.items()}
    for question in questions:
        try:
            rows = engine.rows(question.sql)
        except Refused as refused:
            yield Answer(question.ask, (), str(refused))
            continue
        shown = lines.get(question.language, [])
        yield Answer(question.ask, tuple((row[0], row[1], _told(shown, row)) for row in rows))


def _told(lines: list[Printed], row: tuple[str, ...]) -> bool:
    """Tell whether the report prints what a row of an answer says; a row without a number says nothing."""
    try:
        return prints(lines, row[0], float(row[1]))
    except ValueError:
        return False
