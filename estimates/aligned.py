"""Arrays that begin where a line of the cache does, so that no vector of eight numbers lies on two."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

LINE = 64


def aligned_zeros(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Make an array of zeros whose first number begins a line of the cache.

    Parameters
    ----------
    shape : tuple of int
        Of the array; with a last axis of whole eights every row begins a line too.
    """
    size = math.prod(shape)
    room = np.zeros(size + LINE // 8)
    skipped = -room.ctypes.data % LINE // 8
    return room[skipped : skipped + size].reshape(shape)
