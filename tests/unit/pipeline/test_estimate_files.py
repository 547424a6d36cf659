"""Estimates on disk come back to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from pipeline.estimate_files import breakdown_columns, read_estimates, write_estimates


def test_round_trip(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "study": "s",
            "indicator": ["a", "b"],
            "sex": ["_T", "01"],
            **{name: [1 / 3, np.nan] for name in NUMBER_COLUMNS},
            "unit": "percent",
            "status": ["reliable", "empty"],
            "reason": ["", ""],
        }
    ).assign(n=[7.0, 0.0], n_psu=[3.0, 0.0], cases=[2.0, np.nan])
    write_estimates(tmp_path / "e.csv", frame)
    back = read_estimates(tmp_path / "e.csv")
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert breakdown_columns(back) == ["sex"]
    assert "01" in set(back["sex"])
