"""Derived variables: order, codes, reasons, universes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveys.derivation import derivable, derivation_order, derive
from surveys.dictionary import Dictionary
from surveys.dictionary_checks import dictionary_from
from surveys.microdata import LevelData, Microdata
from surveys.rules import unjudged, violations

LABEL = {"es": "etiqueta", "en": "label"}
TWO = {"label": LABEL, "codes": {"1": {"label": LABEL}, "2": {"label": LABEL}}}


def variable(level: str, kind: str, **more: object) -> dict[str, object]:
    return {"level": level, "type": kind, "label": LABEL, **more}


DATA = {
    "missing_kinds": {name: {"label": LABEL} for name in ("skipped", "refused", "blank")},
    "levels": {
        "household": {"key": ["household_id"], "label": LABEL},
        "person": {"key": ["household_id", "person_id"], "parent": "household", "label": LABEL}},
    "code_lists": {"two": TWO, "bands": {"label": LABEL, "codes": {"01": {"label": LABEL}, "02": {"label": LABEL}}}},
    "variables": {
        "grown": variable("person", "code", codes="two", derive="adult == '1'"),
        "adult": variable("person", "code", codes="two", derive="age >= 18"),
        "band_of_age": variable("person", "code", codes="bands", derive="band(age, 0, 18)"),
        "age": variable("person", "integer"),
        "works": variable("person", "code", codes="two", universe="age >= 15"),
        "adults": variable("household", "integer", derive="count_of(person, grown == '1')"),
        "one_adult": variable("household", "code", codes="two", universe="adults > 0", derive="adults == 1"),
        "word": variable("person", "text", derive="case(age >= 18, 'yes', age < 18, 'no')"),
        "picked": variable("person", "code", codes="bands", derive="case(age >= 18, 2, 1)"),
        "absent": variable("person", "integer"),
        "from_absent": variable("person", "integer", derive="absent + 1"),
        "from_that": variable("household", "integer", derive="sum_of(person, from_absent)")},
    "rules": {
        "old_enough": {"level": "person", "severity": "error", "if": "known(age)", "then": "age < 60",
                       "message": LABEL},
        "not_here": {"level": "person", "severity": "note", "then": "absent == 1", "message": LABEL},
        "some_adult": {"level": "household", "severity": "warning", "then": "adults >= 1", "message": LABEL}},
}


@pytest.fixture
def dictionary() -> Dictionary:
    return dictionary_from(DATA, ".".join)


@pytest.fixture
def microdata() -> Microdata:
    household = pd.DataFrame({"household_id": pd.Series(["a", "b"], dtype=object)})
    person = pd.DataFrame({
        "household_id": pd.Series(["a", "a", "b", "b"], dtype=object),
        "person_id": pd.Series(["1", "2", "1", "2"], dtype=object),
        "age": [40.0, 70.0, np.nan, 5.0],
        "works": pd.Categorical(["1", None, "2", "1"], categories=["1", "2"])})
    return Microdata({
        "household": LevelData("household", ("household_id",), None, household),
        "person": LevelData("person", ("household_id", "person_id"), "household", person,
                            why={"age": np.array([0, 0, 2, 0], np.int8)},
                            parent_row=np.array([0, 0, 1, 1], dtype=np.int64))})


def test_order_puts_operands_first(dictionary: Dictionary) -> None:
    assert derivation_order(dictionary, ["one_adult"]) == ("adult", "grown", "adults", "one_adult")


def test_derivable_leaves_out_what_has_no_source(microdata: Microdata, dictionary: Dictionary) -> None:
    found = derivable(microdata, dictionary)
    assert "from_absent" not in found and "from_that" not in found
    assert {"grown", "one_adult", "band_of_age"} <= set(found)


def test_values_and_reasons(microdata: Microdata, dictionary: Dictionary) -> None:
    before = microdata.levels["person"].frame.copy()
    derived = derive(microdata, dictionary, derivable(microdata, dictionary))
    person, household = derived.levels["person"], derived.levels["household"]
    assert person.frame["grown"].astype(object).where(person.frame["grown"].notna(), None).tolist() == [
        "1", "1", None, "2"]
    assert list(person.frame["grown"].cat.categories) == ["1", "2"]
    assert person.why["grown"].tolist() == [0, 0, 2, 0]
    assert person.frame["band_of_age"].cat.codes.tolist() == [1, 1, -1, 0]
    assert person.frame["picked"].astype(str).tolist() == ["02", "02", "01", "01"]
    assert person.frame["word"].where(person.frame["word"].notna(), None).tolist() == ["yes", "yes", None, "no"]
    assert household.frame["adults"].tolist() == [2.0, 0.0]
    assert household.frame["one_adult"].cat.codes.tolist() == [1, -1]
    assert household.why["one_adult"].tolist() == [0, 1]
    pd.testing.assert_frame_equal(microdata.levels["person"].frame, before)


def test_a_missing_result_without_reason_is_blank(microdata: Microdata, dictionary: Dictionary) -> None:
    level = microdata.levels["person"]
    bare = Microdata({**microdata.levels, "person": LevelData(
        level.name, level.key, level.parent, level.frame, parent_row=level.parent_row)})
    assert derive(bare, dictionary, ["adult"]).levels["person"].why["adult"].tolist() == [0, 0, 3, 0]


def test_violations_point_to_rows(microdata: Microdata, dictionary: Dictionary) -> None:
    derived = derive(microdata, dictionary, derivable(microdata, dictionary))
    found = {(item.rule, item.variable): (item.severity, item.rows.tolist())
             for item in violations(derived, dictionary)}
    assert found == {
        ("old_enough", ""): ("error", [1]),
        ("some_adult", ""): ("warning", [1]),
        ("universe_answered", "works"): ("warning", [3]),
        ("universe_blank", "works"): ("note", [1])}
    assert unjudged(derived, dictionary) == ("not_here",)


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    variables = {"v0": variable("household", "number")}
    variables |= {f"v{i}": variable("household", "number", derive=f"v{i - 1} + 1") for i in range(1, 3001)}
    chain = dictionary_from({"levels": {"household": {"key": ["household_id"], "label": LABEL}},
                             "variables": variables}, ".".join)
    assert len(derivation_order(chain, ["v3000"])) == 3000
