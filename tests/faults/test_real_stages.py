"""The real stages, killed at random, starved of disk, made by several makes at once; quicker tests use fake_study."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.hashing import file_hash, files_below
from pipeline.run_log import LOG

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("way", "seed"), [("kill", 1), ("kill", 2), ("study", 1), ("study", 2), ("full", 1)])
def test_the_last_good_results_stay_and_a_rerun_repairs(root: Path, tmp_path: Path, way: str, seed: int) -> None:
    script = Path(__file__).with_name("real_stages.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(root), str(seed), way], cwd=root, check=False, timeout=1200,
        env=os.environ | {"PYTHONPATH": str(root)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout)
    assert len(said["tried"]) >= 4 and said["wrong"] == [], said
    if way != "full":
        assert any(line.endswith("-9") for line in said["tried"])


def test_several_targets_and_several_makes_at_once(root: Path, tmp_path: Path) -> None:
    study = tmp_path / "small_country"
    shutil.copytree(root / "tests" / "data" / "small_country", study)

    def make(build: str, *words: str) -> subprocess.Popen[str]:
        command = ["make", "-o", "environment", f"PYTHON={sys.executable}", *words, f"STUDY={study}", f"DATA={study}",
                   f"BUILD={tmp_path / build}"]  # fmt: skip
        return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def hashes(build: str) -> dict[str, str]:
        place = tmp_path / build / "small_country"
        found = [path for path in files_below(place) if path.name != LOG]
        return {str(path.relative_to(place)): file_hash(path) for path in found}

    alone = make("alone", "study")
    said, _ = alone.communicate(timeout=900)
    assert alone.returncode == 0, said
    both = [make("together", "-j4", "report", "validate", "weight", "study"), make("together", "-j2", "study")]
    for one in both:
        said, _ = one.communicate(timeout=900)
        assert one.returncode == 0, said
    assert hashes("together") == hashes("alone")
