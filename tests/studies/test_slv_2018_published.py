"""Every published fact of 2018 is equal, within what two samples may differ by, or explained; small gaps are noise."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from estimates.reconciliation import reconcile
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.published_file import read_published, read_published_ranks
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study

pytestmark = pytest.mark.slow
STUDY = Path("surveys") / "studies" / "slv_2018"
# Rows of facts.md, section 2, that are figures or orders; 5c is the noise tested below, 21 must not be used.
ROWS = {
    "1": "internal_mobility", "2": "mobility_causes.1", "3": "mobility_causes.2", "4": "mobility_causes.3",
    "5": "displacement_prevalence", "6": "displaced_persons", "6b": "published_style_persons",
    "8": "displacement_triggers.1", "9": "displacement_triggers.2", "10": "direct_victimisation",
    "11": "preventive_move", "12": "whole_family_moved", "13": "home_abandoned", "14": "reported_to_state",
    "16": "mean_age", "17": "female_share", "18": "female_headship", "19": "dependency_ratio",
}  # fmt: skip
RANKED = {"7": "mobility_causes.3", "15": "origin_municipalities.0617", "20": "life_stages.2"}


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slv_2018")
    run_stages(Request(Project(root), root / STUDY, folder, folder, "en"), "estimate", Progress(quiet=True))
    return folder / "slv_2018" / "estimate"


def test_every_row_of_the_facts_has_a_published_figure(root: Path) -> None:
    with (root / STUDY / "published.csv").open(encoding="utf-8", newline="") as file:
        printed = {line["indicator"] for line in csv.DictReader(file)}
    with (root / STUDY / "published_ranks.csv").open(encoding="utf-8", newline="") as file:
        ranked = {line["indicator"] for line in csv.DictReader(file)}
    assert set(ROWS.values()) <= printed
    assert set(RANKED.values()) <= ranked


def test_every_published_figure_is_reconciled(root: Path, results: Path) -> None:
    loaded = load_study(root / STUDY, Project(root))
    frame = read_estimates(results / "estimates.csv")
    printed = read_published(root / STUDY / "published.csv", loaded.dictionary, shown="published.csv")
    ranks = read_published_ranks(root / STUDY / "published_ranks.csv", loaded.dictionary, shown="published_ranks.csv")
    found = reconcile([*printed, *ranks], frame, breakdown_columns(frame))
    assert len(found) == len(printed) + len(ranks)
    # An explanation may stand beside a figure, but none of them needs it: all are equal or within what noise allows.
    assert {(item.published.indicator, item.outcome) for item in found
            if item.outcome not in ("equal", "within_tolerance")} == set()  # fmt: skip


def test_published_gaps_on_sex_and_headship_are_within_noise(results: Path) -> None:
    comparisons = pd.read_csv(results / "comparisons.csv").set_index("indicator")
    for indicator, gap in (("female_share", 0.54 - 0.53), ("female_headship", 0.40 - 0.42)):
        row = comparisons.loc[indicator]
        assert row["status"] != "withheld"
        assert row["conclusion"] == "no_difference_shown"
        assert row["p_adjusted"] > 0.05
        assert row["ci_low"] < gap < row["ci_high"]
        assert abs(gap) < row["minimum_detectable"]


def test_what_was_published_as_a_difference_in_dependency_is_found(results: Path) -> None:
    comparisons = pd.read_csv(results / "comparisons.csv").set_index("indicator")
    assert comparisons.loc["dependency_ratio", "conclusion"] == "lower"
