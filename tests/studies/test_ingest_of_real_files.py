"""The real files become levels with the rows and weights their producers state, and nothing undocumented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline import ingest
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.run import Run
from pipeline.study_files import load_study

# Rows by level, from the producers' documentation and ../shared/data/README.md.
ROWS = {
    "bol_2019": {"household": 11869, "person": 39605},
    "lapop_slv_2018": {"household": 1511, "person": 1511},
    "lapop_slv_2023": {"household": 1516, "person": 1516},
    "chl_enusc_2019": {"household": 24465, "person": 24465},
    "ecu_2017_03": {"household": 15829},
    "ecu_2017_06": {"household": 15794},
}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_levels_weights_and_findings(name: str, shared_data: Path, tmp_path: Path) -> None:
    project = Project.here()
    folder = project.studies / name
    ingest.run(Run(project, name, folder, shared_data, tmp_path, "es", Progress(quiet=True), "ingest", tmp_path))
    loaded = load_study(folder, project)
    microdata = read_microdata(tmp_path, loaded.dictionary)
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert {level: data.rows for level, data in microdata.levels.items()} == ROWS[name]
    assert record["findings"]["error"] == 0
    assert record["undocumented"] == {}
    for step in loaded.study.weighting:
        if step.variable is None or step.expected_total is None or step.counts is None:
            continue
        owner = step.level or loaded.study.design.level
        weight = microdata.levels[owner].frame[step.variable].to_numpy(dtype=float)
        total = weight[microdata.rows_of(owner, step.counts)].sum()
        assert total == pytest.approx(step.expected_total, rel=step.tolerance)
