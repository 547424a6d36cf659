"""A few processes share a list of studies; one that dies takes one study with it and is replaced."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.answers.answer import problem_as_data
from pipeline.many_studies.outcome import FAILED, Outcome, outcome_from
from surveys.problems import Message, Problem

PROCESS_ENDED = Message(
    "study_process_ended",
    "the process that ran this study was ended from outside ({how}), as happens where memory runs out. Its earlier "
    "results are as they were. Run the same command again, with fewer studies at a time: JOBS=1.",
    "el proceso que ejecutaba este estudio fue terminado desde fuera ({how}), como ocurre cuando falta memoria. Sus "
    "resultados anteriores siguen como estaban. Repita la misma orden con menos estudios a la vez: JOBS=1.",
)
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass
class _Worker:
    process: subprocess.Popen[str]
    order: Mapping[str, str] | None = None


def work(orders: Sequence[Mapping[str, str]], jobs: int, root: Path) -> Iterator[Outcome]:
    """Run studies in several processes and give each outcome as it comes.

    Parameters
    ----------
    orders : sequence of mapping
        What `pipeline.many_studies.worker.run_one` takes; started in this order.
    jobs : int
        How many at a time.
    root : Path
        The checkout.

    Yields
    ------
    Outcome
        One for each order, in the order in which they end.
    """
    waiting = list(orders)
    with selectors.DefaultSelector() as ears:
        workers: list[_Worker] = []
        try:
            for _ in range(min(jobs, len(waiting))):
                workers.append(_started(ears, root))
                _give(workers[-1], waiting)
            while any(worker.order for worker in workers):
                for key, _ in ears.select():
                    worker: _Worker = key.data
                    line = worker.process.stdout.readline() if worker.process.stdout else ""
                    order, worker.order = worker.order, None
                    if line:
                        yield outcome_from(json.loads(line))
                    else:
                        ears.unregister(key.fileobj)
                        workers.remove(worker)
                        if order is not None:
                            yield _lost(order, worker.process.wait())
                        if waiting:
                            worker = _started(ears, root)
                            workers.append(worker)
                    if worker in workers:
                        _give(worker, waiting)
        finally:
            for worker in workers:
                if worker.order is not None:
                    worker.process.terminate()
                _closed(worker)


def _started(ears: selectors.BaseSelector, root: Path) -> _Worker:
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.many_studies.worker"], cwd=root, text=True, encoding="utf-8",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **_ONE_THREAD},
    )  # fmt: skip
    worker = _Worker(process)
    if process.stdout is not None:
        ears.register(process.stdout, selectors.EVENT_READ, worker)
    return worker


def _give(worker: _Worker, waiting: list[Mapping[str, str]]) -> None:
    """Hand the next study to a process, or let it go where none is left."""
    if worker.process.stdin is None:
        return
    if not waiting:
        worker.process.stdin.close()
        return
    worker.order = waiting.pop(0)
    try:
        worker.process.stdin.write(json.dumps(dict(worker.order)) + "\n")
        worker.process.stdin.flush()
    except BrokenPipeError:
        # it died before it could take the order; its end is heard and told like any other
        return


def _closed(worker: _Worker) -> None:
    for stream in (worker.process.stdin, worker.process.stdout):
        if stream is not None and not stream.closed:
            stream.close()
    worker.process.wait()


def _lost(order: Mapping[str, str], code: int) -> Outcome:
    folder = Path(order["folder"])
    how = f"signal {-code}" if code < 0 else f"exit {code}"
    problem = problem_as_data(Problem(PROCESS_ENDED, folder.name, {"how": how}))
    return Outcome(folder.name, str(folder), FAILED, problems=(problem,))
