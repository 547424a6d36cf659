"""Unpack a gzip, a zip or a tar with one plain member, within limits and without writing under a name of its own."""

from __future__ import annotations

import gzip
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused

ARCHIVES = (".zip", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
_TARS = (".tar", ".tgz", ".tar.gz")
_BLOCK = 2**20


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def plain_file(path: Path, folder: Path, limits: Limits) -> Path:
    """Return a plain file with the content of ``path``.

    Parameters
    ----------
    path : Path
        A file; ``.gz``, ``.zip``, ``.tar``, ``.tgz`` and ``.tar.gz`` are unpacked into ``folder``, others returned as
        they are.
    folder : Path
        Private folder of this read.
    limits : Limits
        Bytes and ratio allowed.

    Raises
    ------
    Refused
        The archive is damaged, nested, of another kind, has several members or a link, or unpacks to too much.
    """
    name = path.name.lower()
    if not name.endswith(ARCHIVES):
        return path
    target = folder / "unpacked"
    with path.open("rb") as stream:
        start = stream.read(4)
    if name.endswith(_TARS):
        _unpack_tar(path, target, limits, packed=start[:2] == b"\x1f\x8b")
    elif name.endswith(".gz") and start[:2] == b"\x1f\x8b":
        _unpack_gzip(path, target, limits)
    elif name.endswith(".zip") and start == b"PK\x03\x04":
        _unpack_zip(path, target, limits)
    else:
        raise Refused("source_archive", why="not_an_archive")
    return target


def check_zip_sizes(path: Path, limits: Limits) -> None:
    """Refuse a zip container (an ``.xlsx``) with too many members, or whose members claim to unpack to too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused("source_unreadable", why="not_a_container") from error
    if len(members) > limits.members:
        raise Refused("source_archive", why="members")
    if total > limits.unpacked or (total > limits.ratio_from and total > limits.ratio * path.stat().st_size):
        raise Refused("source_compression", ratio=limits.ratio, limit=limits.unpacked)


def _unpack_gzip(path: Path, target: Path, limits: Limits) -> None:
    if Path(path.stem).suffix.lower() in ARCHIVES:
        raise Refused("source_archive", why="nested")
    try:
        with gzip.open(path, "rb") as packed:
            _copy(packed, target, path.stat().st_size, limits)
    except (OSError, EOFError, zlib.error) as error:
        raise Refused("source_archive", why="damaged") from error


def _unpack_zip(path: Path, target: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise Refused("source_archive", why="members")
            member = members[0]
            _check_zip_member(member)
            packed_size = max(member.compress_size, 1)
            _check_density(member.file_size, packed_size, limits)
            with archive.open(member) as packed:
                _copy(packed, target, packed_size, limits)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, RuntimeError, ValueError) as error:
        raise Refused("source_archive", why="damaged") from error


def _unpack_tar(path: Path, target: Path, limits: Limits, *, packed: bool) -> None:
    size = path.stat().st_size
    try:
        with tarfile.open(path, "r:gz" if packed else "r:") as archive:
            member = archive.next()
            if member is None:
                raise Refused("source_archive", why="members")
            _check_tar_member(member, target.parent)
            _check_density(member.size, size, limits)
            content = archive.extractfile(member)
            if content is None:
                raise Refused("source_archive", why="link")
            with content:
                _copy(content, target, size, limits)
            if target.stat().st_size != member.size:
                raise Refused("source_archive", why="damaged")
            if archive.next() is not None:
                raise Refused("source_archive", why="members")
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise Refused("source_archive", why="damaged") from error


def _check_tar_member(member: tarfile.TarInfo, folder: Path) -> None:
    _check_name(member.name)
    if not member.isreg() or member.issparse():
        raise Refused("source_archive", why="link")
    try:
        tarfile.data_filter(member, str(folder))
    except tarfile.FilterError as error:
        raise Refused("source_archive", why="path") from error


def _check_zip_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 0x1:
        raise Refused("source_archive", why="password")
    if member.is_dir():
        raise Refused("source_archive", why="path")
    _check_name(member.filename)
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise Refused("source_archive", why="link")


def _check_name(name: str) -> None:
    if "/" in name or "\\" in name or ":" in name or name.startswith("."):
        raise Refused("source_archive", why="path")
    if Path(name).suffix.lower() in ARCHIVES:
        raise Refused("source_archive", why="nested")


def _check_density(size: int, packed: int, limits: Limits) -> None:
    """Refuse what an archive says it unpacks to, before unpacking it."""
    if size > limits.unpacked or (size > limits.ratio_from and size > limits.ratio * packed):
        raise Refused("source_compression", ratio=limits.ratio, limit=limits.unpacked)


def _copy(packed: _Readable, target: Path, packed_size: int, limits: Limits) -> None:
    written = 0
    with target.open("wb") as out:
        while block := packed.read(_BLOCK):
            written += len(block)
            _check_density(written, packed_size, limits)
            out.write(block)
