"""Levels L0, L4 and L5 of the certification: numbers computed here and now."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from estimates.detectable import power_of_change
from estimates.multiplicity import adjust
from estimates.simulation import finite_population, superpopulation
from estimates.simulation.coverage import METHODS, Coverage, VarianceQuality, coverages, variance_quality
from estimates.simulation.floor_results import floor_results
from estimates.simulation.gates import DEFAULT_INTERVAL, MUST_FAIL, TEETH, gates, monte_carlo_error
from estimates.simulation.imaginary_country import ROWS_PER_CLUSTER, clusters_of
from estimates.simulation.samples import Samples, joined
from pipeline.certificate import Line, Table
from pipeline.progress import Progress

RELEASE = 20_000
MORE_SAMPLES = 10
CERTIFIED_CASES = 5
DEPARTMENTS = 14


@dataclass
class Simulated:
    """What the simulations leave: lines for the list and rows for the tables."""

    lines: list[Line] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    data: dict[str, Path] = field(default_factory=dict)


def floor() -> list[Line]:
    """Level L0: correct digits of means and deviations."""
    return [
        Line("L0", result.name, f"{result.digits:.1f} digits", f"at least {result.required:g}",
             "passed" if result.passed else "failed", result.digits)
        for result in floor_results()
    ]  # fmt: skip


def superpopulation_coverage(expected: Path, replicates: int, seed: int, progress: Progress) -> Simulated:
    """Level L4, part A: scenarios A to J against their gates and against an independent program.

    Parameters
    ----------
    expected : Path
        Coverage measured by the independent program, in per cent.
    replicates : int
        Samples of each scenario; A to F, whose gates are close and whose samples are small, get ten times as many.
    seed : int
        Of every scenario's own stream.
    progress : Progress
        Where to say how far it is.

    Returns
    -------
    Simulated
        Lines of the gates and one table.
    """
    other = pd.read_csv(expected, comment="#").set_index("scenario").to_dict("index")
    found = Simulated(data={expected.name: expected})
    # A short run may miss a limit by three of its own errors; a release run may not.
    allowed, slack = (0.006, 0.0) if replicates >= RELEASE else (0.02, 3.0)
    rows = []
    for name, scenario in superpopulation.SCENARIOS.items():
        count = replicates * (MORE_SAMPLES if name in MUST_FAIL else 1)
        rng = np.random.default_rng([seed, ord(name)])
        samples = _drawn(superpopulation.draw(scenario, count, rng), count, f"scenario {name}", progress)
        measured, quality = coverages(samples), variance_quality(samples)
        for gate in gates(name, measured, quality, count, errors_allowed=slack):
            found.lines.append(
                Line("L4", f"{name} ({scenario.title}): {gate.name}", f"{gate.value:.2%} (± {gate.error:.2%})",
                     gate.limit, "passed" if gate.passed else "failed", gate.value, gate.error)
            )  # fmt: skip
        for coverage in measured:
            if coverage.method in (DEFAULT_INTERVAL, TEETH):
                found.lines.append(_agreement(name, coverage, float(other[name][coverage.method]) / 100, allowed))
        rows.append(_row(name, samples, quality, measured))
    found.tables.append(Table("Coverage by scenario, per cent (superpopulation)", _COLUMNS, rows))
    return found


def imaginary_country_coverage(expected: Path, replicates: int, seed: int, progress: Progress) -> Simulated:
    """Level L4, part B: samples of a public population, or a line that says why there are none.

    Parameters
    ----------
    expected, replicates, seed, progress
        As in `superpopulation_coverage`.

    Returns
    -------
    Simulated
        Lines and one table.
    """
    population = _imaginary_country()
    if population is None:
        missing = "the package svy, which brings the population, is not installed; `make bench` installs it"
        return Simulated(lines=[Line("L4", "World Bank imaginary country", missing, "", "not run")])
    households = pd.read_parquet(population)
    found = Simulated(data={expected.name: expected, population.name: population})
    slack = 0.0 if replicates >= RELEASE else 3.0
    rows = []
    for position, case in enumerate(pd.read_csv(expected, comment="#").to_dict("records")):
        label = f"{case['attribute']}, {case['psus']} PSUs a stratum"
        clusters = clusters_of(households, str(case["column"]), str(case["value"]))
        rng = np.random.default_rng([seed, position])
        drawn = finite_population.draw(clusters, replicates, rng, psus=int(case["psus"]), rows=ROWS_PER_CLUSTER)
        samples = _drawn(drawn, replicates, label, progress)
        measured, quality = coverages(samples), variance_quality(samples)
        ours = next(coverage for coverage in measured if coverage.method == DEFAULT_INTERVAL)
        found.lines.append(_population_line(label, samples, ours, quality, replicates))
        if quality.cases >= CERTIFIED_CASES:
            # Four Monte Carlo errors of the other program's 6,000 samples.
            for coverage in measured:
                if coverage.method in (DEFAULT_INTERVAL, TEETH):
                    other = float(case[coverage.method]) / 100
                    allowed = 4 * monte_carlo_error(other, 6_000) + slack * monte_carlo_error(other, replicates)
                    found.lines.append(_agreement(label, coverage, other, allowed))
        rows.append(_row(label, samples, quality, measured))
    found.tables.append(Table("Coverage by attribute, per cent (World Bank imaginary country)", _COLUMNS, rows))
    return found


def false_alarms(replicates: int, seed: int, progress: Progress) -> list[Line]:
    """Level L5: two rounds of fourteen departments in which nothing changed, and the power to see a change.

    Parameters
    ----------
    replicates : int
        Reports of fourteen comparisons.
    seed : int
        Of the stream.
    progress : Progress
        Where to say how far it is.

    Returns
    -------
    list of Line
        Chance of at least one false alarm, uncorrected and by Holm, and the power at the reference sizes.
    """
    reports = max(replicates // 4, 250)
    scenario = superpopulation.SCENARIOS["B"]
    rng = np.random.default_rng([seed, DEPARTMENTS])
    first, second = (
        _drawn(superpopulation.draw(scenario, reports * DEPARTMENTS, rng), reports * DEPARTMENTS, text, progress)
        for text in ("first round of 14 departments", "second round of 14 departments")
    )
    difference = first.estimate - second.estimate
    error = np.sqrt(first.variance + second.variance)
    # A department without a case in either round shows no change and no error; it is no alarm.
    score = np.where(error > 0, np.abs(difference) / np.where(error > 0, error, 1.0), 0.0)
    p_value = _two_sided(score, first.df + second.df).reshape(reports, DEPARTMENTS)
    plain = float((p_value < 0.05).any(axis=1).mean())
    families = np.repeat(np.arange(reports), DEPARTMENTS)
    held = float((adjust(p_value.ravel(), family=families).reshape(p_value.shape) < 0.05).any(axis=1).mean())
    noise = monte_carlo_error(held, reports)
    lines = [
        Line("L5", "at least one false alarm in 14 departments, uncorrected", f"{plain:.1%}", "", "reported", plain),
        Line("L5", "at least one false alarm in 14 departments, Holm", f"{held:.1%} (± {noise:.1%})", "at most 5.0%",
             "passed" if held <= 0.05 else "failed", held, noise),
    ]  # fmt: skip
    for n, psus, deff in ((600, 30, 1.68), (2_000, 196, 1.49), (20_000, 1_664, 1.50)):
        se = np.sqrt(0.011 * 0.989 * deff / n), np.sqrt(0.0165 * 0.9835 * deff / n)
        power = float(power_of_change(0.0055, *se, df=2 * psus))
        lines.append(
            Line("L5", f"power to see 1.1 % become 1.65 % with n = {n:,}", f"{power:.0%}", "", "reported", power)
        )
    return lines


_COLUMNS = ("scenario", "n", "cases", "true deff", "bias of variance", "cv of variance", *METHODS)


def _row(name: str, samples: Samples, quality: VarianceQuality, measured: list[Coverage]) -> list[str]:
    return [
        name,
        f"{samples.n:,}",
        f"{quality.cases:.1f}",
        f"{quality.deff:.2f}",
        f"{quality.relative_bias:+.1%}",
        f"{quality.coefficient_of_variation:.0%}",
        *(f"{coverage.coverage * 100:.1f}" for coverage in measured),
    ]


def _agreement(name: str, coverage: Coverage, other: float, allowed: float) -> Line:
    gap = coverage.coverage - other
    return Line(
        "L4",
        f"{name}: coverage of {coverage.method} against an independent program",
        f"{coverage.coverage:.1%} against {other:.1%}",
        f"within {allowed * 100:.1f} points",
        # The other program printed one decimal.
        "passed" if abs(gap) <= allowed + 0.0005 else "failed",
        gap,
    )


def _population_line(label: str, samples: Samples, ours: Coverage, quality: VarianceQuality, replicates: int) -> Line:
    error = monte_carlo_error(ours.coverage, replicates)
    text = f"{ours.coverage:.1%} (± {error:.1%})"
    if samples.truth >= 0.01:
        outcome = "passed" if ours.coverage + 2 * error >= 0.95 else "failed"
        return Line("L4", f"{label}: coverage of the default interval", text, "at least 95.0%",
                    "passed" if outcome == "passed" else "failed", ours.coverage, error)  # fmt: skip
    few = "; fewer than five expected cases: not certified" if quality.cases < CERTIFIED_CASES else ""
    return Line("L4", f"{label}: coverage of the default interval{few}", text, "", "reported", ours.coverage, error)


def _drawn(parts: Iterator[Samples], replicates: int, label: str, progress: Progress) -> Samples:
    kept: list[Samples] = []
    done, shown = 0, 0
    for part in parts:
        kept.append(part)
        done += part.estimate.size
        if done * 4 // replicates > shown:
            shown = done * 4 // replicates
            progress.note(f"{label}: {done:,} of {replicates:,} samples")
    return joined(kept)


def _two_sided(score: NDArray[np.float64], df: int) -> NDArray[np.float64]:
    return 2 * np.asarray(special.stdtr(df, -score), dtype=np.float64)


def _imaginary_country() -> Path | None:
    found = importlib.util.find_spec("svy")
    own = [] if found is None or found.origin is None else [Path(found.origin).parent]
    # `make bench` keeps svy in an environment of its own.
    beside = (Path(sys.prefix) / "peers" / "svy" / "lib").glob("python3*/site-packages/svy")
    files = (folder / "datasets" / "_bundled" / "hld_pop_wb_2023.parquet" for folder in (*own, *sorted(beside)))
    return next((file for file in files if file.exists()), None)
