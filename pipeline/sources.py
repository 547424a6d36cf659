"""Where source files are, and what a study says about them, without reading any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.atomic import write_text
from pipeline.hashing import file_hash, value_hash

_FORMAT = 3


@dataclass(frozen=True)
class DeclaredSource:
    """What ``study.yaml`` says of one file."""

    name: str
    file: str
    sha256: str | None
    obtain: Mapping[str, str]


@dataclass(frozen=True)
class Declared:
    """The part of ``study.yaml`` that decides what a run reads."""

    extends: str | None
    sources: tuple[DeclaredSource, ...]
    # None where the file says nothing of change, and what it extends has the word.
    rounds: tuple[str, ...] | None = None


def find_source(data: Path, study: str, file: str) -> Path:
    """Return where a source file is.

    Parameters
    ----------
    data : Path
        Folder of source files.
    study : str
        Name of the study.
    file : str
        The file as the study names it.

    Returns
    -------
    Path
        The first that exists of ``data/file``, ``data/<study>/file`` and a file of that name one folder below
        (of several, the first: the reader refuses them by name); otherwise ``data/file``, which does not exist.
    """
    direct = data / file
    for candidate in (direct, data / study / file):
        if candidate.is_file():
            return candidate
    below = sorted(folder / file for folder in data.iterdir() if (folder / file).is_file()) if data.is_dir() else []
    return below[0] if below else direct


def is_published_only(folder: Path) -> bool:
    """Tell, without checking the study, whether its ``study.yaml`` says that it has no microdata."""
    text = (folder / "study.yaml").read_text(encoding="utf-8", errors="replace")
    return re.search(r"^published_only:\s*true\s*$", text, flags=re.MULTILINE) is not None


def declared(study_file: Path, cache: Path) -> Declared:
    """Return what a study file declares, from the cache when the file is the same.

    Parameters
    ----------
    study_file : Path
        A ``study.yaml``.
    cache : Path
        File that remembers the answer by the content of ``study_file``, so that a run with nothing to do
        need not parse YAML.

    Raises
    ------
    StudyError
        The file is not YAML of the strict kind.
    """
    key = f"{_FORMAT}:{file_hash(study_file)}"
    known = _cached(cache)
    if known.get("key") != key:
        said = _parsed(study_file)
        known = {"key": key, **said, "seal": value_hash([key, said])}
        cache.parent.mkdir(parents=True, exist_ok=True)
        write_text(cache, json.dumps(known, ensure_ascii=False, indent=1))
    sources = tuple(
        DeclaredSource(one["name"], one["file"], one["sha256"], one["obtain"]) for one in known["sources"]
    )
    rounds = known["rounds"]
    return Declared(known["extends"], sources, None if rounds is None else tuple(rounds))


def _cached(cache: Path) -> dict[str, Any]:
    try:
        known = json.loads(cache.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    said = {name: value for name, value in known.items() if name not in ("key", "seal")}
    # One that was edited would let a source change unnoticed.
    return known if value_hash([known.get("key"), said]) == known.get("seal") else {}


def _parsed(study_file: Path) -> dict[str, Any]:
    from pipeline.yaml_files import read_yaml
    from surveys.problems import StudyError

    data = read_yaml(study_file, error=StudyError).data
    found = data if isinstance(data, dict) else {}
    sources, change = found.get("sources"), found.get("change")
    since = [item.get("since") for item in change if isinstance(item, dict)] if isinstance(change, list) else []
    return {
        "rounds": [name for name in dict.fromkeys(since) if isinstance(name, str)] if "change" in found else None,
        "extends": found["extends"] if isinstance(found.get("extends"), str) else None,
        "sources": [
            {
                "name": str(name),
                "file": source["file"],
                "sha256": source.get("sha256") if isinstance(source.get("sha256"), str) else None,
                "obtain": source.get("obtain") if isinstance(source.get("obtain"), dict) else {},
            }
            for name, source in (sources.items() if isinstance(sources, dict) else ())
            if isinstance(source, dict) and isinstance(source.get("file"), str)
        ],
    }
