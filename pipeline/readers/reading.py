"""Read a declared source file: find it, hash it first, then parse it in a limited child process."""

from __future__ import annotations

import difflib
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.readers.child import NO_MEMORY, NO_ROOM
from pipeline.readers.content import Content, Request
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import REASONS, REFUSALS, Refused
from pipeline.readers.transfer import read_content
from surveys.problems import DataError, Problem
from surveys.source_table import SourceTable
from surveys.study import Source

_LISTED = 5
# Starts the limited process on a private folder and returns its exit status, negative for a signal.
Launch = Callable[[Path, Limits], int]


@dataclass(frozen=True)
class SourceRead:
    """A source as read, with its file's digests.

    ``secret`` is a BLAKE2b digest of the file. Nobody without the file knows it, so it keys the hashes that
    name rows in findings.
    """

    table: SourceTable
    sha256: str
    secret: bytes
    path: Path


def read_source(source: Source, data: Path, columns: Sequence[str] | None, *, optional: Sequence[str] = (),
                study: str = "", where: str | None = None, limits: Limits | None = None,
                scratch: Path | None = None, launch: Launch | None = None) -> SourceRead:
    """Read named columns of one source.

    Parameters
    ----------
    source : Source
        File name, hash, format and how it is written.
    data : Path
        Folder the file must be in.
    columns : sequence of str or None
        Columns to read; None for all.
    optional : sequence of str
        Columns to read if the file has them.
    study : str
        Name of the study; its own folder inside the data folder is looked into too.
    where : str, optional
        Place shown in problems, ``sources.<name>`` by default.
    limits : Limits, optional
        What the reader may use.
    scratch : Path, optional
        Folder for what is being read, removed at the end; the system's folder for temporary files by default. A stage
        gives its own, so that nothing outlives a run that was killed.
    launch : callable, optional
        Another way to start the limited process, for tests.

    Returns
    -------
    SourceRead

    Raises
    ------
    DataError
        The file is absent, is not the declared one, or cannot be read whole.
    OSError
        There is no room on the disk for what is being read.
    """
    limits = limits or Limits()
    place = where or f"sources.{source.name}"
    try:
        path = locate(source.file or "", data, study)
        before = _identity(path)
        sha256, secret = digests(path)
        if source.sha256 is not None and source.sha256.lower() != sha256:
            raise Refused("source_hash", declared=source.sha256.lower(), found=sha256)
        asked = None if columns is None else tuple(dict.fromkeys(columns))
        also = tuple(name for name in dict.fromkeys(optional) if asked is not None and name not in asked)
        table = _read_in_child(source, path, asked, also, limits, scratch, launch or _start)
        if _identity(path) != before:
            raise Refused("source_changed")
    except Refused as refusal:
        raise DataError([_problem(refusal, source, place)]) from None
    return SourceRead(table, sha256, secret, path)


def locate(file: str, data: Path, study: str = "") -> Path:
    """Find a file in the data folder, in its folder of the study, or in exactly one of its direct subfolders.

    Raises
    ------
    Refused
        The name leads outside the folder, to nothing, or to several files.
    """
    name = Path(file)
    root = data.resolve()
    if not file or name.is_absolute() or ".." in name.parts or "\\" in file:
        raise Refused("source_outside")
    near = [root / name, *([root / study / name] if study else [])]
    found = [path for path in near if path.exists()][:1] or sorted(root.glob(f"*/{_literal(file)}"))
    if not found:
        raise Refused("source_absent")
    if len(found) > 1:
        raise Refused("source_ambiguous", count=len(found))
    path = found[0].resolve()
    if not path.is_relative_to(root):
        raise Refused("source_outside")
    if not path.is_file():
        raise Refused("source_absent")
    return path


def digests(path: Path) -> tuple[str, bytes]:
    """SHA-256 (hexadecimal) and BLAKE2b (32 bytes) of a file, in one pass."""
    public, private = hashlib.sha256(), hashlib.blake2b(digest_size=32, person=b"findings")
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            public.update(block)
            private.update(block)
    return public.hexdigest(), private.digest()


def _literal(file: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in file)


def _identity(path: Path) -> tuple[int, ...]:
    """Return what no program can keep the same while it writes: the system sets the time of change itself."""
    try:
        about = path.stat()
    except OSError:
        return ()
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def _read_in_child(source: Source, path: Path, columns: tuple[str, ...] | None, optional: tuple[str, ...],
                   limits: Limits, scratch: Path | None, launch: Launch) -> SourceTable:
    request = Request(format=source.format, columns=columns, optional=optional, encoding=source.encoding,
                      separator=source.separator, quote=source.quote, blank=source.blank, rows=source.rows,
                      sheet=source.sheet)
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=scratch) as private:
        folder = Path(private)
        (folder / "request.json").write_text(
            json.dumps({"file": str(path), "request": request.plain(), "limits": asdict(limits)}),
            encoding="utf-8")
        status = launch(folder, limits)
        if status < 0:
            raise Refused("source_crashed", how=signal.Signals(-status).name)
        if status == NO_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(scratch or folder.parent))
        if status != 0:
            raise Refused("source_crashed", how="memory" if status == NO_MEMORY else f"status {status}")
        with _distrust():
            return _as_table(source, columns, optional, _content(folder))


def _content(folder: Path) -> Content:
    refusal = folder / "refusal.json"
    if refusal.exists():
        told = json.loads(refusal.read_text(encoding="utf-8"))
        if told["code"] not in REFUSALS:
            raise Refused("source_crashed", how="bad_result")
        raise Refused(told["code"], **told["details"])
    if not (folder / "content.json").exists():
        raise Refused("source_crashed", how="no_result")
    return read_content(folder)


def _as_table(
    source: Source, columns: tuple[str, ...] | None, optional: tuple[str, ...], content: Content
) -> SourceTable:
    ordered = tuple(content.columns) if columns is None else columns + tuple(
        name for name in optional if name in content.columns)
    return SourceTable(
        name=source.name, rows=content.rows, columns={name: content.columns[name] for name in ordered},
        reasons=content.reasons, labels=content.labels, column_labels=content.column_labels,
        sets={name: tuple(items) for name, items in content.sets.items()}, decimal=source.decimal,
        info={"format": source.format, **content.info})


@contextmanager
def _distrust() -> Iterator[None]:
    """Refuse what a child left when it does not hold together; a damaged file may have changed what the child does."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError, pa.ArrowException):
        raise Refused("source_crashed", how="bad_result") from None


def _start(folder: Path, limits: Limits) -> int:
    home = Path(__file__).resolve().parents[2]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(home), "TMPDIR": str(folder),
                   "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                   "MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen([sys.executable, "-m", "pipeline.readers.child", str(folder)], cwd=folder,
                               env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        raise Refused("source_crashed", how=f"{limits.seconds} s") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _problem(refusal: Refused, source: Source, place: str) -> Problem:
    details: dict[str, Any] = {
        "file": source.file,
        "format": source.format,
        "encoding": source.encoding or "utf-8",
    }
    details.update({name: f"{item:,}" if isinstance(item, int) else item
                    for name, item in refusal.details.items()})
    for name in ("why", "how"):
        if name in details:
            details[f"{name}_en"], details[f"{name}_es"] = REASONS.get(details[name], (details[name],) * 2)
    if refusal.code == "source_columns":
        details["nearest"] = _nearest(details["columns"], details.pop("names"))
        details["columns"] = ", ".join(f"'{name}'" for name in details["columns"][:_LISTED])
    return Problem(REFUSALS[refusal.code], place, details)


def _nearest(absent: Sequence[str], names: Sequence[str]) -> str:
    folded = {name.casefold(): name for name in names}
    near = []
    for name in absent[:_LISTED]:
        match = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
        if match:
            near.append(f"{name} ~ {folded[match[0]]}")
    return f" ({', '.join(near)}?)" if near else ""
