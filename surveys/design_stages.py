"""Stages of sampling after the first: households in segments, persons in households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveys.design import Design, FloatVector, IntVector, Stage
from surveys.problems import DesignError, Message, Problem

NO_FIRST_FPC = Message(
    "stage_without_fpc",
    "a further stage was given but psu_population is not known; without it later stages add nothing to the "
    "variance. Give psu_population, or leave the further stage out.",
    "se dio una etapa más pero no se conoce psu_population; sin él las etapas siguientes no agregan nada a la "
    "varianza. Dé psu_population, o quite la etapa.",
)
UNIT_MISSING = Message(
    "stage_unit_missing",
    "{missing} of {rows} {rows|row|rows} have no unit or no population at stage {stage}; every row needs both.",
    "{missing} de {rows} {rows|fila|filas} no tienen unidad o población en la etapa {stage}; cada fila "
    "necesita ambas.",
)
POPULATION_WRONG = Message(
    "stage_population_wrong",
    "at stage {stage} the population of {count} {count|unit|units} of the stage before varies or is smaller "
    "than the sample "
    "in them; it must be one number for each.",
    "en la etapa {stage} la población de {count} {count|unidad|unidades} de la etapa anterior varía o es "
    "menor que su muestra; "
    "debe ser un número para cada una.",
)
LONELY_UNIT = Message(
    "stage_lonely_unit",
    "at stage {stage}, {count} {count|unit|units} of the stage before hold a single sampled unit of several; "
    "a variance needs "
    "two. Choose a `lonely_psu` other than `fail`, or leave the stage out.",
    "en la etapa {stage}, {count} {count|unidad|unidades} de la etapa anterior tienen una sola unidad "
    "muestreada de varias; una "
    "varianza necesita dos. Elija un `lonely_psu` distinto de `fail`, o quite la etapa.",
)


def with_stage(
    design: Design,
    unit: Sequence[Any] | npt.NDArray[Any] | pd.Series[Any],
    population: npt.ArrayLike,
    *,
    where: str = "design",
) -> Design:
    """Add a stage of sampling without replacement inside the units of the last stage.

    Parameters
    ----------
    design : Design
        With ``psu_population``.
    unit : (n,) of anything
        Unit of each row; numbers may be reused from one unit of the stage before to another.
    population : (n,) float
        Units in the frame of the row's unit of the stage before.
    where : str
        Place named by problems.

    Returns
    -------
    Design
        With one more of ``further_stages``.

    Raises
    ------
    DesignError
        No ``psu_population``, missing units, populations that vary or are too small, single units under ``fail``.
    """
    stage = len(design.further_stages) + 2
    if design.psu_population is None:
        raise DesignError([Problem(NO_FIRST_FPC, where)])
    codes = pd.factorize(np.asarray(unit, dtype=object))[0].astype(np.int64)
    frame = np.asarray(population, dtype=np.float64)
    missing = int(np.count_nonzero((codes < 0) | ~np.isfinite(frame)))
    if missing:
        details = {"missing": missing, "rows": design.rows, "stage": stage}
        raise DesignError([Problem(UNIT_MISSING, where, details)])
    parent = design.further_stages[-1].unit if design.further_stages else design.psu
    key = parent * (int(codes.max()) + 1) + codes
    keys, number = np.unique(key, return_inverse=True)
    parent_of_unit = keys // (int(codes.max()) + 1)
    parents, group_of_unit = np.unique(parent_of_unit, return_inverse=True)
    group_of_row = group_of_unit[number]
    of_group = np.zeros(parents.size)
    of_group[group_of_row] = frame
    size = np.bincount(group_of_unit)
    varies = np.bincount(group_of_row, weights=frame != of_group[group_of_row]) > 0
    wrong = int(np.count_nonzero(varies | (of_group < size)))
    if wrong:
        raise DesignError([Problem(POPULATION_WRONG, where, {"stage": stage, "count": wrong})])
    lonely = int(np.count_nonzero((size == 1) & (of_group > 1)))
    if lonely and design.lonely_psu == "fail":
        raise DesignError([Problem(LONELY_UNIT, where, {"stage": stage, "count": lonely})])
    added = Stage(
        unit=number.astype(np.int64),
        group_of_unit=group_of_unit.astype(np.int64),
        parent_of_group=parents.astype(np.int64),
        population=of_group,
    )
    return replace(design, further_stages=(*design.further_stages, added))


def stage_designs(design: Design) -> list[tuple[Design, FloatVector]]:
    r"""See each further stage as a design of its own, with the share of its variance that counts.

    Parameters
    ----------
    design : Design
        With further stages.

    Returns
    -------
    list of (Design, (G,) float)
        Units as PSUs, groups as strata, and :math:`\prod f` of the stages before for each group.
    """
    found: list[tuple[Design, FloatVector]] = []
    if design.psu_population is None:
        return found
    fraction = (design.psus_per_stratum / design.psu_population)[design.stratum_of_psu]
    for stage in design.further_stages:
        share: FloatVector = fraction[stage.parent_of_group]
        groups: IntVector = stage.parent_of_group
        inner = Design(
            psu=stage.unit,
            stratum_of_psu=stage.group_of_unit,
            stratum_names=tuple(map(str, range(groups.size))),
            psu_population=stage.population,
            lonely_psu="certainty",
        )
        found.append((inner, share))
        fraction = (share * inner.psus_per_stratum / stage.population)[stage.group_of_unit]
    return found
