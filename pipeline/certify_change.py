"""Bias and coverage of change between the synthetic rounds, over repeated draws of both with segments in common.

``python -m pipeline.certify_change`` runs it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.change.round_change import round_change
from estimates.change.round_totals import RoundTotals
from estimates.change.study_change import RoundPair, change_of_study
from estimates.change.study_totals import study_totals
from estimates.extrapolation import extend
from estimates.simulation.repeated_draws import DrawnFigure, Judged, judge_all
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.calibration_files import weighed_calibrations
from pipeline.certificate import Line, Table
from pipeline.certify_draws import drawn_microdata, needed_mapping
from pipeline.certify_synthetic import figure_lines
from pipeline.control_totals import totals_of_recipe
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.round_files import limits_of, psu_names
from pipeline.study_files import LoadedStudy, load_study
from surveys.analyses import Analyses
from surveys.dictionary import Label
from surveys.rounds import ChangeSpec, Rounds
from surveys.study import Tabulation
from surveys.synthetic import Population, draw, population
from surveys.synthetic.truth import studied, truth
from weights.recipe import prepare

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = ("slv_2018", "slv_update")
INDICATORS = ("displacement_prevalence", "internal_mobility", "displaced_households", "violence_among_movers")
DRAWS = 200
COLUMNS = ("figure", "truth", "mean", "relative bias", "coverage", "estimated / true error",
           "the same, as if independent", "mean correlation")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run this part of the certification alone.

    Returns
    -------
    int
        0 when nothing failed, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.certify_change", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="pairs of samples")
    parser.add_argument("--seed", type=int, default=1, help="of the first pair; the next ones follow")
    options = parser.parse_args(arguments)
    progress = Progress()
    lines, table = change_coverage(options.draws, options.seed, progress)
    for row in (table.columns, *table.rows):
        progress.line(" | ".join(row))
    for line in lines:
        progress.line(f"{line.outcome}: {line.name}: {line.measured} (asked for: {line.limit})")
    return int(any(line.outcome == "failed" for line in lines))


def change_coverage(draws: int, seed: int, progress: Progress) -> tuple[list[Line], Table]:
    """Hold the change of headline figures against the change of their truth, for level L4.

    Parameters
    ----------
    draws, seed : int
        Pairs of samples, and the seed of the first.
    progress : Progress
        Where to say how far it is.

    Returns
    -------
    list of Line, Table
        Bias and coverage of every change by the gates of the figures themselves; in the table also what the error
        would be if the shared segments were forgotten.
    """
    trials = [_trial(name) for name in ROUNDS]
    estimators = [_Round(trial) for trial in trials]
    parameters = [trial.country() for trial in trials]
    progress.note("rounds: making both countries and counting their truth")
    countries = [population(one, seed=one["country_seed"]) for one in parameters]
    aims = [_aims(country, trial) for country, trial in zip(countries, trials, strict=True)]
    spec = ChangeSpec(ROUNDS[0], Label("antes", "before"), INDICATORS, ((),), "segments")
    values = np.full((7, draws, len(INDICATORS)), np.nan)
    for number in range(draws):
        first = estimators[0].totals(draw(parameters[0], seed=seed + number, country=countries[0]))
        # The second sample shares segments with this first one, not with that of the study.
        later = replace(countries[1], values={**countries[1].values, "first_round_seed": seed + number})
        second = estimators[1].totals(draw(parameters[1], seed=seed + draws + number, country=later))
        values[:, number, :] = _changes(spec, trials[1], first, second)
        if draws >= 20 and (number + 1) % (draws // 10) == 0:
            progress.note(f"rounds: {number + 1:,} of {draws:,} pairs of samples")
    figures = [
        DrawnFigure(f"change of {name}", aims[1][name] - aims[0][name], *values[:5, :, position])
        for position, name in enumerate(INDICATORS)
    ]
    judged = judge_all(figures)
    lines = [line for one in judged for line in figure_lines(" to ".join(ROUNDS), one)]
    rows = [_row(one, values[:, :, position]) for position, one in enumerate(judged)]
    return lines, Table(f"Change between the synthetic rounds over {draws} pairs of samples", COLUMNS, rows)


class _Round:
    """One round's mapping, recipe and estimation on drawn tables, without a file in between."""

    def __init__(self, loaded: LoadedStudy) -> None:
        self._loaded, self._totals, self._mapping = loaded, totals_of_recipe(loaded), needed_mapping(loaded)

    def totals(self, tables: Mapping[str, pd.DataFrame]) -> tuple[RoundTotals, pd.DataFrame]:
        study, dictionary = self._loaded.study, self._loaded.dictionary
        microdata = drawn_microdata(self._mapping, tables, dictionary)
        made = prepare(study, dictionary, microdata, self._totals, lambda place: f"weighting.{place}").weigh()
        weights = {level: weight_set.final for level, weight_set in made.items()}
        calibrations = weighed_calibrations(made, study, dictionary, microdata)
        design = study_design(study, microdata)
        frame = estimate_study(study, dictionary, microdata, design, weights, calibrations=calibrations)
        # Simulation looks at errors, not at what may be shown.
        frame = extend(frame, study.extrapolation, dictionary).assign(status="reliable")
        names = psu_names(study, microdata, design)
        return study_totals(study, dictionary, microdata, design, weights, frame, names, calibrations), frame


def _changes(
    spec: ChangeSpec, later: LoadedStudy, first: tuple[RoundTotals, pd.DataFrame],
    second: tuple[RoundTotals, pd.DataFrame],
) -> NDArray[np.float64]:  # fmt: skip
    limits = {totals.study: limits_of(frame) for totals, frame in (first, second)}
    table = change_of_study(later.study, later.dictionary, [RoundPair(spec, first[0], second[0])], limits)
    places = [totals.place[name, ()] for totals in (first[0], second[0]) for name in INDICATORS]
    half = len(INDICATORS)
    apart = round_change(
        first[0].estimate[places[:half]], second[0].estimate[places[half:]], first[0].se[places[:half]],
        second[0].se[places[half:]], np.zeros(half), table["df"].to_numpy(dtype=np.float64),
    )  # fmt: skip
    columns = [table[name].to_numpy(dtype=np.float64) for name in ("estimate", "se", "ci_low", "ci_high")]
    return np.stack([*columns, np.full(half, np.inf), apart.se, table["correlation"].to_numpy(dtype=np.float64)])


def _trial(name: str) -> LoadedStudy:
    loaded = load_study(ROOT / "surveys" / "studies" / name, Project(ROOT))
    study = replace(
        loaded.study, tabulation=(Tabulation(INDICATORS, ((),)),), analyses=Analyses(), rounds=Rounds()
    )  # fmt: skip
    return replace(loaded, study=study)


def _aims(country: Population, loaded: LoadedStudy) -> dict[str, float]:
    table = truth(country, within=studied(country))
    whole = table[table["domain"] == ""].set_index("indicator")["reportable"]
    factor = 1.0 if loaded.study.extrapolation is None else loaded.study.extrapolation.factor
    totals = {name: loaded.dictionary.indicators[name].statistic in ("total", "count") for name in INDICATORS}
    return {name: float(whole[name]) * (factor if totals[name] else 1.0) for name in INDICATORS}


def _row(judged: Judged, values: NDArray[np.float64]) -> list[str]:
    spread = float(np.std(values[0], ddof=1))
    apart = float(np.sqrt(np.mean(values[5] ** 2))) / spread if spread > 0 else float("nan")
    return [
        judged.name, f"{judged.truth:.6g}", f"{judged.mean:.6g}",
        f"{judged.relative_bias:+.2%} ± {judged.bias_error:.2%}",
        f"{judged.coverage:.1%} ± {judged.coverage_error:.1%}", f"{judged.se_ratio:.3f} ± {judged.se_ratio_error:.3f}",
        f"{apart:.3f}", f"{float(np.mean(values[6])):.3f}",
    ]  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
