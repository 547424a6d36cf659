"""Adjusted p-values against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from estimates.multiplicity import Method, adjust


@pytest.mark.parametrize(("method", "theirs"), [("holm", "holm"), ("benjamini_hochberg", "fdr_bh")])
@pytest.mark.parametrize("size", [1, 2, 14, 262])
def test_agrees_with_statsmodels(method: Method, theirs: str, size: int) -> None:
    p = np.random.default_rng(size).uniform(size=size) ** 3
    np.testing.assert_allclose(adjust(p, method=method), multipletests(p, method=theirs)[1], rtol=1e-12)


def test_families_are_adjusted_apart_and_missing_comparisons_do_not_count() -> None:
    p = np.array([0.01, 0.02, np.nan, 0.03, 0.04])
    family = ["a", "b", "a", "a", "b"]
    result = adjust(p, family=family)
    np.testing.assert_allclose(result[[0, 3]], adjust([0.01, 0.03]))
    np.testing.assert_allclose(result[[1, 4]], adjust([0.02, 0.04]))
    assert np.isnan(result[2])


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="1 p-values lie outside"):
        adjust([0.5, 1.5])
    with pytest.raises(ValueError, match="2 family labels for 1"):
        adjust([0.5], family=[1, 2])
    with pytest.raises(ValueError, match="bonferroni"):
        adjust([0.5], method="bonferroni")  # type: ignore[arg-type]  # the wrong name is the point
    assert adjust([]).size == 0


def test_holm_keeps_fourteen_departments_from_crying_wolf() -> None:
    rng = np.random.default_rng(20240611)
    p = rng.uniform(size=(4000, 14))
    any_alarm = (p < 0.05).any(axis=1).mean()
    held = np.mean([(adjust(row) < 0.05).any() for row in p[:2000]])
    assert 0.49 < any_alarm < 0.53  # 1 - 0.95**14 for independent domains
    assert held <= 0.06
