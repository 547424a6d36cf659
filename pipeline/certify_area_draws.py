"""Small areas of the synthetic study modelled again in every draw of its sample, beside the truth of its country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.small_areas.joint_errors import JointErrors
from estimates.study_design import study_design
from estimates.study_small_areas import HIDDEN, design_matrix, model_small_areas
from pipeline.calibration_files import weighed_calibrations
from pipeline.certify_draws import drawn_microdata, needed_mapping
from pipeline.control_totals import totals_of_recipe
from pipeline.denominator_files import read_denominators
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.small_area_files import read_known_areas
from pipeline.study_files import LoadedStudy, load_study
from surveys.rounds import Rounds
from surveys.small_areas import SmallAreas, small_areas_from
from surveys.study import Tabulation
from surveys.synthetic import Population, draw, events, population
from surveys.synthetic.truth import studied
from weights.recipe import prepare

FloatArray = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
STUDY = "slv_2018"
COLUMNS = ("estimate", "rmse", "ci_low", "ci_high", "rank", "exact", "direct", "gamma")
SHOWN = "shown"


@dataclass(frozen=True)
class DrawnAreas:
    """Figures of one model over R draws, (R, n) by column of `COLUMNS`, and what the country knows of its n areas.

    Parameters
    ----------
    name : str
        Of the model.
    figures : mapping of str to (R, n) float
        Of each draw; `SHOWN` is 1 where the figure may be published.
    truth : (n,) float
        Counted on the whole country.
    sampled : (n,) bool
        Areas with a sample.
    covariates : (n, p) float
        As the model takes them.
    joint : sequence of JointErrors
        Of each draw: its figures as one distribution.
    """

    name: str
    figures: Mapping[str, FloatArray]
    truth: FloatArray
    sampled: NDArray[np.bool_]
    covariates: FloatArray
    joint: Sequence[JointErrors]


def drawn_areas(draws: int, seed: int, progress: Progress) -> list[DrawnAreas]:
    """Model the areas of the synthetic study in every draw; errors by formula, ranks by 1,000 draws."""
    loaded = load_study(ROOT / "surveys" / "studies" / STUDY, Project(ROOT))
    models = small_areas_from(loaded.study.settings)
    trial = _quick(loaded, models)
    folders = [path.parent for path in loaded.files.paths]
    known = read_known_areas(folders, trial.study, trial.dictionary)
    denominators = read_denominators(folders, trial.study, trial.dictionary)
    parameters = loaded.country()
    progress.note(f"{STUDY}: making the country and counting its places")
    country = population(parameters, seed=parameters["country_seed"])
    mapping, totals = needed_mapping(trial), totals_of_recipe(trial)
    values = {model.name: np.full((len(COLUMNS) + 1, draws, len(known[model.name])), np.nan) for model in models}
    sampled: dict[str, NDArray[np.bool_]] = {}
    joint: dict[str, list[JointErrors]] = {model.name: [] for model in models}
    for number in range(draws):
        microdata = drawn_microdata(mapping, draw(parameters, seed=seed + number, country=country), trial.dictionary)
        made = prepare(trial.study, trial.dictionary, microdata, totals, lambda place: f"weighting.{place}").weigh()
        weights = {level: weight_set.final for level, weight_set in made.items()}
        calibrations = weighed_calibrations(made, trial.study, trial.dictionary, microdata)
        table, _, together = model_small_areas(
            trial.study, trial.dictionary, microdata, study_design(trial.study, microdata), weights, known,
            denominators, calibrations,
        )  # fmt: skip
        for model in models:
            mine = table[table["model"] == model.name]
            values[model.name][:-1, number, :] = mine[list(COLUMNS)].to_numpy(dtype=np.float64).T
            values[model.name][-1, number, :] = ~mine["status"].isin(HIDDEN)
            sampled[model.name] = (mine["gamma"] > 0).to_numpy(dtype=bool)
            joint[model.name].append(together[model.name])
        if draws >= 20 and (number + 1) % (draws // 10) == 0:
            progress.note(f"{STUDY}, small areas: {number + 1:,} of {draws:,} draws")
    return [DrawnAreas(model.name, dict(zip((*COLUMNS, SHOWN), values[model.name], strict=True)),
                       _truth(model, country, known[model.name]), sampled[model.name],
                       design_matrix(model, known[model.name]), joint[model.name]) for model in models]  # fmt: skip


def _quick(loaded: LoadedStudy, models: Sequence[SmallAreas]) -> LoadedStudy:
    """Keep what small areas need: their indicators by their areas, without bootstrap, with fewer draws of ranks."""
    plan = tuple(Tabulation((model.indicator,), ((model.areas,),)) for model in models)
    declared = loaded.study.settings["small_areas"]
    settings = {name: {**item, "bootstrap": 0, "ranking": {**item.get("ranking", {}), "draws": 1000}}
                for name, item in declared.items()}  # fmt: skip
    analyses = replace(loaded.study.analyses, comparisons=(), models=(), independence=())
    study = replace(loaded.study, tabulation=plan, analyses=analyses, rounds=Rounds(),
                    settings={**loaded.study.settings, "small_areas": settings})  # fmt: skip
    return replace(loaded, study=study)


def _truth(model: SmallAreas, country: Population, known: pd.DataFrame) -> FloatArray:
    """Count what a complete enumeration of the municipalities studied would report of every area."""
    places = country.places
    told = country.says_violence & (studied(country) if model.indicator == "expulsion_rate" else True)
    families = np.flatnonzero(told)
    home = country.municipality
    if model.indicator == "expulsion_rate":
        code = places.code_2024 if "2024" in model.areas else places.code
        count = pd.Series(code[events.origins(country, families)]).value_counts()
        return np.asarray(1000 * count.reindex(known.index).fillna(0).to_numpy() / known["families"].to_numpy())
    share = np.bincount(home[families], minlength=places.code.size) / np.bincount(home, minlength=places.code.size)
    return np.asarray(pd.Series(share, index=places.code).reindex(known.index).to_numpy(dtype=np.float64))
