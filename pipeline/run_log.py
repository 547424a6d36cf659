"""The log of runs: who ran what and when, each line chained to the one before; no microdata."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import socket
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from warnings import WarningMessage

from pipeline.atomic import write_text
from pipeline.manifest import NAME, manifest_hash

LOG = "run_log.jsonl"
# Where the log ended when it was last written: without it, a log that lost its last lines would look whole.
END = ".run_log.end"


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
        ``done``, ``failed`` or ``found``.
    root : Path
        The checkout, for its commit.
    """
    now = datetime.now(UTC)
    done = state != "failed" and (results / entry.stage / NAME).is_file()
    append(results, {
        "stage": entry.stage,
        "state": state,
        "reason": entry.reason,
        "start": entry.start.isoformat(timespec="seconds"),
        "end": now.isoformat(timespec="seconds"),
        "seconds": round((now - entry.start).total_seconds(), 3),
        "warnings": list(entry.warnings),
        "manifest": manifest_hash(results / entry.stage) if done else None,
        "commit": _commit(root),
        "user": user(),
        "host": socket.gethostname(),
    })  # fmt: skip


def found(results: Path, stage: str, root: Path) -> None:
    """Append a stage whose result is there and whole, but whose run was killed before it could be written down."""
    said = manifest_hash(results / stage)
    if f'"manifest": "{said}"'.encode() not in _content(results / LOG):
        finished(results, started(stage, "interrupted after it was published"), "found", root)


def append(results: Path, line: dict[str, Any]) -> None:
    """Append one line, chained to the one before, and note where the log ends now.

    Parameters
    ----------
    results : Path
        Folder of the log.
    line : dict
        Plain values without microdata; ``previous`` is added.
    """
    with _alone(results / LOG) as descriptor:
        content = _content(results / LOG)
        if content and not content.endswith(b"\n"):  # a kill or a full disk left half a line: it stays, as such
            os.write(descriptor, b"\n")
            content += b"\n"
        lines = content.splitlines(keepends=True)
        previous = hashlib.sha256(lines[-1]).hexdigest() if lines else ""
        written = (json.dumps({**line, "previous": previous}, ensure_ascii=False) + "\n").encode()
        os.write(descriptor, written)
        os.fsync(descriptor)
        end = {"lines": len(lines) + 1, "last": hashlib.sha256(written).hexdigest()}
        write_text(results / END, json.dumps(end) + "\n")


def end_of(results: Path) -> tuple[int, str]:
    """Return the number of lines of a log and the hash of the last, which stands for all of them."""
    lines = _content(results / LOG).splitlines(keepends=True)
    return len(lines), hashlib.sha256(lines[-1]).hexdigest() if lines else ""


@contextmanager
def _alone(log: Path) -> Iterator[int]:
    """Two stages of a run may end at once, and each line names the one before."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _content(log: Path) -> bytes:
    return log.read_bytes() if log.is_file() else b""


def user() -> str:
    """Name whoever runs this, or the number of the user where there is no name."""
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
