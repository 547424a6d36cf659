"""How far a run is: a moving line on a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.status import Status


class Progress:
    """Says what is being done and how long it took.

    Parameters
    ----------
    stream : text stream, optional
        Where to write; standard error by default, so that results on standard output stay clean.
    quiet : bool
        Say nothing.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._quiet = quiet
        self._status: Status | None = None
        self._doing = ""

    def line(self, text: str = "") -> None:
        """Write one line."""
        if not self._quiet:
            print(text, file=self._stream, flush=True)

    def note(self, text: str) -> None:
        """Say what a stage is busy with."""
        if self._status is not None:
            self._status.update(f"{self._doing} · {text}")
        else:
            self.line(f"    {text}")

    @contextmanager
    def doing(self, name: str, text: str) -> Iterator[None]:
        """Show ``text`` while the block runs, and the time it took when it ends well."""
        started = time.monotonic()
        self._doing = f"{name:<11}  {text}"
        if self._moving():
            # imported here: a run with nothing to do must not wait for it
            from rich.console import Console

            with Console(file=self._stream, highlight=False, markup=False).status(self._doing) as status:
                self._status = status
                try:
                    yield
                finally:
                    self._status = None
        else:
            self.line(self._doing)
            yield
        self.line(f"{name:<11}  {time.monotonic() - started:6.1f} s")

    def _moving(self) -> bool:
        return not self._quiet and self._stream.isatty()
