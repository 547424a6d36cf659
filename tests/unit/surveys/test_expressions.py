"""Reading and evaluating the dictionary's language."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.columns import Columns
from surveys.dictionary import Dictionary
from surveys.dictionary_checks import dictionary_from
from surveys.expression_checks import check_expression
from surveys.expressions import FUNCTIONS, parse
from surveys.microdata import LevelData, Microdata
from surveys.problems import DictionaryError
from surveys.values import Value, conjunction, disjunction, match_code, negation, truth

LABEL = {"es": "etiqueta", "en": "label"}
CODES = {"1": {"label": LABEL}, "2": {"label": LABEL}, "03": {"label": LABEL}}
DATA = {
    "missing_kinds": {"skipped": {"label": LABEL}, "refused": {"label": LABEL}, "blank": {"label": LABEL}},
    "levels": {
        "household": {"key": ["household_id"], "label": LABEL},
        "person": {"key": ["household_id", "person_id"], "parent": "household", "label": LABEL},
    },
    "code_lists": {"three": {"label": LABEL, "codes": CODES}},
    "variables": {
        "rooms": {"level": "household", "type": "number", "label": LABEL},
        "place": {"level": "household", "type": "text", "label": LABEL},
        "age": {"level": "person", "type": "integer", "label": LABEL},
        "state": {"level": "person", "type": "code", "codes": "three", "label": LABEL},
        "needs": {"level": "person", "type": "multiple", "codes": "three", "label": LABEL},
    },
}
NAN = float("nan")


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return dictionary_from(DATA, ".".join)


@pytest.fixture(scope="module")
def microdata() -> Microdata:
    household = LevelData("household", ("household_id",), None, pd.DataFrame({
        "household_id": pd.Series(["a", "b", "c"], dtype=object), "rooms": [2.0, NAN, 0.0],
        "place": pd.Series(["x", None, "7"], dtype=object)}))
    states = pd.Categorical.from_codes([0, 1, 2, -1, 0], categories=["1", "2", "03"])
    person = LevelData("person", ("household_id", "person_id"), "household", pd.DataFrame({
        "household_id": pd.Series(["a", "a", "b", "b", "b"], dtype=object),
        "person_id": pd.Series(["1", "2", "1", "2", "3"], dtype=object),
        "age": [40.0, 3.0, NAN, 15.0, 70.0], "state": states,
        "needs__1": [1.0, 0.0, NAN, 1.0, 0.0], "needs__2": [0.0, 0.0, NAN, 1.0, 1.0],
        "needs__03": [0.0, 0.0, NAN, 0.0, 0.0]}),
        why={"age": np.array([0, 0, 2, 0, 0], np.int8), "state": np.array([0, 0, 0, 1, 0], np.int8),
             "needs": np.array([0, 0, 2, 0, 0], np.int8)},
        parent_row=np.array([0, 0, 1, 1, 1], dtype=np.int64))
    return Microdata({"household": household, "person": person})


def on(level: str, text: str, microdata: Microdata, dictionary: Dictionary) -> Value:
    assert check_expression(text, level, dictionary, "here") == []
    return parse(text).evaluate(Columns(microdata, level, dictionary))


def same(value: Value, expected: list[object]) -> bool:
    found = list(value.texts()) if value.kind in ("code", "text") else list(value.numbers())
    return len(found) == len(expected) and all(
        a == b or (isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b))
        for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize(("text", "expected"), [
    ("age >= 15", [1.0, 0.0, NAN, 1.0, 1.0]),
    ("15 <= age < 60", [1.0, 0.0, NAN, 1.0, 0.0]),
    ("not age >= 15", [0.0, 1.0, NAN, 0.0, 0.0]),
    ("age >= 15 and state == '1'", [1.0, 0.0, 0.0, NAN, 1.0]),
    ("age < 15 or state == '03'", [0.0, 1.0, 1.0, NAN, 0.0]),
    ("state == 2", [0.0, 1.0, 0.0, NAN, 0.0]),
    ("state == 3", [0.0, 0.0, 1.0, NAN, 0.0]),
    ("'03' == state", [0.0, 0.0, 1.0, NAN, 0.0]),
    ("state != '2'", [1.0, 0.0, 1.0, NAN, 1.0]),
    ("state in ['1', 2]", [1.0, 1.0, 0.0, NAN, 1.0]),
    ("state not in ('1', '2')", [0.0, 0.0, 1.0, NAN, 0.0]),
    ("state in []", [0.0, 0.0, 0.0, NAN, 0.0]),
    ("missing(age)", [0.0, 0.0, 1.0, 0.0, 0.0]),
    ("known(needs)", [1.0, 1.0, 0.0, 1.0, 1.0]),
    ("why(age, 'refused')", [0.0, 0.0, 1.0, 0.0, 0.0]),
    ("why(age, 'skipped')", [0.0, 0.0, 0.0, 0.0, 0.0]),
    ("age / rooms", [20.0, 1.5, NAN, NAN, NAN]),
    ("-age + 1 * 2 - 3", [-41.0, -4.0, NAN, -16.0, -71.0]),
    ("number(state)", [1.0, 2.0, 3.0, NAN, 1.0]),
    ("band(age, 0, 15, 60)", [2.0, 1.0, NAN, 2.0, 3.0]),
    ("band(age, 15, 60)", [1.0, NAN, NAN, 1.0, 2.0]),
    ("answered(needs, '2')", [0.0, 0.0, NAN, 1.0, 1.0]),
    ("answered(needs, 3)", [0.0, 0.0, NAN, 0.0, 0.0]),
    ("case(age < 15, 'child', age >= 15, 'adult', 'unknown')", ["adult", "child", "unknown", "adult", "adult"]),
    ("case(age < 15, '2', state == '1', '1')", ["1", "2", None, None, "1"]),
    ("case(age < 15, state, 7)", ["7", "2", "7", "7", "7"]),
    ("case(age < 15, 1, 0)", [0.0, 1.0, 0.0, 0.0, 0.0]),
    ("coalesce(age, rooms, 99)", [40.0, 3.0, 99.0, 15.0, 70.0]),
    ("coalesce(state, '2')", ["1", "2", "03", "2", "1"]),
    ("min(age, 10)", [10.0, 3.0, NAN, 10.0, 10.0]),
    ("max(age, 10, 50)", [50.0, 50.0, NAN, 50.0, 70.0]),
    ("abs(age - 40)", [0.0, 37.0, NAN, 25.0, 30.0]),
    ("rooms", [2.0, 2.0, NAN, NAN, NAN]),
    ("place == 'x'", [1.0, 1.0, NAN, NAN, NAN]),
    ("True", [1.0] * 5),
])
def test_person_expressions(text: str, expected: list[object], microdata: Microdata, dictionary: Dictionary) -> None:
    assert same(on("person", text, microdata, dictionary), expected)


@pytest.mark.parametrize(("text", "expected"), [
    ("any_of(person, age > 50)", [0.0, 1.0, 0.0]),
    ("any_of(person, age > 100)", [0.0, NAN, 0.0]),
    ("count_of(person, age >= 0)", [2.0, 2.0, 0.0]),
    ("count_of(person, age > rooms)", [2.0, 0.0, 0.0]),
    ("sum_of(person, number(state))", [3.0, NAN, 0.0]),
    ("value_of(person, age, state == '1')", [40.0, 70.0, NAN]),
    ("value_of(person, state, age < 20)", ["2", None, None]),
    ("place == 7", [0.0, NAN, 1.0]),
])
def test_household_expressions(
    text: str, expected: list[object], microdata: Microdata, dictionary: Dictionary,
) -> None:
    assert same(on("household", text, microdata, dictionary), expected)


def test_missing_values_keep_the_reason_of_their_first_missing_operand(
    microdata: Microdata, dictionary: Dictionary,
) -> None:
    value = on("person", "age + number(state)", microdata, dictionary)
    assert value.why is not None
    assert value.why.tolist() == [0, 0, 2, 1, 0]


@pytest.mark.parametrize(("a", "b"), list(itertools.product((1.0, 0.0, NAN), repeat=2)))
def test_kleene_tables(a: float, b: float) -> None:
    def word(x: float) -> bool | None:
        return None if math.isnan(x) else bool(x)

    def number(x: bool | None) -> float:
        return NAN if x is None else float(x)

    p, q = word(a), word(b)
    both = False if p is False or q is False else None if p is None or q is None else True
    either = True if p is True or q is True else None if p is None or q is None else False
    opposite = None if p is None else not p
    left, right = Value("truth", np.array([a])), Value("truth", np.array([b]))
    for found, expected in ((conjunction([left, right]), both), (disjunction([left, right]), either),
                            (negation(left), opposite)):
        np.testing.assert_array_equal(found.numbers(), [number(expected)])


def test_constants_and_codes_match_by_text_and_then_by_number() -> None:
    assert match_code(("1", "2", "03"), 3) == 2
    assert match_code(("1", "01"), 1) == 0
    assert match_code(("001", "01"), 1) is None
    assert match_code(("a", "b"), "c") is None


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=6))
def test_de_morgan(words: list[bool | None]) -> None:
    values = [truth(np.array([bool(word)]), np.array([word is None])) for word in words]
    left = negation(conjunction(values)).numbers()
    np.testing.assert_array_equal(left, disjunction([negation(value) for value in values]).numbers())


WORDS = [*FUNCTIONS, "age", "state", "needs", "person", "household", "(", ")", "[", "]", ",", "'1'", "'03'", "15",
         "1e400", "==", "<", "and", "or", "not", "in", "lambda", ".", "**", "-", "/", "f''", "{", "\\", "\x00", "if",
         "else", ":=", "__import__", "None", "*", "=", "0x1", "1_0", "ª", "#"]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_no_text_breaks_the_reader_or_the_checks(text: str) -> None:
    dictionary = dictionary_from(DATA, ".".join)
    try:
        parse(text)
    except DictionaryError as refusal:
        assert refusal.text("es") and refusal.text("en")
    for problem in check_expression(text, "person", dictionary, "here"):
        assert problem.text("es") and problem.text("en")


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_what_passes_the_checks_can_be_evaluated(text: str) -> None:
    dictionary = dictionary_from(DATA, ".".join)
    if not check_expression(text, "person", dictionary, "here"):
        frame = pd.DataFrame({
            "household_id": pd.Series(["a"], dtype=object), "person_id": pd.Series(["1"], dtype=object), "age": [1.0],
            "state": pd.Categorical(["1"], categories=["1", "2", "03"]),
            "needs__1": [1.0], "needs__2": [0.0], "needs__03": [NAN]})
        levels = {
            "household": LevelData("household", ("household_id",), None, frame[["household_id"]].copy()),
            "person": LevelData("person", ("household_id", "person_id"), "household", frame,
                                parent_row=np.zeros(1, np.int64))}
        assert parse(text).evaluate(Columns(Microdata(levels), "person", dictionary)).data.shape == (1,)


@pytest.mark.parametrize("text", [
    "().__class__", "__import__('os')", "age.real", "[x for x in age]", "lambda: 1", "f'{age}'", "age if age else 1",
    "(age := 1)", "age ** 2", "age // 2", "age % 2", "age is None", "b'x' == age", "1j", "...", "{1: 2}", "*age",
    "known(*needs)", "known(x=1)", "band(age, 15, 0)", "band(age, age)", "answered(needs, age)", "state in age",
    "state in [age]", "any_of('person', age)", "case(age)", "age[0]", "_hidden", "'\\x41'", "1e999", "9" * 400,
    "not " * 300 + "age", "-" * 1500 + "1", "(" * 500 + "1" + ")" * 500, "age + " * 390 + "1", "a" * 3000, "",
    "\x00", 5, None, "age = 1", "age == 1; 2",
])
def test_what_is_not_of_the_language_is_refused(text: object) -> None:
    with pytest.raises(DictionaryError):
        parse(text)
