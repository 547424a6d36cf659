"""Hash first, a child that may die, archives within limits, and text files cut short."""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from pipeline.readers.limits import Limits
from pipeline.readers.reading import digests, locate, read_source
from pipeline.readers.refusals import Refused
from surveys.problems import DataError
from surveys.source_table import SourceTable
from surveys.study import Source


def source(file: str, format: str = "csv", **how: object) -> Source:
    return Source("x", format, file, **how)  # type: ignore[arg-type]  # options of each test


def table(folder: Path, text: bytes, columns: list[str] | None = None, **how: object) -> SourceTable:
    (folder / "t.csv").write_bytes(text)
    return read_source(source("t.csv", **how), folder, columns).table


def refused(folder: Path, file: str, format: str = "csv", limits: Limits | None = None, **how: object) -> str:
    with pytest.raises(DataError) as caught:
        read_source(source(file, format, **how), folder, None, limits=limits)
    return caught.value.problems[0].message.code


def test_text_stays_text(tmp_path: Path) -> None:
    read = table(tmp_path, b"dep,mun,id\n01,001,9007199254740993\nNA,,2\n")
    assert {name: list(values) for name, values in read.columns.items()} == {
        "dep": ["01", "NA"], "mun": ["001", None], "id": ["9007199254740993", "2"]}


def test_only_the_columns_asked(tmp_path: Path) -> None:
    read = table(tmp_path, b"a;b;c\n1;2;3\n", ["c", "a"], separator=";")
    assert list(read.columns) == ["c", "a"]


def test_byte_order_mark_blanks_and_quoted_line_breaks(tmp_path: Path) -> None:
    read = table(tmp_path, '\ufeffa;b\n" ";"x\n""y"""\n'.encode(), separator=";", blank=(" ",))
    assert list(read.columns["a"]) == [None]
    assert list(read.columns["b"]) == ['x\n"y"']


def test_windows_line_ends_and_no_last_line_end(tmp_path: Path) -> None:
    assert table(tmp_path, b"a,b\r\n1,2\r\n3,4").rows == 2


def test_stray_quotes_need_saying(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'a,b\n5" pipe,2\n')
    assert refused(tmp_path, "t.csv") == "source_quote"
    assert table(tmp_path, b'a,b\n5" pipe,2\n', quote=None).columns["a"][0] == '5" pipe'


def test_latin_1_with_a_stray_control_byte_is_read(tmp_path: Path) -> None:
    read = table(tmp_path, "a\nUsulután\nPotosí\nCañas\n".encode("latin-1") + b"x\x93y\n", encoding="latin-1")
    assert read.columns["a"][0] == "Usulután"
    assert read.info["control_characters"] == 1


@pytest.mark.parametrize(("written", "declared", "code"), [
    ("latin-1", "utf-8", "source_encoding"), ("utf-8", "latin-1", "source_mojibake"),
    ("utf-8", "cp850", "source_mojibake"), ("cp850", "latin-1", "source_mojibake"),
    ("latin-1", "cp850", "source_mojibake"), ("utf-16", "utf-8", "source_encoding"),
    ("utf-8", "no-such-code", "source_codec")])
def test_a_wrong_encoding_is_refused(tmp_path: Path, written: str, declared: str, code: str) -> None:
    (tmp_path / "t.csv").write_bytes("nombre\nUsulután\nPotosí\nCañas\nJosé\nMaría\n".encode(written))
    assert refused(tmp_path, "t.csv", encoding=declared) == code


def test_every_cut_of_a_file_with_declared_rows_is_noticed(tmp_path: Path) -> None:
    whole = b'a,b\n1,"x, y"\n2,z\n'
    for size in range(len(whole) - 1):
        (tmp_path / "t.csv").write_bytes(whole[:size])
        if size == len(whole) - 2:
            continue  # the last cell lost its text: only the hash can tell
        assert refused(tmp_path, "t.csv", rows=2).startswith("source_")


def test_hash_comes_before_parsing(tmp_path: Path) -> None:
    (tmp_path / "t.sav").write_bytes(b"\x00" * 100)
    assert refused(tmp_path, "t.sav", "sav", sha256="0" * 64) == "source_hash"


def test_digests_tell_nothing_of_one_another(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"x")
    public, secret = digests(tmp_path / "t")
    assert public == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert secret.hex() not in public


@pytest.mark.parametrize("file", ["../t.csv", "/etc/passwd", "a/../../t.csv", "a\\t.csv", ""])
def test_names_stay_inside_the_folder(tmp_path: Path, file: str) -> None:
    with pytest.raises(Refused) as caught:
        locate(file, tmp_path)
    assert caught.value.code == "source_outside"


def test_links_do_not_leave_the_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "t.csv").write_text("a\n1\n")
    (data / "t.csv").symlink_to(tmp_path / "t.csv")
    with pytest.raises(Refused) as caught:
        locate("t.csv", data)
    assert caught.value.code == "source_outside"


def test_a_file_one_folder_down_must_be_the_only_one(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.csv").write_text("a\n1\n")
        (tmp_path / folder / "both.csv").write_text("a\n1\n")
    assert locate("one.csv", tmp_path).name == "one.csv"
    assert locate("both.csv", tmp_path, "two").parent.name == "two"
    with pytest.raises(Refused) as caught:
        locate("both.csv", tmp_path)
    assert caught.value.code == "source_ambiguous"


def savfile(folder: Path) -> bytes:
    frame = pd.DataFrame({"x": [1.0, 2.0], "t": ["a", "b"]})
    pyreadstat.write_sav(frame, str(folder / "good.sav"))
    return (folder / "good.sav").read_bytes()


def test_the_parent_outlives_a_reader_that_crashes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0], "t": ["a", "b"]})
    pyreadstat.write_sav(frame, str(tmp_path / "bad.sav"), variable_value_labels={"x": {1: "one"}})
    whole = bytearray((tmp_path / "bad.sav").read_bytes())
    # The record that says which variables have the labels names one that is not there: the library reads
    # outside its memory and is killed.
    record = whole.index(struct.pack("<iii", 4, 1, 1))
    whole[record + 8:record + 12] = struct.pack("<i", 100)
    (tmp_path / "bad.sav").write_bytes(bytes(whole))
    assert refused(tmp_path, "bad.sav", "sav") in ("source_crashed", "source_unreadable")


@pytest.mark.parametrize("name", ["SEGV", "BUS", "KILL"])
def test_a_signal_ends_only_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    dying = tmp_path / "dying"
    dying.write_text(f"#!/bin/sh\nkill -{name} $$\n")
    dying.chmod(0o700)
    monkeypatch.setattr("pipeline.readers.reading.sys.executable", str(dying))
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    with pytest.raises(DataError, match=f"SIG{name}") as caught:
        read_source(source("t.csv"), tmp_path, None)
    assert caught.value.problems[0].message.code == "source_crashed"


def test_a_reader_that_wants_too_much_memory_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n" + b"1\n" * 1_000_000)
    assert refused(tmp_path, "t.csv", limits=Limits(memory=300 * 2**20)) == "source_crashed"


def test_a_reader_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n1\n")
    assert refused(tmp_path, "t.csv", limits=Limits(seconds=0)) == "source_crashed"


def test_too_many_cells_are_refused_before_reading(tmp_path: Path) -> None:
    savfile(tmp_path)
    assert refused(tmp_path, "good.sav", "sav", limits=Limits(cells=3)) == "source_too_large"


@pytest.mark.parametrize("size", range(50, 400, 50))
def test_a_cut_statistical_file_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "cut.sav").write_bytes(savfile(tmp_path)[:size])
    assert refused(tmp_path, "cut.sav", "sav") in ("source_unreadable", "source_crashed", "source_rows")


def test_gzip_and_zip_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
        archive.writestr("t.csv", "a\n1\n")
    (tmp_path / "g.sav.gz").write_bytes(gzip.compress(savfile(tmp_path)))
    for file, format in (("t.csv.gz", "csv"), ("t.csv.zip", "csv"), ("g.sav.gz", "sav")):
        assert read_source(source(file, format), tmp_path, None).table.rows in (1, 2)


@pytest.mark.parametrize("kind", ["two", "path", "link", "nested"])
def test_an_archive_holds_one_plain_file(tmp_path: Path, kind: str) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        member = zipfile.ZipInfo({"path": "../t.csv", "nested": "t.csv.gz"}.get(kind, "t.csv"))
        if kind == "link":
            member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "a\n1\n")
        if kind == "two":
            archive.writestr("u.csv", "a\n1\n")
    assert refused(tmp_path, "t.zip") == "source_archive"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a\n" + b"1\n" * 20_000_000)
    (tmp_path / "t.csv.gz").write_bytes(bomb)
    assert refused(tmp_path, "t.csv.gz") == "source_compression"
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", b"a\n" + b"1\n" * 20_000_000)
    assert refused(tmp_path, "t.zip") == "source_compression"


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a\n1\n2\n")[:-6])
    assert refused(tmp_path, "t.csv.gz") == "source_archive"


def test_workbooks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("id", "n", "when"), ("001", 2, pd.Timestamp("2018-05-06").to_pydatetime()), (None, None, None),
                ("x", 2.5, None)):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    read = read_source(source("t.xlsx", "xlsx"), tmp_path, None).table
    assert list(read.columns["id"]) == ["001", "x"]
    assert read.columns["n"].tolist() == [2, 2.5]
    assert list(read.columns["when"]) == ["2018-05-06", None]
    assert refused(tmp_path, "t.xlsx", "xlsx", sheet="no") == "source_sheet"


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"big": [2**60 + 1, None], "n": [1, None], "t": ["a", ""]}), tmp_path / "t.parquet")
    read = read_source(source("t.parquet", "parquet"), tmp_path, None).table
    assert list(read.columns["big"]) == [str(2**60 + 1), None]
    assert np.isnan(read.columns["n"][1])
    assert list(read.columns["t"]) == ["a", None]


def test_not_a_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    assert refused(tmp_path, "t.parquet", "parquet") == "source_unreadable"


def test_a_message_never_quotes_a_cell(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\nSECRETO,2,3\n")
    with pytest.raises(DataError) as caught:
        read_source(source("t.csv"), tmp_path, None)
    assert "SECRETO" not in caught.value.text("es") + caught.value.text("en")
