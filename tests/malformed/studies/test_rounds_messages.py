"""Changes, trends and external series that do not hold: the exact words in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.change.round_totals import RoundTotals
from estimates.change.study_change import RoundPair, change_of_study
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.round_files import SERIES_COLUMNS, psu_names, read_external_series, read_round
from pipeline.runner import Request, run_stages
from pipeline.study_files import LoadedStudy, load_study
from surveys.design import design_from_columns
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError, ProblemsFound, StudyError

GOOD = Path(__file__).resolve().parents[1] / "data" / "good"
CASES = Path(__file__).parent / "rounds"
DICTIONARY = """
indicators:
  people: {level: person, statistic: total, of: "age >= 0", unit: persons, label: {es: P, en: P}}
  low: {level: person, statistic: poverty, of: age, relative_line: {share: 0.6}, unit: percent, label: {es: B, en: L}}
"""
CHANGE = "change: [{since: older, label: {es: antes, en: before}, overlap: segments, indicators: [mean_age]}]\n"
SERIES = "external_series: {file: series.csv, source: {es: INE, en: INE}}\n"


def folder(home: Path, extra: str, name: str = "good") -> Path:
    made = home / name
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8").replace("study: good", f"study: {name}")
    for source in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{source}.csv", "0" * 64)
    (made / "study.yaml").write_text(text + extra, encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (made / "dictionary.yaml").write_text(DICTIONARY, encoding="utf-8")
    return made


def loaded(home: Path, extra: str) -> LoadedStudy:
    return load_study(folder(home, extra), Project.here())


def told(error: ProblemsFound) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


def says(error: ProblemsFound, code: str, words: str) -> None:
    assert [problem.message.code for problem in error.problems] == [code]
    assert words in error.text("en")
    assert error.text("es") != error.text("en")


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_says_what_is_wrong(case: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError) as raised:
        loaded(tmp_path, (CASES / f"{case}.yaml").read_text(encoding="utf-8"))
    assert told(raised.value) == (CASES / f"{case}.expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, "external_series_absent", "no file 'series.csv'"),
        ("", "external_series_wrong", "Correct: UTF-8, CSV."),
        ("series,year\nhomicides,2010\n", "external_series_wrong", "Correct: definition_en, definition_es"),
        ("s,20x,1,u,l,l,d,d,,,w", "external_series_wrong", "Correct: year."),
        ('s,2010,"1,5",u,l,l,d,d,,,w', "external_series_wrong", "Correct: value."),
        ("s,2010,1,u,l,l,d,d,,,", "external_series_wrong", "Correct: source."),
        ("s,2010,1,u,l,l,d,d,,,w\ns,2010,2,u,l,l,d,d,,,w", "external_series_wrong", "Correct: series, year."),
    ],
)
def test_external_series_that_cannot_be_used(content: str | None, code: str, words: str, tmp_path: Path) -> None:
    study = loaded(tmp_path, SERIES).study
    if content is not None:
        head = "" if not content or content.startswith("series") else ",".join(SERIES_COLUMNS) + "\n"
        (tmp_path / "good" / "series.csv").write_text(head + content, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        read_external_series([tmp_path / "good"], study)
    says(raised.value, code, words)


def test_an_earlier_round_that_was_not_run(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read_round(tmp_path, "older", "good/study.yaml  change")
    says(raised.value, "earlier_round_not_run", "make estimate STUDY=older")


def test_an_earlier_round_that_is_nowhere(tmp_path: Path) -> None:
    request = Request(Project.here(), folder(tmp_path, CHANGE), tmp_path, tmp_path / "build", "en")
    with pytest.raises(StudyError) as raised:
        run_stages(request, "estimate", Progress(quiet=True))
    says(raised.value, "earlier_round_absent", "no study 'older'")


def test_rounds_that_name_each_other(tmp_path: Path) -> None:
    folder(tmp_path, CHANGE.replace("older", "good"), "older")
    request = Request(Project.here(), folder(tmp_path, CHANGE), tmp_path, tmp_path / "build", "en")
    with pytest.raises(StudyError) as raised:
        run_stages(request, "estimate", Progress(quiet=True))
    says(raised.value, "rounds_in_circle", "good - older - good")


def a_round(names: str = "abcd", definition: str = "") -> RoundTotals:
    return RoundTotals(
        "older", (("mean_age", ()),), np.array([30.0]), np.array([1.0]), np.array([2]), ("reliable",), np.arange(4),
        np.zeros(4, dtype=np.int64), np.array([0.1, -0.1, 0.3, -0.3]), np.ones(4, dtype=bool), tuple(names),
        np.array([0, 0, 1, 1]), np.full(2, np.inf), {"mean_age": definition},
    )  # fmt: skip


LIMITS = {"older": {("mean_age", ()): (28.0, 32.0)}, "good": {("mean_age", ()): (28.0, 32.0)}}


@pytest.mark.parametrize(
    ("earlier", "code", "words"),
    [
        (replace(a_round(), keys=(("mean_age", (("sex", "1"),)),)), "change_not_kept", "no totals of mean_age"),
        (a_round(definition="mean | years"), "change_redefined", "defined otherwise in 'older'"),
        (a_round("wxyz"), "change_nothing_shared", "share no PSU"),
        (a_round("axyz"), "change_nothing_shared", "share no PSU"),
    ],
)
def test_rounds_that_cannot_be_compared(earlier: RoundTotals, code: str, words: str, tmp_path: Path) -> None:
    study = loaded(tmp_path, CHANGE)
    pair = RoundPair(study.study.rounds.change[0], earlier, replace(a_round(), study="good"))
    with pytest.raises((StudyError, DataError)) as raised:
        change_of_study(study.study, study.dictionary, [pair], LIMITS)
    says(raised.value, code, words)


@pytest.mark.parametrize(
    ("names", "psu", "code", "words"),
    [
        (["a", "b", "c", "c"], ["1", "1", "2", "2"], "change_match_varies", "differs inside 1 PSU"),
        (["a", "a", "b", "b"], ["1", "1", "2", "3"], "change_match_repeated", "gives 1 PSU a name that another has"),
    ],
)
def test_names_that_do_not_find_a_psu_again(
    names: list[str], psu: list[str], code: str, words: str, tmp_path: Path
) -> None:
    study = loaded(tmp_path, "").study
    frame = pd.DataFrame({"key": ["1", "2", "3", "4"], "old": names})
    level = study.design.level
    microdata = Microdata({level: LevelData(level, ("key",), None, frame)})
    design = design_from_columns(None, psu, lonely_psu="certainty")
    with pytest.raises(DataError) as raised:
        psu_names(study, microdata, design, "old")
    says(raised.value, code, words)
