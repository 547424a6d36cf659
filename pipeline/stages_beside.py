"""Stages that nobody waits for run in a process of their own, beside the stages that follow."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from pipeline.progress import Progress
from pipeline.stages import Stage


def may_run_beside(stage: Stage, needed: Sequence[Stage]) -> bool:
    """Tell whether a stage can run beside the one after it: there is one, it reads it not, and there is a second core.

    Parameters
    ----------
    stage : Stage
        The one in question.
    needed : sequence of Stage
        All of the run, in order.
    """
    later = needed[needed.index(stage) + 1 :]
    free = bool(later) and stage.name not in later[0].after
    # Elsewhere a process cannot be divided safely once libraries have started threads.
    return free and sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and not _has_typeset()


def _has_typeset() -> bool:
    """Tell whether this process has typeset: in a divided one the typesetter would wait for its threads for ever."""
    typesetting = sys.modules.get("pipeline.report_pdf")
    return typesetting is not None and bool(typesetting.has_typeset())


@dataclass(frozen=True)
class _Running:
    name: str
    process: BaseProcess
    answer: Connection
    again: Callable[[], object]


@dataclass
class Beside:
    """The stages that run beside, at most one at a time.

    Parameters
    ----------
    progress : Progress
        Says when one starts and how long it took.
    """

    progress: Progress
    _running: _Running | None = None

    def start(self, name: str, text: str, work: Callable[[], object], again: Callable[[], object]) -> None:
        """Start a stage; an earlier one is waited for.

        Parameters
        ----------
        name, text : str
            The stage and what it does, for people.
        work : callable
            Runs the stage and says nothing; called in the other process.
        again : callable
            Runs the stage in this process. What failed beside runs once more here, so that its error is told as that
            of any other stage.
        """
        self.wait()
        self.progress.line(f"{name:<11}  {text}")
        here, there = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(target=_run, args=(work, there), name=name)
        process.start()
        there.close()
        self._running = _Running(name, process, here, again)

    def wait_for(self, names: Sequence[str]) -> None:
        """Wait for the stage that runs if it is one of these."""
        if self._running is not None and self._running.name in names:
            self.wait()

    def wait(self) -> None:
        """Wait for the stage that runs; run it here when it failed."""
        if self._running is None:
            return
        one, self._running = self._running, None
        try:
            seconds = one.answer.recv()
        except EOFError:
            seconds = None
        finally:
            one.answer.close()
            one.process.join()
        if seconds is None:
            one.again()
        else:
            self.progress.line(f"{one.name:<11}  {seconds:6.1f} s")

    def leave(self) -> None:
        """Let the stage that runs come to its end after a failure of another."""
        if self._running is not None:
            self._running.process.join()
            self._running = None


def _run(work: Callable[[], object], answer: Connection) -> None:
    started = time.monotonic()
    try:
        work()
    except BaseException:
        # The text of an error may quote a value; the stage runs again where errors are told.
        raise SystemExit(1) from None
    answer.send(time.monotonic() - started)
