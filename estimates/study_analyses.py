"""Everything a study's estimates are followed by: comparisons, models, tests, and the verdict of every standard."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.figures import figure_kind
from estimates.side_by_side import verdicts_by_standard
from estimates.study_comparisons import compare_study
from estimates.study_models import model_study
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study


def analyse_study(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
    calibrations: Calibrations | None = None,
) -> dict[str, pd.DataFrame]:
    """Make the tables that follow the estimates of a study.

    Parameters
    ----------
    study, dictionary, microdata, design, weights
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Its result.
    calibrations : Calibrations, optional
        What the recipe calibrated to, as there.

    Returns
    -------
    dict of str to DataFrame
        ``comparisons``, ``models``, ``tests``, ``verdicts`` (row by standard) and ``table_verdicts``; those that the
        study declares nothing for have no rows.
    """
    comparisons = compare_study(study, dictionary, microdata, design, weights, frame, calibrations)
    models, tests = model_study(study, dictionary, microdata, design, weights, calibrations)
    kinds = {
        name: figure_kind(dictionary.indicators[name.partition(".")[0]])
        for name in frame["indicator"].astype(str).unique()
    }
    standards = (*study.publication.standards, *study.publication.beside)
    verdicts, tables = verdicts_by_standard(frame, kinds, standards, study.publication.planned)
    return {
        "comparisons": comparisons, "models": models, "tests": tests, "verdicts": verdicts, "table_verdicts": tables,
    }  # fmt: skip
