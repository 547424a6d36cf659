"""Printed figures are equal to their digits, tolerated, explained or unexplained."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.reconciliation import PublishedFigure, reconcile

FRAME = pd.DataFrame(
    {
        "indicator": ["p", "p", "q"],
        "sex": ["_T", "2", "_T"],
        "estimate": [0.37249, 0.5, np.nan],
        "status": ["reliable", "weak", "empty"],
    }
)


@pytest.mark.parametrize(
    ("figure", "outcome"),
    [
        (PublishedFigure("p", 37.2, scale=100, digits=1), "equal"),
        (PublishedFigure("p", 37.3, scale=100, digits=1), "unexplained"),
        (PublishedFigure("p", 37.3, scale=100, digits=1, tolerance=0.1), "within_tolerance"),
        (PublishedFigure("p", 37.3, scale=100, digits=1, explanation="rounded up in the text"), "explained"),
        (PublishedFigure("p", 37.0, scale=100, digits=0), "equal"),
        (PublishedFigure("p", 50.0, {"sex": "2"}, scale=100, digits=1), "equal"),
        (PublishedFigure("p", 50.0, {"sex": "1"}, scale=100, digits=1), "not_found"),
        (PublishedFigure("p", 50.0, {"area": "1"}, scale=100, digits=1), "not_found"),
        (PublishedFigure("q", 1.0), "not_found"),
        (PublishedFigure("q", 1.0, explanation="asked in another wave"), "explained"),
    ],
)
def test_outcome(figure: PublishedFigure, outcome: str) -> None:
    (result,) = reconcile([figure], FRAME, ["sex"])
    assert result.outcome == outcome
    assert result.stops == (outcome in ("unexplained", "not_found"))


@pytest.mark.parametrize("printed", [0.1, 0.2])
def test_a_half_may_be_rounded_either_way(printed: float) -> None:
    frame = pd.DataFrame({"indicator": ["h"], "estimate": [0.15], "status": ["reliable"]})
    (result,) = reconcile([PublishedFigure("h", printed, digits=1)], frame, [])
    assert result.outcome == "equal"


def test_rounding_to_thousands() -> None:
    frame = pd.DataFrame({"indicator": ["t"], "estimate": [71512.0], "status": ["reliable"]})
    (result,) = reconcile([PublishedFigure("t", 72000, digits=-3)], frame, [])
    assert result.outcome == "equal"
