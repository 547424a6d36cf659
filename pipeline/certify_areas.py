"""Small areas held against the truth: over draws of the synthetic country, and over samples from the model itself.

``python -m pipeline.certify_areas`` runs this part alone; ``--known`` writes the numbers known of every place.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.small_areas.repeated_samples import model_honesty
from estimates.study_design import study_design
from estimates.study_small_areas import model_small_areas
from pipeline.atomic import write_text
from pipeline.calibration_files import weighed_calibrations
from pipeline.certificate import Line, Outcome, Table
from pipeline.certify_synthetic import drawn_microdata, needed_mapping
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
from surveys.synthetic.known_areas import known_areas
from surveys.synthetic.truth import studied
from weights.recipe import prepare

FloatArray = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
STUDY = "slv_2018"
DRAWS = 500
HALF, SURE, LOWEST, HIGHEST, BIAS = 0.5, 0.8, 0.94, 0.97, 0.05
FIRST, TEN = 5, 10
COLUMNS = ("estimate", "rmse", "ci_low", "ci_high", "rank", "exact", "direct", "gamma")
#: What theory forbids, by model and gate, each with the reason that the certificate prints.
FORBIDDEN = {
    ("origin_2024", "gain"): "with the area variance known no predictor has less error than gamma times the sampling "
    "variance, and the covariates leave so much to the 44 places that their own samples weigh more than half",
    ("residence_district", "ranks"): "the 20 places sampled differ by less than their sampling errors: their "
    "rates come from the same chances, which covariates do not tell apart",
    ("origin_2024", "coverage"): "effects of places are far from normal, a few having many times the rate of the "
    "others: intervals are too wide for most and too short for those",
    ("origin_district", "ranks"): "one of the five has 193 families, two of them displaced: its rate is high by the "
    "accident of two families, which no sample of this size finds",
    ("origin_district", "coverage"): "effects of places are far from normal, a few having many times the rate of the "
    "others: intervals are too wide for most and too short for those",
}
SCENARIOS = ((14, 0.25, 1.0), (14, 1.0, 1.0), (14, 1.0, 8.0), (44, 0.25, 1.0), (44, 1.0, 8.0), (262, 1.0, 8.0))


@dataclass(frozen=True)
class DrawnAreas:
    """Figures of one model over R draws, (R, n) by column of `COLUMNS`, its truth (n,), and areas with a sample."""

    name: str
    figures: Mapping[str, FloatArray]
    truth: FloatArray
    sampled: NDArray[np.bool_]


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
        Errors against those of direct figures, ranks of the worst places, coverage.
    """
    lines: list[Line] = []
    rows: list[list[str]] = []
    for drawn in drawn_before or drawn_areas(draws, seed, progress):
        found, row = _judged(drawn)
        lines += found
        rows.append(row)
    columns = ("model", "areas with sample", "mse / direct mse", "the same, published", "top five in the first ten",
               "all five", "coverage", "areas without sample: coverage", "estimated / true error",
               "median weight of direct")  # fmt: skip
    return lines, [Table(f"Small areas of {STUDY} over {draws} draws (synthetic country)", columns, rows)]


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
    values = {model.name: np.full((len(COLUMNS), draws, len(known[model.name])), np.nan) for model in models}
    sampled: dict[str, NDArray[np.bool_]] = {}
    for number in range(draws):
        microdata = drawn_microdata(mapping, draw(parameters, seed=seed + number, country=country), trial.dictionary)
        made = prepare(trial.study, trial.dictionary, microdata, totals, lambda place: f"weighting.{place}").weigh()
        weights = {level: weight_set.final for level, weight_set in made.items()}
        calibrations = weighed_calibrations(made, trial.study, trial.dictionary, microdata)
        table, _ = model_small_areas(
            trial.study, trial.dictionary, microdata, study_design(trial.study, microdata), weights, known,
            denominators, calibrations,
        )  # fmt: skip
        for model in models:
            mine = table[table["model"] == model.name]
            values[model.name][:, number, :] = mine[list(COLUMNS)].to_numpy(dtype=np.float64).T
            sampled[model.name] = (mine["gamma"] > 0).to_numpy(dtype=bool)
        if draws >= 20 and (number + 1) % (draws // 10) == 0:
            progress.note(f"{STUDY}, small areas: {number + 1:,} of {draws:,} draws")
    return [DrawnAreas(model.name, dict(zip(COLUMNS, values[model.name], strict=True)),
                       _truth(model, country, known[model.name]), sampled[model.name]) for model in models]  # fmt: skip


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


def _judged(drawn: DrawnAreas) -> tuple[list[Line], list[str]]:
    found, truth, own = drawn.figures, drawn.truth, drawn.sampled
    # Where the sample found nobody the direct figure is 0.
    figures = {"direct": np.nan_to_num(found["direct"]), "exact": found["exact"], "estimate": found["estimate"]}
    errors = {name: float(((values - truth)[:, own] ** 2).mean()) for name, values in figures.items()}
    gain, shown_gain = errors["exact"] / errors["direct"], errors["estimate"] / errors["direct"]
    # Only places that the sample speaks of are ranked against the truth.
    order = np.argsort(-np.where(own, truth, -np.inf), kind="stable")[:FIRST]
    ranks = np.argsort(np.argsort(np.where(own, found["rank"], np.inf), axis=1, kind="stable"), axis=1, kind="stable")
    among = ranks[:, order] < TEN
    inside = (found["ci_low"] <= truth) & (truth <= found["ci_high"])
    coverage = float(inside[:, own].mean())
    other = f"{inside[:, ~own].mean():.1%}" if (~own).any() else ""
    per_draw = inside[:, own].mean(axis=1)
    noise = float(per_draw.std(ddof=1) / np.sqrt(len(per_draw))) if len(per_draw) > 1 else np.nan
    rmse = float(np.sqrt((found["rmse"][:, own] ** 2).mean() / errors["estimate"]))
    label = f"{STUDY}, small areas {drawn.name}"
    lines = [
        _line(f"{label}: mean squared error over that of direct figures", gain, f"at most {HALF}", gain <= HALF,
              drawn.name, "gain", f"{gain:.2f} (published figures {shown_gain:.2f})"),
        _line(f"{label}: true five worst among the first ten", float(among.mean()), f"at least {SURE}",
              bool(among.mean() >= SURE), drawn.name, "ranks",
              f"{among.mean():.2f} (all five in {among.all(axis=1).mean():.0%})"),
        _line(f"{label}: coverage of 95 % intervals", coverage, f"{LOWEST:.0%} to {HIGHEST:.0%}, or two of its errors",
              LOWEST - 2 * noise <= coverage <= HIGHEST + 2 * noise, drawn.name, "coverage",
              f"{coverage:.1%} (± {noise:.1%})"),
    ]  # fmt: skip
    row = [drawn.name, f"{int(own.sum())} of {own.size}", f"{gain:.2f}", f"{shown_gain:.2f}", f"{among.mean():.2f}",
           f"{among.all(axis=1).mean():.2f}", f"{coverage:.1%}", other, f"{rmse:.2f}",
           f"{np.median(found['gamma'][:, own]):.2f}"]  # fmt: skip
    return lines, row


def _line(name: str, value: float, limit: str, passed: bool, model: str, gate: str, measured: str) -> Line:
    why = FORBIDDEN.get((model, gate), "")
    outcome: Outcome = "passed" if passed else ("reported" if why else "failed")
    return Line("L4", name, measured if passed or not why else f"{measured}; {why}", limit, outcome, float(value))


if __name__ == "__main__":
    raise SystemExit(main())
