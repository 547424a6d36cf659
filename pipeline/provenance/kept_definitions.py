"""The study and the dictionary as they were when a stage ran, kept by their hash so that they can be shown later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pipeline.atomic import write_bytes

FOLDER = ".definitions"
DICTIONARY = "data_dictionary.yaml"


def keep_definitions(results: Path, files: Mapping[str, Path], inputs: Mapping[str, str]) -> None:
    """Keep the texts that a stage was made from, each once.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    files : mapping of str to Path
        Files by the names that manifests know them by, such as ``study/study.yaml``.
    inputs : mapping of str to str
        Hashes in the manifest; a file that changed since is not kept under a hash that is not its own.
    """
    for label, path in files.items():
        expected = inputs.get(label)
        if expected is None or (results / FOLDER / expected).is_file():
            continue
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == expected:
            (results / FOLDER).mkdir(exist_ok=True, mode=0o700)
            write_bytes(results / FOLDER / expected, content)


def is_definition(label: str) -> bool:
    """Tell whether an input of a stage is a text of the study or the dictionary."""
    return label == DICTIONARY or (label.startswith(("study/", "extends/")) and label.endswith(".yaml"))
