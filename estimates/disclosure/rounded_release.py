"""What rounded rows about victims tell an attacker, and the base of rounding that tells little enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.cells import LinkedCells, RoundedRows
from estimates.disclosure.rounding import COUNT_BASE, round_to, rounding_interval
from estimates.protection import HIDDEN_STATUSES
from estimates.release_view import kinds_of, victim_rows
from surveys.dictionary import Dictionary
from surveys.problems import Message, Problem, StudyError
from surveys.study import Study

TIMES = 5
NEAR = 1e-9
BASE_TOO_SMALL = Message(
    "rounding_base_too_small",
    "rounding weighted totals about victims to {base} gives counts back: the largest mean weight behind them is "
    "{weight}, and a total must hide 5 persons or families. Write `rounding_base: {least}` or more.",
    "redondear a {base} los totales ponderados sobre víctimas devuelve los números de casos: el mayor factor medio "
    "detrás de ellos es {weight}, y un total debe ocultar 5 personas o familias. Escriba `rounding_base: {least}` o "
    "más.",
)
FloatVector = NDArray[np.float64]


def with_rounding(cells: LinkedCells, frame: pd.DataFrame, study: Study, dictionary: Dictionary) -> LinkedCells:
    """Say which rows of a release are printed rounded, and what counts they leave possible.

    Parameters
    ----------
    cells : LinkedCells
        Of the same rows.
    frame : DataFrame
        Internal estimates, as extended as they are printed: R rows.
    study, dictionary
        Protection of the release, and what is about victims.

    Returns
    -------
    LinkedCells
        The same where the study does not round.

    Notes
    -----
    A count printed as c may be anything that rounds to c. A weighted total T printed to the base B stands for
    ``T - B/2`` to ``T + B/2``; an attacker who knows the mean weight m of a group divides by it. Both hold, so the
    narrower bounds are taken from either. Shares tell nothing more: they are ratios of rounded totals.
    """
    base = study.publication.rounding_base
    if base is None:
        return cells
    rows = victim_rows(frame, dictionary)
    n, cases = (frame[name].to_numpy(dtype=np.float64) for name in ("n", "cases"))
    with_it, whole = _weighted(frame, dictionary)
    low, high = {}, {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, count, total in (("cases", cases, with_it), ("base", n, whole)):
            least, most = rounding_interval(round_to(count, COUNT_BASE), COUNT_BASE)
            below, above = _from_total(round_to(total, base), base / 2, total / count)
            low[name], high[name] = np.fmax(least, below), np.fmin(most, above)
        others = round_to(whole, base) - round_to(with_it, base)
        rest = _from_total(others, float(base), (whole - with_it) / (n - cases))
    low["rest"], high["rest"] = (np.nan_to_num(rest[0], nan=-np.inf), np.nan_to_num(rest[1], nan=np.inf))
    for name in ("cases", "base"):
        low[name], high[name] = np.nan_to_num(low[name], nan=-np.inf), np.nan_to_num(high[name], nan=np.inf)
    return replace(cells, rounded=RoundedRows(rows, low, high, base))


def refuse_small_base(frame: pd.DataFrame, study: Study, dictionary: Dictionary, *, where: str) -> None:
    """Refuse a base of rounding that weighted totals would see through.

    Parameters
    ----------
    frame, study, dictionary
        As in `with_rounding`.
    where : str
        Place named in the problem.

    Raises
    ------
    StudyError
        The base is less than 5 times the largest mean weight behind a shown row about victims; names the least that
        would do.
    """
    base = study.publication.rounding_base
    if base is None:
        return
    n, cases = (frame[name].to_numpy(dtype=np.float64) for name in ("n", "cases"))
    with_it, whole = _weighted(frame, dictionary)
    shown = victim_rows(frame, dictionary) & ~frame["status"].isin([*HIDDEN_STATUSES, "empty"]).to_numpy(dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.concatenate([(total / count)[shown] for total, count in (
            (with_it, cases), (whole, n), (whole - with_it, n - cases))])  # fmt: skip
    largest = float(np.max(means[np.isfinite(means)], initial=0.0))
    if base < TIMES * largest:
        least = int(np.ceil(TIMES * largest / 10) * 10)
        raise StudyError([Problem(BASE_TOO_SMALL, where, {"base": base, "weight": f"{largest:.1f}", "least": least})])


def _weighted(frame: pd.DataFrame, dictionary: Dictionary) -> tuple[FloatVector, FloatVector]:
    """Weighted number of those with the attribute, where a row tells it, and of the base: (R,) and (R,)."""
    kinds = kinds_of(frame, dictionary)
    estimate, whole = (frame[name].to_numpy(dtype=np.float64) for name in ("estimate", "population"))
    return np.select([kinds == "share", kinds == "total"], [estimate * whole, estimate], np.nan), whole


def _from_total(total: FloatVector, reach: float, weight: FloatVector) -> tuple[FloatVector, FloatVector]:
    low = np.ceil((total - reach) / weight - NEAR)
    high = np.floor((total + reach) / weight + NEAR)
    known = np.isfinite(weight) & (weight > 0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)
