"""The second engine agrees with plain loops, and says when it cannot judge."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.second_engine import Figure, figure_difference, recompute

Vector = NDArray[np.float64]


def survey(seed: int = 1) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
    """Unsorted rows of 5 strata with 6 PSUs each."""
    draw = np.random.default_rng(seed)
    n = 300
    stratum = draw.integers(0, 5, n)
    return {
        "stratum": stratum,
        "psu": stratum * 6 + draw.integers(0, 6, n),
        "weight": draw.uniform(1, 9, n),
        "y": (draw.random(n) < 0.3).astype(float),
        "x": draw.uniform(1, 2, n),
        "inside": draw.random(n) < 0.4,
    }


def linearized_se(z: Vector, data: dict[str, NDArray[np.float64] | NDArray[np.int64]]) -> float:
    """Standard error of a weighted total by plain loops."""
    variance = 0.0
    for stratum in np.unique(data["stratum"]):
        units = np.unique(data["psu"][data["stratum"] == stratum])
        totals = np.array([(data["weight"] * z)[data["psu"] == unit].sum() for unit in units])
        variance += units.size / (units.size - 1) * ((totals - totals.mean()) ** 2).sum()
    return float(variance**0.5)


def expected(kind: str, data: dict[str, NDArray[np.float64] | NDArray[np.int64]]) -> tuple[float, float]:
    """Estimate and standard error by the textbook."""
    d, w, y = data["inside"].astype(float), data["weight"], data["y"]
    if kind == "total":
        return float((w * d * y).sum()), linearized_se(d * y, data)
    x = data["x"] if kind == "ratio" else np.ones_like(y)
    total = (w * d * x).sum()
    estimate = (w * d * y).sum() / total
    return float(estimate), linearized_se(d * (y - estimate * x) / total, data)


@pytest.mark.parametrize("kind", ["prop", "mean", "total", "ratio"])
def test_equal_to_plain_loops(kind: str) -> None:
    data = survey()
    estimate, se = expected(kind, data)
    figure = Figure("f", kind, data["y"], data["x"] if kind == "ratio" else None, data["inside"], estimate, se)
    (result,) = recompute([figure], weight=data["weight"], stratum=data["stratum"], psu=data["psu"])
    assert result.outcome == "equal"
    assert result.difference is not None and result.difference < 1e-12


@pytest.mark.parametrize(("factor", "which"), [(1 + 1e-7, "estimate"), (1 + 1e-7, "se")])
def test_a_small_difference_is_seen(factor: float, which: str) -> None:
    data = survey()
    estimate, se = expected("prop", data)
    figure = Figure(
        "f",
        "prop",
        data["y"],
        None,
        data["inside"],
        estimate * (factor if which == "estimate" else 1),
        se * (factor if which == "se" else 1),
    )
    (result,) = recompute([figure], weight=data["weight"], stratum=data["stratum"], psu=data["psu"])
    assert result.outcome == "different"


def test_missing_values_leave_the_base_and_their_psus_stay() -> None:
    data = survey()
    y = data["y"].copy()
    y[data["psu"] == 0] = np.nan
    known = np.isfinite(y)
    filled = {**data, "y": np.where(known, y, 0.0), "inside": data["inside"] & known}
    estimate, se = expected("prop", filled)
    figure = Figure("f", "prop", y, None, data["inside"], estimate, se)
    (result,) = recompute([figure], weight=data["weight"], stratum=data["stratum"], psu=data["psu"])
    assert result.outcome == "equal"


@pytest.mark.parametrize(
    ("estimate", "exclude", "reason"),
    [
        (0.0, "", "zero_estimate"),
        (np.nan, "", "not_estimated"),
        (0.3, "fpc", "fpc"),
        (0.3, "lonely_psu", "lonely_psu"),
    ],
)
def test_what_samplics_gets_wrong_is_said_and_not_judged(estimate: float, exclude: str, reason: str) -> None:
    data = survey()
    figure = Figure("f", "prop", data["y"], None, data["inside"], estimate, 0.1)
    (result,) = recompute([figure], weight=data["weight"], stratum=data["stratum"], psu=data["psu"], exclude=exclude)
    assert (result.outcome, result.reason) == ("excluded", reason)


def test_errors_that_are_rounding_in_both_engines_are_the_same_error() -> None:
    # A domain that lies in one PSU: what is left of its error depends on the order in which sums cancel.
    assert figure_difference((0.15, 3e-18), (0.15, 0.0)) == 0.0
    assert figure_difference((0.15, 2e-12), (0.15, 0.0)) == 1.0
    assert figure_difference((0.15, 0.02), (0.15, 0.01)) == pytest.approx(0.5)
    assert figure_difference((0.15, 0.0), (0.30, 0.0)) == pytest.approx(0.5)
