"""The limited reading process made by dividing this one, which takes milliseconds instead of most of a second."""

from __future__ import annotations

import gc
import os
import select
import signal
from pathlib import Path

from pipeline.readers import child
from pipeline.readers.limits import Limits

#: What a damaged file may use; reading the whole seeds takes a hundredth of it.
SECONDS = 20
# Of address space: the allocators of the libraries reserve a gigabyte at a time and use little of it.
_MEMORY = 4 * 2**30


def limits_here() -> Limits:
    """Return limits for a divided process: the memory it is born with, and some more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return Limits(memory=pages * os.sysconf("SC_PAGE_SIZE") + _MEMORY, seconds=SECONDS, cells=5_000_000,
                  unpacked=2**27, written=2**28)  # fmt: skip


def prepare() -> None:
    """Load everything that a reader needs, once, and keep it out of the way of the garbage collector."""
    import openpyxl  # noqa: F401  # loaded here so that each divided process need not
    import pyarrow.csv
    import pyarrow.ipc  # noqa: F401  # the same

    from pipeline.readers import delimited, dispatch, statistical, transfer, workbook  # noqa: F401  # the same

    gc.collect()
    gc.freeze()


def launch(folder: Path, limits: Limits) -> int:
    """Read in a divided process as `pipeline.readers.reading` does in one of its own.

    Parameters
    ----------
    folder : Path
        Private folder with the request.
    limits : Limits
        What it may use.

    Returns
    -------
    int
        Exit status; the negative of the signal that ended it; ``-signal.SIGXCPU`` when time ran out.
    """
    process = os.fork()
    if process == 0:
        _read(folder)
    watched = os.pidfd_open(process)
    try:
        in_time = bool(select.select([watched], [], [], limits.seconds)[0])
        if not in_time:
            os.kill(process, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    finally:
        os.close(watched)
    return status if in_time else -signal.SIGXCPU


def _read(folder: Path) -> None:
    """Never returns: whatever happens, the divided process ends here."""
    status = 70
    try:
        signal.alarm(0)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.chdir(folder)
        status = child.main(folder)
    except MemoryError:
        status = 12
    finally:
        os._exit(status)


