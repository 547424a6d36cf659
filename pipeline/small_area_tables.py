"""Small areas of a study as the estimation stage makes them: what may leave the house, what may not, and the record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.small_areas.joint_errors import JointErrors
from estimates.study_small_areas import model_small_areas, published_areas
from pipeline.run import Run
from pipeline.small_area_files import read_known_areas
from pipeline.study_files import LoadedStudy
from surveys.design import Design
from surveys.microdata import Microdata


def small_area_tables(
    run: Run,
    loaded: LoadedStudy,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    denominators: Mapping[str, pd.DataFrame],
    calibrations: Calibrations | None,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any], dict[str, JointErrors]]:
    """Model the small areas that a study declares, saying how far the bootstrap is.

    Parameters
    ----------
    run : Run
        Of the stage `estimate`.
    loaded : LoadedStudy
        The study.
    microdata, design, weights, denominators, calibrations
        As `estimates.study_small_areas.model_small_areas` takes them.

    Returns
    -------
    tables : dict of str to DataFrame
        ``small_areas``, the only one that other stages read, and ``small_areas_internal`` with direct figures, cases
        and shrinkage of single areas, for those inside the house; none where the study declares no model.
    record : dict
        By model: what was fitted and its diagnostics.
    joint : dict
        By model: its figures as one distribution, for the choice of offices; kept in memory.
    """
    folders: list[Path] = [run.study_folder, *(path.parent for path in loaded.files.paths)]
    known = read_known_areas(folders, loaded.study, loaded.dictionary)
    if not known:
        return {}, {}, {}

    def tell(name: str, done: int, wanted: int) -> None:
        run.say(es=f"áreas pequeñas {name}: {done} de {wanted} réplicas",
                en=f"small areas {name}: {done} of {wanted} replicates")

    table, record, joint = model_small_areas(
        loaded.study, loaded.dictionary, microdata, design, weights, known, denominators, calibrations, tell=tell,
    )  # fmt: skip
    return {"small_areas": published_areas(table), "small_areas_internal": table}, record, joint
