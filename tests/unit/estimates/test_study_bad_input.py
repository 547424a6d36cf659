"""What a study should never hold, given to `estimate_study`: a message, or a row with a status and a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.table import NUMBERS
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, LevelSpec, Variable
from surveys.microdata import LevelData, Microdata
from surveys.problems import DataError
from surveys.statistic_options import RelativeLineOptions, StatisticOptions
from surveys.study import DesignRoles, Publication, ReportPlan, Role, Study, Tabulation

pytestmark = pytest.mark.filterwarnings("error")
ROWS = 240
L = Label("texto", "text")
CODES = {code: Code(code, L) for code in ("1", "2", "9")}


def indicator(name: str, statistic: str, of: str = "income", **options: object) -> Indicator:
    return Indicator(name, "person", statistic, of, "number", L, options=StatisticOptions(**options),  # type: ignore[arg-type]  # options by name
                     place=f"dictionary.yaml:7  indicators.{name}")  # fmt: skip


KNOWN = [
    indicator("mean", "mean"), indicator("total", "total"), replace(indicator("ratio", "ratio"), over="time"),
    indicator("share", "proportion", "income > 300"), indicator("median", "quantile", p=0.5), indicator("gini", "gini"),
    indicator("quintiles", "quintile_share_ratio"), indicator("poor", "poverty", line="300"),
    indicator("relative", "poverty", relative_line=RelativeLineOptions(0.6), power=1),
    indicator("changing_line", "poverty", line="time"),
    indicator("formula", "function", "log(a) / b", totals={"a": "income", "b": "time"}),
    indicator("standard", "standardized", by="group", weights={"1": 1.0, "2": 1.0, "9": 0.0}),
    indicator("still", "survival", "group == '1'", time="time", event="group == '1'", at=(1.0, 3.0)),
    indicator("whole_number", "proportion", "income"),
]  # fmt: skip
EVERY = tuple(item.name for item in KNOWN if item.name not in ("changing_line", "whole_number"))


def dictionary() -> Dictionary:
    kinds = {"p": "text", "stratum": "text", "psu": "text", "income": "number", "time": "number", "group": "code"}
    variables = {name: Variable(name, "person", kind, L, codes="three" if kind == "code" else None)  # type: ignore[arg-type]  # kinds are literals
                 for name, kind in kinds.items()}  # fmt: skip
    return Dictionary(levels={"person": LevelSpec("person", ("p",), None, L)}, variables=variables,
                      code_lists={"three": CodeList("three", L, CODES)},
                      breakdowns={"group": Breakdown("group", "group", L)},
                      indicators={item.name: item for item in KNOWN})  # fmt: skip


def estimated(*names: str, weight: np.ndarray | None = None, **changed: object) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({
        "p": [str(row) for row in range(ROWS)], "stratum": np.repeat(["a", "b"], ROWS // 2),
        "psu": (np.arange(ROWS) // 20).astype(str), "income": rng.lognormal(6, 0.7, ROWS),
        "time": rng.uniform(1, 6, ROWS),
        "group": pd.Categorical(rng.choice(["1", "2"], ROWS), categories=list(CODES))})  # fmt: skip
    data = Microdata({"person": LevelData("person", ("p",), None, frame.assign(**changed))})  # type: ignore[arg-type]  # columns by name
    roles = DesignRoles("person", Role("stratum"), Role("psu"), Role(unavailable=L), lonely_psu="certainty")
    plan = (Tabulation(names or EVERY, ((), ("group",))),)
    study = Study("s", L, "ZZZ", 2016, {}, roles, (), plan, Publication(("cepal_2023",)), ReportPlan())
    weights = {"person": np.ones(ROWS) if weight is None else weight}
    return estimate_study(study, dictionary(), data, study_design(study, data), weights)


def sound(frame: pd.DataFrame) -> pd.DataFrame:
    """No infinite number; a row without a number says why; an empty domain is empty."""
    assert not np.isinf(frame[list(NUMBERS)].to_numpy(dtype=float)).any()
    hidden = frame[frame["estimate"].isna()]
    assert hidden["status"].isin(["withheld", "empty"]).all()
    assert (hidden.loc[hidden["status"] == "withheld", "reason"] != "").all()
    assert (frame.loc[frame["group"] == "9", "status"] == "empty").all()
    return frame.set_index(["indicator", "group"])


@pytest.mark.parametrize("value", [0.0, -4.0, np.nan, 7.5, 1e99, -1e99])
def test_the_same_value_in_every_row(value: float) -> None:
    frame = sound(estimated(income=np.full(ROWS, value)))
    if value == 0:
        assert frame.loc[("share", "_T"), "estimate"] == 0
        assert frame.loc[("share", "_T"), "ci_high"] > 0
        assert frame.loc[("relative", "_T"), ["status", "reason"]].tolist() == ["withheld", "not_defined"]
    if np.isfinite(value):
        assert frame.loc[("total", "_T"), "estimate"] == pytest.approx(ROWS * value)


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e307])
@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("share", "still")])
def test_infinite_values_stop_with_the_place_of_the_indicator(name: str, value: float) -> None:
    with pytest.raises(DataError) as raised:
        estimated(name, income=np.r_[value, np.ones(ROWS - 1)])
    assert raised.value.problems[0].where.startswith(f"dictionary.yaml:7  indicators.{name}.")
    assert "an infinite number, or one beyond 1e100, in 1 row." in raised.value.text("en")
    assert "un número infinito, o mayor que 1e100, en 1 fila." in raised.value.text("es")


def test_a_relative_line_of_nothing_is_no_line() -> None:
    frame = sound(estimated("relative", income=-np.arange(ROWS) * 1.0))
    assert frame.loc[("relative", "_T"), ["status", "reason"]].tolist() == ["withheld", "not_defined"]


def test_a_poverty_line_of_nothing_stops() -> None:
    with pytest.raises(DataError) as raised:
        estimated("changing_line", time=np.r_[0.0, -1.0, np.ones(ROWS - 2)])
    (problem,) = raised.value.problems
    assert problem.where == "dictionary.yaml:7  indicators.changing_line.line"
    assert "the poverty line `time` is 0 or less in 2 rows" in problem.text("en")
    assert "la línea de pobreza `time` es 0 o menos en 2 filas" in problem.text("es")


def test_a_share_of_other_numbers_than_0_and_1_stops() -> None:
    with pytest.raises(DataError) as raised:
        estimated("whole_number")
    assert raised.value.problems[0].where == "dictionary.yaml:7  indicators.whole_number.of"
    assert "in 240 rows" in raised.value.text("en")


@pytest.mark.parametrize("psu", [["1"] * ROWS, [str(row) for row in range(ROWS)]], ids=["one psu", "one row each"])
def test_no_degrees_of_freedom_is_never_reliable(psu: list[str]) -> None:
    stratum = psu if len(set(psu)) > 1 else ["a"] * ROWS
    frame = sound(estimated(psu=psu, stratum=stratum))
    shown = frame[frame["estimate"].notna()]
    assert (shown["df"] == 0).all()
    assert not (shown["status"] == "reliable").any()
    assert shown["reason"].str.contains("no_degrees_of_freedom").all()


def test_weights_of_very_different_size() -> None:
    weight = np.where(np.arange(ROWS) % 2 == 0, 1e-9, 1e9)
    income = np.where(np.arange(ROWS) % 5 == 0, 900.0, 100.0)
    frame = sound(estimated(weight=weight, income=income))
    assert frame.loc[("share", "_T"), "estimate"] == pytest.approx((weight * (income > 300)).sum() / weight.sum())
    assert frame.loc[("total", "_T"), "estimate"] == pytest.approx((weight * income).sum(), rel=1e-12)


def test_nobody_counts() -> None:
    frame = sound(estimated(weight=np.zeros(ROWS)))
    assert frame["estimate"].isna().all() or (frame["estimate"].dropna() == 0).all()
    assert not (frame["status"] == "reliable").any()
