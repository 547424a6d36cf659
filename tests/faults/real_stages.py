"""Runs the small country with its real stages, killed at random moments or starved, and says what was wrong after.

``python real_stages.py FOLDER CHECKOUT SEED kill|study|full`` prints JSON: what was tried and what was wrong. Every run
is a divided process: the libraries are loaded once, and used by nobody before a process is divided.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.command import main
from pipeline.hashing import file_hash, files_below
from pipeline.manifest import output_hashes, read_manifest
from pipeline.run_log import LOG
from pipeline.stages import STAGES

FOLDER, CHECKOUT, SEED = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
STUDY = FOLDER / "small_country"


def words(target: str, build: Path) -> list[str]:
    return [target, "--study", str(STUDY), "--data", str(STUDY), "--build", str(build), "--language", "es"]


def divided(work: Callable[[], int]) -> int:
    process = os.fork()
    if process == 0:
        status = 70
        try:
            with open(os.devnull, "w") as nowhere:
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            status = work()
        finally:
            os._exit(status)
    return process


def ended(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def whole_run(target: str, build: Path) -> int:
    return ended(divided(lambda: main(words(target, build))))


def killed_after(target: str, build: Path, seconds: float) -> int:
    process = divided(lambda: main(words(target, build)))
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return ended(process)


def starved(target: str, build: Path, size: int) -> int:
    """Run where no file may grow beyond a size: what every library meets on a full disk, at another moment each."""

    def work() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        return main(words(target, build))

    return ended(divided(work))


def broken(build: Path) -> list[str]:
    found = []
    for name in STAGES:
        stage = build / STUDY.name / name
        manifest = read_manifest(stage)
        if stage.exists() and (manifest is None or manifest.outputs != output_hashes(stage)):
            found.append(f"{name} is not whole")
    return found


def hashes(build: Path) -> dict[str, str]:
    place = build / STUDY.name
    return {path.relative_to(place).as_posix(): file_hash(path) for path in files_below(place) if path.name != LOG}


def tried(way: str, undisturbed: Path) -> tuple[list[str], list[str]]:
    chance, build = random.Random(SEED), FOLDER / "disturbed"
    lines = (undisturbed / STUDY.name / LOG).read_text().splitlines()
    took = {entry["stage"]: entry["seconds"] for entry in map(json.loads, lines)}
    done, wrong = [], []
    targets = list(STAGES) if way == "kill" else ["study"] * 4
    for place, target in enumerate(targets):
        if way == "full":
            size = (2_000, 20_000, 60_000, 120_000)[place]
            status = starved(target, build, size)
            done.append(f"{target} with {size} bytes: {status}")
            wrong += [] if status == 3 else [f"a full disk is told as {status}"]
        else:
            after = chance.uniform(0, took[target] + 0.3 if way == "kill" else sum(took.values()))
            status = killed_after(target, build, after)
            done.append(f"{target} after {after:.2f} s: {status}")
            wrong += [] if status in (0, -signal.SIGKILL) else [f"{target} ended with {status}"]
        wrong += broken(build)
        if way == "kill":
            status = whole_run(target, build)
            wrong += [f"{target} again: {status}"] if status else []
    status = whole_run("study", build)
    wrong += [f"study at last: {status}"] if status else []
    if hashes(build) != hashes(undisturbed):
        wrong.append("a plain rerun gives something else")
    wrong += [f"{path.name} was left" for path in (build / STUDY.name).iterdir() if path.suffix in (".tmp", ".old")]
    return done, wrong


if __name__ == "__main__":
    shutil.copytree(CHECKOUT / "tests" / "data" / "small_country", STUDY)
    for stage in STAGES.values():
        importlib.import_module(stage.module)
    assert whole_run("study", FOLDER / "undisturbed") == 0
    what, faults = tried(sys.argv[4], FOLDER / "undisturbed")
    print(json.dumps({"tried": what, "wrong": faults}))
