"""Repeated draws of a synthetic study, each weighted and estimated as the study itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.extrapolation import extend, grows
from estimates.measures import variables_read
from estimates.simulation.repeated_draws import DrawnFigure, Judged, judge_all, mean_coverage, place_among
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.study_plan import whole_plan
from pipeline.calibration_files import weighed_calibrations
from pipeline.control_totals import totals_of_recipe
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.published_file import read_published
from pipeline.study_files import LoadedStudy, load_study
from surveys.analyses import Analyses
from surveys.dictionary import Dictionary
from surveys.expressions import parse
from surveys.harmonization import harmonize
from surveys.mapping import Mapping as StudyMapping
from surveys.microdata import Microdata
from surveys.rounds import Rounds
from surveys.source_table import SourceTable
from surveys.study import Tabulation
from surveys.synthetic import Population, draw, population
from surveys.synthetic.truth import studied, truth
from weights.recipe import prepare
from weights.recipe_columns import recipe_variables

ROOT = Path(__file__).resolve().parents[1]
FIRST_ROUNDS = 1_000_000
# Figures that the recipe does not correct, by indicator, each with the reason that the certificate prints.
NOT_CORRECTED: dict[str, str] = {}

Headline = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class DrawnStudy:
    """What repeated draws of one study left.

    Parameters
    ----------
    study : str
        Folder name.
    judged : list of Judged
        Headline figures, in the order of key figures and published figures.
    mean_coverage : tuple of float
        Of all of them together, and its Monte Carlo error.
    default : dict of str to float
        Share of the draws below the figure of the draw that the study runs on.
    uncounted : list of str
        Headline figures whose truth the invented country does not count.
    """

    study: str
    judged: list[Judged] = field(default_factory=list)
    mean_coverage: tuple[float, float] = (float("nan"), float("nan"))
    default: dict[str, float] = field(default_factory=dict)
    uncounted: list[str] = field(default_factory=list)


def repeated(name: str, draws: int, seed: int, progress: Progress) -> DrawnStudy:
    """Estimate the headline figures in every draw and hold them against the truth of the municipalities studied.

    Parameters
    ----------
    name, draws, seed, progress
        As in `synthetic_coverage`.

    Returns
    -------
    DrawnStudy
    """
    loaded = load_study(ROOT / "surveys" / "studies" / name, Project(ROOT))
    headlines = headline_figures(loaded)
    trial = _headline_study(loaded, headlines)
    parameters = loaded.country()
    progress.note(f"{name}: making the country and counting its truth")
    country = population(parameters, seed=parameters["country_seed"])
    aims = _aims(country, headlines, trial)
    uncounted = [headline for headline in headlines if headline not in aims]
    headlines = [headline for headline in headlines if headline in aims]
    estimator = _Estimator(trial)
    columns = ("estimate", "se", "ci_low", "ci_high", "cases")
    values = np.full((len(columns), draws, len(headlines)), np.nan)
    for number in range(draws):
        tables = draw(parameters, seed=seed + number, country=_any_first_round(country, seed + number))
        values[:, number, :] = estimator.figures(tables, headlines, columns)
        if draws >= 20 and (number + 1) % (draws // 10) == 0:
            progress.note(f"{name}: {number + 1:,} of {draws:,} draws")
    figures = []
    for position, headline in enumerate(headlines):
        estimate, se, low, high, cases = values[:, :, position]
        exception = NOT_CORRECTED.get(headline[0].partition(".")[0], "")
        figures.append(DrawnFigure(shown(headline), aims[headline], estimate, se, low, high, cases, exception))
    found = DrawnStudy(name, judge_all(figures), mean_coverage(figures), uncounted=[shown(one) for one in uncounted])
    assert loaded.study.synthetic_seed is not None
    own = estimator.figures(draw(parameters, seed=loaded.study.synthetic_seed, country=country), headlines, columns)
    found.default = place_among(
        {shown(headline): values[0, :, position] for position, headline in enumerate(headlines)},
        {shown(headline): float(own[0, position]) for position, headline in enumerate(headlines)},
    )
    return found


def _any_first_round(country: Population, number: int) -> Population:
    """Draw the first round anew too: with one first round for all draws its segments would not be random."""
    if "first_round_seed" not in country.values:
        return country
    return replace(country, values={**country.values, "first_round_seed": FIRST_ROUNDS + number})


def headline_figures(loaded: LoadedStudy) -> list[Headline]:
    """Key figures of the report and figures of ``published.csv``, each once."""
    keys = [(figure.indicator, tuple(sorted(figure.domain.items()))) for figure in loaded.study.report.key_figures]
    path = loaded.files.folder / "published.csv"
    printed = [(figure.indicator, tuple(sorted(figure.domain.items())))
               for figure in read_published(path, loaded.dictionary, shown=path.name)]  # fmt: skip
    return list(dict.fromkeys([*keys, *printed]))


class _Estimator:
    """The study's mapping, recipe, design and estimation on drawn tables, without a file in between."""

    def __init__(self, loaded: LoadedStudy) -> None:
        self._loaded = loaded
        self._totals = totals_of_recipe(loaded)
        self._mapping = needed_mapping(loaded)

    def figures(self, tables: Mapping[str, pd.DataFrame], headlines: Sequence[Headline],
                columns: Sequence[str]) -> NDArray[np.float64]:  # fmt: skip
        """(columns, headlines) numbers of one draw."""
        study, dictionary = self._loaded.study, self._loaded.dictionary
        microdata = drawn_microdata(self._mapping, tables, dictionary)
        recipe = prepare(study, dictionary, microdata, self._totals, lambda position: f"weighting.{position}")
        made = recipe.weigh()
        weights = {level: weight_set.final for level, weight_set in made.items()}
        calibrations = weighed_calibrations(made, study, dictionary, microdata)
        design = study_design(study, microdata)
        frame = estimate_study(study, dictionary, microdata, design, weights, calibrations=calibrations)
        frame = extend(frame, study.extrapolation, dictionary)
        breakdowns = list(dict.fromkeys(name for item in study.tabulation for by in item.by for name in by))
        keys = zip(*(frame[name] for name in ("indicator", *breakdowns)), strict=True)
        position = {key: row for row, key in enumerate(keys)}
        rows = [position[name, *(dict(domain).get(key, "_T") for key in breakdowns)] for name, domain in headlines]
        return frame[list(columns)].to_numpy(dtype=np.float64)[rows].T


def drawn_microdata(
    mapping: StudyMapping, tables: Mapping[str, pd.DataFrame], dictionary: Dictionary
) -> Microdata:
    """Harmonize the tables of one draw as the study maps them, without a file in between."""
    sources = {name: _source(frame) for name, frame in tables.items()}
    made = harmonize(mapping, sources, dictionary, critical=(), secret=b"certification")
    assert made.microdata is not None  # the keys of drawn tables are unique by construction
    return made.microdata


def _source(frame: pd.DataFrame) -> SourceTable:
    columns = {str(name): np.asarray(frame[name].to_numpy()) for name in frame.columns}
    return SourceTable("", len(frame), columns, info={"format": "synthetic"})


def _headline_study(loaded: LoadedStudy, headlines: Sequence[Headline]) -> LoadedStudy:
    """Tabulate the headline figures and nothing else, by the rules the study states for them."""
    wanted: dict[tuple[str, tuple[str, ...]], None] = {}
    for name, domain in headlines:
        base = name.partition(".")[0]
        by = next(by for item in whole_plan(loaded.study) if base in item.indicators for by in item.by
                  if set(by) == {key for key, _ in domain})  # fmt: skip
        wanted[base, by] = None
    plan = tuple(Tabulation((base,), (by,)) for base, by in wanted)
    return replace(loaded, study=replace(loaded.study, tabulation=plan, analyses=Analyses(), rounds=Rounds()))


def needed_mapping(loaded: LoadedStudy) -> StudyMapping:
    """Keep the variables that the tabulation of a study reads, with keys, design and weights."""
    needed = set(_read(loaded))
    levels = {}
    for name, level in loaded.mapping.levels.items():
        needed_here = needed | set(loaded.dictionary.levels[name].key)
        variables = {key: variable for key, variable in level.variables.items() if key in needed_here}
        levels[name] = replace(level, variables=variables)
    return StudyMapping(levels)


def _read(loaded: LoadedStudy) -> Iterator[str]:
    study, dictionary = loaded.study, loaded.dictionary
    queue = [name for item in study.tabulation for one in item.indicators
             for name in variables_read(dictionary.indicators[one], dictionary)]  # fmt: skip
    queue += [dictionary.breakdowns[one].variable for item in study.tabulation for by in item.by for one in by]
    queue += [*study.design.variables, *recipe_variables(study, dictionary)]
    seen: set[str] = set()
    while queue:
        name = queue.pop()
        if name in seen or name not in dictionary.variables:
            continue
        seen.add(name)
        yield name
        formula = dictionary.variables[name].derive
        queue += parse(formula).names if formula is not None else ()


def _aims(country: Population, headlines: Sequence[Headline], loaded: LoadedStudy) -> dict[Headline, float]:
    """Aim at the reportable truth of the municipalities studied, totals extended as the study extends them."""
    table = truth(country, within=studied(country))
    known = {(name, domain): value for name, domain, value in
             table[["indicator", "domain", "reportable"]].itertuples(index=False)}  # fmt: skip
    extension = 1.0 if loaded.study.extrapolation is None else loaded.study.extrapolation.factor
    aims = {}
    for name, domain in headlines:
        value = known.get((name, ";".join(f"{key}={code}" for key, code in domain)))
        if value is None:
            continue
        extended = grows(loaded.dictionary.indicators[name.partition(".")[0]])
        aims[name, domain] = value * extension if extended else value
    return aims


def shown(headline: Headline) -> str:
    """Name a headline figure with its domain."""
    name, domain = headline
    return " ".join([name, *(f"{key}={code}" for key, code in domain)])
