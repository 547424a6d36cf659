"""The real studies, from source file to estimate, against R's own reading of the same files."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.command import main

STUDIES = ("bol_2019", "chl_enusc_2019", "lapop_slv_2018", "lapop_slv_2023", "ecu_2017_06")
EXPECTED = Path(__file__).parent / "expected.csv"
# Both engines sum the same doubles in another order; 1e-8 relative leaves room for nothing else.
RELATIVE = 1e-8


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(EXPECTED, comment="#", dtype={"domain": str}).fillna({"domain": ""})


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


@pytest.mark.parametrize("study", STUDIES)
def test_equal_to_r(study: str, expected: pd.DataFrame, build: Path, shared_data: Path) -> None:
    done = main(["estimate", "--study", study, "--data", str(shared_data), "--build", str(build), "--language", "en"])
    assert done == 0
    table = pd.read_csv(build / study / "estimate" / "estimates.csv", dtype=str, keep_default_na=False)
    breakdowns = list(table.columns[2 : table.columns.get_loc("estimate")])
    rows = {(row["indicator"], domain(row, breakdowns)): row for _, row in table.iterrows()}
    wanted = expected[expected["study"] == study]
    assert len(wanted) > 0
    for want in wanted.itertuples():
        names = ";".join(sorted(want.domain.split(";"))) if want.domain else ""
        row = rows[want.indicator, names]
        label = f"{want.indicator} {want.domain}"
        assert float(row["estimate"]) == pytest.approx(want.estimate, rel=RELATIVE, abs=1e-14), label
        # R prints the rounding noise of a domain whose values are all alike as a standard error of about 1e-17.
        assert float(row["se"]) == pytest.approx(want.se, rel=RELATIVE, abs=1e-14), label


def domain(row: pd.Series, breakdowns: list[str]) -> str:
    return ";".join(sorted(f"{name}={row[name]}" for name in breakdowns if row[name] != "_T"))


def test_the_weights_of_bolivia_count_its_population(build: Path, shared_data: Path) -> None:
    study, data = "bol_2019", str(shared_data)
    assert main(["estimate", "--study", study, "--data", data, "--build", str(build), "--language", "en"]) == 0
    table = pd.read_csv(build / study / "estimate" / "estimates.csv", dtype=str, keep_default_na=False)
    whole = table[(table["indicator"] == "internal_movers") & (table["sex"] == "_T")].iloc[0]
    assert float(whole["population"]) == pytest.approx(11_533_266, abs=0.5)
    assert (int(whole["cases"]), int(whole["n"])) == (1_269, 39_605)
