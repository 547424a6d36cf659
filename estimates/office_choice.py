"""Where offices should be: places that reach the most affected people, and how sure that choice is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Method = Literal["coverage", "p_median"]
EARTH_KM = 6371.0088
SCALE = 1e4
PREFERENCE = 1e-5


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
    centre, samples, apart = _checked(mean, draws, distance, number, method)
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


def choose_offices(
    demand: npt.ArrayLike, distance: npt.ArrayLike, *, number: int, reach: float, method: Method = "coverage",
    exact_ties: bool = True,
) -> IntArray:  # fmt: skip
    r"""Choose places for offices by mixed-integer programming, to proven optimality.

    Parameters
    ----------
    demand : (A,) float
        Affected people of every area.
    distance : (A, S) float
        From every area to every place.
    number : int
        Places to choose.
    reach : float
        Distance within which an office serves an area.
    method : {"coverage", "p_median"}
        Maximal covering location, or p-median.
    exact_ties : bool
        Of several equally good sets return the first in the order of the places; this solves the programme up to S
        times. Otherwise earlier places are preferred by a hair, which settles most ties.

    Returns
    -------
    (number,) int
        Positions of the chosen places, rising.

    Raises
    ------
    ValueError
        The programme has no solution, which finite input rules out.

    Notes
    -----
    Coverage: maximize :math:`\sum_i d_i y_i` subject to :math:`y_i \le \sum_{j: c_{ij} \le r} x_j`,
    :math:`\sum_j x_j = k`, x binary, :math:`0 \le y \le 1`. p-median: minimize :math:`\sum_i d_i \sum_j c_{ij} z_{ij}`
    subject to :math:`z_{ij} \le x_j`, :math:`\sum_j z_{ij} = 1`, :math:`\sum_j x_j = k`.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional Science
    Association 32, 101-118. ReVelle, C. and Swain, R. (1970). Central facilities location. Geographical Analysis 2,
    30-42. Huangfu, Q. and Hall, J. (2018). Parallelizing the dual revised simplex method. Mathematical Programming
    Computation 10, 119-142 (HiGHS).
    """
    alone = np.atleast_2d(np.asarray(demand, dtype=np.float64))
    people, _, apart = _checked(demand, alone, distance, number, method)
    places = apart.shape[1]
    lowest, highest = np.zeros(places), np.ones(places)
    best = _solve(people, apart, number, reach, method, lowest, highest)
    if not exact_ties:
        return best
    target = float(office_value(people, apart, best, reach=reach, method=method))
    sign = 1.0 if method == "coverage" else -1.0
    for place in range(places):
        if lowest.sum() == number:
            break
        if place not in best:
            lowest[place] = 1.0
            other = _solve(people, apart, number, reach, method, lowest, highest)
            value = float(office_value(people, apart, other, reach=reach, method=method))
            if sign * (target - value) > 1e-9 * max(abs(target), 1.0):
                lowest[place] = highest[place] = 0.0
                continue
            best = other
        lowest[place] = 1.0
    return best


def office_value(
    demand: npt.ArrayLike, distance: npt.ArrayLike, places: npt.ArrayLike, *, reach: float, method: Method = "coverage"
) -> FloatArray:
    """Judge a list of places: share of the people within reach, or their mean distance to the nearest office.

    Parameters
    ----------
    demand : (A,) or (D, A) float
        Affected people of every area; several draws at once.
    distance : (A, S) float
        From every area to every place.
    places : (k,) int
        Positions of the offices, one at least.
    reach, method
        As in `choose_offices`.

    Returns
    -------
    () or (D,) float
        0 where nobody is affected.
    """
    people = np.asarray(demand, dtype=np.float64)
    near = np.asarray(distance, dtype=np.float64)[:, np.asarray(places, dtype=np.int64)].min(axis=1)
    worth = (near <= reach).astype(np.float64) if method == "coverage" else near
    total = people.sum(axis=-1)
    return np.asarray(np.divide(people @ worth, total, out=np.zeros_like(total), where=total > 0), dtype=np.float64)


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


def _checked(
    mean: npt.ArrayLike, draws: npt.ArrayLike, distance: npt.ArrayLike, number: int, method: Method
) -> tuple[FloatArray, FloatArray, FloatArray]:
    centre, samples, apart = (np.asarray(values, dtype=np.float64) for values in (mean, draws, distance))
    if apart.ndim != 2 or centre.shape != (apart.shape[0],) or samples.ndim != 2 or samples.shape[1:] != centre.shape:
        raise ValueError("mean (A,), draws (D, A) and distance (A, S) do not fit together")
    if not (np.isfinite(centre).all() and (centre >= 0).all() and np.isfinite(samples).all() and (samples >= 0).all()):
        raise ValueError("affected people are finite numbers of 0 or more")
    if not (apart >= 0).all():
        raise ValueError("distances are 0 or more")
    if method == "p_median" and not np.isfinite(apart).all():
        raise ValueError("the p-median needs a finite distance between all places")
    if not 1 <= number <= apart.shape[1]:
        raise ValueError("the number of offices is between 1 and the number of places")
    return centre, samples, apart


def _solve(
    people: FloatArray, apart: FloatArray, number: int, reach: float, method: Method, lowest: FloatArray,
    highest: FloatArray,
) -> IntArray:  # fmt: skip
    areas, places = apart.shape
    total = float(people.sum())
    weight = people * (SCALE / total) if total > 0 else people
    prefer = PREFERENCE * np.arange(places) / places
    if method == "coverage":
        area, place = np.nonzero(apart <= reach)
        cost = np.concatenate([prefer, -weight])
        rows = np.concatenate([area, np.arange(areas)])
        columns = np.concatenate([place, places + np.arange(areas)])
        values = np.concatenate([np.full(area.size, -1.0), np.ones(areas)])
        matrix = coo_array((values, (rows, columns)), shape=(areas, places + areas))
        rules = [LinearConstraint(matrix.tocsr(), -np.inf, 0.0)]
        integral = np.concatenate([np.ones(places), np.zeros(areas)])
    else:
        scaled = apart / max(float(apart.max()), 1e-300)
        cost = np.concatenate([prefer, (weight[:, None] * scaled).ravel()])
        pair = np.arange(areas * places)
        linked = coo_array(
            (np.concatenate([np.ones(pair.size), np.full(pair.size, -1.0)]),
             (np.concatenate([pair, pair]), np.concatenate([places + pair, pair % places]))),
            shape=(pair.size, places + pair.size))  # fmt: skip
        served = coo_array((np.ones(pair.size), (pair // places, places + pair)), shape=(areas, places + pair.size))
        rules = [LinearConstraint(linked.tocsr(), -np.inf, 0.0), LinearConstraint(served.tocsr(), 1.0, 1.0)]
        integral = np.concatenate([np.ones(places), np.zeros(pair.size)])
    count = np.concatenate([np.ones(places), np.zeros(cost.size - places)])[None, :]
    rules.append(LinearConstraint(count, number, number))
    bounds = Bounds(np.concatenate([lowest, np.zeros(cost.size - places)]),
                    np.concatenate([highest, np.ones(cost.size - places)]))  # fmt: skip
    found = milp(cost, constraints=rules, bounds=bounds, integrality=integral, options={"mip_rel_gap": 0.0})
    if found.x is None:
        raise ValueError("the choice of places has no solution")
    return np.sort(np.argsort(-np.round(found.x[:places]), kind="stable")[:number]).astype(np.int64)
