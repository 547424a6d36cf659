"""The tutorial holds: its commands run as they are printed, its files are what it says, and both languages agree."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`(\.\./tutorial/[\w/.]+)`")
LIMIT = 90.0  # seconds of processor time for the whole hour; 35 on two idle cores


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind, its text, and the file that the paragraph above names, for blocks that are files."""

    kind: str
    text: str
    file: str
    entries: bool


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        above = text[: match.start()].rstrip().rsplit("\n\n", 1)[-1]
        files = FILE.findall(above) if match[1] in ("yaml", "csv") else []
        assert match[1] in ("sh", "text") or len(files) == 1, f"which file is it? {above}"
        file = files[0] if files else ""
        found.append(Block(match[1], match[2], file, file.endswith("study.yaml")))
    return found


def write(block: Block, place: Path) -> None:
    """Write a file as the page says: whole, or entry by entry into study.yaml."""
    path = place / block.file
    if not block.entries:
        path.write_text(block.text, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    for entry in re.split(r"^(?=\w)", block.text, flags=re.MULTILINE)[1:]:
        name = entry.split(":", 1)[0]
        own = re.compile(rf"^{name}:.*\n(?:[ #].*\n|\n(?= ))*", re.MULTILINE)
        text = own.sub(lambda _, entry=entry: entry, text, count=1) if own.search(text) else text + entry
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def done(root: Path, clone: Path, environment: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """Go through the page, and keep what each command line said."""
    said: dict[str, str] = {}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for block in blocks(root / "docs" / "tutorial.md"):
        if block.kind == "text":
            continue
        if block.kind != "sh":
            write(block, clone)
            continue
        for line in block.text.splitlines():
            command = ["bash", "-c", line]
            ran = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
            # what is missing on the machine of the tests is not what this page is about
            assert ran.returncode == 0 or line == "make doctor", f"{line}\n{ran.stdout}\n{ran.stderr}"
            said[line] = said.get(line, "") + ran.stdout + ran.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said["seconds"] = str(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return clone, said


def test_every_command_runs_as_printed(done: tuple[Path, dict[str, str]]) -> None:
    _, said = done
    assert float(said["seconds"]) < LIMIT


def test_the_second_run_has_nothing_to_do(done: tuple[Path, dict[str, str]]) -> None:
    assert "Everything is up to date." in done[1]["make study"]


def test_what_the_page_says_is_there_is_there(root: Path, done: tuple[Path, dict[str, str]]) -> None:
    clone, _ = done
    text = (root / "docs" / "tutorial.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(build/[\w/.]+)`", text))
    assert len(named) >= 4
    assert [name for name in named if not (clone / name).exists()] == []
    assert (clone.parent / "tutorial" / "my_survey" / "releases").is_dir()


def test_the_fingerprint_is_that_of_the_file(done: tuple[Path, dict[str, str]]) -> None:
    clone, said = done
    printed = said["sha256sum ../tutorial/persons.csv"].split()[0]
    assert f'sha256: "{printed}"' in (clone.parent / "tutorial" / "my_survey" / "study.yaml").read_text()


def test_the_weights_meet_the_known_totals(done: tuple[Path, dict[str, str]]) -> None:
    with (done[0] / "build" / "my_survey" / "weight" / "weights_history.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["target"] in ("30900", "33100")]
    assert len(rows) == 2
    assert all(abs(float(row["after"]) - float(row["target"])) < 1e-4 for row in rows)


def test_the_release_is_signed_and_says_that_its_data_are_invented(done: tuple[Path, dict[str, str]]) -> None:
    clone, said = done
    signing = [text for line, text in said.items() if "INSTITUTION" in line]
    assert "signed by An invented director" in signing[0]
    page = (clone / "build" / "my_survey" / "release" / "report_en.html").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in page


def test_explaining_names_the_question_and_the_rule(done: tuple[Path, dict[str, str]]) -> None:
    text = next(text for line, text in done[1].items() if line.startswith("make explain"))
    assert "age >= 5 and age <= 17" in text and "cepal_2023" in text


def test_one_number_is_shown_with_its_error(done: tuple[Path, dict[str, str]]) -> None:
    text = next(text for line, text in done[1].items() if "from caracteriza" in line)
    assert "Highlands" in text and "se" in text and "synthetic" in text


def test_the_invented_survey_is_made_by_its_script(root: Path) -> None:
    path = root / "docs" / "tutorial" / "make_persons.py"
    spec = importlib.util.spec_from_file_location("make_persons", path)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    made = path.with_name("persons.csv").read_bytes()
    assert hashlib.sha256(script.text().encode()).digest() == hashlib.sha256(made).digest()


def test_both_languages_have_the_same_commands_and_files(root: Path) -> None:
    english, spanish = (blocks(root / "docs" / name) for name in ("tutorial.md", "tutorial.es.md"))
    plain = [(block.kind, block.file, _without_remarks(block)) for block in english]
    assert plain == [(block.kind, block.file, _without_remarks(block)) for block in spanish]


def test_both_languages_have_the_same_sections_and_links(root: Path) -> None:
    pages = [(root / "docs" / name).read_text(encoding="utf-8") for name in ("tutorial.md", "tutorial.es.md")]
    assert len({len(re.findall(r"^## ", page, re.MULTILINE)) for page in pages}) == 1
    for pattern in (r"`[^`\n]+`", r"\]\(([^)]+)\)"):
        first, second = (re.findall(pattern, FENCE.sub("", page)) for page in pages)
        same = [(one, other) for one, other in zip(first, second, strict=True) if _neutral(one) != _neutral(other)]
        assert same == []


def _without_remarks(block: Block) -> str:
    lines = [re.sub(r"\s+# .*$", "", line) for line in block.text.splitlines()]
    return "\n".join(lines) if block.kind != "text" else re.sub(r"<\w+>", "<>", block.text)


def _neutral(text: str) -> str:
    """A command or path without what rightly differs: the language."""
    return re.sub(r"_(en|es)\.|LANGUAGE=(en|es)|tutorial(\.es)?\.md|MISSING|FALTA", "", text)
