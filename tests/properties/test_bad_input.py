"""What a survey file should never hold, and sometimes does: a clear error, or a row with a status and a reason."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from estimates.domain_cells import domain_cells
from estimates.measure import Coding, Measure
from estimates.rowwise import gini_cells, poverty_cells, quantile_cells, quintile_cells, survival_cells
from estimates.table import NUMBERS
from estimates.tabulate import tabulate
from estimates.totals_cells import function_cells
from surveys.design import Design, design_from_columns

pytestmark = pytest.mark.filterwarnings("error")
N = 240
GROUP = Coding("group", np.arange(N) % 3, ("1", "2", "3", "never"))


def design(rows: int = N, psus: int = 24, strata: int = 4) -> Design:
    psu = np.arange(rows) * psus // rows
    return design_from_columns(psu * strata // psus, psu, lonely_psu="certainty")


def measures(values: np.ndarray) -> list[Measure]:
    found = [Measure("mean", "mean", values, kind="mean"), Measure("total", "total", values, kind="total"),
             Measure("ratio", "ratio", values, np.roll(values, 1), kind="ratio")]  # fmt: skip
    known = values[~np.isnan(values)]
    return [*found, Measure("share", "proportion", values, kind="prop")] if np.isin(known, (0, 1)).all() else found


def table(values: np.ndarray, weight: np.ndarray | None = None, survey: Design | None = None) -> pd.DataFrame:
    weight = np.ones(N) if weight is None else weight
    survey = survey or design()
    return tabulate(
        "s", measures(values), {"group": GROUP}, [(tuple(m.name for m in measures(values)), ((), ("group",)))],
        survey, weight,
    ).frame  # fmt: skip


def sound(frame: pd.DataFrame) -> None:
    numbers = frame[list(NUMBERS)].to_numpy(dtype=float)
    assert not np.isinf(numbers).any()
    assert frame["status"].isin(["reliable", "weak", "withheld", "confidential", "empty"]).all()
    hidden = frame["estimate"].isna()
    assert frame.loc[hidden, "status"].isin(["withheld", "empty"]).all()
    assert (frame.loc[frame["status"] == "withheld", "reason"] != "").all()


@pytest.mark.parametrize("values", [np.zeros(N), np.ones(N), np.full(N, np.nan), np.full(N, 7.5)],
                         ids=["all zero", "all one", "all missing", "all equal"])  # fmt: skip
def test_outcomes_without_spread(values: np.ndarray) -> None:
    frame = table(values)
    sound(frame)
    assert (frame.loc[frame["group"] == "never", "status"] == "empty").all()
    zero = frame[(frame["indicator"] == "share") & (frame["estimate"] == 0)]
    assert (zero["ci_high"] > 0).all(), "a zero cell has a bound, never [0, 0]"


def test_infinite_values_are_refused_before_anything_is_summed() -> None:
    for value in (np.inf, -np.inf):
        with pytest.raises(ValueError, match="infinite"):
            Measure("income", "mean", np.r_[value, np.ones(N - 1)], kind="mean")


def test_text_where_numbers_belong_is_refused() -> None:
    with pytest.raises((TypeError, ValueError)):
        tabulate("s", measures(np.ones(N)), {}, [(("mean",), ((),))], design(), np.array(["a"] * N))
    for wrong in (np.r_[np.nan, np.ones(N - 1)], np.r_[np.inf, np.ones(N - 1)], np.r_[-1.0, np.ones(N - 1)]):
        with pytest.raises(ValueError, match="1 weights are missing, infinite or negative"):
            table(np.ones(N), weight=wrong)


def test_weights_of_very_different_size_give_the_sums_that_exact_arithmetic_gives() -> None:
    weight = np.where(np.arange(N) % 2 == 0, 1e-6, 1e6)
    values = np.where(np.arange(N) % 5 == 0, 1.0, 0.0)
    frame = table(values, weight)
    sound(frame)
    share = frame.set_index(["indicator", "group"]).loc[("share", "_T"), "estimate"]
    assert share == pytest.approx(float((weight * values).sum() / weight.sum()), rel=1e-12)


def test_one_psu_or_none_to_spare_leaves_no_degrees_of_freedom() -> None:
    alone = design_from_columns(None, np.zeros(N), lonely_psu="certainty")
    lonely = design_from_columns(np.arange(N), np.arange(N), lonely_psu="certainty")
    for survey in (alone, lonely):
        frame = table((np.arange(N) % 2).astype(float), survey=survey)
        sound(frame)
        shown = frame[frame["estimate"].notna()]
        assert (shown["df"] == 0).all()
        assert shown["reason"].str.contains("no_degrees_of_freedom").all()
        assert not (shown["status"] == "reliable").any()


ODD = {"zero": np.zeros(N), "one": np.ones(N), "missing": np.full(N, np.nan), "negative": -np.arange(N) * 1.0,
       "huge": np.arange(N) * 1e9}  # fmt: skip


@pytest.mark.parametrize("values", ODD.values(), ids=list(ODD))
@pytest.mark.parametrize("survey", [design(), design(psus=1, strata=1)], ids=["psus", "one psu"])
def test_figures_of_single_rows_never_warn_and_never_give_infinite_numbers(values: np.ndarray, survey: Design) -> None:
    weight = np.where(np.arange(N) % 2 == 0, 1e-6, 1e6)
    cells = domain_cells([GROUP], ~np.isnan(values), weight, survey)
    y, how = values[cells.row], "with_replacement"
    nobody = (np.zeros(0), np.zeros(0))
    found = [
        gini_cells(y, cells, how), quintile_cells(y, cells, how), quantile_cells(y, 0.5, cells, how),
        poverty_cells(y, np.ones(y.size), cells, nobody, 1, how),
        function_cells("log(a) / b", {"a": y, "b": np.ones(y.size)}, cells, how),
        *survival_cells(np.abs(y), y > 0, (1.0, 5.0), cells, how),
    ]  # fmt: skip
    for one in found:
        assert one.cells.estimate.shape == (4,)
        assert np.isnan(one.cells.estimate[3])
        assert not np.isinf(one.cells.estimate).any()
        assert (one.cells.variance[np.isfinite(one.cells.variance)] >= 0).all()


def test_a_million_domains_of_which_few_have_rows() -> None:
    rows = 20_000
    rng = np.random.default_rng(1)
    place = Coding("place", rng.integers(0, 1_000_000, rows), tuple(map(str, range(1_000_000))))
    survey = design(rows, 200, 10)
    start = time.perf_counter()
    frame = tabulate(
        "s", [Measure("share", "proportion", (rng.random(rows) < 0.3).astype(float), kind="prop")],
        {"place": place}, [(("share",), (("place",),))], survey, np.ones(rows),
    ).frame  # fmt: skip
    cells = domain_cells([place], np.ones(rows, bool), np.ones(rows), survey)
    medians = quantile_cells(rng.random(rows)[cells.row], 0.5, cells, "with_replacement")
    took = time.perf_counter() - start
    assert len(frame) == medians.cells.estimate.size == 1_000_000
    assert (frame["status"] == "empty").sum() == 1_000_000 - np.unique(place.codes).size
    assert took < 30, f"{took:.1f} s"
