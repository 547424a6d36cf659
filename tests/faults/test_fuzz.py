"""A short run of `make fuzz`: some hundred damaged files for every run of the tests, thousands for the target."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.fuzzing.seeds import FORMATS, seeds_of
from pipeline.fuzzing.tally import Tally, passed, table
from pipeline.fuzzing.trial import Outcome, damaged


def test_no_damaged_file_harms_whoever_reads_it(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.fuzzing", "--mutations", "140", "--seed", "20180101",
               "--build", str(tmp_path), "--language", "es"]  # fmt: skip
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.splitlines()[0].split()[:3] == ["formato", "probados", "rechazados"]
    told = {one["format"]: one for one in json.loads((tmp_path / "fuzz" / "fuzz.json").read_text())["formats"]}
    assert set(told) == set(FORMATS)
    for one in told.values():
        assert one["tried"] == 20
        assert one["refused"] + one["same"] + one["otherwise"] + one["crash"] + one["time"] == 20
        assert one["otherwise"] == one["by_hash"] and one["silent"] == one["parent"] == one["hang"] == 0
        assert one["refused"] > 0


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_number_is_the_same_damage(kind: str) -> None:
    seeds = seeds_of(kind)
    assert [hashlib.sha256(one.content).digest() for one in seeds] == [
        hashlib.sha256(one.content).digest() for one in seeds_of(kind)
    ]
    made = [damaged(kind, seeds, 7, number)[1] for number in range(40)]
    assert made == [damaged(kind, seeds_of(kind), 7, number)[1] for number in range(40)]
    assert len(set(made)) > 35
    assert all(content != one.content for content in made for one in seeds)
    assert made != [damaged(kind, seeds, 8, number)[1] for number in range(40)]


@pytest.mark.parametrize(
    ("outcome", "good"),
    [
        (Outcome("refused", True), True),
        (Outcome("same", True), True),
        (Outcome("crash", True), True),
        (Outcome("otherwise", True), True),
        (Outcome("otherwise", False, by_dictionary=True), True),
        (Outcome("otherwise", False), False),
        (Outcome("parent", False), False),
        (Outcome("hang", False), False),
    ],
)
def test_what_nothing_notices_fails_the_run(outcome: Outcome, good: bool) -> None:
    tally = Tally("csv")
    tally.add(3, outcome, 0.5)
    assert passed([tally]) is good
    assert tally.bad == ([] if good else [3])
    assert table([tally], "en").splitlines()[-1].split()[:2] == ["total", "1"]
