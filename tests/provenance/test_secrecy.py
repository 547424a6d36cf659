"""Planted persons are in the files for microdata and nowhere else, whatever fails; nothing asks for a network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.hashing import file_hashes, files_below
from pipeline.private_store.keys import VARIABLE, make_key
from pipeline.stages import STAGES

HERE = Path(__file__).resolve().parent
FAMILY, INCOME = "7771239", "8812349.17"
PLANTED = (FAMILY.encode(), INCOME.encode(), INCOME.partition(".")[0].encode(), b"8,812,349",
           struct.pack("<d", float(INCOME)), struct.pack("<d", float(FAMILY)))  # fmt: skip
MAY_HOLD = re.compile(r"^(ingest/\w+\.parquet|weight/(weights|calibration)_\w+\.parquet|estimate/round_totals\.npz)$")


def plant(folder: Path) -> None:
    """Give one family of the small country a key and an income that nothing else has."""
    study, households = folder / "study.yaml", folder / "households.csv"
    first = households.read_text().splitlines()[1].split(",")
    for path, key in ((households, first[0]), (folder / "persons.csv", first[0])):
        before = hashlib.sha256(path.read_bytes()).hexdigest()
        text = re.sub(rf"^{key},", f"{FAMILY},", path.read_text(), flags=re.MULTILINE)
        text = text.replace(",".join([FAMILY, *first[1:]]), ",".join([FAMILY, *first[1:-1], INCOME]))
        path.write_text(text)
        study.write_text(study.read_text().replace(before, hashlib.sha256(path.read_bytes()).hexdigest()))
    assert INCOME in households.read_text() and (folder / "persons.csv").read_text().count(FAMILY) > 1
    # what was printed about incomes is of the family as it was
    printed = (folder / "published.csv").read_text().splitlines()
    (folder / "published.csv").write_text("\n".join(x for x in printed if "income" not in x) + "\n")


def contents(name: str, data: bytes) -> Iterator[bytes]:
    """Yield the bytes of a file, and of everything packed inside it."""
    yield data
    if data[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.namelist():
                yield member.encode()
                yield from contents(member, archive.read(member))
    elif data[:4] == b"PAR1":
        yield pq.read_table(BytesIO(data)).to_pandas().to_csv().encode()
    elif data[:5] == b"%PDF-":
        for stream in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            with_zlib = zlib.decompressobj()
            try:
                yield with_zlib.decompress(stream[1])
            except zlib.error:  # a font or a picture that is packed in another way, or not at all
                continue
    for packed in re.finditer(rb"[A-Za-z0-9+/]{400,}={0,2}", data):
        text = packed[0][: len(packed[0]) // 4 * 4]
        plain = base64.b64decode(text)
        yield plain
        if plain[:2] == b"\x1f\x8b":
            yield zlib.decompress(plain, 31)


def leaks(folder: Path) -> list[str]:
    """Name the files below a folder, hidden ones too, that hold anything of the planted family."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if any(piece in content for content in contents(path.name, data) for piece in PLANTED):
                found.append(path.relative_to(folder).as_posix())
    return found


@dataclass(frozen=True)
class Place:
    """The planted country, with a home, caches and a place for temporary files of its own."""

    root: Path
    code: Path

    @property
    def results(self) -> Path:
        """Its results."""
        return self.root / "build" / "small_country"

    def run(
        self, *words: str, fail: str = "", before: tuple[str, ...] = (), **more: str
    ) -> tuple[subprocess.CompletedProcess[bytes], dict[str, Any]]:
        """Run a command in a process that is watched, under an open mask; return how it ended and what was seen."""
        seen = self.root / "seen.json"
        seen.unlink(missing_ok=True)
        study = str(self.root / "small_country")
        here = ["--study", study, "--data", study, "--build", str(self.root / "build"), "--language", "es"]
        asked = {"words": [*words, *here], "fail": fail, "said": f"{FAMILY} {INCOME}", "seen": str(seen)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CARACTERIZA")}
        cache, temporary, home = (str(self.root / name) for name in ("cache", "temporary", "home"))
        environment = {**kept, "HOME": home, "XDG_CACHE_HOME": cache, "MPLCONFIGDIR": cache, "TMPDIR": temporary,
                       "PYTHONPATH": str(self.code), **more}  # fmt: skip
        command = [*before, sys.executable, str(HERE / "watched_run.py"), json.dumps(asked)]
        old = os.umask(0o022)
        try:
            done = subprocess.run(command, capture_output=True, env=environment, cwd=home, check=False)
        finally:
            os.umask(old)
        return done, json.loads(seen.read_text()) if seen.exists() else {}

    def nothing_leaks(self, done: subprocess.CompletedProcess[bytes]) -> None:
        """Look at what was said, at all results, and at home, caches and temporary files."""
        assert not any(piece in done.stdout + done.stderr for piece in PLANTED)
        assert [path for path in leaks(self.results) if not MAY_HOLD.match(path)] == []
        for name in ("home", "temporary", "cache"):
            assert leaks(self.root / name) == []

    def hashes(self, stage: str = "") -> dict[str, str]:
        """Hashes of the results, without the logs, which hold the time of day, and the seals of keys."""
        folder = self.results / stage
        return {path.relative_to(folder).as_posix(): value for path, value in file_hashes(files_below(folder)).items()
                if path.name not in ("run_log.jsonl", "manifest.json")}  # fmt: skip


@pytest.fixture(scope="module")
def prepare(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Place]:
    """Make a place where nothing was run yet."""

    def made() -> Place:
        place = Place(tmp_path_factory.mktemp("planted"), root)
        for name in ("home", "temporary", "cache"):
            (place.root / name).mkdir()
        shutil.copytree(HERE.parent / "data" / "small_country", place.root / "small_country")
        plant(place.root / "small_country")
        return place

    return made


@pytest.fixture(scope="module")
def whole(prepare: Callable[[], Place]) -> tuple[Place, subprocess.CompletedProcess[bytes], dict[str, Any]]:
    """A place where the study was run once, what was said and what was seen."""
    place = prepare()
    done, seen = place.run("study")
    assert done.returncode == 0, said(done)
    return place, done, seen


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    return (done.stdout + done.stderr).decode()


def test_the_search_finds_what_is_packed(tmp_path: Path) -> None:
    """A search that cannot find proves nothing."""
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.xml", f"<v>{INCOME}</v>" * 50)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\nstream\n" + zlib.compress(FAMILY.encode() * 50) + b"endstream")
    (tmp_path / "c.html").write_bytes(b"data:" + base64.b64encode(FAMILY.encode() * 100))
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "d.bin").write_bytes(struct.pack("<d", float(INCOME)))
    (tmp_path / "e.txt").write_text("nothing")
    assert leaks(tmp_path) == [".hidden/d.bin", "a.xlsx", "b.pdf", "c.html"]


def test_a_whole_run_keeps_planted_persons_where_they_belong(whole: Any) -> None:
    place, done, seen = whole
    assert "ingest/household.parquet" in leaks(place.results)  # it did read them
    place.nothing_leaks(done)
    assert seen["network"] == [] and set(map(tuple, seen["core"])) == {(0, 0)}
    for words in (("explain", "--indicator", "small_income"), ("verify",)):
        done, seen = place.run(*words)
        assert done.returncode == 0, said(done)
        place.nothing_leaks(done)
        assert seen["network"] == []


def test_results_are_for_their_owner_under_an_open_mask(whole: Any) -> None:
    results = whole[0].results
    assert results.stat().st_mode & 0o777 == 0o700
    inside = [path for stage in STAGES for path in (results / stage, *(results / stage).rglob("*"))]
    inside += [results / "run_log.jsonl", results / ".run_log.end", results / ".definitions"]
    assert len(inside) > 50
    assert {path: oct(path.stat().st_mode & 0o777) for path in inside
            if path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)} == {}  # fmt: skip


def test_stages_that_fail_on_microdata_tell_nothing_of_them(prepare: Callable[[], Place]) -> None:
    place = prepare()
    for stage in STAGES:  # each is run again, and well, on the way to the next
        done, seen = place.run(stage, fail=stage)
        assert done.returncode == 70, said(done)
        assert "ValueError" in said(done) and "watched_run.py" in said(done)
        place.nothing_leaks(done)
        assert not (place.results / stage).exists()
        assert set(map(tuple, seen["core"])) == {(0, 0)} and seen["network"] == []


def test_a_source_that_cannot_be_read_tells_nothing_of_its_rows(prepare: Callable[[], Place]) -> None:
    place = prepare()
    path, study = place.root / "small_country" / "households.csv", place.root / "small_country" / "study.yaml"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text().replace(INCOME, f"{INCOME} o {FAMILY}\",x"))
    study.write_text(study.read_text().replace(before, hashlib.sha256(path.read_bytes()).hexdigest()))
    done, _ = place.run("ingest")
    assert done.returncode == 1, said(done)
    place.nothing_leaks(done)


def test_a_run_needs_no_network(whole: Any, prepare: Callable[[], Place]) -> None:
    """In a name space without any network, not even a loop, the same run gives the same files."""
    alone = ("unshare", "--user", "--map-root-user", "--net")
    try:
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
            pytest.skip("this system lets no process have a network of its own (unshare --net)")
    except FileNotFoundError:
        pytest.skip("needs unshare, of util-linux")
    place = prepare()
    done, seen = place.run("study", before=alone)
    assert done.returncode == 0, said(done)
    assert seen["network"] == []
    assert place.hashes() == whole[0].hashes()


def test_with_a_key_no_byte_of_microdata_lies_on_the_disk(whole: Any, prepare: Callable[[], Place]) -> None:
    place = prepare()
    key, other = (str(make_key(str(place.root / name))) for name in ("key", "other"))
    done, _ = place.run("disseminate", CARACTERIZA_KEYFILE=key)
    assert done.returncode == 0, said(done)
    assert leaks(place.results) == []
    place.nothing_leaks(done)
    assert (place.results / "ingest" / "person.parquet").read_bytes()[:7] == b"CARSEAL"
    assert place.hashes("disseminate") == whole[0].hashes("disseminate")
    sealed = place.hashes("ingest")
    for code, more in (("KEYFILE=", {}), ("otra clave", {VARIABLE: other})):
        done, _ = place.run("weight", **more)
        assert done.returncode == 1 and code in said(done)
        assert place.hashes("ingest") == sealed
    shutil.rmtree(place.results / "ingest")
    done, _ = place.run("ingest", CARACTERIZA_KEYFILE=key)
    assert done.returncode == 0 and place.hashes("ingest") == sealed  # the same sealing gives the same bytes
