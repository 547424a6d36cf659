"""The totals of a study, level by level, from its microdata and weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimates.carried.level_scan import level_scan
from estimates.level_rows import level_rows
from estimates.study_design import study_design
from estimates.study_plan import methods_of, plan_by_level, whole_plan, with_needed
from pipeline.carriers.partial_totals import PsuList, level_totals, psu_list
from pipeline.carriers.refusals import TOO_LARGE, TooLarge
from pipeline.carriers.totals_files import Totals
from pipeline.hashing import file_hash, value_hash
from pipeline.microdata_files import read_microdata
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from pipeline.weight_files import read_weights
from surveys.design import Design
from surveys.microdata import Microdata
from surveys.problems import DataError, Problem


def study_totals(folder: Path, project: Project, results: Path, part: str) -> Totals:
    """Sum a study exactly.

    Parameters
    ----------
    folder : Path
        Of the study.
    project : Project
        The checkout.
    results : Path
        Finished stages ``ingest`` and ``weight`` are inside.
    part : str
        Name of the part: a year, a region, a file.

    Raises
    ------
    DataError
        A number too large for exact sums.
    """
    loaded = load_study(folder, project)
    study, dictionary = loaded.study, loaded.dictionary
    microdata = with_needed(study, dictionary, read_microdata(results / "ingest", dictionary))
    weights = read_weights(results / "weight", microdata)
    # A stratum that is lonely in this part may not be so in the whole: that is settled when parts are added.
    open_design = replace(study, design=replace(study.design, lonely_psu="certainty"))
    design = study_design(open_design, microdata, where=loaded.files.study.where(("design",)))
    psus = _psus(loaded, microdata, design)
    levels = {}
    left_out: list[str] = []
    for level, plan in plan_by_level(whole_plan(study), dictionary).items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        found = level_scan(rows, plan, dictionary)
        left_out += found.left_out
        if found.measures:
            try:
                levels[level] = level_totals(
                    found.measures, found.names, found.codings, rows.design, rows.weight, psus
                )
            except TooLarge as found_one:
                where = loaded.files.study.where(("tabulation",))
                raise DataError([Problem(TOO_LARGE, where, vars(found_one))]) from None
    population = None
    if design.psu_population is not None:
        population = dict(zip(design.stratum_names, design.psu_population.tolist(), strict=True))
    return Totals(_about(loaded, project, part, sorted(set(left_out))), psus, population, levels)


def _about(loaded: LoadedStudy, project: Project, part: str, left_out: list[str]) -> dict[str, Any]:
    study = loaded.study
    methods = methods_of(study)
    own = [home / "dictionary.yaml" for home in loaded.homes if (home / "dictionary.yaml").is_file()]
    return {
        "study": study.name,
        "part": part,
        "country": study.country,
        "year": study.year,
        "synthetic": study.synthetic,
        "dictionary": value_hash([file_hash(path) for path in (project.dictionary, *own)]),
        "left_out": left_out,
        "judged": {
            "standards": list(study.publication.standards),
            "planned": list(study.publication.planned),
            "interval": methods["interval_proportion"],
            "deff": methods["deff"],
            "lonely_psu": study.design.lonely_psu,
        },
    }


def _psus(loaded: LoadedStudy, microdata: Microdata, design: Design) -> PsuList:
    roles = loaded.study.design
    if roles.psu.variable is None:
        # Every unit is a PSU of its own: its key tells it from those of other parts.
        level = microdata.levels[roles.level]
        keys = level.frame[list(level.key)].astype(str)
        names: list[object] = ["\x1f".join(row) for row in keys.itertuples(index=False)]
        by_psu = pd.Series(names).groupby(design.psu).first()
    else:
        by_psu = microdata.levels[roles.level].frame[roles.psu.variable].astype(str).groupby(design.psu).first()
    listed = by_psu.reindex(np.arange(design.psus)).tolist()
    return psu_list(loaded.study.name, design.stratum_names, design.stratum_of_psu, listed)
