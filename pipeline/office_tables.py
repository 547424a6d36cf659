"""Choices of places for offices, from the published figures of small areas to the tables of the estimation stage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from estimates.small_areas.joint_errors import JointErrors
from estimates.study_offices import choose_for_study
from pipeline.office_files import read_distances, read_size, read_within
from pipeline.run import Run
from pipeline.study_files import LoadedStudy
from surveys.offices import codes_of, office_plans
from surveys.problems import DataError, Message, Problem
from surveys.small_areas import small_areas_from

NOTHING_PUBLISHED = Message(
    "offices_nothing_published",
    "no area of the model '{model}' has a published figure, so there is nothing to choose places from.\n"
    "  Use larger areas, or another model.",
    "ningún área del modelo '{model}' tiene cifra publicada, así que no hay de dónde elegir lugares.\n"
    "  Use áreas mayores u otro modelo.",
)


def office_tables(
    run: Run, loaded: LoadedStudy, areas: Mapping[str, pd.DataFrame], joint: Mapping[str, JointErrors]
) -> dict[str, pd.DataFrame]:
    """Choose places for every choice that a study declares.

    Parameters
    ----------
    run : Run
        Of the stage `estimate`.
    loaded : LoadedStudy
        The study.
    areas : mapping of str to DataFrame
        ``small_areas`` as `pipeline.small_area_tables.small_area_tables` gives it: only published figures are used.
    joint : mapping of str to JointErrors
        By model: its figures as one distribution, from the same function.

    Returns
    -------
    dict of str to DataFrame
        ``offices`` and ``office_lists``; none where the study declares no choice.

    Raises
    ------
    StudyError
        A file that does not fit the places or the areas.
    DataError
        No area of the model may be published.
    """
    plans = office_plans(loaded.study.settings)
    if not plans:
        return {}
    folders: list[Path] = [run.study_folder, *(path.parent for path in loaded.files.paths)]
    models = {model.name: model for model in small_areas_from(loaded.study.settings)}
    places, lists = [], []
    for plan in plans:
        where = loaded.files.study.where(("offices", plan.name))
        table = areas["small_areas"]
        rows = table[table["model"] == plan.model].set_index("area")
        names = [str(area) for area in rows.index]
        codes = tuple(codes_of(plan.places, loaded.dictionary))
        within = read_within(plan, names, codes, folders, where=where)

        if rows["estimate"].notna().sum() == 0:
            raise DataError([Problem(NOTHING_PUBLISHED, where, {"model": plan.model})])

        def tell(done: int, wanted: int, name: str = plan.name) -> None:
            run.say(es=f"oficinas {name}: {done} de {wanted} sorteos", en=f"offices {name}: {done} of {wanted} draws")

        one, other = choose_for_study(
            loaded.study.name, plan, rows, read_size(plan, models[plan.model], names, folders, where=where), within,
            read_distances(plan, codes, folders, where=where), codes,
            joint=joint[plan.model], unknown_error=models[plan.model].hide_above, tell=tell,
        )  # fmt: skip
        places.append(one)
        lists.append(other)
    return {"offices": pd.concat(places, ignore_index=True), "office_lists": pd.concat(lists, ignore_index=True)}
