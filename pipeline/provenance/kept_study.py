"""A study loaded as it was when a stage ran, from the texts that were kept then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from pipeline.project import Project
from pipeline.provenance.kept_definitions import DICTIONARY, FOLDER, is_definition
from pipeline.study_files import LoadedStudy, load_study


def kept_study(results: Path, name: str, inputs: Mapping[str, str], workplace: Path) -> LoadedStudy | None:
    """Load the study as it was when a stage ran.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    name : str
        Name of the study.
    inputs : mapping of str to str
        Hashes in the stage's manifest.
    workplace : Path
        An empty folder to lay the files out in.

    Returns
    -------
    LoadedStudy or None
        None where a text was not kept: the results are older than this keeping.
    """
    wanted = {label: value for label, value in inputs.items() if is_definition(label)}
    if not {DICTIONARY, "study/study.yaml"} <= set(wanted):
        return None
    contents = {label: _kept(results, value) for label, value in wanted.items()}
    if any(content is None for content in contents.values()):
        return None
    extended = _extended(contents.get("study/study.yaml") or b"")
    homes = {"study": workplace / name, "extends": workplace / (extended or "_")}
    for label, content in contents.items():
        room, _, file = label.partition("/")
        path = workplace / label if label == DICTIONARY else homes[room] / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content or b"")
    return load_study(homes["study"], Project(workplace))


def _kept(results: Path, value: str) -> bytes | None:
    path = results / FOLDER / value
    content = path.read_bytes() if path.is_file() else None
    # What was kept is believed only while it is what its name says.
    return content if content is not None and hashlib.sha256(content).hexdigest() == value else None


def _extended(text: bytes) -> str | None:
    found = yaml.safe_load(text)
    name = found.get("extends") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None
