"""Bias and coverage of every headline figure of a synthetic study, over repeated draws of its own design.

``python -m pipeline.certify_synthetic`` runs this part alone; ``--truth`` writes the truth beside the studies.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.extrapolation import extend, grows
from estimates.measures import variables_read
from estimates.simulation.repeated_draws import (
    FALSE_ALARM,
    HIGHEST,
    LOWEST,
    DrawnFigure,
    Judged,
    judge_all,
    mean_coverage,
    place_among,
)
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from estimates.study_plan import whole_plan
from pipeline.atomic import write_text
from pipeline.calibration_files import weighed_calibrations
from pipeline.certificate import Line, Table
from pipeline.control_totals import FILE as TOTALS
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
from surveys.synthetic.known_totals import known_totals
from surveys.synthetic.truth import studied, truth, truth_by_municipality
from weights.recipe import prepare
from weights.recipe_columns import recipe_variables

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("slv_2018", "slv_update")
DRAWS = 500
TRUTH_FILE = "truth.csv"
TRUTH_BY_MUNICIPALITY = "truth_municipalities.csv"
PLACE_LIMIT = 0.005
FIRST_ROUNDS = 1_000_000
# Figures that the recipe does not correct, by indicator, each with the reason that the certificate prints.
NOT_CORRECTED: dict[str, str] = {}


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


Headline = tuple[str, tuple[tuple[str, str], ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run this part of the certification alone, or write the truth.

    Returns
    -------
    int
        0 when nothing failed, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.certify_synthetic", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="samples of each study")
    parser.add_argument("--seed", type=int, default=1, help="of the first draw; the next ones follow")
    parser.add_argument("--study", choices=STUDIES, action="append", help="only this study")
    parser.add_argument("--truth", action="store_true", help="write truth and known totals beside each study")
    options = parser.parse_args(arguments)
    progress = Progress()
    failed = False
    for name in options.study or STUDIES:
        if options.truth:
            write_truth(name)
            continue
        lines, table = synthetic_coverage(name, options.draws, options.seed, progress)
        failed |= any(line.outcome == "failed" for line in lines)
        progress.line(" | ".join(table.columns))
        for row in table.rows:
            progress.line(" | ".join(row))
        for line in lines:
            if line.outcome != "passed":
                progress.line(f"{line.outcome}: {line.name}: {line.measured} (asked for: {line.limit})")
    return int(failed)


def synthetic_coverage(name: str, draws: int, seed: int, progress: Progress) -> tuple[list[Line], Table]:
    """Level L4, part C: the headline figures of a synthetic study against the truth of its country.

    Parameters
    ----------
    name : str
        Folder of the study.
    draws, seed : int
        Number of samples, and the seed of the first.
    progress : Progress
        Where to say how far it is.

    Returns
    -------
    list of Line, Table
        Bias and coverage of every figure, and the place of the study's own draw among the draws.
    """
    found = repeated(name, draws, seed, progress)
    lines = [line for judged in found.judged for line in figure_lines(name, judged)]
    lines += [Line("L4", f"{name}, {figure}: relative bias", "the country does not count its truth", "", "not run")
              for figure in found.uncounted]  # fmt: skip
    coverage, error = found.mean_coverage
    lines.append(
        Line("L4", f"{name}, all figures together: coverage of the interval", f"{coverage:.1%} (± {error:.1%})",
             f"{LOWEST:.0%} or more, or three of its errors", "passed" if coverage + 3 * error >= LOWEST else "failed",
             coverage, error)
    )  # fmt: skip
    for figure, place in found.default.items():
        unusual = ": an unusual draw" if min(place, 1 - place) < PLACE_LIMIT else ""
        lines.append(Line("L4", f"{name}, {figure}: the study's own draw among the draws",
                          f"above {place:.1%} of them{unusual}", "", "reported", place))  # fmt: skip
    rows = [_row(judged, found.default) for judged in found.judged]
    return lines, Table(f"Headline figures of {name} over {draws} draws (synthetic country)", _COLUMNS, rows)


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
        figures.append(DrawnFigure(_shown(headline), aims[headline], estimate, se, low, high, cases, exception))
    found = DrawnStudy(name, judge_all(figures), mean_coverage(figures), uncounted=[_shown(one) for one in uncounted])
    assert loaded.study.synthetic_seed is not None
    own = estimator.figures(draw(parameters, seed=loaded.study.synthetic_seed, country=country), headlines, columns)
    found.default = place_among(
        {_shown(headline): values[0, :, position] for position, headline in enumerate(headlines)},
        {_shown(headline): float(own[0, position]) for position, headline in enumerate(headlines)},
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


def write_truth(name: str) -> Path:
    """Write the truth of a study's country beside the study, for people and tests; no stage reads it."""
    loaded = load_study(ROOT / "surveys" / "studies" / name, Project(ROOT))
    parameters = loaded.country()
    country = population(parameters, seed=parameters["country_seed"])
    both = truth(country).merge(truth(country, within=studied(country)), how="left", on=["indicator", "domain"],
                                suffixes=("", "_studied"))  # fmt: skip
    path = ROOT / "surveys" / "studies" / name / TRUTH_FILE
    numbers = both.select_dtypes("number").columns
    both[numbers] = both[numbers].map(lambda value: "" if pd.isna(value) else f"{value:.10g}")
    write_text(path, _csv(both))
    write_text(path.with_name(TRUTH_BY_MUNICIPALITY), _csv(truth_by_municipality(country)))
    totals = known_totals(country).assign(source="census of the synthetic country", date=f"{_last_year(country)}-12-31")
    write_text(path.with_name(TOTALS), _csv(totals))
    return path


def _last_year(country: Population) -> int:
    return int(country.values["last_year"])


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")


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


def _shown(headline: Headline) -> str:
    name, domain = headline
    return " ".join([name, *(f"{key}={code}" for key, code in domain)])


def figure_lines(study: str, judged: Judged) -> list[Line]:
    """Say bias and coverage of one figure with their gates."""
    bias = f"{judged.relative_bias:+.2%} (± {judged.bias_error:.2%})"
    coverage = f"{judged.coverage:.1%} (± {judged.coverage_error:.1%})"
    why = f"; {judged.reason}" if judged.reason else ""
    label = f"{study}, {judged.name}"
    return [
        Line("L4", f"{label}: relative bias", bias + why,
             f"at most {judged.bias_allowed:.2%}: a list without bias fails in {FALSE_ALARM:.0%} of the runs at most, "
             f"and a bias of {judged.bias_found:.1%} is found in nine of ten",
             "passed" if judged.bias_passed else ("reported" if judged.reason else "failed"),
             judged.relative_bias, judged.bias_error),
        Line("L4", f"{label}: coverage of the interval", coverage + why,
             f"{LOWEST:.0%} to {HIGHEST:.0%}, but for the accident of the draws; above it with the reason",
             "passed" if judged.coverage_passed and (not judged.reason or judged.coverage <= HIGHEST) else (
                 "reported" if judged.reason else "failed"),
             judged.coverage, judged.coverage_error),
    ]  # fmt: skip


_COLUMNS = ("figure", "truth", "mean", "bias", "coverage", "below", "above", "se / true", "cases", "default draw",
            "remark")  # fmt: skip


def _row(judged: Judged, default: Mapping[str, float]) -> list[str]:
    return [
        judged.name,
        f"{judged.truth:.4g}",
        f"{judged.mean:.4g}",
        f"{judged.relative_bias:+.2%} ± {judged.bias_error:.2%}",
        f"{judged.coverage:.1%} ± {judged.coverage_error:.1%}",
        f"{judged.below:.1%}",
        f"{judged.above:.1%}",
        f"{judged.se_ratio:.3f} ± {judged.se_ratio_error:.3f}",
        f"{judged.cases:,.0f}",
        f"above {default[judged.name]:.0%}",
        judged.reason,
    ]


if __name__ == "__main__":
    raise SystemExit(main())
