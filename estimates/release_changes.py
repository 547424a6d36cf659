"""Which published numbers differ between two releases of a study."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimates.protection import NUMBER_COLUMNS
from estimates.table import WHOLE

COMPARED = ("estimate", "se", "ci_low", "ci_high")
KINDS = ("new", "dropped", "number", "status")


def changes_between(
    earlier: pd.DataFrame, later: pd.DataFrame, breakdowns: Sequence[str], *, tolerance: float = 1e-9
) -> pd.DataFrame:
    """List every row of which a printed number, or whether it is printed, changed.

    Parameters
    ----------
    earlier, later : DataFrame
        Published views, see `estimates.release_view.release_view`: hidden numbers are missing in both.
    breakdowns : sequence of str
        Breakdown columns of ``later``; those that a release lacks count as ``_T`` there.
    tolerance : float
        Relative difference up to which two numbers are the same; another machine may differ in the last bits.

    Returns
    -------
    DataFrame
        ``indicator``, the breakdowns of both, ``kind`` (``new``, ``dropped``, ``number`` or ``status``), the
        statuses and, before and after, estimate, standard error and bounds. In the order of ``later``; what was
        dropped comes last.
    """
    names = [*breakdowns, *(name for name in _breakdowns(earlier) if name not in breakdowns)]
    key = ["indicator", *names]
    both = _keyed(later, names).merge(
        _keyed(earlier, names), on=key, how="outer", suffixes=("_after", "_before"), indicator=True, sort=False
    )
    both = both.sort_values(["place_after", "place_before"], kind="stable", na_position="last")
    numbers = np.zeros(len(both), dtype=bool)
    for column in NUMBER_COLUMNS:
        before, after = (both[f"{column}_{when}"].to_numpy(dtype=np.float64) for when in ("before", "after"))
        scale = np.maximum(np.abs(np.nan_to_num(before)), np.abs(np.nan_to_num(after)))
        same = np.abs(np.nan_to_num(after) - np.nan_to_num(before)) <= tolerance * scale
        numbers |= ~(same & (np.isnan(before) == np.isnan(after)))
    status = (both["status_before"] != both["status_after"]).to_numpy()
    side = both["_merge"].to_numpy()
    kind = np.select(
        [side == "left_only", side == "right_only", status, numbers], ["new", "dropped", "status", "number"], ""
    )
    both["kind"] = kind
    columns = [f"{name}_{when}" for name in ("status", *COMPARED) for when in ("before", "after")]
    changed: pd.DataFrame = both.loc[kind != "", [*key, "kind", *columns]]
    return changed.reset_index(drop=True)


def _breakdowns(frame: pd.DataFrame) -> list[str]:
    names = [str(name) for name in frame.columns]
    return names[names.index("indicator") + 1 : names.index("estimate")]


def _keyed(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    kept = frame.reindex(columns=["indicator", *names, *NUMBER_COLUMNS, "status"]).copy()
    for name in names:
        kept[name] = kept[name].astype(object).where(kept[name].notna(), WHOLE).astype(str)
    kept["place"] = np.arange(len(kept), dtype=np.float64)
    return kept
