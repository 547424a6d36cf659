"""The common dictionary, and what every study adds to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.dictionary_file import load_dictionary
from surveys.dictionary import Dictionary

ROOT = Path(__file__).resolve().parents[3]
STUDIES = sorted((ROOT / "surveys" / "studies").glob("*/dictionary.yaml"))


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(ROOT / "data_dictionary.yaml")


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_studies_add_to_the_common_dictionary(path: Path, dictionary: Dictionary) -> None:
    extended = load_dictionary(ROOT / "data_dictionary.yaml", path)
    assert list(extended.variables)[:len(dictionary.variables)] == list(dictionary.variables)
    assert len(extended.variables) > len(dictionary.variables)


def test_departments_are_the_fourteen(dictionary: Dictionary) -> None:
    codes = dictionary.code_lists["department"].codes
    assert list(codes) == [f"{number:02d}" for number in range(1, 15)]
    assert len({code.sdmx for code in codes.values()}) == 14
    assert all(str(code.sdmx).startswith("SV-") for code in codes.values())


def test_asked_variables_carry_a_question_in_both_languages(dictionary: Dictionary) -> None:
    # design variables and identifiers are made by the office, place of residence by the listing
    given = {"household_id", "person_id", "move_id", "stratum", "psu", "psu_population", "weight", "interview_weight",
             "interview_group", "interview_result", "department", "municipality", "area"}
    silent = {name for name, spec in dictionary.variables.items() if spec.derive is None and spec.question is None}
    assert silent == given


def test_sdmx_codes_are_unique_within_a_list(dictionary: Dictionary) -> None:
    for codes in dictionary.code_lists.values():
        named = [code.sdmx for code in codes.codes.values() if code.sdmx is not None]
        assert len(named) == len(set(named)), codes.name


def test_names_of_multiple_answers_cannot_be_taken_for_variables(dictionary: Dictionary) -> None:
    assert not any("__" in name for name in dictionary.variables)
