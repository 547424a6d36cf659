"""Where offices should be: places that reach the most affected people, and how sure that choice is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.office_solver import FloatArray, IntArray, Method, checked_instance, choose_offices, office_value

EARTH_KM = 6371.0088


@dataclass(frozen=True)
class OfficeStudy:
    """A choice of places for offices, and what a given list loses against it.

    Parameters
    ----------
    chosen : (k,) int
        Places chosen under the estimates, by position, rising.
    value : float
        Share of the affected people within reach of the chosen places; or, for the p-median, their mean distance.
    value_interval : (2,) float
        Limits of the value of the same places over the draws.
    frequency : (S,) float
        Share of the draws in which each place is chosen.
    regret, regret_interval : float, (2,) float
        What the choice loses, on average and at its limits, against the best places of every draw.
    given_value, given_interval : float, (2,) float
        The same of the given list; NaN without one.
    given_regret, given_regret_interval : float, (2,) float
        What the given list loses against the best places of every draw.
    curve : (k,) float
        Value of the best 1, 2, ..., k places under the estimates.
    """

    chosen: IntArray
    value: float
    value_interval: FloatArray
    frequency: FloatArray
    regret: float
    regret_interval: FloatArray
    given_value: float
    given_interval: FloatArray
    given_regret: float
    given_regret_interval: FloatArray
    curve: FloatArray


def study_offices(
    mean: npt.ArrayLike, draws: npt.ArrayLike, distance: npt.ArrayLike, *, number: int, reach: float,
    method: Method = "coverage", given: Sequence[int] = (), confidence: float = 0.95,
    tell: Callable[[int, int], None] | None = None,
) -> OfficeStudy:  # fmt: skip
    r"""Choose places for offices from estimates that are not exact, and hold a given list against them.

    Parameters
    ----------
    mean : (A,) float
        Affected people of every area, 0 or more.
    draws : (D, A) float
        Draws from the joint distribution of the estimates.
    distance : (A, S) float
        From every area to every place where an office may be.
    number : int
        Offices, at most S.
    reach : float
        Distance within which an office serves an area; the p-median does not use it.
    method : {"coverage", "p_median"}
        Most people within reach, or least mean distance.
    given : sequence of int
        Positions of a list to be compared; its length may differ from ``number``.
    confidence : float
        Of the intervals.
    tell : callable, optional
        Called with the draws done and wanted.

    Returns
    -------
    OfficeStudy

    Notes
    -----
    Regret of a list L in draw d is :math:`v_d(\text{best}_d) - v_d(L)` (the other way round for distances), never
    negative when L has no more places than ``number``. The best places of a draw know what nobody knows: regret says
    how much could be gained by knowing more, not that somebody chose badly.
    """
    centre, samples, apart = checked_instance(mean, draws, distance, number, method)
    chosen = choose_offices(centre, apart, number=number, reach=reach, method=method)
    best = np.empty(len(samples))
    frequency = np.zeros(apart.shape[1])
    for place, row in enumerate(samples):
        found = choose_offices(row, apart, number=number, reach=reach, method=method, exact_ties=False)
        frequency[found] += 1
        best[place] = float(office_value(row, apart, found, reach=reach, method=method))
        if tell is not None and (place + 1) % max(len(samples) // 4, 1) == 0:
            tell(place + 1, len(samples))
    sign = 1.0 if method == "coverage" else -1.0
    limits = ((1 - confidence) / 2, (1 + confidence) / 2)

    def judged(places: Sequence[int] | IntArray) -> tuple[float, FloatArray, float, FloatArray]:
        values = office_value(samples, apart, places, reach=reach, method=method)
        lost = sign * (best - values)
        lost = np.where(np.abs(lost) < 1e-12, 0.0, lost)  # sums in another order differ in the last bit
        centre_value = float(office_value(centre, apart, places, reach=reach, method=method))
        return centre_value, np.quantile(values, limits), float(lost.mean()), np.quantile(lost, limits)

    ours = judged(chosen)
    nothing = (np.nan, np.full(2, np.nan), np.nan, np.full(2, np.nan))
    theirs = judged(np.asarray(given, dtype=np.int64)) if len(given) else nothing
    curve = np.array([
        float(office_value(centre, apart, choose_offices(
            centre, apart, number=size, reach=reach, method=method, exact_ties=False), reach=reach, method=method))
        for size in range(1, number)] + [ours[0]])  # fmt: skip
    return OfficeStudy(chosen, ours[0], ours[1], frequency / len(samples), ours[2], ours[3], theirs[0], theirs[1],
                       theirs[2], theirs[3], curve)  # fmt: skip


def great_circle(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> FloatArray:
    r"""Distances over the globe between all places, (n, n) km.

    Parameters
    ----------
    longitude, latitude : (n,) float
        Degrees.

    Notes
    -----
    Haversine: :math:`2R \arcsin\sqrt{\sin^2(\Delta\varphi/2) + \cos\varphi_1\cos\varphi_2\sin^2(\Delta\lambda/2)}` with
    R = 6371.0088 km, the mean radius of the IUGG.
    """
    east, north = (np.radians(np.asarray(values, dtype=np.float64)) for values in (longitude, latitude))
    half_north = np.sin((north[:, None] - north[None]) / 2) ** 2
    half_east = np.sin((east[:, None] - east[None]) / 2) ** 2
    inside = half_north + np.cos(north[:, None]) * np.cos(north[None]) * half_east
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(inside, 0.0, 1.0))), dtype=np.float64)


def positive_draws(mean: npt.ArrayLike, error: npt.ArrayLike, *, draws: int, seed: int) -> FloatArray:
    r"""Draw from the distribution of estimates that cannot be negative, each on its own.

    Parameters
    ----------
    mean, error : (A,) float
        Estimates of 0 or more, and their root mean squared errors.
    draws, seed : int
        Number of draws, and seed.

    Returns
    -------
    (draws, A) float
        Log-normal with that mean and error: :math:`\sigma^2 = \log(1 + (e/m)^2)`, :math:`\mu = \log m - \sigma^2/2`.
        Errors that areas share are not drawn together; `estimates.small_areas.joint_errors` draws those of a model.
    """
    centre, wide = np.asarray(mean, dtype=np.float64), np.asarray(error, dtype=np.float64)
    spread = np.log1p(np.divide(wide, centre, out=np.zeros_like(wide), where=centre > 0) ** 2)
    normal = np.random.default_rng(seed).standard_normal((draws, centre.size))
    return np.asarray(centre * np.exp(np.sqrt(spread) * normal - spread / 2), dtype=np.float64)


