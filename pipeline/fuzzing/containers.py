"""Damage inside containers: the parts of a workbook or an archive, and archives made to harm."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile

from pipeline.fuzzing.mutations import Generator, mutated
from pipeline.fuzzing.seeds import Seed, zipped

_NAMES = ("../persons.csv", "/etc/passwd", "a/b.csv", "C:\\x.csv", "..\\x.csv", ".hidden", "x.csv.gz", "x.zip", "CON",
          "a" * 300 + ".csv", "persons.csv\x00.exe", "ñ\u202e.csv")  # fmt: skip
_TYPES = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, b"Z")


def damaged_workbook(seed: Seed, generator: Generator) -> bytes:
    """Damage a workbook: every other time its bytes, otherwise one of its parts, packed whole again."""
    return mutated(seed.content, generator) if generator.random() < 0.5 else _one_part(seed.content, generator)


def damaged_archive(seed: Seed, generator: Generator) -> bytes:
    """Damage an archive: its bytes, the file inside, or what it says of itself."""
    way = generator.random()
    if way < 0.5:
        return mutated(seed.content, generator)
    if way < 0.75:
        return _repacked(seed, mutated(_inside(seed), generator, text=True))
    return _harmful(seed, generator)


def _one_part(content: bytes, generator: Generator) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    names = sorted(members, key=lambda name: not name.startswith("xl/worksheets/"))
    chosen = names[0] if generator.random() < 0.5 else names[int(generator.integers(len(names)))]
    members[chosen] = mutated(members[chosen], generator, text=True)
    return zipped(members)


def _inside(seed: Seed) -> bytes:
    if seed.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(seed.content)) as archive:
            return archive.read(archive.namelist()[0])
    plain = seed.content if seed.name.endswith(".tar") else gzip.decompress(seed.content)
    return plain if seed.name.endswith(".csv.gz") else _in_tar(plain)


def _in_tar(content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = archive.extractfile(archive.getmembers()[0])
        assert member is not None  # seeds hold one plain file
        return member.read()


def _repacked(seed: Seed, content: bytes) -> bytes:
    if seed.name.endswith(".zip"):
        return zipped({"persons.csv": content})
    if seed.name.endswith(".csv.gz"):
        return gzip.compress(content, mtime=0)
    plain = _tar_of([(tarfile.TarInfo("persons.csv"), content)])
    return gzip.compress(plain, mtime=0) if seed.name.endswith(".tgz") else plain


def _tar_of(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _harmful(seed: Seed, generator: Generator) -> bytes:
    content = _inside(seed)
    name = _NAMES[int(generator.integers(len(_NAMES)))]
    if seed.name.endswith(".csv.gz"):
        many = content + b"x" * int(generator.integers(2**24, 2**25))
        return gzip.compress(many, 1, mtime=0) + (seed.content if generator.random() < 0.5 else b"")
    if seed.name.endswith(".zip"):
        return _harmful_zip(content, name, generator)
    member = tarfile.TarInfo(name.replace("\x00", "") if generator.random() < 0.5 else "persons.csv")
    if generator.random() < 0.7:
        member.type, member.linkname = _TYPES[int(generator.integers(len(_TYPES)))], "../../etc/passwd"
    plain = _tar_of([(member, content), (tarfile.TarInfo("persons.csv"), content)][: int(generator.integers(1, 3))])
    return gzip.compress(plain, mtime=0) if seed.name.endswith(".tgz") else plain


def _harmful_zip(content: bytes, name: str, generator: Generator) -> bytes:
    out = io.BytesIO()
    way = int(generator.integers(5))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name if way == 0 else "persons.csv", (1980, 1, 1, 0, 0, 0))
        if way == 1:
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, content + b"x" * (2**25 if way == 2 else 0), zipfile.ZIP_DEFLATED)
        if way == 3:
            for number in range(int(generator.integers(1, 200))):
                archive.writestr(zipfile.ZipInfo(f"{number}.csv", (1980, 1, 1, 0, 0, 0)), content)
    made = out.getvalue()
    if way == 4:  # a size that is not true
        place = made.index(b"PK\x01\x02") + 24
        made = made[:place] + struct.pack("<I", int(generator.integers(2**32))) + made[place + 4:]
    return made
