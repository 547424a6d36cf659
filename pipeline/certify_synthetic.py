"""Bias and coverage of every headline figure of a synthetic study, over repeated draws of its own design.

``python -m pipeline.certify_synthetic`` runs this part alone; ``--truth`` writes the truth beside the studies.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from estimates.simulation.repeated_draws import (
    FALSE_ALARM,
    HIGHEST,
    LOWEST,
    Judged,
)
from pipeline.atomic import write_text
from pipeline.certificate import Line, Table
from pipeline.certify_draws import ROOT, repeated
from pipeline.control_totals import FILE as TOTALS
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.synthetic import Population, population
from surveys.synthetic.known_totals import known_totals
from surveys.synthetic.truth import studied, truth, truth_by_municipality

STUDIES = ("slv_2018", "slv_update")
DRAWS = 500
TRUTH_FILE = "truth.csv"
TRUTH_BY_MUNICIPALITY = "truth_municipalities.csv"
PLACE_LIMIT = 0.005


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
