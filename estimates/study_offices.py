"""Choices of places for offices as tables: one row for each place, and what each list reaches and loses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.office_choice import positive_draws, study_offices
from surveys.offices import OfficePlan

PLACES = ("study", "choice", "place", "chosen", "given", "frequency")
LISTS = ("study", "choice", "list", "offices", "value", "ci_low", "ci_high", "regret", "regret_low", "regret_high",
         "areas", "areas_unknown", "draws", "seed")  # fmt: skip


def choose_for_study(
    study: str, plan: OfficePlan, areas: pd.DataFrame, size: NDArray[np.float64], within: NDArray[np.int64],
    distance: NDArray[np.float64], codes: tuple[str, ...], *, unknown_error: float = 0.5,
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
        Rows of the model as published, in the order of ``size``: ``estimate`` and ``rmse``, missing where hidden.
    size : (A,) float
        People or families of every area.
    within : (A,) int
        Position of the place that each area lies in.
    distance : (S, S) float
        Between places.
    codes : tuple of str
        Codes of the places.
    unknown_error : float
        Relative error of an area whose figure is hidden: at least that for which the model's rule hides figures.

    Returns
    -------
    places : DataFrame
        `PLACES`: whether each place is chosen, whether it is on the list compared, and in what share of draws it is
        chosen.
    lists : DataFrame
        `LISTS`: for the chosen places, the list compared and the best 1, 2, ... places, the share of affected people
        within reach (or their mean distance) with its interval, and the regret.

    Raises
    ------
    ValueError
        No area has a published figure.

    Notes
    -----
    Only published figures are used, so nothing of a hidden area can come out. An area whose figure is hidden takes the
    mean of the published figures, weighted by size, with a large error; ``areas_unknown`` counts them.
    """
    # Shares and choices do not depend on the unit of the figure.
    rate, wide = (areas[name].to_numpy(dtype=np.float64) for name in ("estimate", "rmse"))
    known = np.isfinite(rate) & np.isfinite(wide)
    if not known.any():
        raise ValueError("no area has a published figure")
    mean_rate = float(np.average(rate[known], weights=size[known])) if size[known].sum() > 0 else 0.0
    figure = np.where(known, rate, mean_rate) * size
    error = np.where(known, wide, unknown_error * mean_rate) * size
    belongs = np.zeros((figure.size, len(codes)))
    belongs[np.arange(figure.size), within] = 1.0
    mean = figure @ belongs
    draws = positive_draws(figure, error, draws=plan.draws, seed=plan.seed) @ belongs
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
    rows = [
        {**shared, "list": "chosen", "offices": plan.number, "value": found.value, "ci_low": found.value_interval[0],
         "ci_high": found.value_interval[1], "regret": found.regret, "regret_low": found.regret_interval[0],
         "regret_high": found.regret_interval[1]},
        {**shared, "list": "given", "offices": len(listed), "value": found.given_value,
         "ci_low": found.given_interval[0], "ci_high": found.given_interval[1], "regret": found.given_regret,
         "regret_low": found.given_regret_interval[0], "regret_high": found.given_regret_interval[1]},
    ]  # fmt: skip
    rows += [{**shared, "list": "best", "offices": size_, "value": float(value)}
             for size_, value in enumerate(found.curve, start=1)]  # fmt: skip
    return places, pd.DataFrame(rows).reindex(columns=list(LISTS))
