"""Places for a number of offices by a mixed-integer programme, and what a choice is worth."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Method = Literal["coverage", "p_median"]
SCALE = 1e4
PREFERENCE = 1e-5


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
    people, _, apart = checked_instance(demand, alone, distance, number, method)
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


def checked_instance(
    mean: npt.ArrayLike, draws: npt.ArrayLike, distance: npt.ArrayLike, number: int, method: Method
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return people, draws and distances as arrays that fit together, or say which do not.

    Parameters
    ----------
    mean, draws, distance : (A,), (D, A), (A, S) float
        Affected people of every area, their draws, and the way from every area to every place.
    number : int
        Places to choose.
    method : {"coverage", "p_median"}
        The p-median needs every distance.

    Raises
    ------
    ValueError
        Shapes, signs or numbers that cannot be.
    """
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
