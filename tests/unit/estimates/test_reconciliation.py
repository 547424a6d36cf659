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


def _shares(*estimates: float, se: float = 0.01) -> pd.DataFrame:
    return pd.DataFrame({"indicator": [f"place.{code}" for code in range(1, len(estimates) + 1)], "sex": "_T",
                         "estimate": estimates, "se": se, "status": "reliable"})  # fmt: skip


def _ranks(*codes: int, explanation: str = "") -> list[PublishedFigure]:
    return [PublishedFigure(f"place.{code}", float(rank), among="parts", explanation=explanation)
            for rank, code in enumerate(codes, start=1)]  # fmt: skip


def test_printed_order_is_equal_within_noise_or_not() -> None:
    def outcomes(frame: pd.DataFrame, explanation: str = "") -> list[str]:
        return [item.outcome for item in reconcile(_ranks(1, 2, 3, explanation=explanation), frame, ["sex"])]

    assert outcomes(_shares(0.5, 0.3, 0.2)) == ["equal"] * 3
    assert outcomes(_shares(0.5, 0.2, 0.21)) == ["equal", "within_tolerance", "within_tolerance"]
    assert outcomes(_shares(0.5, 0.2, 0.3)) == ["equal", "unexplained", "unexplained"]
    assert outcomes(_shares(0.5, 0.2, 0.3), "another year") == ["equal", "explained", "explained"]


def test_only_what_was_printed_with_a_rank_is_a_rival() -> None:
    frame = _shares(0.5, 0.3, 0.2, 0.9)
    assert [item.ours for item in reconcile(_ranks(1, 2, 3), frame, ["sex"])] == [1.0, 2.0, 3.0]


def test_ranks_of_domains_are_among_the_domains_of_one_indicator() -> None:
    frame = pd.DataFrame({"indicator": "young", "sex": ["1", "2"], "estimate": [0.2, 0.4], "se": 0.01,
                          "status": "reliable"})  # fmt: skip
    printed = [PublishedFigure("young", 1.0, {"sex": "2"}, among="domains"),
               PublishedFigure("young", 2.0, {"sex": "1"}, among="domains")]  # fmt: skip
    assert [item.outcome for item in reconcile(printed, frame, ["sex"])] == ["equal", "equal"]
