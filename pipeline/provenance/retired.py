"""What stays where the microdata of a study were deleted, and the word about it to whoever would run the study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.atomic import write_text
from pipeline.hashing import value_hash
from surveys.problems import DataError, Message, Problem

FOLDER = "retirement"
PROOF = "proof.json"
BEGUN, DONE = "begun", "done"

RETIRED = Message(
    "study_retired",
    "the microdata of this study were deleted on {date}, as its retention rule asks; {count} {count|file is|files are} "
    "missing: {files}. Tables, reports, releases and `make explain` are as they were. To build the study again, put "
    "its source files back ({sources}) and move the folder '{folder}' to another place: it is the proof, keep it.",
    "los microdatos de este estudio se eliminaron el {date}, como pide su regla de conservación; {count|falta|faltan} "
    "{count} {count|archivo|archivos}: {files}. Tablas, informes, publicaciones y `make explain` siguen como estaban. "
    "Para construir el estudio otra vez, reponga sus archivos de origen ({sources}) y mueva la carpeta '{folder}' a "
    "otro lugar: es la prueba, consérvela.",
)
PROOF_ALTERED = Message(
    "retirement_proof_altered",
    "this record of what was deleted was edited or cut. Put the original back; nothing was touched.",
    "este registro de lo eliminado fue editado o cortado. Reponga el original; nada se tocó.",
)


@dataclass(frozen=True)
class Proof:
    """The record of a retirement: what there was and is no more.

    Parameters
    ----------
    value : mapping
        ``study``, ``state``, ``begun``, ``finished``, ``by``, ``files`` (path, sha256, bytes, rows), ``stages`` (seal
        by stage), ``sources``, ``releases`` and ``run_log``.
    """

    value: Mapping[str, Any]

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of the deleted files by their path below the results."""
        return {str(one["path"]): str(one["sha256"]) for one in self.value["files"]}

    @property
    def finished(self) -> bool:
        """Whether everything was deleted."""
        return bool(self.value["state"] == DONE)


def write_proof(results: Path, value: Mapping[str, Any]) -> Proof:
    """Write the record of a retirement, sealed by its hash, at once."""
    (results / FOLDER).mkdir(exist_ok=True, mode=0o700)
    sealed = {**value, "seal": value_hash(dict(value))}
    write_text(results / FOLDER / PROOF, json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    return Proof(dict(value))


def read_proof(results: Path, study: str) -> Proof | None:
    """Read the record of a retirement; None where nothing was retired.

    Raises
    ------
    DataError
        The record was edited or cut.
    """
    path = results / FOLDER / PROOF
    if not path.exists():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        seal = value.pop("seal")
        whole = value_hash(value) == seal
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        whole = False
    if not whole:
        raise DataError([Problem(PROOF_ALTERED, f"{study}/{FOLDER}/{PROOF}")])
    return Proof(value)


def refuse_retired(results: Path, study: str) -> None:
    """Stop a run of a study whose microdata were deleted, and say what is missing.

    Raises
    ------
    DataError
        The study was retired.
    """
    proof = read_proof(results, study)
    if proof is None:
        return
    sources = ", ".join(f"{one['file']} {one['sha256'][:12]}" for one in proof.value["sources"] if one["file"])
    raise DataError([Problem(RETIRED, study, {
        "date": str(proof.value["begun"])[:10], "count": len(proof.files), "files": ", ".join(proof.files),
        "sources": sources or "-", "folder": f"{results.name}/{FOLDER}",
    })])  # fmt: skip
