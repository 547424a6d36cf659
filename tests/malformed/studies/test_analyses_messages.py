"""Comparisons, models, tests and denominators that do not hold: the exact words in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.denominator_files import read_denominators
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.problems import StudyError

GOOD = Path(__file__).resolve().parents[1] / "data" / "good"
CASES = Path(__file__).parent / "analyses"
DICTIONARY = """
indicators:
  deaths:
    {level: person, statistic: rate, of: "age > 90", denominator: population, unit: persons, label: {es: D, en: D}}
  low: {level: person, statistic: poverty, of: age, relative_line: {share: 0.6}, unit: percent, label: {es: B, en: L}}
"""
PEOPLE = "denominators: {population: {file: people.csv, source: {es: INE, en: INE}}}\n"


def folder(home: Path, extra: str) -> Path:
    made = home / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
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


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, "denominator_file_absent", "no file 'people.csv'"),
        ("", "denominator_unreadable", "not a CSV"),
        ("sex,people\n1,5\n", "denominator_columns", "Rename: people"),
        ("sex,value\n7,5\n", "denominator_codes", "the codes 7"),
        ('sex,value\n1,"1,000"\n2,-3\n', "denominator_values", "2 values"),
        ("sex,value\n1,5\n1,6\n", "denominator_repeated", "1 domains"),
        ("value\n5\n6\n", "denominator_repeated", "1 domains"),
    ],
)
def test_denominators_that_cannot_be_used(content: str | None, code: str, words: str, tmp_path: Path) -> None:
    loaded = load_study(folder(tmp_path, PEOPLE + "tabulation: [{indicators: [deaths], by: [[]]}]\n"), Project.here())
    if content is not None:
        (tmp_path / "good" / "people.csv").write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        read_denominators([tmp_path / "good"], loaded.study, loaded.dictionary)
    assert [problem.message.code for problem in raised.value.problems] == [code]
    assert words in raised.value.text("en")
    assert raised.value.text("es") != raised.value.text("en")


def test_denominators_are_read_with_their_codes_as_text(tmp_path: Path) -> None:
    loaded = load_study(folder(tmp_path, PEOPLE), Project.here())
    (tmp_path / "good" / "people.csv").write_text("sex,value\n_T,12\n1,5\n", encoding="utf-8")
    table = read_denominators([tmp_path / "good"], loaded.study, loaded.dictionary)["population"]
    assert table.to_dict("list") == {"sex": ["_T", "1"], "value": [12.0, 5.0]}
