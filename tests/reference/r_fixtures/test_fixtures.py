"""Example surveys of R's survey package: every estimate, error, limit and degree of freedom through the one entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.measure import Coding, Measure
from estimates.tabulate import tabulate
from surveys.design import Design, design_from_columns
from surveys.design_stages import with_stage

EXPECTED = Path(__file__).with_name("fixtures.expected.csv")


def survey(folder: Path, case: str) -> tuple[pd.DataFrame, Design, np.ndarray]:
    name = {"replaced": "fpc"}.get(case, case)
    data = pd.read_csv(folder / "r_survey" / f"survey_{name}.csv.gz")
    if name == "fpc":
        population = data["Nh"] if case == "fpc" else None
        design = design_from_columns(data["stratid"], data["psuid"], nested=True, psu_population=population)
        return data, design, data["weight"].to_numpy(float)
    if name == "scd":
        return data, design_from_columns(data["ESA"], data["ambulance"], nested=True), np.ones(len(data))
    if name == "mu284":
        design = with_stage(design_from_columns(None, data["id1"], psu_population=data["n1"]), data["id2"], data["n2"])
        return data, design, 1 / (5 / data["n1"] * 3 / data["n2"]).to_numpy(float)
    if name == "hospital":
        design = design_from_columns(data["oblevel"], data["hospno"], psu_population=data["tothosp"])
        return data, design, data["weighta"].to_numpy(float)
    design = design_from_columns(data["SDMVSTRA"], data["SDMVPSU"], nested=True)
    return data, design, data["WTMEC2YR"].to_numpy(float)


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    assert EXPECTED.read_text().startswith("# R version"), "expected values without provenance"
    return pd.read_csv(EXPECTED, comment="#", dtype={"domain": str})


@pytest.mark.parametrize("case", ["fpc", "replaced", "scd", "mu284", "hospital", "nhanes"])
def test_every_number_is_that_of_r(shared_data: Path, expected: pd.DataFrame, case: str) -> None:
    data, design, weight = survey(shared_data, case)
    rows = expected[expected["case"] == case]
    assert len(rows) >= 2
    codings = {}
    if case == "nhanes":
        codings = {"sex": Coding("sex", data["RIAGENDR"].to_numpy(np.int64) - 1, ("1", "2"))}
    for row in rows.itertuples():
        how, y, *over = row.quantity.split(".")
        kind = {"mean": "mean", "total": "total", "ratio": "ratio", "proportion": "prop"}[how]
        measure = Measure(
            "y", how, data[y].to_numpy(float), data[over[0]].to_numpy(float) if over else None,
            kind=kind,  # type: ignore[arg-type]  # one of the four
        )  # fmt: skip
        by = ("sex",) if codings else ()
        frame = tabulate("case", [measure], codings, [(["y"], [(), by])], design, weight).frame
        found = frame[frame["sex"] == row.domain].iloc[0] if codings else frame.iloc[0]
        assert found["estimate"] == pytest.approx(row.estimate, rel=1e-10), row
        assert found["se"] == pytest.approx(row.se, rel=1e-9), row
        assert found["df"] == row.df
        if np.isfinite(row.low):
            assert [found["ci_low"], found["ci_high"]] == pytest.approx([row.low, row.high], rel=1e-7), row
