"""Change and trend of a study as the estimation stage makes them: own totals, earlier rounds, tables and record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.calibrations import Calibrations
from estimates.change.shared_segments import shared_psus
from estimates.change.study_change import RoundPair, change_of_study
from estimates.change.study_totals import study_totals
from estimates.change.study_trend import trend_of_study
from pipeline.estimate_files import read_estimates
from pipeline.round_files import limits_of, psu_names, read_external_series, read_round, write_round
from pipeline.run import Run
from pipeline.study_files import LoadedStudy
from surveys.design import Design
from surveys.microdata import Microdata


def change_tables(
    run: Run,
    loaded: LoadedStudy,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
    calibrations: Calibrations | None,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Leave this round's totals for a later one, and compare it with the earlier ones it declares.

    Parameters
    ----------
    run : Run
        Of the stage `estimate`; reads the same stage of earlier rounds.
    loaded : LoadedStudy
        The study.
    microdata, design, weights, calibrations
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Protected estimates.

    Returns
    -------
    tables : dict of str to DataFrame
        ``change``, ``trend``, ``trend_tests`` and ``external_series``.
    record : dict
        What two rounds have in common, by earlier round; no names.
    """
    study = loaded.study
    names = psu_names(study, microdata, design)
    own = study_totals(study, loaded.dictionary, microdata, design, weights, frame, names, calibrations)
    write_round(run.output, own)
    limits = {study.name: limits_of(frame)}
    pairs: list[RoundPair] = []
    record: dict[str, Any] = {}
    for number, spec in enumerate(study.rounds.change):
        folder = run.earlier_round(spec.since)
        earlier = read_round(folder, spec.since, loaded.files.study.where(("change", number, "since")))
        limits[spec.since] = limits_of(read_estimates(folder / "estimates.csv"))
        mine = own if spec.match is None else own.renamed(psu_names(study, microdata, design, spec.match))
        pairs.append(RoundPair(spec, earlier, mine))
        record[spec.since] = _common(pairs[-1])
    yearly, tests = trend_of_study(study, loaded.dictionary, own, limits[study.name])
    folders = [run.study_folder, *(path.parent for path in loaded.files.paths)]
    tables = {
        "change": change_of_study(study, loaded.dictionary, pairs, limits), "trend": yearly, "trend_tests": tests,
        "external_series": read_external_series(folders, study),
    }  # fmt: skip
    return tables, record


def _common(pair: RoundPair) -> dict[str, Any]:
    found: dict[str, Any] = {
        "overlap": pair.spec.overlap, "psus_earlier": pair.earlier.psus, "psus_later": pair.own.psus,
    }  # fmt: skip
    if pair.spec.overlap != "independent":
        shared = shared_psus(pair.earlier, pair.own)
        share = len(shared.first) / float(np.sqrt(pair.earlier.psus * pair.own.psus))
        found |= {"shared": len(shared.first), "informing": shared.used, "moved": shared.moved, "share": share}
    return found
