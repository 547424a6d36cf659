"""One faulty study or file per message, and the exact words in both languages."""

from __future__ import annotations

import csv
import hashlib
import re
import shutil
from pathlib import Path

import pytest

from pipeline import ingest
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from surveys.problems import ProblemsFound

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "expected.txt").exists())


def prepared(case: str, folder: Path) -> Run:
    """A study folder and a data folder with the files of a case over the good ones."""
    study, data, output = folder / "good", folder / "data", folder / "output"
    for made in (study, data, output):
        made.mkdir()
    for source in (HERE / "good", HERE / case):
        for path in source.iterdir():
            if path.suffix in (".yaml", ".csv"):
                shutil.copyfile(path, (study if path.suffix == ".yaml" else data) / path.name)
    text = (study / "study.yaml").read_text(encoding="utf-8")
    for path in data.iterdir():
        text = text.replace(f"HASH-{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
    (study / "study.yaml").write_text(text, encoding="utf-8")
    return Run(Project.here(), "good", study, data, folder, "en", Progress(quiet=True), "ingest", output)


def told(run: Run) -> tuple[str, str]:
    """What a run says in English and Spanish, with hashes of files shortened."""
    with pytest.raises(ProblemsFound) as caught:
        ingest.run(run)
    texts = [re.sub(r"\b([0-9a-f]{8})[0-9a-f]{56}\b", r"\1", caught.value.text(language))
             for language in ("en", "es")]
    return texts[0], texts[1]


@pytest.mark.parametrize("case", CASES)
def test_says_what_is_wrong(case: str, tmp_path: Path) -> None:
    english, spanish = told(prepared(case, tmp_path))
    expected_english, expected_spanish = (HERE / case / "expected.txt").read_text(encoding="utf-8").split("----\n")
    assert english + "\n" == expected_english
    assert spanish + "\n" == expected_spanish


def test_the_good_study_has_no_findings_above_a_note(tmp_path: Path) -> None:
    run = prepared("good", tmp_path)
    ingest.run(run)
    with (run.output / "findings.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["severity"] for row in csv.DictReader(stream)} <= {"note"}


def test_findings_are_written_before_the_run_stops(tmp_path: Path) -> None:
    run = prepared("duplicated_household", tmp_path)
    with pytest.raises(ProblemsFound):
        ingest.run(run)
    with (run.output / "findings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["rule"] for row in rows} >= {"key_repeated", "key_repeated_row"}
    named = [row["key"] for row in rows if row["rule"] == "key_repeated_row"]
    assert all(re.fullmatch("[0-9a-f]{8}", key) for key in named)
    assert not list(run.output.glob("*.parquet"))


@pytest.mark.parametrize("case", CASES)
def test_no_key_or_cell_is_told(case: str, tmp_path: Path) -> None:
    run = prepared(case, tmp_path)
    english, spanish = told(run)
    written = "".join(path.read_text(encoding="utf-8") for path in run.output.glob("findings.csv"))
    for text in (english, spanish, written):
        assert not re.search(r"\bh[1-9]\b", text)
        assert "1.234" not in text
