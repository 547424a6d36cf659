"""Change between rounds against R's survey package on stacked rows with common PSU ids; see change.R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.change.round_change import round_change
from estimates.change.round_totals import RoundTotals
from estimates.change.shared_segments import covariance_of_rounds, shared_psus
from estimates.contrast import domain_figures
from estimates.dense_variance import dense_variances
from pipeline.command import main
from surveys.design import design_from_columns

HERE = Path(__file__).parent
RELATIVE = 1e-9


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(HERE / "change.expected.csv", comment="#", skipinitialspace=True).set_index("case")


def round_of(rows: pd.DataFrame, statistic: str) -> tuple[RoundTotals, np.ndarray]:
    design = design_from_columns(rows["stratum"], rows["psu"], lonely_psu="certainty")
    weight, y = rows["w"].to_numpy(), rows["y"].to_numpy()
    x = {"total": None, "mean": np.ones(len(rows)), "ratio": rows["z"].to_numpy()}[statistic]
    found = domain_figures(y, x, np.zeros(len(rows), dtype=np.int64), 1, weight, design)
    variance = dense_variances(found.linearized, design)
    name = [str(rows["psu"].to_numpy()[design.psu == psu][0]) for psu in range(design.psus)]
    totals = RoundTotals(
        study="round", keys=(("y", ()),), estimate=found.estimate, se=np.sqrt(variance),
        df=np.array([design.degrees_of_freedom]), status=("reliable",), psu=np.arange(design.psus),
        cell=np.zeros(design.psus, dtype=np.int64), total=found.linearized[:, 0],
        member=np.ones(design.psus, dtype=bool), psu_name=tuple(name), stratum=design.stratum_of_psu,
        psu_population=np.full(design.strata, np.inf), definition={},
    )  # fmt: skip
    return totals, variance


@pytest.mark.parametrize("kind", ["panel", "segments", "independent"])
@pytest.mark.parametrize("statistic", ["total", "mean", "ratio"])
def test_rounds_written_by_hand(kind: str, statistic: str, expected: pd.DataFrame) -> None:
    rows = pd.read_csv(HERE / "rounds.csv")
    first, _ = round_of(rows[rows["round"] == 1], statistic)
    second, _ = round_of(rows[(rows["round"] == 2) & (rows["kind"] == kind)], statistic)
    covariance = np.zeros(1)
    if kind != "independent":
        covariance = covariance_of_rounds(first.table([0]), second.table([0]), shared_psus(first, second))
    found = round_change(first.estimate, second.estimate, first.se, second.se, covariance, np.array([8.0]))
    want = expected.loc[f"{kind} {statistic}"]
    assert float(first.estimate[0]) == pytest.approx(want["earlier"], rel=RELATIVE)
    assert float(second.estimate[0]) == pytest.approx(want["later"], rel=RELATIVE)
    assert float(covariance[0]) == pytest.approx(want["covariance"], rel=RELATIVE, abs=1e-12)
    assert float(found.se[0]) == pytest.approx(want["se"], rel=RELATIVE)
    if kind != "segments":
        # Nothing but shared PSUs, or none: the plain stack is the same estimator.
        assert float(found.se[0]) == pytest.approx(want["se_stacked"], rel=RELATIVE)


def test_a_single_shared_psu_adds_nothing(expected: pd.DataFrame) -> None:
    rows = pd.read_csv(HERE / "rounds.csv")
    first, _ = round_of(rows[rows["round"] == 1], "mean")
    second, _ = round_of(rows[(rows["round"] == 2) & (rows["kind"] == "segments")], "mean")
    shared = shared_psus(first, second)
    assert len(shared.first) == 7 and shared.used == 6 and shared.moved == 0


@pytest.mark.parametrize("study", ["ecu_2017_06", "lapop_slv_2023"])
def test_real_rounds(study: str, expected: pd.DataFrame, shared_data: Path, tmp_path: Path) -> None:
    arguments = ["estimate", "--study", study, "--data", str(shared_data), "--build", str(tmp_path), "--language", "en"]
    assert main(arguments) == 0
    table = pd.read_csv(tmp_path / study / "estimate" / "change.csv", keep_default_na=False, dtype=str)
    names = list(table.columns)
    within = names[names.index("indicator") + 1 : names.index("kind")]
    wanted = expected[expected.index.str.startswith(f"{study} ")]
    assert len(wanted) >= 2
    for case, want in wanted.iterrows():
        _, indicator, *domain = str(case).split(" ")
        held = dict(part.split("=") for part in domain)
        rows = table[table["indicator"] == indicator]
        for name in within:
            rows = rows[rows[name] == held.get(name, "_T")]
        assert len(rows) == 1, case
        row = rows.iloc[0]
        assert float(row["earlier"]) == pytest.approx(want["earlier"], rel=RELATIVE), case
        assert float(row["later"]) == pytest.approx(want["later"], rel=RELATIVE), case
        assert float(row["se"]) == pytest.approx(want["se"], rel=1e-8), case
        # The plain stack centres over the union of PSUs: close where nearly all are shared.
        assert float(row["se"]) == pytest.approx(want["se_stacked"], rel=0.03), case
