"""The record that makes a stage's folder complete: what went in, what came out, and with which code."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.atomic import write_text
from pipeline.hashing import file_hash, file_hashes, files_below, value_hash

NAME = "manifest.json"
_FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a stage was made from and what it left.

    Parameters
    ----------
    stage, study : str
        Whose it is.
    key : mapping
        Everything that decides the result: hashes of inputs, code and packages, and parameters.
    outputs : mapping of str to str
        SHA-256 by path inside the stage's folder.
    environment : mapping
        Python, platform and package versions, for people. Time of day is in the run log instead, so that two
        runs on the same input leave the same bytes.
    """

    stage: str
    study: str
    key: Mapping[str, Any]
    outputs: Mapping[str, str]
    environment: Mapping[str, Any]

    @property
    def value(self) -> dict[str, Any]:
        """The manifest as plain values, without its seal."""
        return {
            "format": _FORMAT,
            "stage": self.stage,
            "study": self.study,
            "key": dict(self.key),
            "outputs": dict(self.outputs),
            "environment": dict(self.environment),
        }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a folder whose other files are complete."""
    value = manifest.value
    sealed = {**value, "seal": value_hash(value)}
    write_text(folder / NAME, json.dumps(sealed, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a stage's folder, or None when there is none, half of one or an edited one."""
    try:
        value = json.loads((folder / NAME).read_text(encoding="utf-8"))
        seal = value.pop("seal")
        if value_hash(value) != seal or value["format"] != _FORMAT:
            return None
        if not all(isinstance(value[name], dict) for name in ("key", "outputs", "environment")):
            return None
        return Manifest(value["stage"], value["study"], value["key"], value["outputs"], value["environment"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None


def output_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a stage's folder except the manifest, by path inside it."""
    hashes = file_hashes(path for path in files_below(folder) if path != folder / NAME)
    return {path.relative_to(folder).as_posix(): value for path, value in hashes.items()}


def manifest_hash(folder: Path) -> str:
    """Return the SHA-256 of a stage's manifest file."""
    return file_hash(folder / NAME)


def environment(packages: Mapping[str, str]) -> dict[str, Any]:
    """Describe Python, the platform and the packages."""
    return {
        "python": platform.python_version(),
        "implementation": sys.implementation.name,
        "platform": f"{sys.platform}-{platform.machine()}",
        "packages": dict(packages),
    }
