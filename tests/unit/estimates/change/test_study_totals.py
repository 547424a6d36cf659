"""What a round keeps gives back the errors of its own estimates, whatever the statistic, and survives the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from estimates.change.study_totals import study_totals
from estimates.study_design import study_design
from pipeline.command import main
from pipeline.estimate_files import read_estimates
from pipeline.microdata_files import read_microdata
from pipeline.project import Project
from pipeline.round_files import ROUND_FILE, read_round
from pipeline.study_files import load_study
from pipeline.weight_files import read_weights

STUDY = "lapop_slv_2018"


@pytest.fixture(scope="module")
def results(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("build")
    arguments = ["estimate", "--study", STUDY, "--data", str(shared_data), "--build", str(build), "--language", "en"]
    assert main(arguments) == 0
    return build / STUDY / "estimate"


def test_errors_of_every_cell_come_back_from_the_totals(results: Path) -> None:
    kept = read_round(results, STUDY, "")
    errors = np.sqrt(np.diag(kept.covariance(range(len(kept.keys)))))
    known = np.isfinite(kept.se)
    assert known.sum() > 20
    assert errors[known] == pytest.approx(kept.se[known], rel=1e-9, abs=1e-12)
    frame = read_estimates(results / "estimates.csv")
    assert len(kept.keys) == len(frame)
    degrees = [
        kept.members(cell).size - np.unique(kept.stratum[kept.members(cell)]).size for cell in range(len(kept.keys))
    ]
    assert degrees == kept.df.tolist()


def test_the_file_is_for_the_owner_only_and_names_no_psu(results: Path) -> None:
    path = results / ROUND_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    kept = read_round(results, STUDY, "")
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in kept.psu_name)
    assert not any(name.isdigit() and len(name) < 8 for name in kept.psu_name)


def test_totals_of_a_study_are_made_without_its_files(results: Path) -> None:
    loaded = load_study(Project.here().studies / STUDY, Project.here())
    microdata = read_microdata(results.parent / "ingest", loaded.dictionary)
    design = study_design(loaded.study, microdata)
    weights = read_weights(results.parent / "weight", microdata)
    frame = read_estimates(results / "estimates.csv")
    names = [str(number) for number in range(design.psus)]
    made = study_totals(loaded.study, loaded.dictionary, microdata, design, weights, frame, names)
    again = read_round(results, STUDY, "")
    assert made.keys == again.keys and made.total.tolist() == again.total.tolist()
    share = made.place["satisfied_with_democracy", ()]
    assert made.table([share]).sum() == pytest.approx(0.0, abs=1e-12)
