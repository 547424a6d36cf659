"""What is about victims follows from what a figure reads."""

from pathlib import Path

import pytest

from estimates.victim_indicators import about_victims, victim_breakdowns
from pipeline.dictionary_file import load_dictionary
from surveys.dictionary import Dictionary


@pytest.fixture(scope="module")
def dictionary(root: Path) -> Dictionary:
    return load_dictionary(root / "data_dictionary.yaml")


def test_an_open_answer_of_displaced_families_is_about_victims(dictionary: Dictionary) -> None:
    abandoned = dictionary.indicators["home_abandoned"]
    assert not abandoned.sensitive
    assert about_victims(abandoned, dictionary)


def test_the_age_of_everyone_is_not(dictionary: Dictionary) -> None:
    assert not about_victims(dictionary.indicators["mean_age"], dictionary)


def test_everything_by_displacement_is(dictionary: Dictionary) -> None:
    found = victim_breakdowns(dictionary)
    assert {"displaced", "displaced_person"} <= found
    assert not {"sex", "age_group", "department"} & found
