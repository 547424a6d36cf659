"""One run at a time for each study; a lock ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.progress import Progress
from surveys.problems import Language


@contextmanager
def study_lock(results: Path, progress: Progress, language: Language) -> Iterator[None]:
    """Hold the lock of a study's results; wait, and say so, while another run holds it.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    progress : Progress
        Says that it waits.
    language : {"es", "en"}
        Language to say it in.
    """
    descriptor = os.open(results / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.line(
                f"Otra ejecución trabaja en {results.name}; se espera a que termine."
                if language == "es"
                else f"Another run is working on {results.name}; waiting for it to end."
            )
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder for a moment against every other process that asks for it; nothing is written.

    On a file system that cannot lock folders nothing is held; who uses this must not destroy anything then either.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
