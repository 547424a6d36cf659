"""The choice of places for offices held against the truth: what it reaches of what the best choice would reach.

``python -m pipeline.certify_offices`` runs this part alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from estimates.office_solver import choose_offices, office_value
from estimates.simulation.repeated_draws import FALSE_ALARM, LOWEST
from estimates.study_offices import choose_for_study
from pipeline.certificate import Line, Table
from pipeline.certify_area_draws import ROOT, SHOWN, STUDY, DrawnAreas, drawn_areas
from pipeline.certify_areas import DRAWS
from pipeline.office_files import read_distances, read_size, read_within
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from surveys.offices import OfficePlan, codes_of, office_plans
from surveys.small_areas import small_areas_from

LOWEST_SHARE = 0.9
CLOSE = 1e-9  # sums in another order differ in the last bit
COLUMNS = ("choice", "offices", "best possible", "chosen, mean", "share of the best, mean", "worst draw",
           "largest places instead", "the same, in areas with a figure", "mean width of its interval",
           "its interval holds the truth")  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run this part of the certification alone.

    Returns
    -------
    int
        0 when nothing failed, 1 otherwise.
    """
    parser = argparse.ArgumentParser(prog="python -m pipeline.certify_offices", description=__doc__)
    parser.add_argument("--draws", type=int, default=DRAWS, help="samples of the synthetic study")
    parser.add_argument("--seed", type=int, default=1, help="of the first draw; the next ones follow")
    options = parser.parse_args(arguments)
    progress = Progress()
    lines, tables = synthetic_offices(drawn_areas(options.draws, options.seed, progress))
    for table in tables:
        progress.line(table.title)
        for row in (table.columns, *table.rows):
            progress.line(" | ".join(row))
    for line in lines:
        progress.line(f"{line.outcome}: {line.name}: {line.measured} (asked for: {line.limit})")
    return int(any(line.outcome == "failed" for line in lines))


def synthetic_offices(drawn: Sequence[DrawnAreas]) -> tuple[list[Line], list[Table]]:
    """Level L4: what the offices chosen in every draw reach of the true need, over what the best would reach.

    Parameters
    ----------
    drawn : sequence of DrawnAreas
        Models of the synthetic study in every draw, with their truth.

    Returns
    -------
    list of Line, list of Table
        A gate for the share of the best possible reach, and one for the interval of what is reached in the areas with
        a published figure.
    """
    loaded = load_study(ROOT / "surveys" / "studies" / STUDY, Project(ROOT))
    by_model = {one.name: one for one in drawn}
    lines, rows = [], []
    for plan in office_plans(loaded.study.settings):
        share, held, row = _judged(plan, by_model[plan.model], loaded)
        error = float(share.std(ddof=1) / np.sqrt(share.size)) if share.size > 1 else float("nan")
        mean = float(share.mean())
        lines.append(Line(
            "L4", f"{STUDY}, offices {plan.name}: share of the best possible reach that the choice attains",
            f"{mean:.1%} (± {error:.1%})", f"at least {LOWEST_SHARE:.0%}",
            "passed" if mean >= LOWEST_SHARE else "failed", mean, error,
        ))  # fmt: skip
        coverage = float(held.mean())
        noise = float(np.sqrt(coverage * (1 - coverage) / held.size))
        lines.append(Line(
            "L4", f"{STUDY}, offices {plan.name}: coverage of the interval of the reach in areas with a figure",
            f"{coverage:.1%} (± {noise:.1%})", f"at least {LOWEST:.0%}, but for the accident of the draws",
            "passed" if stats.binom.cdf(int(held.sum()), held.size, LOWEST) >= FALSE_ALARM else "failed",
            coverage, noise,
        ))  # fmt: skip
        rows.append(row)
    draws = len(next(iter(by_model.values())).figures["estimate"])
    return lines, [Table(f"Choices of offices of {STUDY} over {draws} draws (synthetic country)", COLUMNS, rows)]


def _judged(
    plan: OfficePlan, drawn: DrawnAreas, loaded: LoadedStudy
) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[str]]:
    model = next(model for model in small_areas_from(loaded.study.settings) if model.name == plan.model)
    codes = tuple(codes_of(plan.places, loaded.dictionary))
    areas = [str(code) for code in codes_of(model.areas, loaded.dictionary)]
    folders: list[Path] = [loaded.files.folder]
    where = f"{STUDY}  offices.{plan.name}"
    size = read_size(plan, model, areas, folders, where=where)
    within = read_within(plan, areas, codes, folders, where=where)
    apart = read_distances(plan, codes, folders, where=where)

    def by_place(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(within, weights=weights, minlength=len(codes)).astype(np.float64)

    need = by_place(drawn.truth * size)

    def worth(places: NDArray[np.int64], among: NDArray[np.float64] = need) -> float:
        return float(office_value(among, apart, places, reach=plan.reach, method=plan.method))

    best = worth(choose_offices(need, apart, number=plan.number, reach=plan.reach, method=plan.method))
    reached, largest, inside, seen, widths = [], [], [], [], []
    for estimate, shown, joint in zip(drawn.figures["estimate"], drawn.figures[SHOWN], drawn.joint, strict=True):
        table = pd.DataFrame({"estimate": np.where(shown > 0, estimate, np.nan)})
        places, lists = choose_for_study(STUDY, plan, table, size, within, apart, codes, joint=joint,
                                         unknown_error=model.hide_above)  # fmt: skip
        chosen = np.flatnonzero(places["chosen"])
        reached.append(worth(chosen))
        largest.append(worth(np.flatnonzero(places["given"])))
        seen.append(worth(chosen, by_place(drawn.truth * size * (shown > 0))))
        low, high = (float(lists[name].iloc[0]) for name in ("known_low", "known_high"))
        inside.append(low - CLOSE <= seen[-1] <= high + CLOSE)
        widths.append(high - low)
    share = np.asarray(reached) / best if plan.method == "coverage" else best / np.asarray(reached)
    return share, np.asarray(inside), [
        plan.name, str(plan.number), f"{best:.1%}" if plan.method == "coverage" else f"{best:.2f}",
        f"{np.mean(reached):.3f}", f"{share.mean():.3f}", f"{share.min():.3f}", f"{np.mean(largest):.3f}",
        f"{np.mean(seen):.3f}", f"{np.mean(widths):.3f}", f"{np.mean(inside):.1%}",
    ]  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
