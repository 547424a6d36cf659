"""Runs the invented study once for every moment at which it touches the disk, and ends or starves it there.

``python every_moment.py FOLDER kill|full|readonly first|again|failed|exchange|careless [EVERY]`` prints, as JSON, how
many moments were tried and what was wrong after any of them. Each try is a divided process, so a moment costs
milliseconds. In the state ``careless`` results are copied file by file, as a program without this care would: that must
be found out.
"""

from __future__ import annotations

import builtins
import errno
import io
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_study as fake

import pipeline.atomic as atomic
import pipeline.runner as runner
from pipeline.hashing import file_hash, files_below
from pipeline.manifest import output_hashes, read_manifest
from pipeline.run import Run
from surveys.problems import DataError, Message, Problem

_NEVER = 3
LOGS = ("run_log.jsonl", "run_log.end.json")
PATCHED = (
    (atomic, "sync"), (atomic, "_exchange"), (atomic, "remove_folder"), (os, "fsync"), (os, "mkdir"), (os, "rename"),
    (os, "replace"), (os, "unlink"), (os, "rmdir"), (os, "write"), (builtins, "open"), (io, "open"),
)  # fmt: skip


class Moments:
    """Counts what touches the disk, and does something at one of these moments."""

    def __init__(self, at: int, do: Callable[[], None]) -> None:
        self.left = at
        self.do = do
        for owner, name in PATCHED:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            mode = options.get("mode", arguments[1] if len(arguments) > 1 else "r")
            reads = function.__name__ == "open" and isinstance(mode, str) and mode.startswith("r")
            if not reads:
                self.left -= 1
                if self.left == 0:
                    self.do()
            return function(*arguments, **options)

        counted.__name__ = function.__name__
        return counted


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refused(code: int) -> Callable[[], None]:
    def refuse() -> None:
        raise OSError(code, os.strerror(code), "somewhere")

    return refuse


WAYS: dict[str, Callable[[], None]] = {
    "kill": killed, "full": refused(errno.ENOSPC), "readonly": refused(errno.EROFS),
}  # fmt: skip


def careless(new: Path, name: Path) -> None:
    shutil.copytree(new, name, dirs_exist_ok=True)
    shutil.rmtree(new)


def failing(run: Run) -> None:
    (run.output / "findings.csv").write_text("rule,count\nx,1\n")
    raise DataError([Problem(Message("bad", "wrong", "mal"), "here")])


def hashes(folder: Path) -> dict[str, str]:
    place = folder / "build" / "tiny"
    return {path.relative_to(place).as_posix(): file_hash(path) for path in files_below(place) if path.name not in LOGS}


def whole(stage: Path) -> bool:
    manifest = read_manifest(stage)
    return manifest is not None and manifest.outputs == output_hashes(stage)


def prepared(place: Path, state: str) -> None:
    """A study that never ran, or one that ran and whose source has changed since."""
    fake.make(place)
    if state != "first":
        fake.run(place)
        (place / "data" / "persons.csv").write_text("1 2 3 4 5 6")


def attempt(place: Path, state: str, at: int, do: Callable[[], None]) -> int:
    """Run in a divided process; it exits with 1 when a refusal of the disk was told, 3 when no moment came, else 0."""
    process = os.fork()
    if process == 0:
        status, moments = 70, None
        try:
            if state == "exchange":
                atomic._exchange = lambda one, other: False
            if state == "careless":
                runner.publish_folder = careless
            moments = Moments(at, do)
            fake.run(place, functions={"weight": failing} if state == "failed" else None)
            status = 0
        except OSError:
            status = 1
        except DataError:
            status = 0
        except BaseException as error:
            sys.stderr.write(f"{at}: {type(error).__name__} {error}\n")
        finally:
            os._exit(3 if status == 0 and moments is not None and moments.left > 0 else status)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def tried(folder: Path, way: str, state: str, every: int) -> Iterator[tuple[int, list[str]]]:
    """Each moment with what was wrong after it, until a run gets by without meeting it."""
    original, undisturbed = folder / "original", folder / "undisturbed"
    prepared(original, state)
    shutil.copytree(original, undisturbed)
    fake.run(undisturbed)
    good = hashes(undisturbed)
    expected = {"kill": -signal.SIGKILL}.get(way, 1)
    for at in range(1, 1000, every):
        place = folder / "now"
        shutil.copytree(original, place)
        before = {stage: output_hashes(place / "build" / "tiny" / stage) for stage in fake.STAGES}
        ended = attempt(place, state, at, WAYS[way])
        wrong = [] if ended in (expected, 0, _NEVER) else [f"ended with {ended}"]
        for stage in fake.STAGES:
            result = place / "build" / "tiny" / stage
            # Without an exchange of names there is an instant in which the old folder stands aside.
            aside = state == "exchange" and not result.exists()
            if not whole(result) and not (aside or (state == "first" and not result.exists())):
                wrong.append(f"{stage} is neither what it was nor what it becomes")
            if state == "failed" and result.exists() and stage != "ingest" and output_hashes(result) != before[stage]:
                wrong.append(f"{stage} changed although its run failed")
        fake.run(place)
        if hashes(place) != good:
            wrong.append("a plain rerun gives something else")
        left = [path.name for path in (place / "build" / "tiny").iterdir() if path.suffix in (".tmp", ".old")]
        wrong += [f"{name} was left" for name in left]
        shutil.rmtree(place)
        yield at, wrong
        if ended == _NEVER:
            return


if __name__ == "__main__":
    found = dict(tried(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int((*sys.argv, "1")[4])))
    print(json.dumps({"moments": len(found), "wrong": {at: wrong for at, wrong in found.items() if wrong}}))
