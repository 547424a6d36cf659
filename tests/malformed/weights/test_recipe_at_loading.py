"""What is wrong with a recipe is said when the study is loaded: all of it at once, with its lines, before any data."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.problems import StudyError

RECIPE = """weighting:
  - {step: base, probability: [wc_no_such_probability]}
  - {step: nonresponse, result: interview_result, clases: [stratum]}
  - {step: calibrate, margins: {age: {by: [wc_age]}}}
  - {step: smoothing}
"""


def _study(root: Path, tmp_path: Path, recipe: str) -> Path:
    source = root / "tests" / "data" / "weighting_country"
    folder = tmp_path / "weighting_country"
    folder.mkdir()
    for path in source.iterdir():
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    start = text.index("weighting:\n")
    rest = text[start:].split("\n\n", 1)
    (folder / "study.yaml").write_text(text[:start] + recipe + "\n" + rest[1], encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", ["en", "es"])
def test_all_faults_of_a_recipe_stop_the_study_before_its_data(root: Path, tmp_path: Path, language: str) -> None:
    with pytest.raises(StudyError) as caught:
        load_study(_study(root, tmp_path, RECIPE), Project(root))
    expected = Path(__file__).with_name(f"recipe_at_loading.{language}.expected.txt").read_text(encoding="utf-8")
    assert caught.value.text("es" if language == "es" else "en") + "\n" == expected
