"""The released table of small areas: no column from inside the house, no number of a hidden row, inert text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from estimates.study_small_areas import COLUMNS, INTERNAL, KEYS, PUBLISHED
from pipeline.area_release import FILE, write_area_table


def test_only_publishable_columns_and_open_rows_are_released(tmp_path: Path) -> None:
    inside, release = tmp_path / "estimate", tmp_path / "release"
    inside.mkdir()
    release.mkdir()
    rows = pd.DataFrame([dict.fromkeys(COLUMNS, 4321.0)] * 2).astype(object)
    rows[list(KEYS)] = "=1+1"
    rows["status"], rows["reason"], rows["unit"], rows["basis"] = ["reliable", "withheld"], "", "percent", "model_only"
    # A table that by mistake holds more than it should.
    rows.to_csv(inside / "small_areas.csv", index=False)
    write_area_table(release, inside, synthetic=True)
    found = pd.read_csv(release / FILE, dtype=str, keep_default_na=False)
    assert not set(INTERNAL) & set(found.columns)
    assert found["data"].tolist() == ["synthetic", "synthetic"]
    assert (found.loc[1, list(PUBLISHED)] == "").all() and (found.loc[0, list(PUBLISHED)] == "4321").all()
    assert found["area"].tolist() == ["'=1+1", "'=1+1"]


def test_a_study_without_models_releases_no_table(tmp_path: Path) -> None:
    write_area_table(tmp_path, tmp_path, synthetic=False)
    assert list(tmp_path.iterdir()) == []
