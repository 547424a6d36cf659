"""The truth of the synthetic country lies beside the studies, and only the certification opens or counts it."""

from __future__ import annotations

import ast
from pathlib import Path

ALLOWED = {"certify.py", "certify_synthetic.py", "certify_draws.py", "certify_area_draws.py", "certify_change.py"}
FILES = ("truth.csv", "truth_municipalities.csv")


def test_only_the_certification_names_the_file(root: Path) -> None:
    for path in sorted((root / "pipeline").rglob("*.py")):
        if path.name in ALLOWED:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        texts = [value for value in constants if isinstance(value, str)]
        assert not any(name in text for text in texts for name in FILES), path.name
        modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert "surveys.synthetic.truth" not in modules, path.name


def test_import_contract_forbids_the_stages_to_know_it(root: Path) -> None:
    """`test_import_contracts` proves the contract; here it must not have been taken out."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    contract = text.split("no stage knows the truth")[1].split("[[tool.importlinter")[0]
    for stage in ("planning", "ingest", "weighting", "estimation", "reporting", "validation", "dissemination"):
        assert f'"pipeline.{stage}"' in contract
    assert '"surveys.synthetic.truth"' in contract


def test_the_truth_is_stored_beside_the_study(root: Path) -> None:
    for study in ("slv_2018", "slv_update"):
        lines = (root / "surveys" / "studies" / study / "truth.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == "indicator,domain,value,reportable,value_studied,reportable_studied"
        assert len(lines) > 60
        places = (root / "surveys" / "studies" / study / "truth_municipalities.csv").read_text(encoding="utf-8")
        assert len(places.splitlines()) == 1 + 262
