"""Words that agree with a number of one or of several."""

from __future__ import annotations

import pytest

from surveys.problems import Message, Problem, filled

AGREES = "{count} {count|row repeats|rows repeat} the key '{name}'"


@pytest.mark.parametrize(("count", "expected"), [
    (1, "1 row repeats the key 'x'"), ("1", "1 row repeats the key 'x'"), (2, "2 rows repeat the key 'x'"),
    ("1,000", "1,000 rows repeat the key 'x'"), (0, "0 rows repeat the key 'x'")])
def test_words_agree_with_the_number(count: object, expected: str) -> None:
    assert filled(AGREES, {"count": count, "name": "x"}) == expected


def test_a_value_that_looks_like_a_place_stays_text() -> None:
    assert filled("{name}", {"name": "{count|a|b}"}) == "{count|a|b}"


def test_a_problem_speaks_both_languages() -> None:
    message = Message("m", "{count} {count|row|rows}", "{count} {count|fila|filas}")
    problem = Problem(message, "a.yaml:1", {"count": "1"})
    assert problem.text("en") == "a.yaml:1\n  1 row"
    assert problem.text("es") == "a.yaml:1\n  1 fila"
