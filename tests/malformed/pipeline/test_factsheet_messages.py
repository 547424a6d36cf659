"""The exact words for fact sheets that no study asked for, in both languages."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from pipeline.factsheets import run
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from surveys.problems import StudyError

GOOD = Path(__file__).parent.parent / "data" / "good"


def test_fact_sheets_that_are_not_declared(tmp_path: Path) -> None:
    folder = tmp_path / "good"
    shutil.copytree(GOOD, folder)
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    for path in folder.glob("*.csv"):
        text = text.replace(f"HASH-{path.name}", hashlib.sha256(path.read_bytes()).hexdigest())
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    asked = Run(Project.here(), "good", folder, folder, tmp_path / "build" / "good", "en", Progress(quiet=True),
                "factsheets", tmp_path)
    with pytest.raises(StudyError) as caught:
        run(asked)
    english, spanish = (re.sub(r"\s+", " ", caught.value.text(language)) for language in ("en", "es"))
    assert english.endswith(
        "the study does not say by what its fact sheets are made. Add `factsheets: {by: department}` under `report:`, "
        "with a breakdown that is tabulated.")
    assert spanish.endswith(
        "el estudio no dice según qué se hacen sus fichas. Agregue `factsheets: {by: department}` en `report:`, con un "
        "desglose que se tabule.")
