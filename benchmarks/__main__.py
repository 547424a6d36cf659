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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from benchmarks.agreement import agreement
from benchmarks.limit import read_once
from benchmarks.pages import write_pages
from benchmarks.survey import survey
from benchmarks.tasks import LEVELS, TASKS, Task

ROOT = Path(__file__).resolve().parent.parent
# A peer is asked only for what it finishes in reasonable time: the persons up to which it is run.
ALL = 20_000_000
REACH = {
    "caracteriza": {name: 2_000_000 if name in ("T5", "T5plan", "T5few", "T8") else ALL for name in TASKS},
    "svy": {"T1": ALL, "T2": 2_000_000, "T3": 2_000_000, "T4": 200_000, "T5": 200_000, "T5plan": 20_000,
            "T6": 2_000_000, "T6l": 2_000_000, "T7": 2_000_000, "T8": 2_000_000, "D320": 2_000_000,
            "D10": 200_000, "D1000": 20_000},
    "samplics": {"T1": 2_000_000, "T2": 200_000, "T3": 20_000, "T4": 20_000, "T6": 2_000_000, "D320": 200_000},
    "balance": {"T6": 2_000_000},
    "r": {"T1": 2_000_000, "T2": 200_000, "T3": 200_000, "T4": 200_000, "T5": 20_000, "D320": 200_000,
          "D10": 200_000, "D1000": 20_000,
          "T6": 2_000_000, "T6l": 2_000_000, "T6g": 2_000_000, "T6t": 2_000_000, "T7": 200_000, "T8": 200_000},
}  # fmt: skip

# What a peer does not do at all, and why; every other peer is asked for what `REACH` says.
CANNOT = {
    ("svy", "T6g"): "calibrate() refuses bounds",
    ("svy", "T6t"): "calibrate() refuses bounds",
    ("samplics", "T5"): "bootstrap means raise ZeroDivisionError where a domain holds no case",
    ("samplics", "T6l"): "asks for a matrix of persons by persons",
    ("samplics", "T6g"): "no such distance",
    ("samplics", "T6t"): "no such distance",
    ("samplics", "T7"): "its standard errors of quantiles are too small",
    ("balance", "T6l"): "rakes only",
    ("balance", "T6g"): "rakes only",
    ("balance", "T6t"): "rakes only",
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

    @property
    def median(self) -> float:
        """Median of the warm runs, in seconds; of the only run where there is one."""
        return statistics.median(self.seconds[1:] or self.seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, alternating engines, and write table, JSON and curves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20000,200000,2000000")
    parser.add_argument("--tasks", default=",".join(TASKS))
    parser.add_argument("--engines", default=",".join(REACH))
    parser.add_argument("--runs", type=int, default=2, help="processes per engine, alternating")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    options = parser.parse_args(arguments)
    engines = [engine for engine in options.engines.split(",") if _present(engine)]
    timings: list[Timing] = []
    for persons in (int(size) for size in options.sizes.split(",")):
        path = survey(persons, options.folder)
        for name in options.tasks.split(","):
            task = TASKS[name]
            limit = read_once(path, task)
            timings.append(Timing("limit", name, persons, limit.seconds, limit.mib, None, None))
            timings += _alternate(task, persons, path, engines, options.runs)
            write_pages(
                [asdict(item) | {"median": item.median if item.seconds else None} for item in timings], options.folder
            )
    print((options.folder / "bench.md").read_text(encoding="utf-8"))
    return 0


def _alternate(task: Task, persons: int, path: Path, engines: Sequence[str], runs: int) -> list[Timing]:
    asked = [engine for engine in engines if persons <= REACH[engine].get(task.name, 0)]
    seconds: dict[str, list[float]] = {engine: [] for engine in asked}
    memory: dict[str, float] = dict.fromkeys(asked, 0.0)
    failed: dict[str, str] = {}
    results: dict[str, pd.DataFrame] = {}
    for _ in range(runs):
        for engine in asked:
            print(f"{task.name}  {persons:>10,}  {engine}", file=sys.stderr, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                answer = subprocess.run(
                    _command(engine, task, path, Path(folder)), cwd=ROOT, capture_output=True, text=True, check=False
                )
                if answer.returncode:
                    failed[engine] = answer.stderr.strip().splitlines()[-1][:80] if answer.stderr.strip() else "stopped"
                    continue
                told = json.loads(answer.stdout.strip().splitlines()[-1])
                seconds[engine] += told["seconds"]
                memory[engine] = max(memory[engine], told["mib"])
                results[engine] = _results(Path(folder), task)
    ours = results.get("caracteriza")
    timings = [
        Timing(engine, task.name, persons, (), 0.0, None, None, CANNOT[engine, task.name])
        for engine in engines
        if (engine, task.name) in CANNOT
    ]
    for engine in asked:
        e, se = agreement(ours, results[engine]) if ours is not None and engine in results else (None, None)
        timings.append(
            Timing(engine, task.name, persons, tuple(seconds[engine]), memory[engine], e, se, failed.get(engine, ""))
        )
    return timings


def _command(engine: str, task: Task, path: Path, folder: Path) -> list[str]:
    repetitions = "5" if engine == "caracteriza" else "1"
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
        there = engine == "caracteriza" or _interpreter(engine) != sys.executable
        there = there or importlib.util.find_spec(engine) is not None
    if not there:
        print(f"{engine} is not installed here and is left out", file=sys.stderr)
    return there


if __name__ == "__main__":
    sys.exit(main())
