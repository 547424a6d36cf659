"""A generated two-stage survey of any size, the same for every engine that is timed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

BINARY, NUMERIC = 45, 15
AGE_GROUPS = 8


def survey(persons: int, folder: Path) -> Path:
    """Make the survey once and keep it as Parquet, sorted by stratum and PSU.

    Parameters
    ----------
    persons : int
        Rows wanted; the number made differs by a household at most.
    folder : Path
        Where surveys are kept between runs.

    Returns
    -------
    Path
        A Parquet file with one row per person.
    """
    path = folder / f"survey2_{persons}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        _frame(persons).to_parquet(part, index=False, row_group_size=1 << 20)
        part.rename(path)
    return path


def _frame(persons: int) -> pd.DataFrame:
    """28 strata (14 departments by area), 262 municipalities, segments of 12 households, 1.1 % displaced."""
    rng = np.random.default_rng(20240611)
    segments = max(56, round(persons / 44))
    municipality = np.sort(rng.integers(0, 262, segments))
    department = municipality * 14 // 262
    urban = (rng.random(segments) < 0.6).astype(np.int8)
    order = np.lexsort((np.arange(segments), municipality, urban, department))
    municipality, department, urban = municipality[order], department[order], urban[order]
    size = rng.choice(np.arange(1, 9), size=segments * 12, p=[0.10, 0.16, 0.20, 0.22, 0.15, 0.09, 0.05, 0.03])
    household = np.repeat(np.arange(segments * 12), size)[:persons]
    psu = (household // 12).astype(np.int32)
    rows = household.size
    effect = rng.normal(0, 0.5, segments)
    columns: dict[str, np.ndarray] = {
        "stratum": (department * 2 + urban)[psu].astype(np.int8),
        "psu": psu,
        "household": household.astype(np.int32),
        "weight": (rng.lognormal(3, 0.4, segments)[psu] * rng.lognormal(0, 0.1, segments * 12)[household]),
        "department": department[psu].astype(np.int8),
        "area": urban[psu],
        "municipality": municipality[psu].astype(np.int16),
        "sex": rng.integers(0, 2, rows).astype(np.int8),
        "age": rng.integers(0, AGE_GROUPS, rows).astype(np.int8),
    }
    risk = 0.011 * np.exp(1.2 * effect - 0.18)
    hit = rng.random(segments * 12) < risk[np.arange(segments * 12) // 12]
    columns["displaced"] = hit[household].astype(np.int8)
    columns["income"] = np.round(np.exp(5.5 + 0.4 * effect[psu] + rng.normal(0, 0.8, rows)), 2)
    for item in range(BINARY):
        level = 1 / (1 + np.exp(-(-2 + item * 0.08 + 0.5 * np.roll(effect, item))))
        columns[f"b{item:02d}"] = (rng.random(rows, dtype=np.float32) < level[psu].astype(np.float32)).astype(np.int8)
    for item in range(NUMERIC):
        spread = rng.gamma(2.0, 1.0, rows).astype(np.float32)
        columns[f"x{item:02d}"] = (10.0 * (item + 1) + spread + np.roll(effect, item)[psu]).astype(np.float64)
    columns["domain"] = rng.integers(0, 320, rows).astype(np.int16)
    for many in (10, 1_000, 10_000, 100_000):
        columns[f"domain{many}"] = rng.integers(0, many, rows).astype(np.int32)
    return pd.DataFrame(columns)
