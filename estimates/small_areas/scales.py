"""The scale an area model is fitted on, and the unbiased way back from it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Scale = Literal["linear", "log", "arcsine"]
SCALES: tuple[Scale, ...] = ("linear", "log", "arcsine")
QUARTER = np.pi / 2


def to_model(
    direct: npt.ArrayLike, variance: npt.ArrayLike, level: npt.ArrayLike, scale: Scale
) -> tuple[FloatArray, FloatArray]:
    r"""Bring direct estimates and their variances to the scale of the model.

    Parameters
    ----------
    direct, variance : (n,) float
        On the scale that is published; NaN in areas without sample.
    level : (n,) float
        Where the slope of the scale is taken: the direct estimate, or a steadier figure.
    scale : {"linear", "log", "arcsine"}
        Log needs estimates above 0; arcsine estimates in [0, 1].

    Returns
    -------
    direct, variance : (n,) float
        NaN also where the scale has no value: the logarithm of 0.

    Notes
    -----
    :math:`D = v\, g'(p)^2` with :math:`g(p) = p`, :math:`\log p` or :math:`\sin^{-1}\sqrt p`; on the arcsine scale
    that is :math:`1 / 4\tilde n` for an effective sample of :math:`\tilde n`.

    References
    ----------
    Rao and Molina (2015), section 4.2; Raghunathan et al. (2007), JASA 102, 474-486 (arcsine).
    """
    y, v, at = (np.asarray(values, dtype=np.float64) for values in (direct, variance, level))
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log":
            moved, slope = np.log(y), 1.0 / at
        elif scale == "arcsine":
            moved, slope = np.arcsin(np.sqrt(y)), 0.5 / np.sqrt(at * (1 - at))
        else:
            moved, slope = y.copy(), np.ones_like(y)
        spread = v * slope**2
    known = np.isfinite(moved) & np.isfinite(spread) & (spread > 0)
    return np.where(known, moved, np.nan), np.where(known, spread, np.nan)


def from_model(predicted: npt.ArrayLike, correction: npt.ArrayLike, scale: Scale) -> FloatArray:
    r"""Bring predictions back so that they are unbiased under the model.

    Parameters
    ----------
    predicted : array of float
        Predictions on the scale of the model.
    correction : array of float
        Half of what the prediction varies less than the truth, `AreaModel.correction`; 0 gives the plain inverse.
    scale : {"linear", "log", "arcsine"}
        Of the model.

    Returns
    -------
    array of float
        On the scale that is published; never below 0 on the log scale, in [0, 1] on the arcsine scale.

    Notes
    -----
    With :math:`2c = \operatorname{var}\theta - \operatorname{var}\hat\theta` and normal errors

    .. math:: \exp(\hat\theta + c), \qquad \tfrac12\big(1 - e^{-4c} \cos 2\hat\theta\big)

    have the expectation of :math:`\exp\theta` and :math:`\sin^2\theta` exactly, for a given area variance. The plain
    inverse :math:`\exp\hat\theta` is too small by the factor :math:`e^{-c}`.

    References
    ----------
    Slud and Maiti (2006), Journal of the Royal Statistical Society B 68, 239-257 (log); Hadam, Würz, Kreutzmann and
    Schmid (2024), AStA 108 (arcsine).
    """
    theta, c = np.asarray(predicted, dtype=np.float64), np.asarray(correction, dtype=np.float64)
    if scale == "log":
        return np.asarray(np.exp(theta + c))
    if scale == "arcsine":
        return np.asarray(np.clip(0.5 * (1.0 - np.exp(-4.0 * c) * np.cos(2.0 * theta)), 0.0, 1.0))
    return theta.copy()


def plain_inverse(theta: npt.ArrayLike, scale: Scale) -> FloatArray:
    """Value that a point of the model's scale stands for; what lies beyond the ends of the scale is its end."""
    value = np.asarray(theta, dtype=np.float64)
    if scale == "log":
        return np.asarray(np.exp(value))
    if scale == "arcsine":
        return np.asarray(np.sin(np.clip(value, 0.0, QUARTER)) ** 2)
    return value.copy()


def slope_at(theta: npt.ArrayLike, scale: Scale) -> FloatArray:
    """Slope of the way back, by which an error on the model's scale becomes one of what is published."""
    value = np.asarray(theta, dtype=np.float64)
    if scale == "log":
        return np.asarray(np.exp(value))
    if scale == "arcsine":
        return np.asarray(np.abs(np.sin(2.0 * np.clip(value, 0.0, QUARTER))))
    return np.ones_like(value)
