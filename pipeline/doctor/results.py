"""What stands in the folder of results: states of studies, runs at work, locks of nobody, and what killed runs left."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path

from pipeline.doctor.checks import BAD, GOOD, NOTE, Check

_LEFT = re.compile(r"\..+\.\d+\.[0-9a-f]{12}\.(tmp|old)")


def result_checks(build: Path) -> list[Check]:
    """Look at locks and at what interrupted runs left, with the standard library alone.

    Parameters
    ----------
    build : Path
        Folder of results; need not exist.

    Returns
    -------
    list of Check
        Nothing where there are no results.
    """
    if not build.is_dir():
        return []
    locks = [_lock(path) for path in sorted(build.glob("*/.lock"))]
    held = [check for check in locks if check is not None]
    left = sorted(path for path in build.glob("*/.*") if _LEFT.fullmatch(path.name))
    if left and not held:
        names = ", ".join(sorted({path.parent.name for path in left}))
        held.append(Check("leftovers", "project", NOTE, names,
                          (f"Ejecuciones interrumpidas dejaron carpetas a medias en: {names}",
                           f"Interrupted runs left folders half made in: {names}"),
                          ("La próxima ejecución de esos estudios las retira.",
                           "The next run of these studies removes them.")))  # fmt: skip
    return held or [Check("locks", "project", GOOD, "0",
                          ("Ninguna ejecución en curso ni bloqueos abandonados",
                           "No run at work and no abandoned locks"))]  # fmt: skip


def study_checks(root: Path, build: Path, data: Path) -> list[Check]:
    """Tell the state of every study that has results or that failed; needs the environment.

    Parameters
    ----------
    root : Path
        The checkout.
    build, data : Path
        Folder of results and folder of source files.

    Returns
    -------
    list of Check
    """
    from pipeline.listing import states
    from pipeline.project import Project

    project, checks = Project(root), []
    spanish = {one.study: one for one in states(project, data, build, "es")}
    for one in states(project, data, build, "en"):
        if one.state in ("never", "published", "missing"):
            continue
        failed = one.state in ("failed", "unreadable")
        texts = (f"{one.study}: {spanish[one.study].text}", f"{one.study}: {one.text}")
        state, do = GOOD, ("", "")
        if failed or one.state in ("stale", "partly"):
            state = NOTE
            do = (f"Repita: make study STUDY={one.study}", f"Run again: make study STUDY={one.study}")
        checks.append(Check(f"study_{one.study}", "project", state, one.state, texts, do))
    return checks


def _lock(path: Path) -> Check | None:
    """Tell who holds a lock; None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _held(path, _holder(os.fstat(descriptor).st_ino))
    finally:
        os.close(descriptor)
    return None


def _held(path: Path, process: str) -> Check:
    study = path.parent.name
    if process:
        return Check("lock", "project", NOTE, process,
                     (f"{study}: otra ejecución trabaja en él (proceso {process})",
                      f"{study}: another run works on it (process {process})"),
                     ("Espere a que termine; si está atascada, termine ese proceso y el bloqueo acaba con él.",
                      "Wait for it to end; if it is stuck, end that process and the lock ends with it."))  # fmt: skip
    return Check("lock_stale", "project", BAD, str(path),
                 (f"{study}: bloqueado por un proceso que no está en este equipo",
                  f"{study}: locked by a process that is not on this machine"),
                 (f"Si nadie más trabaja en esa carpeta compartida, elimine {path}",
                  f"If nobody else works in that shared folder, remove {path}"))  # fmt: skip


def _holder(inode: int) -> str:
    """Return the number of the process that holds the lock on a file, where the system tells it."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return "?"
    for line in lines:
        words = line.split()
        if "FLOCK" in words and "->" not in words and words[-3].endswith(f":{inode}"):
            return words[-4]
    return ""
