"""Choices of places for offices as tables: one row for each place, and what each list reaches and loses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.office_choice import positive_draws, study_offices
from estimates.office_solver import office_value
from estimates.small_areas.joint_errors import JointErrors
from surveys.offices import OfficePlan

PLACES = ("study", "choice", "place", "chosen", "given", "frequency")
LISTS = ("study", "choice", "list", "offices", "value", "ci_low", "ci_high", "known_value", "known_low", "known_high",
         "regret", "regret_low", "regret_high", "areas", "areas_unknown", "draws", "seed")  # fmt: skip
LIMITS = (0.025, 0.975)


def choose_for_study(
    study: str, plan: OfficePlan, areas: pd.DataFrame, size: NDArray[np.float64], within: NDArray[np.int64],
    distance: NDArray[np.float64], codes: tuple[str, ...], *, joint: JointErrors, unknown_error: float = 0.5,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Choose places for offices from the published figures of a model of small areas.

    Parameters
    ----------
    study : str
        Name of the study.
    plan : OfficePlan
        What is asked.
    areas : DataFrame
        Rows of the model as published, in the order of ``size``: ``estimate``, missing where hidden.
    size : (A,) float
        People or families of every area.
    within : (A,) int
        Position of the place that each area lies in.
    distance : (S, S) float
        Between places.
    codes : tuple of str
        Codes of the places.
    joint : JointErrors
        Distribution of the figures of all areas together; that of hidden areas is not used.
    unknown_error : float
        Relative error of what is assumed of hidden areas, for all of them together and for each on its own: that from
        which on the model's rule hides figures.

    Returns
    -------
    places : DataFrame
        `PLACES`: whether each place is chosen, whether it is on the list compared, and in what share of draws it is
        chosen.
    lists : DataFrame
        `LISTS`: for the chosen places, the list compared and the best 1, 2, ... places, the share of affected people
        within reach (or their mean distance), the same of those in areas with a published figure (``known_value``),
        intervals and the regret.

    Raises
    ------
    ValueError
        No area has a published figure.

    Notes
    -----
    Only published figures are used, so nothing of a hidden area can come out. An area whose figure is hidden takes the
    mean of the published figures, weighted by size; ``areas_unknown`` counts them. That they are alike is an
    assumption: where samples are taken where the problem is greatest they are not, by how much the sample cannot
    tell. So the value has an interval only where every area has a figure. ``known_value`` assumes nothing and has one.
    How often a place is chosen does contain what is not known: in every draw hidden areas have one level in common,
    log-normal around the mean with ``unknown_error``, and each a factor of its own of the same spread.
    """
    # Shares and choices do not depend on the unit of the figure.
    rate = areas["estimate"].to_numpy(dtype=np.float64)
    known = np.isfinite(rate)
    if not known.any():
        raise ValueError("no area has a published figure")
    mean_rate = float(np.average(rate[known], weights=size[known])) if size[known].sum() > 0 else 0.0
    figure = np.where(known, rate, mean_rate) * size
    assumed = _assumed(mean_rate, known.size, plan, unknown_error)
    drawn = np.where(known, joint.draws(plan.draws, seed=plan.seed), assumed)
    belongs = np.zeros((figure.size, len(codes)))
    belongs[np.arange(figure.size), within] = 1.0
    mean = figure @ belongs
    draws = (drawn * size) @ belongs
    inside, inside_draws = (figure * known) @ belongs, (drawn * size * known) @ belongs
    listed = [codes.index(code) for code in plan.given]
    if not listed:
        listed = sorted(np.argsort(-mean, kind="stable")[: plan.number].tolist())
    found = study_offices(mean, draws, distance, number=plan.number, reach=plan.reach, method=plan.method, given=listed,
                          tell=tell)  # fmt: skip
    places = pd.DataFrame({
        "study": study, "choice": plan.name, "place": list(codes),
        "chosen": np.isin(np.arange(len(codes)), found.chosen), "given": np.isin(np.arange(len(codes)), listed),
        "frequency": found.frequency})[list(PLACES)]  # fmt: skip
    places[["chosen", "given"]] = places[["chosen", "given"]].astype(np.int64)
    shared: Mapping[str, object] = {
        "study": study, "choice": plan.name, "areas": figure.size, "areas_unknown": int((~known).sum()),
        "draws": plan.draws, "seed": plan.seed}  # fmt: skip
    whole = not (size[~known] > 0).any()
    sides = (
        ("chosen", found.chosen, found.value, found.value_interval, found.regret, found.regret_interval),
        ("given", np.asarray(listed), found.given_value, found.given_interval, found.given_regret,
         found.given_regret_interval),
    )  # fmt: skip
    rows = []
    for name, positions, value, limits, regret, lost in sides:
        seen, over_draws = (office_value(need, distance, positions, reach=plan.reach, method=plan.method)
                            for need in (inside, inside_draws))  # fmt: skip
        low, high = np.quantile(over_draws, LIMITS)
        rows.append({
            **shared, "list": name, "offices": positions.size, "value": value,
            "ci_low": limits[0] if whole else np.nan, "ci_high": limits[1] if whole else np.nan,
            "known_value": float(seen), "known_low": float(low), "known_high": float(high), "regret": regret,
            "regret_low": lost[0], "regret_high": lost[1]})  # fmt: skip
    rows += [{**shared, "list": "best", "offices": size_, "value": float(value)}
             for size_, value in enumerate(found.curve, start=1)]  # fmt: skip
    return places, pd.DataFrame(rows).reindex(columns=list(LISTS))


def _assumed(level: float, areas: int, plan: OfficePlan, error: float) -> NDArray[np.float64]:
    """Draw what is assumed of areas without a figure, (draws, areas): one level in common, times a factor of each."""
    ones = np.ones(areas + 1)
    factors = positive_draws(ones, error * ones, draws=plan.draws, seed=plan.seed + 1)
    return np.asarray(level * factors[:, :1] * factors[:, 1:])
