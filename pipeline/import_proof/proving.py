"""``make import-proof``: an edition in an empty database, through its metadata alone, checked and asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.import_proof.checks import Check, import_checks
from pipeline.import_proof.described import Import
from pipeline.import_proof.engines import Which, database
from pipeline.import_proof.questions import Answer, Question, ask
from pipeline.import_proof.sdmx_structure import read_sdmx
from pipeline.import_proof.totals import observation_checks
from pipeline.import_proof.web_metadata import read_csvw
from surveys.problems import DataError, Language, Message, Problem

NOTHING = Message(
    "import_nothing",
    "there is nothing to import in {folder}: neither sdmx_structure.xml with sdmx_data.csv nor csv-metadata.json. Give "
    "the edition `sdmx` or `csvw` under `formats:`.",
    "no hay qué importar en {folder}: ni sdmx_structure.xml con sdmx_data.csv ni csv-metadata.json. Dé a la edición "
    "`sdmx` o `csvw` en `formats:`.",
)
FAILED = Message(
    "import_failed",
    "the edition cannot be imported as it is: {count} of {of} checks and questions failed; they are marked ✗ above.",
    "la edición no puede importarse como está: fallaron {count} de {of} revisiones y preguntas; llevan ✗ arriba.",
)
_WORDS = {
    "es": ("Prueba de importación", "de", "Pregunta", "en el informe", "sí", "no", "la base de datos no dio respuesta"),
    "en": ("Import proof", "of", "Question", "in the report", "yes", "no", "the database gave no answer"),
}


@dataclass(frozen=True)
class Proof:
    """What a proof found.

    Parameters
    ----------
    engine : str
        Database used.
    checks : tuple of Check
        Of the tables and of what they say of one another.
    answers : tuple of Answer
        To the questions.
    """

    engine: str
    checks: tuple[Check, ...]
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> int:
        """Checks and questions that failed."""
        return sum(not one.passed for one in self.checks) + sum(not one.passed for one in self.answers)


def prove(
    folder: Path, questions: list[Question], pages: dict[str, Path], *, which: Which | None = None
) -> Proof:  # fmt: skip
    """Import a folder and check it.

    Parameters
    ----------
    folder : Path
        The edition.
    questions : list of Question
        Put to the database when every check passed.
    pages : dict of str to Path
        The report as a page, by language.
    which : {"postgresql", "duckdb"}, optional
        Database; PostgreSQL where it is installed.

    Raises
    ------
    DataError
        The folder holds nothing that an importer could read.
    """
    parts = read_sdmx(folder), read_csvw(folder)
    described = Import(
        tuple(table for part in parts for table in part.tables), tuple(one for part in parts for one in part.lists)
    )  # fmt: skip
    if not described.tables:
        raise DataError([Problem(NOTHING, "import-proof", {"folder": folder.name})])
    with database(which) as engine:
        checks = list(import_checks(engine, described))
        answers: list[Answer] = []
        if all(one.passed for one in checks):
            checks += observation_checks(engine, described)
            answers += ask(engine, questions, pages)
        return Proof(engine.name, tuple(checks), tuple(answers))


def proof_page(proof: Proof, name: str, language: Language) -> str:
    """Write a proof as a page of Markdown that reads well on a terminal too."""
    title, rows, question, there, yes, no, refused = _WORDS[language]
    lines = [f"# {title}: {name} ({proof.engine})", ""]
    for table in dict.fromkeys(one.table for one in proof.checks):
        own = [one for one in proof.checks if one.table == table]
        lines.append(f"- **{table}**")
        passed = [one for one in own if one.passed]
        if passed:
            said = "; ".join(f"{one.what.get(language)} ({one.of:,})" for one in passed)
            lines.append(f"  - ✓ {said}")
        lines += [f"  - ✗ {one.what.get(language)}: {one.failed:,} {rows} {one.of:,}: {one.where}" for one in own
                  if not one.passed]  # fmt: skip
    for number, told in enumerate(proof.answers, start=1):
        lines += ["", f"## {question} {number}. {told.ask.get(language)}", ""]
        lines += [f"- {'✓' if found else '✗'} {label}: {_number(value)} ({there}: {yes if found else no})"
                  for label, value, found in told.lines]  # fmt: skip
        if not told.lines:
            lines.append(f"- ✗ {refused} {told.refused}".rstrip())
    return "\n".join(lines) + "\n"


def refuse(proof: Proof, name: str) -> None:
    """Stop when anything failed.

    Raises
    ------
    DataError
        How many checks and questions failed.
    """
    if proof.failed:
        details = {"count": proof.failed, "of": len(proof.checks) + len(proof.answers)}
        raise DataError([Problem(FAILED, f"{name}  import-proof", details)])


def _number(value: str) -> str:
    if not value:
        return "-"
    return f"{float(value):,.4g}" if abs(float(value)) < 1000 else f"{float(value):,.0f}"
