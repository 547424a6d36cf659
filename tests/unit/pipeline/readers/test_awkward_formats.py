"""Format test files of two libraries: each is read right or refused in clear words, and none stops the parent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.readers.reading import read_source
from surveys.problems import DataError
from surveys.source_table import SourceTable
from surveys.study import Source


@pytest.fixture(scope="session")
def awkward(shared_data: Path) -> Path:
    return shared_data / "awkward_formats"


def read(awkward: Path, name: str, **how: str) -> SourceTable:
    return read_source(Source("x", name.rsplit(".", 1)[1], name, **how), awkward, None).table  # type: ignore[arg-type]  # only text options


def test_every_file_is_read_or_refused(awkward: Path) -> None:
    files = sorted(path for path in awkward.glob("*/*") if path.is_file())
    assert len(files) >= 48
    refused = []
    for path in files:
        try:
            table = read(awkward, f"{path.parent.name}/{path.name}")
        except DataError as error:
            refused.append(path)
            assert path.name in error.text("es")
            continue
        assert table.rows > 0
        assert table.columns
    assert all(path.suffix == ".sas7bcat" for path in refused), refused


@pytest.mark.parametrize("name", ["haven/iris.dta", "haven/iris.sav", "haven/iris.sas7bdat"])
def test_iris_has_its_rows_and_means(awkward: Path, name: str) -> None:
    table = read(awkward, name)
    assert table.rows == 150
    numbers = [values for values in table.columns.values() if values.dtype == np.float64]
    # R's `iris` is public: means 5.843333, 3.057333, 3.758, 1.199333.
    assert [round(float(values.mean()), 6) for values in numbers[:4]] == [5.843333, 3.057333, 3.758, 1.199333]


def test_hadley(awkward: Path) -> None:
    table = read(awkward, "haven/hadley.sas7bdat")
    assert table.rows == 8
    assert list(table.columns) == ["id", "workshop", "gender", "q1", "q2", "q3", "q4"]


@pytest.mark.parametrize(("name", "tags"), [
    ("haven/tagged-na-double.dta", ["a", "h", "z"]), ("haven/tagged-na-int.dta", ["a", "h", "z"]),
    ("haven/tagged-na.sas7bdat", ["A", "H", "Z"])])
def test_tags_become_reasons(awkward: Path, name: str, tags: list[str]) -> None:
    table = read(awkward, name)
    reasons = [reason for reason in table.reason("x") if reason is not None]
    assert reasons == tags
    assert np.isnan(table.columns["x"][[reason is not None for reason in table.reason("x")]]).all()
    assert sorted(table.columns["x"][~np.isnan(table.columns["x"])]) == [1, 2, 3, 4, 5]


def test_labels_of_tags(awkward: Path) -> None:
    assert read(awkward, "haven/tagged-na-double.dta").labels == {"x": {"a": "apple", "z": ".zebra"}}


def test_user_missing_ranges(awkward: Path) -> None:
    table = read(awkward, "pyreadstat/multiple_response__simple_alltypes.sav")
    assert {"-9", "999"} <= set(table.reason("z"))
    assert not (table.columns["z"] == 999).any()
    assert table.labels["x"] == {"1": "red", "2": "green", "3": "blue"}
    assert table.sets["mymrset"] == ("bool1", "bool2", "bool3")
    assert table.columns["y"][0] == "2000-01-01"


def test_user_missing_text(awkward: Path) -> None:
    table = read(awkward, "pyreadstat/missing_data__missing_char.sav")
    assert list(table.reason("mychar")) == ["Z", None]
    assert list(table.columns["mychar"]) == [None, "a"]


def test_a_missing_code_that_has_a_label(awkward: Path) -> None:
    table = read(awkward, "haven/labelled-num-na.sav")
    assert [reason for reason in table.reason("VAR00002") if reason] == ["9"]


@pytest.mark.parametrize("name", ["basic__sample.sav", "basic__sample.zsav", "basic__sample.por", "basic__sample.dta",
                                  "basic__sample.sas7bdat", "basic__sample.xpt",
                                  "basic__sample_bincompressed.sas7bdat"])
def test_the_same_table_in_seven_formats(awkward: Path, name: str) -> None:
    table = read(awkward, f"pyreadstat/{name}")
    columns = {column.lower(): values for column, values in table.columns.items()}
    assert list(columns["mychar"][:4]) == ["a", "b", "c", "d"]
    assert columns["mynum"][:4].tolist() == pytest.approx([1.1, 1.2, -1000.3, -1.4])
    assert columns["mydate"][0] == "2018-05-06"
    assert columns["dtime"][0] == "2018-05-06T10:10:10"
    assert columns["mydate"][4] is None


def test_old_dates_do_not_stop_the_reader(awkward: Path) -> None:
    table = read(awkward, "haven/datetime.sav")
    assert table.rows == 2


@pytest.mark.parametrize("name", ["haven/umlauts.sav", "pyreadstat/basic__hebrews.sav", "pyreadstat/basic__tegulu.sav"])
def test_other_alphabets(awkward: Path, name: str) -> None:
    table = read(awkward, name)
    letters = "".join(str(cell) for values in table.columns.values() if values.dtype == object for cell in values
                      if cell is not None)
    letters += "".join(label for labels in table.labels.values() for label in labels.values())
    letters += "".join(table.column_labels.values()) + "".join(table.columns)
    assert any(ord(letter) > 127 for letter in letters)


def test_a_catalogue_alone_is_refused(awkward: Path) -> None:
    with pytest.raises(DataError, match="sas7bcat"):
        read(awkward, "haven/formats.sas7bcat")
