"""How a weight may move: the calibration functions of Deville and Särndal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatVector = NDArray[np.float64]
Distance = Literal["linear", "raking", "logit", "truncated"]
Bounds = tuple[float, float]


@dataclass(frozen=True)
class CalibrationFunction:
    r"""The factor g as a function of :math:`u = x^{\mathsf T}\lambda`, and its derivative.

    Parameters
    ----------
    value, slope : function of (n,) float to (n,) float
        :math:`F(u)` and :math:`F'(u)`; :math:`F(0) = 1` and :math:`F'(0) = 1`.
    """

    value: Callable[[FloatVector], FloatVector]
    slope: Callable[[FloatVector], FloatVector]


def calibration_function(distance: Distance, bounds: Bounds | None = None) -> CalibrationFunction:
    r"""Choose a calibration function.

    Parameters
    ----------
    distance : {"linear", "raking", "logit", "truncated"}
        ``logit`` and ``truncated`` need bounds; ``linear`` and ``raking`` have none.
    bounds : (float, float), optional
        Least and greatest factor, around 1.

    Returns
    -------
    CalibrationFunction

    Raises
    ------
    ValueError
        Bounds that are missing, not needed, or do not lie on both sides of 1.

    Notes
    -----
    .. math:: F_{\text{linear}} = 1 + u, \quad F_{\text{raking}} = e^u, \quad
              F_{\text{truncated}} = \min(U, \max(L, 1 + u)),

    .. math:: F_{\text{logit}} = \frac{L(U - 1) + U(1 - L)e^{Au}}{(U - 1) + (1 - L)e^{Au}}, \qquad
              A = \frac{U - L}{(1 - L)(U - 1)}

    References
    ----------
    Deville and Särndal (1992), JASA 87(418), 376-382, table 1 (cases 1, 2, 6 and 7).
    """
    if distance in ("linear", "raking"):
        if bounds is not None:
            raise ValueError(f"the {distance} distance has no bounds; use logit or truncated")
        if distance == "linear":
            return CalibrationFunction(lambda u: 1 + u, np.ones_like)
        return CalibrationFunction(_exp, _exp)
    if bounds is None:
        raise ValueError(f"the {distance} distance needs bounds, such as [0.5, 2]")
    low, high = bounds
    if not 0 <= low < 1 < high:
        raise ValueError(f"bounds [{low}, {high}] must be 0 or more, and lie on both sides of 1")
    if distance == "truncated":
        return CalibrationFunction(
            lambda u: np.clip(1 + u, low, high),
            lambda u: ((1 + u > low) & (1 + u < high)).astype(np.float64),
        )
    a = (high - low) / ((1 - low) * (high - 1))

    def value(u: FloatVector) -> FloatVector:
        odds = _exp(a * u)
        return (low * (high - 1) + high * (1 - low) * odds) / ((high - 1) + (1 - low) * odds)

    def slope(u: FloatVector) -> FloatVector:
        g = value(u)
        return (g - low) * (high - g) / ((1 - low) * (high - 1))

    return CalibrationFunction(value, slope)


def _exp(u: FloatVector) -> FloatVector:
    # An overlong Newton step must not overflow: the step is halved afterwards.
    return np.exp(np.clip(u, -500.0, 500.0))
