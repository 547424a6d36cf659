"""The log of runs: who ran what and when, each line chained to the one before; no microdata."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import socket
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from warnings import WarningMessage

from pipeline.manifest import NAME, manifest_hash

LOG = "run_log.jsonl"


@dataclass(frozen=True)
class Entry:
    """A stage that started."""

    stage: str
    reason: str
    start: datetime
    warnings: tuple[str, ...] = ()


def started(stage: str, reason: str) -> Entry:
    """Note that a stage starts now, and why it must run."""
    return Entry(stage, reason, datetime.now(UTC))


def with_warnings(entry: Entry, warned: Iterable[WarningMessage]) -> Entry:
    """Note where libraries warned; not what they said, which may quote data, and not on the terminal."""
    places = Counter(f"{one.category.__name__} {Path(one.filename).name}:{one.lineno}" for one in warned)
    return replace(entry, warnings=tuple(f"{place} x{count}" for place, count in sorted(places.items())))


def finished(results: Path, entry: Entry, state: str, root: Path) -> None:
    """Append how a stage ended to the log in ``results``.

    Parameters
    ----------
    results : Path
        ``build/<study>``, whose lock the caller holds.
    entry : Entry
        From `started`.
    state : str
        ``done`` or ``failed``.
    root : Path
        The checkout, for its commit.
    """
    log = results / LOG
    now = datetime.now(UTC)
    done = state == "done" and (results / entry.stage / NAME).is_file()
    line = {
        "stage": entry.stage,
        "state": state,
        "reason": entry.reason,
        "start": entry.start.isoformat(timespec="seconds"),
        "end": now.isoformat(timespec="seconds"),
        "seconds": round((now - entry.start).total_seconds(), 3),
        "warnings": list(entry.warnings),
        "manifest": manifest_hash(results / entry.stage) if done else None,
        "commit": _commit(root),
        "user": _user(),
        "host": socket.gethostname(),
        "previous": "",
    }
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        # Two stages of a run may end at once, and each line names the one before.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        line["previous"] = _last_hash(log)
        os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def intact(log: Path) -> bool:
    """Tell whether every line of a log follows the one before."""
    previous = ""
    for line in log.read_bytes().splitlines(keepends=True):
        if json.loads(line)["previous"] != previous:
            return False
        previous = hashlib.sha256(line).hexdigest()
    return True


def _last_hash(log: Path) -> str:
    lines = log.read_bytes().splitlines(keepends=True) if log.is_file() else []
    return hashlib.sha256(lines[-1]).hexdigest() if lines else ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have no name for its user
        return str(os.getuid())


def _commit(root: Path) -> str | None:
    """Return the commit that is checked out, without needing git; the manifest's code hash is what counts."""
    try:
        head = (root / ".git" / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        return (root / ".git" / head.removeprefix("ref: ")).read_text(encoding="utf-8").strip()
    except OSError:
        return None
