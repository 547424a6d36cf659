"""Many studies in one command: a bad one stops nobody, what is done stays done, and one table holds them all."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.hashing import file_hash, files_below

Lands = Callable[[int], Path]
QUICK = ("--jobs", "2", "--until", "weight")


def command(place: Path, *words: str) -> list[str]:
    return [
        sys.executable, "-m", "pipeline", "studies", "--studies", str(place), "--data", str(place),
        "--build", str(place.parent / "build"), "--json", *words,
    ]  # fmt: skip


def run(root: Path, place: Path, *words: str) -> tuple[dict[str, Any], str]:
    done = subprocess.run(command(place, *words), cwd=root, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(done.stdout)
    assert answer["exit_code"] == done.returncode
    return answer, done.stderr


def states(answer: dict[str, Any]) -> list[str]:
    return [one["state"] for one in answer["result"]["studies"]]


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def table(place: Path) -> dict[str, str]:
    """The published figure of each study in the one table."""
    with (place.parent / "build" / "harmonized" / "harmonized.csv").open(encoding="utf-8") as stream:
        return {row["study"]: row["value"] for row in csv.DictReader(stream) if row["figure"] == "displaced_persons"}


def test_one_bad_study_stops_nobody_and_what_is_done_stays_done(root: Path, lands: Lands) -> None:
    place = lands(10)
    change(place / "land_03" / "study.yaml", "lonely_psu: fail", "lonely_psu: luck")
    answer, told = run(root, place, *QUICK)
    assert states(answer) == ["done"] * 3 + ["failed"] + ["done"] * 6
    assert answer["exit_code"] == 1
    assert {problem["where"] for problem in answer["problems"]} == {"land_03: land_03/study.yaml:41  design.lonely_psu"}
    lines = [line for line in told.splitlines() if line.startswith("[")]
    assert len(lines) == 10
    assert sum("FAILED: land_03/study.yaml:41" in line for line in lines) == 1
    assert "9 done, 1 FAILED" in told

    change(place / "land_03" / "study.yaml", "lonely_psu: luck", "lonely_psu: fail")
    again, _ = run(root, place, *QUICK)
    assert states(again) == ["fresh"] * 3 + ["done"] + ["fresh"] * 6
    assert again["exit_code"] == 0


def test_one_table_at_the_end_holds_those_that_ended_well(root: Path, lands: Lands) -> None:
    place = lands(3)
    change(place / "land_01" / "figures.yaml", "displaced_persons", "displaced_personas")
    answer, _ = run(root, place, "--jobs", "2", "--until", "disseminate")
    assert states(answer) == ["done", "failed", "done"]
    assert [problem["code"] for problem in answer["result"]["studies"][1]["problems"]] == ["harmonized_figure_unknown"]
    assert table(place) == {"land_00": "1000", "land_02": "1002"}
    assert str(place.parent / "build" / "harmonized" / "harmonized_es.pdf") in answer["files"]


@pytest.mark.slow
def test_fifty_studies(root: Path, lands: Lands) -> None:
    place = lands(50)
    answer, _ = run(root, place, "--jobs", "2", "--until", "disseminate")
    assert states(answer) == ["done"] * 50
    assert table(place) == {f"land_{number:02d}": str(1000 + number) for number in range(50)}


def test_a_killed_run_goes_on_where_it_stopped(root: Path, lands: Lands) -> None:
    """The whole command dies, and its processes with it; the next one gives what an undisturbed run gives."""
    place = lands(2)
    build = place.parent / "build"
    words = ("--jobs", "1", "--until", "weight")
    process = subprocess.Popen(command(place, *words), cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (build / "land_00" / "weight" / "manifest.json").is_file() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    answer, _ = run(root, place, *words)
    assert states(answer)[0] == "fresh"
    assert answer["exit_code"] == 0
    other = place.parent / "undisturbed"
    undisturbed = [word if word != str(build) else str(other) for word in command(place, *words)]
    subprocess.run(undisturbed, cwd=root, capture_output=True, check=True)
    assert hashes(build) == hashes(other)


def hashes(build: Path) -> dict[str, str]:
    return {
        path.relative_to(build).as_posix(): file_hash(path)
        for path in files_below(build)
        if "run_log" not in path.name and not path.name.startswith(".")
    }


def test_a_process_that_dies_takes_one_study_with_it(lands: Lands, root: Path, tmp_path: Path) -> None:
    """Ended from outside, as by the kernel where memory runs out: told, and the others go on."""
    place = lands(2)
    dying = (
        "import os, signal, pipeline.many_studies.worker as worker\n"
        "honest = worker.run_one\n"
        "def run_one(order):\n"
        "    if order['folder'].endswith('land_00'):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return honest(order)\n"
        "worker.run_one = run_one\n"
        "worker.work_off()\n"
    )
    (tmp_path / "dying.py").write_text(dying)
    outer = (
        "import sys, pipeline.many_studies.workers as workers\n"
        "honest = workers.subprocess.Popen\n"
        "def started(words, **more):\n"
        "    more['env']['PYTHONPATH'] = str(more['cwd'])\n"
        f"    return honest([words[0], {str(tmp_path / 'dying.py')!r}], **more)\n"
        "workers.subprocess.Popen = started\n"
        "from pipeline.command import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = command(place, "--jobs", "1", "--until", "ingest")[3:]
    done = subprocess.run([sys.executable, "-c", outer, *words], cwd=root, capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    assert states(answer) == ["failed", "done"], done.stderr
    assert answer["result"]["studies"][0]["problems"][0]["code"] == "study_process_ended"
    assert "signal 9" in done.stderr


def test_two_studies_of_one_name_are_refused_before_anything_runs(root: Path, lands: Lands, tmp_path: Path) -> None:
    place = lands(1)
    shutil.copytree(place / "land_00", tmp_path / "twin" / "land_00")
    answer, _ = run(root, place, "--studies", f"{place}/land_00 {tmp_path}/twin/land_00")
    assert [problem["code"] for problem in answer["problems"]] == ["studies_of_one_name"]
    assert not (place.parent / "build").exists()
    answer, _ = run(root, place, "--studies", f"{place}/land_00 {place}/../lands/land_00", "--until", "plan")
    assert len(answer["result"]["studies"]) == 1  # one folder named twice is one study


def test_a_stage_that_does_not_exist(root: Path, lands: Lands) -> None:
    answer, _ = run(root, lands(1), "--until", "estimates")
    assert [problem["code"] for problem in answer["problems"]] == ["studies_until_unknown"]
