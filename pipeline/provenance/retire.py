"""Delete the microdata of a finished study and keep the proof of what they were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import run_log
from pipeline.atomic import recover, sync
from pipeline.hashing import file_hash
from pipeline.locks import study_lock
from pipeline.private_store.private_files import private_input
from pipeline.progress import Progress
from pipeline.provenance.retired import BEGUN, DONE, Proof, read_proof, write_proof
from pipeline.provenance.stage_records import StageRecord, altered_files, stage_folders, stage_records
from pipeline.releases import read_releases
from pipeline.runner import Request
from pipeline.weight_files import read_record
from surveys.problems import DataError, Message, Problem

# Microdata, weights of single units, and totals of single PSUs. Everything else a stage leaves is tables and records.
PRIVATE = (("ingest", ".parquet"), ("weight", ".parquet"), ("estimate", ".parquet"), ("estimate", ".npz"))
NEEDED = ("ingest", "weight", "estimate", "report", "validate", "disseminate")

NOT_CONFIRMED = Message(
    "retire_not_confirmed",
    "this deletes {count} {count|file|files} ({megabytes} MB) for ever: {files}. Source files are not touched: they "
    "are yours to delete. To go ahead, write CONFIRM={study}.",
    "esto elimina {count} {count|archivo|archivos} ({megabytes} MB) para siempre: {files}. Los archivos de origen no "
    "se tocan: le corresponde eliminarlos. Para seguir, escriba CONFIRM={study}.",
)
NOT_FINISHED = Message(
    "retire_unfinished",
    "a study is retired when all its stages are finished and its files are those that were made; not so: {stages}. Run "
    "`make study STUDY={study}` first.",
    "un estudio se retira cuando todas sus etapas terminaron y sus archivos son los que se hicieron; no es así en: "
    "{stages}. Ejecute antes `make study STUDY={study}`.",
)


def retire(request: Request, progress: Progress, confirm: str) -> Proof:
    """Delete microdata, weights and PSU totals of a study; what was published and the records stay.

    Parameters
    ----------
    request : Request
        The study.
    progress : Progress
        Says when another run is waited for.
    confirm : str
        The study's name, written by whoever decides.

    Returns
    -------
    Proof
        The record, in ``retirement/proof.json``. It is on disk before the first file goes, so a retirement that was
        interrupted goes on where it stopped.

    Raises
    ------
    DataError
        Not confirmed; not finished; or a file is not the one that its stage left, so that the proof would be wrong.
    """
    results, name = request.results, request.study_name
    _refuse_unbuilt(results, name)
    with study_lock(results, progress, request.language):
        recover(results)
        proof = read_proof(results, name)
        if proof is None:
            records = stage_records(results, stage_folders(results))
            _refuse_unfinished(results, name, records)
            files = sorted(_private_files(results))
            _refuse_unconfirmed(name, confirm, files)
            proof = write_proof(results, _account(request, records, files))
        if not proof.finished:
            for path, expected in proof.files.items():
                _delete(results / path, expected)
            done = {**proof.value, "state": DONE, "finished": _now()}
            run_log.append(results, {"stage": "retire", "state": "done", "reason": "retention", "start": done["begun"],
                                     "end": done["finished"], "manifest": None, "user": done["by"]})  # fmt: skip
            proof = write_proof(results, done)
    return proof


def _private_files(results: Path) -> Iterator[Path]:
    for stage, suffix in PRIVATE:
        yield from (results / stage).rglob(f"*{suffix}")


def _account(request: Request, records: tuple[StageRecord, ...], files: list[Path]) -> dict[str, Any]:
    results = request.results
    lines, last = run_log.end_of(results)
    read = read_record(results / "ingest").get("sources", ())
    return {
        "format": 1, "study": request.study_name, "state": BEGUN, "begun": _now(), "finished": "",
        "by": run_log.user(),
        "files": [{"path": path.relative_to(results).as_posix(), "sha256": file_hash(path),
                   "bytes": path.stat().st_size, "rows": _rows(path)} for path in files],
        "stages": {record.stage: record.seal for record in records},
        "sources": [{key: one.get(key) for key in ("name", "file", "sha256", "rows")} for one in read],
        "releases": [{"number": one.number, "release": one.release, "seal": one.seal}
                     for one in read_releases(request.study_folder)],
        "run_log": {"lines": lines, "last": last},
    }  # fmt: skip


def _rows(path: Path) -> int | None:
    if path.suffix != ".parquet":
        return None
    with private_input(path) as stream:
        return int(pq.ParquetFile(pa.PythonFile(stream)).metadata.num_rows)


def _delete(path: Path, expected: str) -> None:
    """Remove a file; one that is another now is not ours to remove."""
    if path.is_file() and file_hash(path) == expected:
        path.unlink()
        sync(path.parent)


def _refuse_unbuilt(results: Path, name: str) -> None:
    if not results.is_dir():
        raise DataError([Problem(NOT_FINISHED, name, {"stages": ", ".join(NEEDED), "study": name})])


def _refuse_unfinished(results: Path, name: str, records: tuple[StageRecord, ...]) -> None:
    whole = {record.stage for record in records if not altered_files(results, record)}
    wrong = [stage for stage in NEEDED if stage not in whole]
    if wrong:
        raise DataError([Problem(NOT_FINISHED, name, {"stages": ", ".join(wrong), "study": name})])


def _refuse_unconfirmed(name: str, confirm: str, files: list[Path]) -> None:
    if confirm == name:
        return
    size = sum(os.path.getsize(path) for path in files) / 1e6
    details = {"count": len(files), "megabytes": f"{size:.1f}", "study": name,
               "files": ", ".join(f"{path.parent.name}/{path.name}" for path in files)}  # fmt: skip
    raise DataError([Problem(NOT_CONFIRMED, name, details)])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
