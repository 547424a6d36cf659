"""The released table of small areas: no column from inside the house, no number of a hidden row, inert text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from estimates.study_small_areas import COLUMNS, INTERNAL, KEYS, PUBLISHED
from pipeline.area_release import DIGITS, NAME, area_frame
from pipeline.open_tables import write_frame


def test_only_publishable_columns_and_open_rows_are_released(tmp_path: Path) -> None:
    rows = pd.DataFrame([dict.fromkeys(COLUMNS, 4321.0)] * 2).astype(object)
    rows[list(KEYS)] = "=1+1"
    rows["status"], rows["reason"], rows["unit"], rows["basis"] = ["reliable", "withheld"], "", "percent", "model_only"
    # A table that by mistake holds more than it should.
    write_frame(tmp_path, NAME, area_frame({NAME: rows}, synthetic=True), digits=DIGITS)
    found = pd.read_csv(tmp_path / "small_areas.csv", dtype=str, keep_default_na=False)
    assert not set(INTERNAL) & set(found.columns)
    assert found["data"].tolist() == ["synthetic", "synthetic"]
    assert (found.loc[1, list(PUBLISHED)] == "").all() and (found.loc[0, list(PUBLISHED)] == "4321").all()
    assert found["area"].tolist() == ["'=1+1", "'=1+1"]


def test_a_study_without_models_releases_no_table() -> None:
    assert area_frame({}, synthetic=False).empty
