"""Texts that a spreadsheet would run become inert; numbers and codes stay."""

from __future__ import annotations

import pytest

from pipeline.open_tables import inert


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=x"])
def test_formulas_get_a_quote(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-2", "+3.5", "12", "_T", "San Salvador", "a=b", ""])
def test_other_texts_stay(text: str) -> None:
    assert inert(text) == text
