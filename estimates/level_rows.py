"""What estimation knows of the rows of one level: their variables, design and weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study


@dataclass(frozen=True)
class LevelRows:
    """What estimation knows of the rows of one level.

    Parameters
    ----------
    name : str
        Level.
    columns : Columns
        Variables of the level and of those above it.
    design : Design
        Of these n rows, with the PSUs of the whole sample.
    weight : (n,) float
        Final weights.
    unit : (n,) int
        Row of the design's level (the household): whose family the row belongs to.
    """

    name: str
    columns: Columns
    design: Design
    weight: NDArray[np.float64]
    unit: NDArray[np.int64]


def level_rows(
    level: str,
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
) -> LevelRows:
    """Gather columns, design and weights of the rows of one level."""
    unit = microdata.rows_of(study.design.level, level)
    owner = next(name for name in (level, *microdata.ancestors(level)) if name in weights)
    return LevelRows(
        level,
        Columns(microdata, level, dictionary),
        design.at(unit),
        weights[owner][microdata.rows_of(owner, level)],
        unit,
    )
