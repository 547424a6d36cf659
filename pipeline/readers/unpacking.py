"""Unpack a gzip or a zip with one plain member, within limits."""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused

ARCHIVES = (".zip", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_BLOCK = 2**20


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def plain_file(path: Path, folder: Path, limits: Limits) -> Path:
    """Return a plain file with the content of ``path``.

    Parameters
    ----------
    path : Path
        A file; ``.gz`` and ``.zip`` are unpacked into ``folder``, others returned as they are.
    folder : Path
        Private folder of this read.
    limits : Limits
        Bytes and ratio allowed.

    Raises
    ------
    Refused
        The archive is damaged, nested, has several members or a link, or unpacks to too much.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start[:2] == b"\x1f\x8b" and path.suffix.lower() == ".gz":
        return _unpack_gzip(path, folder / "unpacked", limits)
    if start == b"PK\x03\x04" and path.suffix.lower() == ".zip":
        return _unpack_zip(path, folder / "unpacked", limits)
    if path.suffix.lower() in (".gz", ".zip"):
        raise Refused("source_archive", why="not an archive")
    return path


def check_zip_sizes(path: Path, limits: Limits) -> None:
    """Refuse a zip container (an ``.xlsx``) whose members claim to unpack to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise Refused("source_unreadable", why="not a zip container") from error
    if total > limits.unpacked or (total > limits.ratio_from and total > limits.ratio * path.stat().st_size):
        raise Refused("source_compression", ratio=limits.ratio, limit=limits.unpacked)


def _unpack_gzip(path: Path, target: Path, limits: Limits) -> Path:
    if Path(path.stem).suffix.lower() in ARCHIVES:
        raise Refused("source_archive", why="nested archive")
    try:
        with gzip.open(path, "rb") as packed:
            _copy(packed, target, path.stat().st_size, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("source_archive", why="damaged or cut short") from error
    return target


def _unpack_zip(path: Path, target: Path, limits: Limits) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise Refused("source_archive", why=f"{len(members)} members")
            member = members[0]
            _check_member(member)
            if member.file_size > limits.unpacked:
                raise Refused("source_compression", ratio=limits.ratio, limit=limits.unpacked)
            with archive.open(member) as packed:
                _copy(packed, target, max(member.compress_size, 1), limits)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise Refused("source_archive", why="damaged or of an unknown kind") from error
    return target


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if member.flag_bits & 0x1:
        raise Refused("source_archive", why="password")
    if member.is_dir() or "/" in name or "\\" in name or ":" in name or name.startswith("."):
        raise Refused("source_archive", why="a path inside")
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise Refused("source_archive", why="a link or a special file")
    if Path(name).suffix.lower() in ARCHIVES:
        raise Refused("source_archive", why="nested archive")


def _copy(packed: _Readable, target: Path, packed_size: int, limits: Limits) -> None:
    written = 0
    with target.open("wb") as out:
        while block := packed.read(_BLOCK):
            written += len(block)
            too_dense = written > limits.ratio_from and written > limits.ratio * packed_size
            if written > limits.unpacked or too_dense:
                raise Refused("source_compression", ratio=limits.ratio, limit=limits.unpacked)
            out.write(block)
