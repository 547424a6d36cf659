"""What the target `import-proof` does: an edition brought up to date, imported, and told as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveys.problems import Message, Problem, StudyError

if TYPE_CHECKING:
    from pipeline.import_proof.engines import Which
    from pipeline.verbs import Call

HARMONIZED = "harmonized"
NO_EDITION = Message(
    "import_no_edition",
    "this study has no edition '{name}'. It has: {known}. Name one of them.",
    "este estudio no tiene una edición '{name}'. Tiene: {known}. Indique una de ellas.",
)
NO_ENGINE = Message(
    "import_no_engine",
    "'{name}' is no database that this can use: postgresql or duckdb was expected. Correct ENGINE=.",
    "'{name}' no es una base de datos que esto pueda usar: se esperaba postgresql o duckdb. Corrija ENGINE=.",
)


def import_proof_verb(call: Call) -> None:
    """Import an edition into an empty database and refuse it when anything fails.

    Raises
    ------
    ProblemsFound
        No such edition or database; or a check or a question that failed, after the page was written and said.
    """
    from pipeline.atomic import write_text
    from pipeline.import_proof.proving import proof_page, prove, refuse
    from pipeline.import_proof.questions import read_questions

    which = _engine(call.options.engine)
    schemas = call.project.root / "surveys" / "schemas"
    if call.options.study == HARMONIZED:
        name, edition = HARMONIZED, _harmonized(call)
        questions = read_questions(call.project.root / "surveys" / HARMONIZED, schemas)
        pages = {language: edition / f"{HARMONIZED}_{language}.html" for language in ("es", "en")}
        into = edition.parent
    else:
        name, edition = _edition(call)
        questions = read_questions(call.folder, schemas)
        report = call.request().results / "report"
        pages = {language: report / f"report_{language}.html" for language in ("es", "en")}
        into = edition.parent.parent
    pages = {language: path for language, path in pages.items() if path.is_file()}
    proof = prove(edition, questions, pages, which=which)
    page = proof_page(proof, name, call.language)
    written = into / "import_proof" / f"{edition.name}_{call.language}.md"
    written.parent.mkdir(exist_ok=True, mode=0o700)
    write_text(written, page)
    call.answer.say(page)
    call.answer.made([written])
    call.answer.result |= {
        "edition": edition.name, "database": proof.engine, "failed": proof.failed,
        "checks": [
            {"table": one.table, "what": one.what.en, "of": one.of, "failed": one.failed} for one in proof.checks
        ],
        "answers": [
            [{"label": label, "value": value, "printed": told} for label, value, told in one.lines]
            for one in proof.answers
        ],
    }  # fmt: skip
    refuse(proof, name)


def _engine(asked: str) -> Which | None:
    if asked in ("postgresql", "duckdb"):
        return "postgresql" if asked == "postgresql" else "duckdb"
    if asked:
        raise StudyError([Problem(NO_ENGINE, "import-proof", {"name": asked})])
    return None


def _edition(call: Call) -> tuple[str, Path]:
    """Bring the editions up to date and choose one: the one named, or the first for institutions, or the public one."""
    from pipeline.editions.rows import editions_of
    from pipeline.runner import run_stages
    from pipeline.stages import EDITIONS
    from pipeline.study_files import load_study

    request = call.request()
    editions = editions_of(load_study(call.folder, call.project).study)
    wanted = call.options.edition
    if wanted and wanted not in [one.name for one in editions]:
        details = {"name": wanted, "known": ", ".join(one.name for one in editions)}
        raise StudyError([Problem(NO_EDITION, f"{request.study_name}  import-proof", details)])
    run_stages(request, EDITIONS, call.progress)
    for_institutions = [one.name for one in editions if one.audience == "institutions"]
    chosen = wanted or (for_institutions or [one.name for one in editions])[0]
    return f"{request.study_name}, {chosen}", request.results / EDITIONS / chosen


def _harmonized(call: Call) -> Path:
    from pipeline.harmonized import harmonized

    harmonized(call.project, call.request, call.options.studies.replace(",", " ").split(), call.progress)
    return call.build / HARMONIZED
