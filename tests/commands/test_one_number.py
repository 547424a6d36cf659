"""One number in a notebook: that of estimates.csv, digit by digit, and nothing that is hidden there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from caracteriza import NoNumber, breakdowns, estimate, indicators
from pipeline.one_number.answers import NUMBERS

KEYS = ("sex", "small_region")


@pytest.fixture
def ask(built: Path) -> dict[str, Any]:
    return {"data": built, "build": built / "build", "language": "en", "quiet": True}


@pytest.fixture(scope="session")
def printed(built: Path) -> list[dict[str, str]]:
    """Rows of the released estimates.csv, as text."""
    with (built / "build" / "small_country" / "disseminate" / "estimates.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("by", [(), "sex", "small_region", ("sex", "small_region")])
def test_every_digit_is_that_of_the_release(
    built: Path, ask: dict[str, Any], printed: list[dict[str, str]], by: str | tuple[str, ...]
) -> None:
    names = (by,) if isinstance(by, str) else by
    table = estimate(built / "small_country", "small_poverty", by, **ask)
    wanted = [
        row for row in printed
        if row["indicator"] == "small_poverty" and {key for key in KEYS if row[key] != "_T"} == set(names)
    ]  # fmt: skip
    assert len(table) == len(wanted) > 0
    for row, told in zip(wanted, table.to_dict("records"), strict=True):
        assert {name: row[name] for name in names} == {name: told[name] for name in names}
        assert (row["status"], row["reason"]) == (told["status"], told["reason"])
        for name in NUMBERS:
            number = "" if np.isnan(told[name]) else f"{told[name]:.17g}"
            assert number == row[name] or (number and float(number) == float(row[name])), name


def test_hidden_rows_stay_hidden_unless_the_house_asks(built: Path, ask: dict[str, Any]) -> None:
    shown = estimate(built / "small_country", "small_displaced", ("sex", "small_region"), **ask)
    hidden = shown["status"].isin(["confidential", "withheld"])
    assert hidden.any()
    assert shown.loc[hidden, list(NUMBERS)].isna().all(axis=None)
    internal = estimate(built / "small_country", "small_displaced", ("sex", "small_region"), protected=False, **ask)
    assert internal.loc[hidden, "estimate"].notna().any()


def test_rounding_protects_here_too(built: Path, ask: dict[str, Any]) -> None:
    """A study that rounds its victims rounds them here: the view is the one every product is written from."""
    text = (built / "small_country" / "study.yaml").read_text(encoding="utf-8")
    assert "protection" not in text
    table = estimate(built / "small_country", "small_displaced_total", **ask)
    rounded = built / "rounding" / "small_country"
    rounded.mkdir(parents=True)
    for path in (built / "small_country").iterdir():
        (rounded / path.name).write_bytes(path.read_bytes())
    (rounded / "study.yaml").write_text(
        text.replace("publication: {", "publication: {protection: rounding, rounding_base: 2000, "), encoding="utf-8"
    )
    ask |= {"build": built / "rounding" / "build"}
    told = estimate(rounded, "small_displaced_total", **ask)
    assert told["estimate"].iloc[0] % 2000 == 0
    assert table["estimate"].iloc[0] % 2000 != 0


def test_distributions_give_a_row_for_each_code(built: Path, ask: dict[str, Any]) -> None:
    table = estimate(built / "small_country", "small_motive", **ask)
    assert len(table) > 1
    assert table["indicator"].str.startswith("small_motive.").all()


def test_invented_data_say_so_on_every_row(built: Path, ask: dict[str, Any]) -> None:
    table = estimate(built / "small_country", "small_poverty", "sex", **ask)
    assert table["synthetic"].all() and table.attrs["synthetic"]
    assert list(table["sex_label"]) == ["Male", "Female"]


def test_what_can_be_asked(built: Path) -> None:
    place = built / "small_country"
    listed = indicators(place, language="es").set_index("indicator")
    assert listed.loc["small_income", "by"] == [(), ("small_region",)]
    assert breakdowns(place, language="es").set_index("breakdown").loc["sex", "codes"] == {"1": "Hombre", "2": "Mujer"}


@pytest.mark.parametrize(
    ("indicator", "by", "said"),
    [("small_povertty", (), "Lo más parecido es 'small_poverty'"), ("small_income", "sex", "lo hace por: ();")],
)
def test_errors_are_told_in_the_language_asked_for(
    built: Path, ask: dict[str, Any], indicator: str, by: str, said: str
) -> None:
    with pytest.raises(NoNumber, match="estudio 'small_country'") as caught:
        estimate(built / "small_country", indicator, by, **{**ask, "language": "es"})
    assert said in str(caught.value)


def test_a_study_that_is_nowhere_or_has_no_microdata_or_was_never_run(built: Path, tmp_path: Path) -> None:
    with pytest.raises(NoNumber, match="Known studies"):
        estimate("nowhere", "x", language="en")
    with pytest.raises(NoNumber, match="published figures and no microdata"):
        estimate("hnd_2018", "x", language="en")
    with pytest.raises(NoNumber, match="make estimate STUDY=small_country"):
        estimate(built / "small_country", "small_poverty", build=tmp_path, run=False, language="en")


def test_what_a_run_finds_wrong_is_told(built: Path, tmp_path: Path) -> None:
    with pytest.raises(NoNumber, match=r"el archivo 'households.csv' no está"):
        estimate(built / "small_country", "small_poverty", data=tmp_path, build=tmp_path, language="es", quiet=True)
