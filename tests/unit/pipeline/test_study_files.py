"""Study folders: extending another, files that lead outside, and the studies of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.problems import DictionaryError, StudyError

GOOD = Path(__file__).resolve().parents[2] / "malformed" / "data" / "good"
PROJECT = Project.here()


def study(folder: Path, name: str, text: str | None = None, mapping: str | None = None) -> Path:
    made = folder / name
    made.mkdir()
    own = (GOOD / "study.yaml").read_text(encoding="utf-8").replace("study: good", f"study: {name}")
    for file in ("households", "persons", "areas"):
        own = own.replace(f"HASH-{file}.csv", "0" * 64)
    (made / "study.yaml").write_text(own if text is None else text, encoding="utf-8")
    (made / "mapping.yaml").write_text(
        (GOOD / "mapping.yaml").read_text(encoding="utf-8") if mapping is None else mapping, encoding="utf-8")
    return made


def test_extends_merges_groups_and_replaces_lists(tmp_path: Path) -> None:
    study(tmp_path, "base")
    later = study(tmp_path, "later", "study: later\nextends: base\nyear: 2020\nsources: {persons: {rows: 9}}\n"
                  "weighting: [{step: given, variable: weight, expected_total: 10}]\n",
                  "levels: {person: {variables: {age: {constant: 5}, sex: null}}}\n")
    loaded = load_study(later, PROJECT)
    assert (loaded.study.name, loaded.study.year, loaded.study.title.en) == ("later", 2020, "Test study")
    assert loaded.study.sources["persons"].rows == 9
    assert loaded.study.sources["persons"].file == "persons.csv"
    assert loaded.study.weighting[0].contains == ()
    variables = loaded.mapping.levels["person"].variables
    assert variables["age"].constant == "5"
    assert "sex" not in variables
    assert loaded.files.study.where(("design", "psu")).startswith("base/study.yaml:12")
    assert loaded.files.study.where(("year",)).startswith("later/study.yaml:3")


def test_an_entry_called_from_that_is_no_variable_is_merged_like_any_other(tmp_path: Path) -> None:
    extension = ("extrapolation: {use: on, method: ratio, level: household, from: 10, to: 30, places: [area], "
                 "warning: {es: A, en: W}}\n")
    base = study(tmp_path, "base")
    (base / "study.yaml").write_text((base / "study.yaml").read_text(encoding="utf-8") + extension, encoding="utf-8")
    later = study(tmp_path, "later", "study: later\nextends: base\nextrapolation: {from: 12}\n", "levels: {}\n")
    data = load_study(later, PROJECT).files.study.data["extrapolation"]
    assert (data["from"], data["to"], data["places"]) == (12, 30, ["area"])


@pytest.mark.parametrize(("first", "code"), [("nowhere", "extends_absent"), ("middle", "extends_twice")])
def test_extends_goes_one_level_and_to_a_neighbour(tmp_path: Path, first: str, code: str) -> None:
    study(tmp_path, "base")
    study(tmp_path, "middle", "study: middle\nextends: base\n", "levels: {}\n")
    later = study(tmp_path, "later", f"study: later\nextends: {first}\n", "levels: {}\n")
    with pytest.raises(StudyError) as caught:
        load_study(later, PROJECT)
    assert [problem.message.code for problem in caught.value.problems] == [code]


def test_links_do_not_leave_the_folder(tmp_path: Path) -> None:
    made = study(tmp_path, "linked")
    (tmp_path / "elsewhere.yaml").write_text((made / "mapping.yaml").read_text())
    (made / "mapping.yaml").unlink()
    (made / "mapping.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(StudyError, match="outside"):
        load_study(made, PROJECT)


def test_an_absent_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no study folder"):
        load_study(tmp_path / "none", PROJECT)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in PROJECT.studies.glob("*/study.yaml")))
def test_every_study_of_the_project_holds_together(name: str) -> None:
    assert load_study(PROJECT.studies / name, PROJECT).study.name == name


def test_a_study_is_checked_once_and_again_when_a_file_it_is_made_of_differs(tmp_path: Path) -> None:
    base = study(tmp_path, "base")
    later = study(tmp_path, "later", "study: later\nextends: base\nyear: 2020\n", "levels: {}\n")
    first = load_study(later, PROJECT)
    assert load_study(later, PROJECT) is first
    below = base / "study.yaml"
    below.write_text(below.read_text(encoding="utf-8").replace("Test study", "Other study"), encoding="utf-8")
    second = load_study(later, PROJECT)
    assert (first.study.title.en, second.study.title.en) == ("Test study", "Other study")
    (later / "dictionary.yaml").write_text("variables: [\n", encoding="utf-8")
    with pytest.raises(DictionaryError):
        load_study(later, PROJECT)
