"""What a vector of weights does to precision, in a handful of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def diagnose(weight: NDArray[np.float64]) -> dict[str, float | int | None]:
    r"""Describe a vector of weights.

    Parameters
    ----------
    weight : (n,) float
        Finite and non-negative.

    Returns
    -------
    dict
        ``n`` (units), ``zeros`` (units with weight zero), ``sum``, ``mean``, ``min`` and ``max`` (of the
        positive weights), ``ratio`` (largest to smallest positive weight), ``kish_deff`` and
        ``effective_n``. Numbers that need a positive weight are None when there is none.

    Notes
    -----
    .. math:: \mathrm{deff}_K = \frac{n \sum_k w_k^2}{\left(\sum_k w_k\right)^2}
              = 1 + \mathrm{cv}^2(w), \qquad n_{\mathrm{eff}} = \frac{n}{\mathrm{deff}_K}

    Units with weight zero take no part in an estimate and are left out of both.

    References
    ----------
    Kish (1992), Weighting for unequal P_i, Journal of Official Statistics 8(2), 183-200.
    """
    positive = weight[weight > 0]
    described: dict[str, float | int | None] = {
        "n": int(weight.size),
        "zeros": int(weight.size - positive.size),
        "sum": float(weight.sum()),
        "mean": None,
        "min": None,
        "max": None,
        "ratio": None,
        "kish_deff": None,
        "effective_n": None,
    }
    if positive.size:
        # Divided by the mean first, so that very large weights do not overflow when squared.
        relative = positive / positive.mean()
        kish = float(np.mean(relative**2))
        described |= {
            "mean": float(positive.mean()),
            "min": float(positive.min()),
            "max": float(positive.max()),
            "ratio": float(positive.max() / positive.min()),
            "kish_deff": kish,
            "effective_n": float(positive.size / kish),
        }
    return described
