"""What a reader may use of the machine, and what a file may claim."""

from __future__ import annotations

import ctypes
import resource
import signal
from dataclasses import dataclass

_PARENT_DEATH_SIGNAL = 1


@dataclass(frozen=True)
class Limits:
    """Limits of one read.

    Parameters
    ----------
    memory : int
        Bytes of address space of the child.
    seconds : int
        Wall time, and processor time, of the child.
    cells : int
        Rows times columns read.
    unpacked : int
        Bytes an archive may unpack to.
    written : int
        Bytes of the largest file the child may write.
    members : int
        Members a container (an ``.xlsx``) may have.
    ratio : int
        Unpacked bytes per packed byte, for archives above ``ratio_from`` unpacked bytes.
    """

    memory: int = 6 * 2**30
    seconds: int = 600
    cells: int = 400_000_000
    unpacked: int = 8 * 2**30
    written: int = 16 * 2**30
    members: int = 10_000
    ratio: int = 100
    ratio_from: int = 16 * 2**20


def apply_to_this_process(limits: Limits) -> None:
    """Limit memory, processor time and files of the running process, forbid core dumps, and die with the parent.

    A core dump would leave microdata on the disk, and so would a child that goes on after its parent was killed.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _die_with_parent()
    wanted = ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_CPU, limits.seconds),
              (resource.RLIMIT_FSIZE, limits.written))
    for kind, value in wanted:
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _die_with_parent() -> None:
    try:
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    except (AttributeError, OSError):  # another system than Linux
        return
