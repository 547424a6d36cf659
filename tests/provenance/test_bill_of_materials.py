"""The software bill of materials agrees with the lock file and with the schema of its format."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from pipeline.command import main
from pipeline.provenance.bill_of_materials import bill_of_materials, described_by


def test_it_is_what_the_lock_file_says_and_valid(root: Path) -> None:
    text = bill_of_materials(root, "0" * 64)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    lock = (root / "requirements.lock").read_text()
    pins = {name.replace("_", "-").lower(): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock, re.M)}
    assert described_by(text) == pins and len(pins) > 40
    value = json.loads(text)
    stated = {entry["content"] for part in value["components"] for reference in part["externalReferences"]
              for entry in reference["hashes"]}  # fmt: skip
    assert stated == set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    needs = {one["ref"]: one.get("dependsOn", []) for one in value["dependencies"]}
    assert f"numpy=={pins['numpy']}" in needs[f"pandas=={pins['pandas']}"]
    assert len(needs["caracteriza"]) == len(pins)
    # one package says nothing of its licence, neither as text nor as a classifier
    assert [part["name"] for part in value["components"] if not part.get("licenses")] == ["samplics"]


def test_two_bills_have_the_same_bytes_and_no_clock(root: Path, tmp_path: Path) -> None:
    assert main(["sbom", "--build", str(tmp_path / "one")]) == 0
    assert main(["sbom", "--build", str(tmp_path / "other")]) == 0
    one, other = (tmp_path / name / "sbom.cdx.json" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
    assert "timestamp" not in one.read_text()
    assert bill_of_materials(root, "1") != bill_of_materials(root, "2")
