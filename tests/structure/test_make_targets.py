"""The targets that users are promised, and the help that names them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from pipeline.stages import STAGES

PROMISED = {
    "help", "study", *STAGES, "list", "new-study", "dictionary", "check", "test", "lint", "certify", "bench", "clean",
    "harmonized", "fuzz",
}  # fmt: skip


@pytest.fixture(scope="module")
def help_text(root: Path) -> str:
    return subprocess.run(["make", "help"], cwd=root, capture_output=True, text=True, check=True).stdout


def test_help_names_every_target(root: Path, help_text: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"^  ([a-z-]+)  ", help_text, re.MULTILINE))
    assert targets - shown == {"environment", "environment-dev", "environment-bench", "environment-spark"}
    assert shown >= PROMISED


def test_make_alone_helps(root: Path, help_text: str) -> None:
    assert subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout == help_text


def test_clean_leaves_folders_of_others(root: Path, tmp_path: Path) -> None:
    kept = tmp_path / "thesis"
    kept.mkdir()
    done = subprocess.run(["make", "clean", f"BUILD={kept}"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert kept.is_dir()


def test_locks_are_exact_and_name_no_host(root: Path) -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "benchmarks/svy.lock", "benchmarks/balance.lock"):
        text = (root / name).read_text()
        pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==[^ ]+ \\$(?=\n    --hash=sha256:[0-9a-f]{64})", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
        assert "://" not in text and "index-url" not in text


def test_the_development_lock_has_the_same_versions(root: Path) -> None:
    run, dev = (
        dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (root / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert {name: dev.get(name) for name in run} == run
