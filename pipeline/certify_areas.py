"""Small areas held against the truth: over draws of the synthetic country, and over samples from the model itself.

``python -m pipeline.certify_areas`` runs this part alone; ``--known`` writes the numbers known of every place.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from estimates.simulation.repeated_draws import FALSE_ALARM
from estimates.small_areas.attainable import best_predictor
from estimates.small_areas.repeated_samples import model_honesty
from pipeline.atomic import write_text
from pipeline.certificate import Line, Outcome, Table
from pipeline.certify_area_draws import ROOT, STUDY, DrawnAreas, drawn_areas
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.synthetic.known_areas import known_areas

FloatArray = NDArray[np.float64]
DRAWS = 500
HALF, SURE, LOWEST, HIGHEST, BIAS = 0.5, 0.8, 0.94, 0.97, 0.05
FIRST, TEN = 5, 10
CLOSE = 1e-9  # four of five in every draw is 0.8 but for the last bit
GATES = 4  # of each model: gain, ranks, and coverage below and above
#: Said where not even `best_predictor` keeps a limit; the errors of the first are those expected from gamma.
FORBIDDEN_GAIN = "forbidden by theory: expected is {known} where all variances are known and {best} where they are not"
FORBIDDEN = "forbidden by theory: the best linear predictor, which knows the variances, attains {best}"
SCENARIOS = ((14, 0.25, 1.0), (14, 1.0, 1.0), (14, 1.0, 8.0), (44, 0.25, 1.0), (44, 1.0, 8.0), (262, 1.0, 8.0))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run this part of the certification alone, or write what is known of every place.

    Returns
    -------
    int
        0 when nothing failed, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.certify_areas", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="samples of the synthetic study")
    parser.add_argument("--replicates", type=int, default=2000, help="samples from each model")
    parser.add_argument("--seed", type=int, default=1, help="of the first draw; the next ones follow")
    parser.add_argument("--known", action="store_true", help="write the numbers known of every place")
    options = parser.parse_args(arguments)
    if options.known:
        write_known(ROOT / "surveys" / "studies" / STUDY)
        return 0
    progress = Progress()
    lines, tables = area_errors(options.replicates, options.seed)
    found, more = synthetic_areas(options.draws, options.seed, progress)
    for table in [*tables, *more]:
        progress.line(table.title)
        for row in (table.columns, *table.rows):
            progress.line(" | ".join(row))
    for line in [*lines, *found]:
        progress.line(f"{line.outcome}: {line.name}: {line.measured} (asked for: {line.limit})")
    return int(any(line.outcome == "failed" for line in [*lines, *found]))


def area_errors(replicates: int, seed: int) -> tuple[list[Line], list[Table]]:
    """Measure bias of mean squared errors and coverage of Fay-Herriot models for level L5.

    Parameters
    ----------
    replicates, seed : int
        Samples of each scenario, and their seed.

    Returns
    -------
    list of Line, list of Table
        Bias is asked for where there are 44 areas or more and sampling variances are at most the area variance.
    """
    lines, rows = [], []
    for areas, low, high in SCENARIOS:
        x = np.column_stack([np.ones(areas), np.linspace(-1, 1, areas)])
        found = model_honesty(np.linspace(low, high, areas), x, replicates=replicates, seed=seed)
        name = f"Fay-Herriot, {areas} areas, sampling over area variance {low:g} to {high:g}"
        asked = areas >= 44 and high <= 1
        passed = abs(found.bias) <= BIAS + 2 * found.error
        lines.append(Line("L5", f"{name}: relative bias of the mean squared error",
                          f"{found.bias:+.1%} (± {found.error:.1%})", f"within {BIAS:.0%}" if asked else "",
                          ("passed" if passed else "failed") if asked else "reported", found.bias, found.error))
        rows.append([str(areas), f"{low:g} to {high:g}", f"{found.zero:.1%}", f"{found.bias:+.1%}",
                     f"{found.worst_bias:+.1%}", f"{found.naive_bias:+.1%}", f"{found.coverage:.1%}",
                     f"{found.worst_coverage:.1%}", f"{found.gain:.2f}"])  # fmt: skip
    columns = ("areas", "D / A", "A estimated 0", "bias of mse", "worst area", "bias of g1 + g2", "coverage",
               "worst area", "mse / D")  # fmt: skip
    return lines, [Table(f"Errors of the area model over {replicates} samples", columns, rows)]


def synthetic_areas(
    draws: int, seed: int, progress: Progress, drawn_before: Sequence[DrawnAreas] | None = None
) -> tuple[list[Line], list[Table]]:
    """Hold small areas of the synthetic study against the truth of its country, for level L4.

    Parameters
    ----------
    draws, seed : int
        Number of samples, and the seed of the first.
    progress : Progress
        Where to say how far it is.
    drawn_before : sequence of DrawnAreas, optional
        From `drawn_areas`, where they serve another part too.

    Returns
    -------
    list of Line, list of Table
        Errors against those of direct figures, ranks of the worst places, coverage. A limit holds but for the accident
        of the draws: all gates together fail without a cause in one run of a hundred at most. Where the best linear
        predictor of the country misses a limit too, theory forbids it, and the line says what theory expects.
    """
    lines: list[Line] = []
    rows: list[list[str]] = []
    every = drawn_before or drawn_areas(draws, seed, progress)
    for drawn in every:
        found, row = _judged(drawn, FALSE_ALARM / (GATES * len(every)))
        lines += found
        rows.append(row)
    columns = ("model", "areas with sample", "mse / direct mse", "the same, published", "the same, best possible",
               "top five in the first ten", "best possible", "all five", "coverage", "best possible",
               "areas without sample: coverage", "estimated / true error", "median weight of direct")  # fmt: skip
    return lines, [Table(f"Small areas of {STUDY} over {draws} draws (synthetic country)", columns, rows)]


def write_known(folder: Path) -> None:
    """Write the numbers known of every place beside the study: covariates, and families by place of origin."""
    parameters = load_study(folder, Project(ROOT)).country()
    whole = "_T"
    parts = []
    for by, file in (("district", "districts.csv"), ("municipality_2024", "municipalities_2024.csv")):
        table = known_areas(parameters, by=by)
        write_text(folder / file, table.to_csv(index=False, lineterminator="\n"))
        parts.append(pd.DataFrame({"municipality_2024_of_origin": whole, "district_of_origin": whole,
                                   f"{by}_of_origin": table["area"], "value": table["families"]}))  # fmt: skip
    everywhere = pd.DataFrame({"municipality_2024_of_origin": [whole], "district_of_origin": [whole],
                               "value": [int(parts[0]["value"].sum())]})  # fmt: skip
    both = pd.concat([everywhere, *parts[::-1]])[["municipality_2024_of_origin", "district_of_origin", "value"]]
    write_text(folder / "families_of_origin.csv", both.to_csv(index=False, lineterminator="\n"))


def _judged(drawn: DrawnAreas, false_alarm: float) -> tuple[list[Line], list[str]]:
    found, own = drawn.figures, drawn.sampled
    truth = drawn.truth[own]
    # Where the sample found nobody the direct figure is 0.
    direct = np.nan_to_num(found["direct"])[:, own]
    best = best_predictor(truth, direct, drawn.covariates[own])
    errors = {name: ((values - truth) ** 2).mean(axis=1) for name, values in (
        ("direct", direct), ("exact", found["exact"][:, own]), ("estimate", found["estimate"][:, own]))}  # fmt: skip
    gain, shown_gain = (_ratio(errors[name], errors["direct"]) for name in ("exact", "estimate"))
    among, best_among = (_among_first(truth, score) for score in (-found["rank"][:, own], best.predicted))
    inside = (found["ci_low"] <= drawn.truth) & (drawn.truth <= found["ci_high"])
    ranks, best_ranks, covered, best_covered = (_mean(values) for values in (
        among.mean(axis=1), best_among.mean(axis=1), inside[:, own].mean(axis=1),
        best.covers.mean(axis=1)))  # fmt: skip
    other = f"{inside[:, ~own].mean():.1%}" if (~own).any() else ""
    rmse = float(np.sqrt((found["rmse"][:, own] ** 2).mean() / errors["estimate"].mean()))
    label = f"{STUDY}, small areas {drawn.name}"
    wide = float(stats.t.ppf(1 - false_alarm, max(len(among) - 1, 1)))
    low, high = _beyond(covered, LOWEST, HIGHEST, wide), _beyond(best_covered, LOWEST, HIGHEST, wide)
    lines = [
        _line(f"{label}: mean squared error over that of direct figures", gain,
              f"at most {HALF}, but for the accident of the draws", gain[0] - wide * gain[1] <= HALF,
              best.estimated_ratio > HALF and gain[0] - wide * gain[1] < 1,
              f"{gain[0]:.3f} (± {gain[1]:.3f}; published figures {shown_gain[0]:.3f})",
              FORBIDDEN_GAIN.format(known=f"{best.ratio:.3f}", best=f"{best.estimated_ratio:.3f}")),
        _line(f"{label}: true five worst among the first ten", ranks,
              f"at least {SURE}, but for the accident of the draws", ranks[0] + wide * ranks[1] >= SURE - CLOSE,
              best_ranks[0] + wide * best_ranks[1] < SURE - CLOSE and ranks[0] + wide * ranks[1] > TEN / len(truth),
              f"{ranks[0]:.3f} (± {ranks[1]:.3f}; all five in {among.all(axis=1).mean():.0%})",
              FORBIDDEN.format(best=f"{best_ranks[0]:.3f}")),
        _line(f"{label}: coverage of 95 % intervals", covered,
              f"{LOWEST:.0%} to {HIGHEST:.0%}, but for the accident of the draws", low == 0,
              low == high, f"{covered[0]:.1%} (± {covered[1]:.1%})",
              FORBIDDEN.format(best=f"{best_covered[0]:.1%}")),
    ]  # fmt: skip
    row = [drawn.name, f"{int(own.sum())} of {own.size}", f"{gain[0]:.2f}", f"{shown_gain[0]:.2f}",
           f"{best.estimated_ratio:.2f}", f"{ranks[0]:.2f}", f"{best_ranks[0]:.2f}", f"{among.all(axis=1).mean():.2f}",
           f"{covered[0]:.1%}", f"{best_covered[0]:.1%}", other, f"{rmse:.2f}",
           f"{np.median(found['gamma'][:, own]):.2f}"]  # fmt: skip
    return lines, row


def _among_first(truth: FloatArray, score: FloatArray) -> NDArray[np.bool_]:
    """Tell which of the true worst are among the first by score, (R, FIRST); only places with a sample are ranked."""
    worst = np.argsort(-truth, kind="stable")[:FIRST]
    ranks = np.argsort(np.argsort(-score, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(ranks[:, worst] < TEN)


def _mean(per_draw: FloatArray) -> tuple[float, float]:
    """Mean over draws and its Monte Carlo error."""
    return float(per_draw.mean()), float(per_draw.std(ddof=1) / np.sqrt(per_draw.size))


def _ratio(above: FloatArray, below: FloatArray) -> tuple[float, float]:
    """Ratio of means over draws, and its Monte Carlo error by linearization."""
    ratio = float(above.mean() / below.mean())
    return ratio, float((above - ratio * below).std(ddof=1) / np.sqrt(below.size) / below.mean())


def _beyond(found: tuple[float, float], lowest: float, highest: float, wide: float) -> int:
    """-1 below a band, 1 above it, 0 inside it or where draws cannot tell."""
    if found[0] + wide * found[1] < lowest:
        return -1
    return int(found[0] - wide * found[1] > highest)


def _line(
    name: str, value: tuple[float, float], limit: str, passed: bool, forbidden: bool, measured: str, theory: str
) -> Line:
    outcome: Outcome = "passed" if passed else ("reported" if forbidden else "failed")
    said = measured if passed or not forbidden else f"{measured}; {theory}"
    return Line("L4", name, said, limit, outcome, *value)


if __name__ == "__main__":
    raise SystemExit(main())
