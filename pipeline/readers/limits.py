"""What a reader may use of the machine, and what a file may claim."""

from __future__ import annotations

import resource
from dataclasses import dataclass


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
    ratio : int
        Unpacked bytes per packed byte, for archives above ``ratio_from`` unpacked bytes.
    """

    memory: int = 6 * 2**30
    seconds: int = 600
    cells: int = 400_000_000
    unpacked: int = 8 * 2**30
    ratio: int = 100
    ratio_from: int = 16 * 2**20


def apply_to_this_process(limits: Limits) -> None:
    """Limit memory and processor time of the running process and forbid core dumps.

    A core dump would leave microdata on the disk.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, value in ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_CPU, limits.seconds)):
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
