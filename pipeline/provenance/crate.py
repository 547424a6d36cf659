"""Describe a folder of product files as an RO-Crate: what each file is, its hash, and the run it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.hashing import file_hash, files_below
from pipeline.provenance.stage_records import StageRecord, stage_records
from pipeline.release_metadata import DRAFT, SYNTHETIC
from pipeline.study_files import LoadedStudy
from surveys.dictionary import Label
from surveys.study import Study

METADATA = "ro-crate-metadata.json"
# Files that hold the hash of the metadata file, which therefore cannot hold theirs.
_AROUND = (METADATA, "SHA256SUMS")
_CRATE = "https://w3id.org/ro/crate/1.3"
_PROCESS = "https://w3id.org/ro/wfrun/process/0.6"
_FORMATS = {
    ".pdf": "application/pdf", ".html": "text/html", ".csv": "text/csv", ".json": "application/json",
    ".xml": "application/xml", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain",
    ".jsonld": "application/ld+json", ".ttl": "text/turtle", ".zip": "application/zip", ".yaml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".parquet": "application/vnd.apache.parquet",
}  # fmt: skip
_NO_LICENCE = Label(
    "El productor no ha declarado una licencia para estos archivos; consúltele antes de redistribuirlos.",
    "The producer has stated no licence for these files; ask before passing them on.",
)


@dataclass(frozen=True)
class CrateAbout:
    """What a crate says of itself.

    Parameters
    ----------
    study : Study
        Title, producer, period, languages and sources are said from it.
    final : bool
        Signed by all who validate; otherwise the crate says that it is a draft.
    stages : tuple of StageRecord
        Stages behind the files: each becomes an action with its seal. Manifests themselves are never part of a crate:
        the hash of an internal table would let others try out what its hidden cells hold.
    licence : str or None
        Address or text of the licence of the product files.
    """

    study: Study
    final: bool
    stages: tuple[StageRecord, ...] = ()
    licence: str | None = None


def about_crate(
    loaded: LoadedStudy, build: Path, *, final: bool, stages: Iterable[str] = ("ingest", "weight", "estimate"),
    licence: str | None = None,
) -> CrateAbout:  # fmt: skip
    """Gather what a crate of a study says.

    Parameters
    ----------
    loaded : LoadedStudy
        The study.
    build : Path
        ``build/<study>``, where finished stages are (``run.build``).
    final : bool
        Signed by all who validate.
    stages : iterable of str
        Stages that the files were made from. Name only those that the stage which writes reads (``run.reads``): others
        may still be running, and the bytes would differ from run to run.
    licence : str, optional
        Licence of the product files.
    """
    return CrateAbout(loaded.study, final, stage_records(build, stages), licence)


def write_crate(folder: Path, about: CrateAbout, names: Mapping[str, Label] | None = None) -> Path:
    """Write ``ro-crate-metadata.json`` over every file below a folder of product files.

    Parameters
    ----------
    folder : Path
        Complete but for ``SHA256SUMS``, which is to be written after this and includes the crate's file. Folders below
        are described too.
    about : CrateAbout
        See `about_crate`.
    names : mapping of str to Label, optional
        What a file is, by its path inside the folder; others are called by their path.

    Returns
    -------
    Path
        The file written. Equal folders and studies give equal bytes: there is no time of day in it, and the date of
        publication is the first of January of the study's year.

    References
    ----------
    RO-Crate 1.3; Process Run Crate 0.6 (one ``CreateAction`` for each stage).
    """
    study = about.study
    paths = [path for path in files_below(folder) if path.relative_to(folder).as_posix() not in _AROUND]
    files = [_file(path, folder, names or {}) for path in paths]
    sources = [_source(study, name) for name in study.sources]
    actions = _actions(about, [_ref(one) for one in sources], [_ref(one) for one in files])
    licence = _licence(about)
    root = {
        "@id": "./", "@type": "Dataset",
        "name": study.title.en, "alternateName": study.title.es, "description": _description(about),
        "datePublished": f"{study.year}-01-01", "inLanguage": list(study.languages),
        "creativeWorkStatus": "Published" if about.final else "Draft",
        "conformsTo": {"@id": _PROCESS}, "license": {"@id": licence["@id"]},
        "hasPart": [_ref(one) for one in files], "mentions": [_ref(one) for one in actions],
        "keywords": _keywords(study),
    }  # fmt: skip
    graph: list[dict[str, Any]] = [
        {"@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": _CRATE}},
        root, {"@id": _PROCESS, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.6"}, licence,
    ]  # fmt: skip
    if study.producer is not None:
        root["publisher"] = {"@id": "#producer"}
        graph.append({"@id": "#producer", "@type": "Organization", "name": study.producer.es,
                      "alternateName": study.producer.en})  # fmt: skip
    graph += [*files, *sources, *_software(about), *actions]
    text = json.dumps({"@context": f"{_CRATE}/context", "@graph": graph}, ensure_ascii=False, indent=1)
    (folder / METADATA).write_text(text + "\n", encoding="utf-8")
    return folder / METADATA


def _file(path: Path, folder: Path, names: Mapping[str, Label]) -> dict[str, Any]:
    inside = path.relative_to(folder).as_posix()
    known = names.get(inside)
    entity: dict[str, Any] = {
        "@id": quote(inside), "@type": "File", "name": inside if known is None else known.en,
        "contentSize": str(path.stat().st_size), "sha256": file_hash(path),
    }  # fmt: skip
    if known is not None:
        entity["alternateName"] = known.es
    if path.suffix.lower() in _FORMATS:
        entity["encodingFormat"] = _FORMATS[path.suffix.lower()]
    return entity


def _source(study: Study, name: str) -> dict[str, Any]:
    """Name a source file that the crate does not hold: microdata never leave with it."""
    source = study.sources[name]
    label = source.label or source.obtain
    entity: dict[str, Any] = {"@id": f"#source-{quote(name)}", "@type": "CreativeWork", "name": source.file or name}
    if source.sha256:
        entity["sha256"] = source.sha256
    if label is not None:
        entity["description"] = f"{label.en}\n{label.es}"
    if source.licence is not None:
        entity["usageInfo"] = f"{source.licence.en}\n{source.licence.es}"
    return entity


def _software(about: CrateAbout) -> list[dict[str, Any]]:
    codes = sorted({str(record.manifest.key.get("code", "")) for record in about.stages})
    entity: dict[str, Any] = {"@id": "#caracteriza", "@type": "SoftwareApplication", "name": "Caracteriza"}
    if codes:
        entity["version"] = " ".join(codes)
    return [entity]


def _actions(
    about: CrateAbout, sources: list[dict[str, str]], files: list[dict[str, str]]
) -> list[dict[str, Any]]:
    actions = [
        {"@id": f"#stage-{record.stage}", "@type": "CreateAction", "name": record.stage,
         "identifier": f"sha256:{record.seal}", "instrument": {"@id": "#caracteriza"}, "object": sources,
         "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"}}
        for record in about.stages
    ]  # fmt: skip
    made: dict[str, Any] = {
        "@id": "#publication", "@type": "CreateAction", "name": "publication", "instrument": {"@id": "#caracteriza"},
        "object": [*sources, *({"@id": one["@id"]} for one in actions)], "result": files,
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }  # fmt: skip
    return [*actions, made]


def _licence(about: CrateAbout) -> dict[str, Any]:
    text = about.licence
    if text is not None and text.startswith(("https://", "http://")):
        return {"@id": text, "@type": "CreativeWork", "name": text}
    said = f"{_NO_LICENCE.en}\n{_NO_LICENCE.es}" if text is None else text
    return {"@id": "#licence", "@type": "CreativeWork", "name": said.splitlines()[0], "description": said}


def _description(about: CrateAbout) -> str:
    study = about.study
    parts = []
    for language in ("en", "es"):
        said = [study.title.get(language)]
        if study.reference_period is not None:
            said.append(study.reference_period.get(language))
        said += [SYNTHETIC[language]] * study.synthetic + [DRAFT[language]] * (not about.final)
        parts.append(". ".join(text.strip().rstrip(".") for text in said) + ".")
    return "\n".join(parts)


def _keywords(study: Study) -> list[str]:
    words = ["internal displacement", "desplazamiento interno", "household survey", "encuesta de hogares"]
    return [*words, study.country] + ["synthetic data", "datos sintéticos"] * study.synthetic


def _ref(entity: Mapping[str, Any]) -> dict[str, str]:
    return {"@id": str(entity["@id"])}
