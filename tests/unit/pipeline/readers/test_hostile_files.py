"""Files made to harm whoever reads them: archives, workbooks and a child that lies."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pipeline.readers.limits import Limits
from pipeline.readers.reading import read_source
from pipeline.readers.refusals import REASONS, REFUSALS
from surveys.problems import DataError
from surveys.study import Source

ROOT = Path(__file__).resolve().parents[4]


def told(folder: Path, file: str, format: str = "csv", **how: object) -> tuple[str, str]:
    """The code of the refusal and what it says in Spanish."""
    with pytest.raises(DataError) as caught:
        read_source(Source("x", format, file), folder, None, **how)  # type: ignore[arg-type]  # options of each test
    problem = caught.value.problems[0]
    assert "{" not in problem.text("en") + problem.text("es")
    return problem.message.code, problem.text("es")


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def member(name: str = "t.csv", kind: bytes = tarfile.REGTYPE, to: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


def test_a_tar_with_one_plain_file_is_read(tmp_path: Path) -> None:
    content = tar((member(), b"a\n1\n2\n"))
    (tmp_path / "t.tar").write_bytes(content)
    (tmp_path / "t.tgz").write_bytes(gzip.compress(content))
    (tmp_path / "t.tar.gz").write_bytes(gzip.compress(content))
    for file in ("t.tar", "t.tgz", "t.tar.gz"):
        assert read_source(Source("x", "csv", file), tmp_path, None).table.rows == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (tar((member(), b"a\n"), (member("u.csv"), b"a\n")), "members"),
        (tar(), "members"),
        (tar((member("../t.csv"), b"a\n")), "path"),
        (tar((member("/etc/t.csv"), b"a\n")), "path"),
        (tar((member(kind=tarfile.SYMTYPE, to="/etc/passwd"), b"")), "link"),
        (tar((member(kind=tarfile.LNKTYPE, to="../x"), b"")), "link"),
        (tar((member(kind=tarfile.FIFOTYPE), b"")), "link"),
        (tar((member(kind=tarfile.CHRTYPE), b"")), "link"),
        (tar((member("t.tar.gz"), b"a\n")), "nested"),
        (tar((member(), b"a\n" + b"1\n" * 400))[:700], "damaged"),
        (b"no archive at all", "damaged"),
    ],
)
def test_a_tar_that_is_more_than_one_plain_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "t.tar").write_bytes(content)
    code, text = told(tmp_path, "t.tar")
    assert code == "source_archive" and REASONS[why][1] in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.tar"]


@pytest.mark.parametrize("file", ["t.csv.bz2", "t.7z", "t.rar", "t.csv.xz", "t.zip", "t.csv.gz"])
def test_other_archives_are_named_as_what_they_are(tmp_path: Path, file: str) -> None:
    (tmp_path / file).write_bytes(b"a\n1\n")
    code, text = told(tmp_path, file)
    assert code == "source_archive" and "no es gzip, zip ni tar" in text


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", b"a\n" + b"0" * 2**25)
    (tmp_path / "t.tgz").write_bytes(gzip.compress(tar((member(), b"a\n" + b"0" * 2**25))))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for file in ("t.zip", "t.tgz"):
        # nothing of 32 MB could be written: what the archive says of itself was enough
        code, _ = told(tmp_path, file, limits=Limits(written=2**20), scratch=scratch)
        assert code == "source_compression"
    assert list(scratch.iterdir()) == []


def test_a_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a\n" + b"1\n" * 200_000)
    with pytest.raises(OSError, match="No space left") as caught:
        read_source(Source("x", "csv", "t.csv"), tmp_path, None, limits=Limits(written=2**16))
    assert caught.value.errno == errno.ENOSPC


def test_rows_of_a_text_file_are_counted_before_they_are_parsed(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n" + b"1,2\n" * 1000)
    code, text = told(tmp_path, "t.csv", limits=Limits(cells=1000))
    assert code == "source_too_large" and "1,000 filas y 2 columnas" in text


def workbook(folder: Path, change: Callable[[str, bytes], bytes]) -> None:
    """A workbook of one number whose parts were changed."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (("a",), (1,)):
        book.active.append(row)
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(folder / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))


def sheet(changed: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda name, content: changed(content) if name.endswith("sheet1.xml") else content


def test_a_workbook_that_says_it_is_huge_is_refused_by_what_it_says(tmp_path: Path) -> None:
    workbook(tmp_path, sheet(lambda text: text.replace(b'ref="A1:A2"', b'ref="A1:A1048576"')))
    assert told(tmp_path, "t.xlsx", "xlsx", limits=Limits(cells=10_000))[0] == "source_too_large"


def test_a_workbook_that_lies_about_its_rows_is_counted(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (r, r) for r in range(3, 400))
    workbook(tmp_path, sheet(lambda text: text.replace(b"</sheetData>", rows + b"</sheetData>")))
    assert told(tmp_path, "t.xlsx", "xlsx", limits=Limits(cells=300))[0] == "source_too_large"


def test_entities_in_a_workbook_open_no_file_and_do_not_multiply(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("71913")
    outside = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt">]>'.encode()
    many = b'<!DOCTYPE x [<!ENTITY a "1111111111">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(9)
    ) + b"]>"
    for declared, entity in ((outside, b"&e;"), (many, b"&j;")):
        def change(text: bytes, declared: bytes = declared, entity: bytes = entity) -> bytes:
            return declared + text.replace(b"<v>1</v>", b"<v>" + entity + b"</v>")

        workbook(tmp_path, sheet(change))
        assert told(tmp_path, "t.xlsx", "xlsx", limits=Limits(seconds=20))[0] in ("source_unreadable", "source_crashed")


def test_a_workbook_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    workbook(tmp_path, lambda _, content: content)
    assert told(tmp_path, "t.xlsx", "xlsx", limits=Limits(members=3))[0] == "source_archive"


LIES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda folder: None,
    "no JSON": lambda folder: (folder / "content.json").write_text("{"),
    "deep JSON": lambda folder: (folder / "content.json").write_text("[" * 100_000),
    "no columns": lambda folder: (folder / "content.json").write_text('{"rows": 1}'),
    "no Arrow": lambda folder: (
        (folder / "content.json").write_text('{"rows": 1, "columns": ["a"], "reasons": []}'),
        (folder / "content.arrow").write_bytes(b"ARROW1\0\0" + b"\xff" * 64),
    ),
    "an unknown refusal": lambda folder: (folder / "refusal.json").write_text('{"code": "x", "details": {}}'),
    "a refusal of another shape": lambda folder: (folder / "refusal.json").write_text("[1]"),
    "details that are none": lambda folder: (folder / "refusal.json").write_text(
        '{"code": "source_rows", "details": 3}'
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_child_that_lies_is_not_believed(tmp_path: Path, lie: str) -> None:
    def lying(folder: Path, _: Limits) -> int:
        LIES[lie](folder)
        return 0

    (tmp_path / "t.csv").write_text("a\n1\n")
    assert told(tmp_path, "t.csv", launch=lying)[0] == "source_crashed"


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Size and time of modification stay the same, as they would for somebody who wants it unnoticed."""
    from pipeline.readers import child

    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    before = path.stat()

    def meanwhile(folder: Path, limits: Limits) -> int:
        path.write_text("a\n2\n")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        answer = subprocess.run([sys.executable, "-m", child.__name__, str(folder)], cwd=ROOT, check=False)
        return answer.returncode

    code, text = told(tmp_path, "t.csv", launch=meanwhile)
    assert code == "source_changed"
    assert text == "sources.x\n  " + REFUSALS["source_changed"].es.replace("{file}", "t.csv")


def test_the_child_and_its_files_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipeline.readers.reading import read_source;"
        "from surveys.study import Source;"
        "read_source(Source('x', 'csv', 't.csv'), Path(sys.argv[1]), None, scratch=Path(sys.argv[1]))"
    )
    (tmp_path / "t.csv").write_text("a\n" + "1\n" * 3_000_000)
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    children: list[int] = []
    until = time.monotonic() + 20
    while not children and time.monotonic() < until and parent.poll() is None:
        listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        children = [int(one) for one in listed.read_text().split()] if listed.exists() else []
        left = [path for path in tmp_path.glob(".reading-*/text.utf8")]
        children = children if left else []
    assert children, "the reader never started"
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    while any(_alive(one) for one in children) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(_alive(one) for one in children)
    # what it wrote lies where the caller asked for it, in one hidden folder that only its owner may open
    (scratch,) = tmp_path.glob(".reading-*")
    assert scratch.stat().st_mode & 0o077 == 0
    assert json.loads((scratch / "request.json").read_text())["file"].endswith("t.csv")


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split(") ")[1][0] not in "ZX"
    except OSError:
        return False


def test_rows_beyond_what_a_workbook_says_are_read(tmp_path: Path) -> None:
    workbook(tmp_path, sheet(lambda text: text.replace(b'ref="A1:A2"', b'ref="A1"')))
    assert read_source(Source("x", "xlsx", "t.xlsx"), tmp_path, None).table.columns["a"].tolist() == [1.0]


def test_a_row_that_no_workbook_has_is_not_looked_for(tmp_path: Path) -> None:
    workbook(tmp_path, sheet(lambda text: text.replace(b'<row r="2"', b'<row r="2000000000"')))
    assert told(tmp_path, "t.xlsx", "xlsx", limits=Limits(seconds=30))[0] == "source_unreadable"
