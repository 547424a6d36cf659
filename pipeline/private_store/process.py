"""Keep what this process holds in memory out of core files and out of the reach of other programs of the same user."""

from __future__ import annotations

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4


def keep_memory_private() -> None:
    """Forbid core dumps, and on Linux also tracing by other programs.

    Children inherit the first and, while they run the same program, the second. A limit of 0 alone would not stop a
    system that pipes dumps to a collector, hence the second.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        except (AttributeError, OSError):  # a C library without it: the limit stands alone
            return
