"""The signed releases of a study: what was published before, kept so that nobody can change it unnoticed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from pipeline.atomic import recover, remove_folder, sync, sync_below, temporary_beside
from pipeline.hashing import value_hash
from pipeline.locks import folder_lock
from surveys.problems import DataError, Message, Problem

FOLDER = "releases"
TABLE = "estimates.csv"
RECORD = "release.json"

RELEASE_ALTERED = Message(
    "earlier_release_altered",
    "the files of this signed release are not those that were published, or its record was edited. Put the original "
    "files back: what was signed is never changed, a correction is a new release.",
    "los archivos de esta publicación firmada no son los que se publicaron, o se editó su registro. Reponga los "
    "archivos originales: lo firmado no se cambia, una corrección es una publicación nueva.",
)
RELEASE_UNREADABLE = Message(
    "earlier_release_unreadable",
    "the record '{file}' of this signed release is missing or cannot be read. Put the original folder back.",
    "el registro '{file}' de esta publicación firmada falta o no se puede leer. Reponga la carpeta original.",
)


@dataclass(frozen=True)
class Release:
    """One signed release.

    Parameters
    ----------
    number : str
        ``001`` and so on.
    folder : Path
        ``releases/<number>`` of the study.
    release : str
        Hash of what was signed.
    seal : str
        Hash over the record, the one before included: a chain.
    """

    number: str
    folder: Path
    release: str
    seal: str

    def table(self) -> pd.DataFrame:
        """Read its published rows."""
        path = self.folder / TABLE
        kinds = {name: "float64" if name in NUMBER_COLUMNS else "str" for name in pd.read_csv(path, nrows=0).columns}
        blanks = {name: [""] for name in NUMBER_COLUMNS}
        return pd.read_csv(path, dtype=kinds, keep_default_na=False, na_values=blanks)


def read_releases(study_folder: Path) -> list[Release]:
    """Read the signed releases of a study and prove that none was altered.

    Parameters
    ----------
    study_folder : Path
        Folder of the study.

    Returns
    -------
    list of Release
        Oldest first; empty before the first one.

    Raises
    ------
    DataError
        Every release whose files or record differ from what was published.
    """
    found: list[Release] = []
    problems: list[Problem] = []
    before = ""
    for folder in sorted(path for path in (study_folder / FOLDER).glob("[0-9][0-9][0-9]") if path.is_dir()):
        where = f"{study_folder.name}/{FOLDER}/{folder.name}"
        try:
            value = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            seal = value.pop("seal")
            files: Mapping[str, str] = value["files"]
            release = str(value["release"])
            whole = value_hash(value) == seal and value["before"] == before
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            problems.append(Problem(RELEASE_UNREADABLE, where, {"file": RECORD}))
            continue
        if not whole or _hashes(folder) != dict(files):
            problems.append(Problem(RELEASE_ALTERED, where, {}))
        found.append(Release(folder.name, folder, release, seal))
        before = seal
    if problems:
        raise DataError(problems)
    return found


def record_release(
    study_folder: Path, published: Mapping[str, bytes], release: str, signatures: list[dict[str, str]]
) -> Release:
    """Keep a release that was signed; the same release is kept once.

    Parameters
    ----------
    study_folder : Path
        Folder of the study.
    published : mapping of str to bytes
        Files to keep by name: the published table, and what else later releases are compared with.
    release : str
        Hash of what was signed.
    signatures : list of dict
        Who signed.
    """
    (study_folder / FOLDER).mkdir(exist_ok=True)
    with folder_lock(study_folder / FOLDER):
        recover(study_folder / FOLDER)
        earlier = read_releases(study_folder)
        same = next((one for one in earlier if one.release == release), None)
        return same if same is not None else _added(study_folder, published, release, signatures, earlier)


def _added(
    study_folder: Path, published: Mapping[str, bytes], release: str, signatures: list[dict[str, str]],
    earlier: list[Release],
) -> Release:
    folder = study_folder / FOLDER / f"{len(earlier) + 1:03d}"
    new = temporary_beside(folder)
    try:
        new.mkdir(mode=0o755)
        for name, content in published.items():
            (new / name).write_bytes(content)
        value: dict[str, Any] = {
            "release": release, "before": earlier[-1].seal if earlier else "", "signatures": signatures,
            "files": _hashes(new),
        }  # fmt: skip
        sealed = {**value, "seal": value_hash(value)}
        text = json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True)
        (new / RECORD).write_text(text + "\n", encoding="utf-8")
        os.chmod(new, 0o755)
        sync_below(new)
        new.rename(folder)  # never over another: what was released is not replaced
        sync(folder.parent)
    finally:
        remove_folder(new)
    return Release(folder.name, folder, release, str(sealed["seal"]))


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name != RECORD and path.is_file()
    }
