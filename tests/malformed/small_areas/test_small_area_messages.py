"""Models of small areas that do not hold, and files of known numbers that cannot be used: the exact words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from estimates.study_small_area_refusals import REFUSALS
from pipeline.project import Project
from pipeline.small_area_files import read_known_areas
from pipeline.study_files import load_study
from surveys.problems import Problem, StudyError

GOOD = Path(__file__).resolve().parents[1] / "data" / "good"
CASES = Path(__file__).parent / "cases"
DICTIONARY = """
indicators:
  low: {level: person, statistic: poverty, of: age, relative_line: {share: 0.6}, unit: percent, label: {es: B, en: L}}
"""
SOURCE = "source: {es: Censo, en: Census}"
ASKED = f"""
small_areas:
  women:
    indicator: female_share
    areas: sex
    known:
      file: areas.csv
      covariates:
        inhabitants: {{{SOURCE}, transform: log}}
        deaths: {{{SOURCE}, over: inhabitants, transform: sqrt}}
"""


def folder(home: Path, extra: str) -> Path:
    made = home / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    if "\nreport:" in extra:
        text = text[: text.index("\nreport:") + 1] if "\nreport:" in text else text
    (made / "study.yaml").write_text(text + extra, encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (made / "dictionary.yaml").write_text(DICTIONARY, encoding="utf-8")
    return made


def told(error: StudyError) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_says_what_is_wrong(case: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as raised:
        load_study(folder(tmp_path, (CASES / f"{case}.yaml").read_text(encoding="utf-8")), Project.here())
    assert told(raised.value) == (CASES / f"{case}.expected.txt").read_text(encoding="utf-8")


FILES = {
    "file_absent": None,
    "file_unreadable": "",
    "file_columns": "code,inhabitants\n1,5\n",
    "file_codes": "area,inhabitants,deaths\n1,100,1\n2,90,1\n3,80,1\n",
    "file_repeated": "area,inhabitants,deaths\n1,100,1\n2,90,1\n1,80,1\n",
    "file_areas": "area,inhabitants,deaths\n1,100,1\n",
    "file_numbers": 'area,inhabitants,deaths\n1,"1,000",-1\n2,0,1\n',
}


@pytest.mark.parametrize("case", sorted(FILES))
def test_known_numbers_that_cannot_be_used(case: str, tmp_path: Path) -> None:
    made = folder(tmp_path, ASKED)
    content = FILES[case]
    if content is not None:
        (made / "areas.csv").write_text(content, encoding="utf-8")
    loaded = load_study(made, Project.here())
    with pytest.raises(StudyError) as raised:
        read_known_areas([made], loaded.study, loaded.dictionary)
    assert told(raised.value) == (CASES / f"{case}.expected.txt").read_text(encoding="utf-8")


def test_known_numbers_come_in_the_order_of_the_code_list(tmp_path: Path) -> None:
    made = folder(tmp_path, ASKED)
    (made / "areas.csv").write_text("area,deaths,inhabitants\n2,1,90\n1,4,100\n", encoding="utf-8")
    loaded = load_study(made, Project.here())
    known = read_known_areas([made], loaded.study, loaded.dictionary)["women"]
    assert list(known.index) == ["1", "2"]
    np.testing.assert_array_equal(known[["inhabitants", "deaths"]].to_numpy(), [[100.0, 4.0], [90.0, 1.0]])
    without = replace(loaded.study, settings={"small_areas": {"all": {"indicator": "female_share", "areas": "sex"}}})
    assert list(read_known_areas([made], without, loaded.dictionary)["all"].columns) == []


@pytest.mark.parametrize("case", sorted(REFUSALS))
def test_a_model_that_cannot_be_fitted_says_why(case: str) -> None:
    numbers = {"coefficients": 3, "areas": 2, "least": 4}
    problem = Problem(REFUSALS[case], "s/study.yaml  small_areas.women", {"name": "women", **numbers})
    expected = (CASES / f"fit_{case}.expected.txt").read_text(encoding="utf-8")
    assert f"{problem.text('en')}\n----\n{problem.text('es')}\n" == expected
