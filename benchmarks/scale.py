"""Times the scan of 20 indicators by 6 breakdowns up to a thousand million rows, against reading the columns once."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.scale_pages import write_pages
from benchmarks.scale_rows import BYTES, Part, parts, same_plan_as, write_part

ROOT = Path(__file__).resolve().parent.parent
SIZES = "2000000,20000000,200000000,1000000000"
# The largest census that each carrier is given, unless --all asks for more.
REACH = {"streamed": 10**12, "reading": 10**12, "duckdb": 20_000_000}
FREE = 4 * 2**30


@dataclass(frozen=True)
class Scanned:
    """One carrier on one census.

    Parameters
    ----------
    carrier : str
        ``reading`` decodes the columns and does nothing with them.
    rows : int
        Persons.
    seconds, processor : float
        By the clock and of all threads, from the files to the estimates.
    mib : float
        Greatest resident memory of the process.
    stored : bool
        Whether all files lay on the disk at once; if not, they were written, scanned and removed one by one.
    estimates : int
        Rows of the table of estimates; 0 for reading.
    bytes : int
        Of all files.
    """

    carrier: str
    rows: int
    seconds: float
    processor: float
    mib: float
    stored: bool
    estimates: int
    bytes: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Generate what is asked for, scan it, and write ``scale.md``, ``scale.json`` and ``scale.png``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="numbers of persons")
    parser.add_argument("--carriers", default=",".join(REACH))
    parser.add_argument("--memory", default="700MB", help="what DuckDB may use")
    parser.add_argument("--all", action="store_true", help="every carrier at every size, whatever it takes")
    parser.add_argument("--no-census", action="store_true", help="leave out the census of 6.5 million persons")
    parser.add_argument("--folder", type=Path, default=Path("build/bench-scale"))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    found: list[Scanned] = []
    census: list[dict[str, Any]] = []
    if not options.no_census:
        from benchmarks.scale_census import census_timings

        _say("the census of 6.5 million persons, 60 indicators by 6 breakdowns")
        census = census_timings(options.folder)
        write_pages([], census, options.folder)
    for size in (int(size) for size in options.sizes.split(",")):
        for carrier in options.carriers.split(","):
            if size <= REACH[carrier] or options.all:
                found.append(_scanned(carrier, size, options.folder, options.memory))
                _say(f"{size:>13,}  {carrier:<9} {found[-1].seconds:8.1f} s  {found[-1].mib:6.0f} MiB")
                write_pages([asdict(item) for item in found], census, options.folder)
        shutil.rmtree(options.folder / str(size), ignore_errors=True)
    print((options.folder / "scale.md").read_text(encoding="utf-8"))
    return 0


def _scanned(carrier: str, size: int, folder: Path, memory: str) -> Scanned:
    room = shutil.disk_usage(folder).free
    here = folder / str(size)
    there = sorted(here.glob("*.parquet"))
    stored = len(there) == len(list(parts(size))) or room > size * BYTES + FREE
    command = [sys.executable, "-m", "benchmarks.scale_scan"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    asked = {"carrier": carrier, "memory": memory, "scratch": str(folder / "scratch")}
    _tell(child, json.dumps(asked))
    total = {"seconds": 0.0, "processor": 0.0, "bytes": 0.0}
    try:
        for paths in _written(size, here, stored=stored):
            total["bytes"] += sum(path.stat().st_size for path in paths)
            _forget(paths)
            answer = _ask(child, json.dumps([str(path.resolve()) for path in paths]))
            total["seconds"] += answer["seconds"]
            total["processor"] += answer["processor"]
            if not stored:
                for path in paths:
                    path.unlink()
        answer = _ask(child, "")
    finally:
        if child.stdin is not None:
            child.stdin.close()
        child.wait()
    rows = sum(part.rows for part in parts(size))
    return Scanned(
        carrier, rows, total["seconds"] + answer["seconds"], total["processor"] + answer["processor"],
        answer["mib"], stored, int(answer.get("estimates", 0)), int(total["bytes"]),
    )  # fmt: skip


def _written(size: int, folder: Path, *, stored: bool) -> Iterable[list[Path]]:
    """Write the parts, two at a time: all of them before the scan, or each for itself where the disk is too small."""
    folder.mkdir(parents=True, exist_ok=True)
    every = list(parts(size))
    paths = [folder / f"part{part.number:05d}.parquet" for part in every]
    with ProcessPoolExecutor(2) as pool:
        if stored:
            missing = [(part, path) for part, path in zip(every, paths, strict=True) if not _whole(path)]
            started = time.monotonic()
            list(pool.map(_write, [(part, size, path) for part, path in missing]))
            if missing:
                _say(f"{size:>13,}  written in {time.monotonic() - started:.0f} s")
            yield paths
            return
        for part, path in zip(every, paths, strict=True):
            pool.submit(_write, (part, size, path)).result()
            yield [path]


def _write(asked: tuple[Part, int, Path]) -> None:
    part, size, path = asked
    write_part(part, size, path)


def _whole(path: Path) -> bool:
    return path.exists() and same_plan_as(path)


def _forget(paths: Iterable[Path]) -> None:
    """Make the system forget the contents of files, so that they are read from the disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _tell(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdin is not None
    child.stdin.write(line + "\n")
    child.stdin.flush()


def _ask(child: subprocess.Popen[str], line: str) -> dict[str, Any]:
    assert child.stdout is not None
    _tell(child, line)
    answer = child.stdout.readline()
    if not answer:
        raise RuntimeError("the scan stopped; its message is above")
    told: dict[str, Any] = json.loads(answer)
    return told


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
