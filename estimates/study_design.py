"""The design of a study read off its microdata, with the declared fallback where a role is unavailable."""

from __future__ import annotations

import numpy as np

from surveys.design import Design, design_from_columns
from surveys.microdata import Microdata
from surveys.study import Study


def study_design(study: Study, microdata: Microdata, *, where: str = "design") -> Design:
    """Build the design at the level on which the study declares it.

    Parameters
    ----------
    study : Study
        Its roles are variables, or unavailable with a fallback: without strata the sample is one stratum,
        without PSUs every unit of the design's level is its own PSU.
    microdata : Microdata
        Holds the design variables.
    where : str
        Place of the design in the study's files, for messages.

    Returns
    -------
    Design
        For the rows of ``study.design.level``; `Design.at` gives those of other levels.

    Raises
    ------
    DesignError
        As `surveys.design.design_from_columns`.
    """
    roles = study.design
    frame = microdata.levels[roles.level].frame
    stratum = None if roles.stratum.variable is None else frame[roles.stratum.variable]
    psu = np.arange(len(frame)) if roles.psu.variable is None else frame[roles.psu.variable]
    population = roles.psu_population.variable
    return design_from_columns(
        stratum,
        psu,
        # Units that stand in for PSUs have numbers of their own, so nothing has to be nested.
        nested=roles.nested and roles.psu.variable is not None,
        psu_population=None if population is None else frame[population].to_numpy(dtype=np.float64),
        lonely_psu=roles.lonely_psu,
        where=where,
    )
