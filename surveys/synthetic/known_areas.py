"""What an office would know of every municipality of the invented country: families, towns, homicides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveys.synthetic.events import origin_shares
from surveys.synthetic.numbers import normal, uniform
from surveys.synthetic.parameters import values_of
from surveys.synthetic.places import Places, places

#: How far homicides of a municipality are from what displacement out of it would suggest: one standard deviation of
#: the logarithm. Assumed; with 0 the survey would not be needed, with 1 homicides would say nothing.
HOMICIDE_SPREAD = 0.4


def known_areas(parameters: Mapping[str, Any], *, by: str = "district") -> pd.DataFrame:
    """Make the numbers that a census and a homicide register would give for every municipality.

    Parameters
    ----------
    parameters : mapping
        The content of ``country.yaml``.
    by : {"district", "municipality_2024"}
        The 262 municipalities of the time, or the 44 of 2024.

    Returns
    -------
    DataFrame
        ``area``, ``families`` (of the frame, ten years old), ``urban`` (share of families in towns),
        ``prioritised`` (share of families in municipalities on the list of the policy) and ``homicides`` (of the
        reference period). They are made from facts and assumptions, never from what families of the country lived
        through: homicides follow the chance with which people leave a place, with an error of their own.
    """
    values = values_of(parameters)
    families = round(values["persons"] / values["mean_family_size"])
    ground = places(parameters["municipalities"], values, families=families, seed=parameters["country_seed"])
    count = _counted(ground, np.ones(ground.segment_area.size, dtype=bool))
    towns = _counted(ground, ground.segment_area == 1)
    number, seed = np.arange(ground.code.size), int(parameters["country_seed"])
    error = normal(uniform(seed, "homicides by place", number), uniform(seed, "homicides by place again", number))
    share = origin_shares(ground, values) * np.exp(HOMICIDE_SPREAD * error)
    total = sum(float(values["homicides"][year]) for year in sorted(values["homicides"])
                if int(values["first_year"]) <= int(year) <= int(values["last_year"]))  # fmt: skip
    homicides = np.rint(total * share / share.sum()).astype(np.int64)
    table = pd.DataFrame({
        "area": ground.code if by == "district" else ground.code_2024, "families": count, "towns": towns,
        "listed": np.where(ground.prioritised, count, 0), "homicides": homicides,
    }).groupby("area", as_index=False).sum()  # fmt: skip
    return pd.DataFrame({
        "area": table["area"], "families": table["families"], "urban": (table["towns"] / table["families"]).round(4),
        "prioritised": (table["listed"] / table["families"]).round(4), "homicides": table["homicides"],
    })  # fmt: skip


def _counted(ground: Places, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> np.ndarray[
    tuple[int], np.dtype[np.int64]
]:
    weight = np.where(chosen, ground.segment_census, 0)
    return np.bincount(ground.segment_municipality, weights=weight, minlength=ground.code.size).astype(np.int64)
