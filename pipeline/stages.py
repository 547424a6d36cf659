"""The stages of a study: their order, what each reads and therefore when it must run again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage.

    Parameters
    ----------
    name : str
        Name of the target and of the folder in ``build/<study>``.
    module : str
        Module with ``run(run: Run) -> None``.
    after : tuple of str
        Stages whose results it reads.
    ignores : tuple of str
        Files and folders of the study folder that are no reason for it to run again; every other file is, except notes
        (``.md``).
    folders : tuple of str
        Folders of the project, besides code and dictionary, that it reads.
    sources : bool
        Whether it reads the source files.
    records : bool
        Whether it reads the records and findings of the stages before, and not only their data. Without them
        a stage does not run again when a record changed and the data did not.
    rounds : bool
        Whether it reads the estimates of the earlier rounds that the study compares itself with.
    texts : bool
        Whether it prints what the authors wrote in ``recommendations.<language>.md`` of the study folder.
    es, en : str
        What the stage does, for people.
    """

    name: str
    module: str
    after: tuple[str, ...]
    ignores: tuple[str, ...]
    es: str
    en: str
    folders: tuple[str, ...] = ()
    sources: bool = False
    records: bool = True
    rounds: bool = False
    texts: bool = False


# what comes after a release: who signed it, what it was, and why the next one differs
_QUESTIONS = "import_questions.yaml"
_AFTER = ("signatures", "releases", "changes.yaml", _QUESTIONS)
_SIGNED = ("signatures", "changes.yaml", _QUESTIONS)
_PUBLISHED = ("published.csv", "figures.yaml", *_AFTER)
_TABLES = (*_PUBLISHED, "population_totals.csv")

EDITIONS = "editions"
STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage("plan", "pipeline.planning", (), _PUBLISHED, "el plan del estudio", "the plan of the study"),
        Stage(
            "ingest", "pipeline.ingest", (), _TABLES, "lectura y revisión de los datos",
            "reading and checking the data", sources=True,
        ),
        Stage(
            "weight", "pipeline.weighting", ("ingest",), _PUBLISHED,
            "los factores de expansión", "the weights", records=False,
        ),
        Stage(
            "estimate", "pipeline.estimation", ("ingest", "weight"), _PUBLISHED,
            "las estimaciones y su precisión", "the estimates and their precision", records=False, rounds=True,
        ),
        Stage(
            "report", "pipeline.reporting", ("ingest", "weight", "estimate"), _AFTER,
            "el informe", "the report", folders=("report_templates",), texts=True,
        ),
        Stage(
            "validate", "pipeline.validation", ("ingest", "weight", "estimate"), ("signatures", _QUESTIONS),
            "la validación", "the validation", folders=("report_templates",),
        ),
        Stage(
            "disseminate", "pipeline.dissemination", ("ingest", "weight", "estimate", "validate"),
            _SIGNED, "la difusión", "the dissemination", folders=("report_templates",),
        ),
        Stage(
            EDITIONS, "pipeline.editions.drafting",
            ("ingest", "weight", "estimate", "report", "validate", "disseminate"), _SIGNED,
            "las ediciones de cada público", "the editions of each audience", folders=("report_templates",),
        ),
    )
}

# The edition that is signed: no part of `study`, because people come before it.
RELEASE = Stage(
    "release", "pipeline.releasing", ("ingest", "weight", "estimate", "report", "validate"),
    (), "la edición firmada", "the signed edition", folders=("report_templates",), texts=True,
)  # fmt: skip

# The same for every audience, made of the signed edition.
FINAL_EDITIONS = Stage(
    "final_editions", "pipeline.editions.finishing", (*RELEASE.after, RELEASE.name), (),
    "las ediciones firmadas de cada público", "the signed editions of each audience", folders=("report_templates",),
)  # fmt: skip

# written by a stage about itself; see `Stage.records`
RECORDS = ("record.json", "findings.csv", "findings.json")

# Microdata that may be given away: no part of `study`, because most studies permit none.
PUBLIC_USE = Stage(
    "public_use", "pipeline.public_use.making", ("ingest", "weight", "estimate"),
    ("published.csv", "figures.yaml", "signatures", "releases", "changes.yaml"),
    "los archivos de uso público", "the public-use files",
)  # fmt: skip

# One sheet for each place: no part of `study`, because most studies want none.
FACTSHEETS = Stage(
    "factsheets", "pipeline.factsheets", ("ingest", "weight", "estimate"),
    ("published.csv", "figures.yaml", "signatures", "releases", "changes.yaml"),
    "las fichas", "the fact sheets", folders=("report_templates",),
)  # fmt: skip


def needed_for(target: str, stages: dict[str, Stage] | None = None) -> list[Stage]:
    """Return the stages to run for a target, in order.

    Parameters
    ----------
    target : str
        A stage, or ``study`` for all of them.
    """
    known = STAGES if stages is None else stages
    wanted = set(known) if target == "study" else _with_earlier([target], known)
    return [stage for name, stage in known.items() if name in wanted]


def _with_earlier(names: Iterable[str], known: dict[str, Stage]) -> set[str]:
    found: set[str] = set()
    for name in names:
        found |= {name} | _with_earlier(known[name].after, known)
    return found
