"""How far two engines are apart."""

from __future__ import annotations

import numpy as np
import pandas as pd


def agreement(ours: pd.DataFrame, theirs: pd.DataFrame) -> tuple[float | None, float | None]:
    """Greatest relative difference of estimates and of standard errors over the rows both have.

    Parameters
    ----------
    ours, theirs : DataFrame
        ``estimate`` and ``se``, indexed by indicator and domain.

    Returns
    -------
    (float, float) or (None, None)
        None where no row is shared.
    """
    both = ours.join(theirs, how="inner", lsuffix="_a", rsuffix="_b").dropna()
    if both.empty:
        return None, None
    return _apart(both["estimate_a"], both["estimate_b"]), _apart(both["se_a"], both["se_b"])


def _apart(a: pd.Series, b: pd.Series) -> float:
    scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-14)
    return float((np.abs(a - b) / scale).where(np.maximum(np.abs(a), np.abs(b)) > 1e-12, 0.0).max())
