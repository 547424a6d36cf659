"""A study estimates the same whoever sums its rows, known totals and all; it says so with one entry of study.yaml."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.calibration_files import study_calibrations
from pipeline.carriers.of_study import scan_of_study
from pipeline.carriers.study_scan import StudyScan
from pipeline.carriers.totals_verbs import make_totals, merge_totals
from pipeline.estimate_files import read_estimates
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study
from pipeline.weight_files import read_weights

NUMBERS = ["estimate", "se", "ci_low", "ci_high", "cv", "deff", "df", "n", "n_psu", "cases", "population"]


@pytest.fixture(scope="module")
def request_of_study(tmp_path_factory: pytest.TempPathFactory) -> Request:
    """The synthetic study, weighted."""
    project = Project.here()
    place = tmp_path_factory.mktemp("carried")
    request = Request(project, project.studies / "slv_2018", place, place / "build", "en")
    run_stages(request, "weight", Progress(quiet=True))
    return request


@pytest.fixture(scope="module")
def given(request_of_study):
    """What the stage of estimates reads, the denominators of rates left out with the rates."""
    loaded = load_study(request_of_study.study_folder, request_of_study.project)
    rates = {name for name, spec in loaded.dictionary.indicators.items() if spec.statistic == "rate"}
    tabulation = tuple(
        replace(item, indicators=kept)
        for item in loaded.study.tabulation
        if (kept := tuple(name for name in item.indicators if name not in rates))
    )
    study = replace(loaded.study, tabulation=tabulation)
    microdata = read_microdata(request_of_study.results / "ingest", loaded.dictionary)
    weights = read_weights(request_of_study.results / "weight", microdata)
    known = study_calibrations(request_of_study.results / "weight", study, loaded.dictionary, microdata)
    return study, loaded.dictionary, microdata, study_design(study, microdata), weights, None, known


def estimates(given, tmp_path: Path, **scan: str) -> pd.DataFrame:
    study = replace(given[0], settings={**given[0].settings, "scan": scan})
    with scan_of_study(study, given[2], tmp_path) as carrier:
        assert (carrier is None) == (scan in ({}, {"carrier": "memory"}))
        frame = estimate_study(study, *given[1:], carrier)
    assert list(tmp_path.iterdir()) == []
    return frame


@pytest.mark.parametrize("carrier", ["streamed", "duckdb"])
def test_floats(given, tmp_path, carrier):
    rows, found = estimates(given, tmp_path), estimates(given, tmp_path, carrier=carrier)
    others = [name for name in rows.columns if name not in NUMBERS]
    assert rows[others].equals(found[others])
    for name in NUMBERS:
        expected = rows[name].to_numpy(float)
        assert found[name].to_numpy(float) == pytest.approx(expected, rel=1e-11, abs=1e-13, nan_ok=True), name


def test_decimals(given, tmp_path):
    frames = [estimates(given, tmp_path, carrier=name, sums="decimal") for name in ("memory", "streamed", "duckdb")]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], other, check_exact=True)
    rows = estimates(given, tmp_path)
    assert frames[0]["estimate"].to_numpy(float) == pytest.approx(
        rows["estimate"].to_numpy(float), rel=1e-8, abs=1e-12, nan_ok=True
    )


def test_automatic_goes_by_size(given, tmp_path, monkeypatch):
    study = replace(given[0], settings={})
    with scan_of_study(study, given[2], tmp_path) as carrier:
        assert carrier is None
    monkeypatch.setattr("pipeline.carriers.of_study.IN_MEMORY", 100)
    with scan_of_study(study, given[2], tmp_path) as carrier:
        assert isinstance(carrier, StudyScan)


def test_totals_of_the_study_make_its_estimates(given, request_of_study, tmp_path):
    folder = make_totals(request_of_study, Progress(quiet=True), "all")
    merged = read_estimates(merge_totals([folder], tmp_path) / "estimates.csv")
    assert (tmp_path / "merged_totals" / "estimates.csv").stat().st_mode & 0o077 == 0
    # Sums know nothing of what weights were calibrated to.
    rows = estimate_study(*given[:6], None)
    keys = [name for name in rows.columns if name not in (*NUMBERS, "unit", "status", "reason")]
    for name in keys:
        if name not in merged:
            merged[name] = "_T"
    both = rows.merge(merged, on=keys, suffixes=("", "_merged"))
    assert len(both) == len(merged) > 500
    for name in ("df", "n", "n_psu", "cases"):
        assert np.array_equal(both[name].to_numpy(float), both[f"{name}_merged"].to_numpy(float)), name
    for name in ("estimate", "se"):
        assert both[f"{name}_merged"].to_numpy(float) == pytest.approx(
            both[name].to_numpy(float), rel=1e-5, abs=1e-9, nan_ok=True
        ), name
