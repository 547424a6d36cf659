"""Every study that the project ships on real files goes through all stages, and nothing in it stops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages

STUDIES = Path(__file__).resolve().parents[2] / "surveys" / "studies"


def on_real_files() -> list[str]:
    """Names of the shipped studies that read files, and so need them."""
    found = []
    for folder in sorted(STUDIES.iterdir()):
        study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
        if "extends" in study:
            parent = yaml.safe_load((STUDIES / study["extends"] / "study.yaml").read_text(encoding="utf-8"))
            study = {**parent, **study}
        if any(source["format"] != "synthetic" for source in (study.get("sources") or {}).values()):
            found.append(folder.name)
    return found


@pytest.mark.parametrize("name", on_real_files())
def test_study_runs_to_its_release(name: str, root: Path, shared_data: Path, tmp_path: Path) -> None:
    run_stages(Request(Project(root), STUDIES / name, shared_data, tmp_path, "en"), "disseminate", Progress(quiet=True))
    validation = json.loads((tmp_path / name / "validate" / "validation.json").read_text(encoding="utf-8"))
    assert validation["passed"]
    assert validation["checks"]["disclosure_audit"]["failed"] == 0
    assert not validation["reconciliation"].get("unexplained", 0)
    assert (tmp_path / name / "disseminate" / "manifest.json").exists()
    # What every standard says of hidden rows stays in the house.
    assert not [path.name for path in (tmp_path / name / "disseminate").rglob("*") if "verdict" in path.name]
