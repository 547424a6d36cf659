"""Times this engine against its peers, side by side, and writes one table with ratios and agreement."""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.agreement import agreement
from benchmarks.limit import read_once
from benchmarks.pages import write_pages
from benchmarks.survey import survey
from benchmarks.tasks import LEVELS, TASKS, Task

OURS = "caracteriza"
# Seconds that one process may take, data and design included.
LONGEST = 120
ROOT = Path(__file__).resolve().parent.parent
# A peer is asked only for what it finishes in reasonable time: the persons up to which it is run.
ALL = 20_000_000
REACH = {
    "caracteriza": {name: {"T5plan": 200_000, "T5few": 2_000_000, "T5": 2_000_000, "T8": 2_000_000}.get(name, ALL)
                    for name in TASKS},
    "svy": {"T1": 2_000_000, "T2": 2_000_000, "T3": 200_000, "T4": 200_000, "T5": 200_000,
            "T6": 2_000_000, "T6l": 2_000_000, "T7": 2_000_000, "T8": 200_000, "D320": 200_000,
            "D10": 200_000, "D1000": 20_000},
    "samplics": {"T1": 200_000, "T6": 2_000_000, "D320": 200_000},
    "balance": {"T6": 2_000_000},
    "r": {"T1": 200_000, "T2": 200_000, "T3": 200_000, "T4": 200_000, "T5": 20_000, "D320": 200_000,
          "D10": 20_000, "D1000": 20_000,
          "T6": 2_000_000, "T6l": 200_000, "T6g": 200_000, "T6t": 200_000, "T7": 200_000, "T8": 200_000},
}  # fmt: skip

# What a peer does not do, or not in time, and why; every other peer is asked for what `REACH` says.
CANNOT = {
    ("svy", "T5plan"): "left out: minutes at 20,000 persons",
    ("svy", "T6g"): "cannot: calibrate() refuses bounds",
    ("svy", "T6t"): "cannot: calibrate() refuses bounds",
    ("samplics", "T2"): "cannot: ZeroDivisionError where a domain holds no case",
    ("samplics", "T3"): "cannot: ZeroDivisionError where a domain holds no case",
    ("samplics", "T5"): "cannot: bootstrap means raise ZeroDivisionError where a domain holds no case",
    ("samplics", "T6l"): "cannot: asks for a matrix of persons by persons",
    ("samplics", "T6g"): "cannot: no such distance",
    ("samplics", "T6t"): "cannot: no such distance",
    ("samplics", "T7"): "cannot: its standard errors of quantiles are too small",
    ("balance", "T6l"): "cannot: rakes only",
    ("balance", "T6g"): "cannot: rakes only",
    ("balance", "T6t"): "cannot: rakes only",
}  # fmt: skip


@dataclass(frozen=True)
class Timing:
    """One engine on one task at one size."""

    engine: str
    task: str
    persons: int
    seconds: tuple[float, ...]
    mib: float
    estimate: float | None
    se: float | None
    failed: str = ""
    processor: tuple[float, ...] = ()

    def told(self) -> dict[str, Any]:
        """Fields and medians, for the pages."""
        medians = {"median": _median(self.seconds), "processor_median": _median(self.processor)}
        return asdict(self) | medians


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, alternating engines, and write table, JSON and curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20000,200000,2000000")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--engines", default=",".join(REACH))
    parser.add_argument("--minutes", type=float, default=9.0, help="after which no peer is started any more")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    options = parser.parse_args(arguments)
    clock = _Clock(options.minutes * 60)
    engines = [engine for engine in options.engines.split(",") if _present(engine)]
    timings: list[Timing] = []
    for persons in (int(size) for size in options.sizes.split(",")):
        path = survey(persons, options.folder)
        for name in options.tasks.split(","):
            task = TASKS[name]
            limit = read_once(path, task)
            timings.append(Timing("limit", name, persons, limit.seconds, limit.mib, None, None, "", limit.seconds))
            timings += _alternate(task, persons, path, engines, clock)
            write_pages([item.told() for item in timings], options.folder)
    print((options.folder / "bench.md").read_text(encoding="utf-8"))
    return 0


class _Clock:
    """Seconds since the beginning, and whether peers may still be started."""

    def __init__(self, seconds: float) -> None:
        self.begin, self.seconds = time.monotonic(), seconds

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self.begin:6.0f} s  {words}", file=sys.stderr, flush=True)

    @property
    def over(self) -> bool:
        return time.monotonic() - self.begin > self.seconds


def _alternate(task: Task, persons: int, path: Path, engines: Sequence[str], clock: _Clock) -> list[Timing]:
    """Run this engine before and after the peers, who run once each."""
    runs: dict[str, list[_Run]] = {}
    peers = [e for e in engines if e != OURS and task.name in REACH[e] and persons <= REACH[e][task.name]]
    ours = OURS in engines and persons <= REACH[OURS][task.name]
    for engine in [OURS] * ours + peers + [OURS] * (ours and bool(peers) and persons > 20_000):
        if not clock.over or (engine == OURS and OURS not in runs):
            clock.say(f"{task.name}  {persons:>10,}  {engine}")
            runs.setdefault(engine, []).append(_run(engine, task, path))
    timings = []
    for engine in engines:
        if engine in runs:
            timings.append(_timing(engine, task, persons, runs[engine], runs.get(OURS, [])))
        elif (engine, task.name) in CANNOT:
            timings.append(Timing(engine, task.name, persons, (), 0.0, None, None, CANNOT[engine, task.name]))
        elif task.name in REACH[engine]:
            far = persons > REACH[engine][task.name]
            why = f"not asked above {REACH[engine][task.name]:,}" if far else "not asked: the time was up"
            timings.append(Timing(engine, task.name, persons, (), 0.0, None, None, why))
    return timings


@dataclass(frozen=True)
class _Run:
    """What one process told: the first repetition is cold where there are several."""

    seconds: tuple[float, ...]
    processor: tuple[float, ...]
    mib: float
    result: pd.DataFrame | None
    failed: str = ""


def _run(engine: str, task: Task, path: Path) -> _Run:
    with tempfile.TemporaryDirectory() as folder:
        command = _command(engine, task, path, Path(folder))
        try:
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return _Run((), (), 0.0, None, f"stopped after {LONGEST} s")
        if answer.returncode:
            why = answer.stderr.strip().splitlines()[-1][:80] if answer.stderr.strip() else "stopped"
            return _Run((), (), 0.0, None, f"failed: {why}")
        told = json.loads(answer.stdout.strip().splitlines()[-1])
        return _Run(tuple(told["seconds"]), tuple(told["processor"]), told["mib"], _results(Path(folder), task))


def _timing(engine: str, task: Task, persons: int, runs: Sequence[_Run], ours: Sequence[_Run]) -> Timing:
    good = [run for run in runs if run.result is not None]
    if not good:
        return Timing(engine, task.name, persons, (), 0.0, None, None, runs[-1].failed)
    seconds = tuple(second for run in good for second in run.seconds[1:] or run.seconds)
    processor = tuple(second for run in good for second in run.processor[1:] or run.processor)
    mine = next((run.result for run in ours if run.result is not None), None)
    theirs = good[-1].result
    e, se = agreement(mine, theirs) if mine is not None and theirs is not None else (None, None)
    return Timing(engine, task.name, persons, seconds, max(run.mib for run in good), e, se, "", processor)


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def _command(engine: str, task: Task, path: Path, folder: Path) -> list[str]:
    repetitions = "5" if engine == OURS else "1"
    if engine != "r":
        return [
            _interpreter(engine),
            "-m",
            f"benchmarks.engine_{engine}",
            task.name,
            str(path),
            str(folder),
            repetitions,
        ]
    csv = path.with_suffix(f".{task.name}.csv")
    if not csv.exists():
        pd.read_parquet(path, columns=list(task.columns)).to_csv(csv, index=False)
    return [
        "Rscript",
        str(ROOT / "benchmarks/engine_r.R"),
        task.name,
        str(csv),
        str(folder),
        repetitions,
        ",".join(task.indicators),
        ";".join(",".join(by) or "*" for by in task.by),
        task.what,
        str(task.replicates),
        ",".join(task.extra),
    ]


def _results(folder: Path, task: Task) -> pd.DataFrame:
    if (folder / "result.parquet").exists():
        return pd.read_parquet(folder / "result.parquet")
    rows = pd.read_csv(folder / "result.csv", dtype={"by": str}).fillna({"by": ""})
    names = [name for name in LEVELS if any(name in b for b in task.by)]
    if task.what != "plan":
        return rows.rename(columns={"indicator": "key"}).set_index("key")[["estimate", "se"]]
    levels = [dict(part.split("=") for part in text.split(";") if part) for text in rows["by"]]
    rows["key"] = [
        "|".join([indicator, *(level.get(name, "_T") for name in names)])
        for indicator, level in zip(rows["indicator"], levels, strict=True)
    ]
    return rows.set_index("key")[["estimate", "se"]]


def _interpreter(engine: str) -> str:
    """Python that has the engine: peers that want other versions than this project live in their own environment."""
    own = Path(sys.prefix) / "peers" / engine / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def _present(engine: str) -> bool:
    if engine == "r":
        there = shutil.which("Rscript") is not None
    else:
        there = engine == OURS or _interpreter(engine) != sys.executable
        there = there or importlib.util.find_spec(engine) is not None
    if not there:
        print(f"{engine} is not installed here and is left out", file=sys.stderr)
    return there


if __name__ == "__main__":
    sys.exit(main())
