"""Compiled fold of PSU totals that were summed elsewhere into the moments of the walks."""

from __future__ import annotations

import numba
import numpy as np

from estimates.scan_kernel import close_psu
from estimates.scan_pack import line_of_zeros

# Compiled with scan_kernel, scan_pack and scan_vectors as of 689fa42983f2.


@numba.njit(cache=True, nogil=True)
def fold_totals(  # type: ignore[no-untyped-def]
    psu_start, segment_of_psu, finest, totals, square, count, reference, base, partitions, cell_of_parent, skipped,
    first, second, product, present, squares, counts,
):  # fmt: skip
    """Add the groups of whole PSUs to the moments.

    Parameters
    ----------
    psu_start, segment_of_psu : (p + 1,), (p,) int
        Groups and segment of each PSU.
    finest : (K,) int
        Cell of each group in the finest cross.
    totals : (K, wide + summed) float
        Weighted sums of each group.
    square, count : (K, wide + x) float, (K, small) int
        Sums over its rows, added to ``squares`` and ``counts``.
    reference, base, partitions, cell_of_parent, skipped, first, second, product, present, squares, counts
        As in `estimates.scan_kernel.walk_rows`; ``counts`` in words of 64 bits.
    """
    many = totals.shape[1]
    cells = skipped + first.shape[1]
    single = True
    for k in range(many):
        single &= reference[k] == reference[0]
    local = line_of_zeros(cells * many).reshape((cells, many))
    touched = np.zeros(cells, dtype=np.bool_)
    listed = np.empty(cells, dtype=np.int64)
    other = np.zeros(many)
    source, target = np.empty(cells, dtype=np.int64), np.empty(cells, dtype=np.int64)
    for psu in range(segment_of_psu.size):
        segment = segment_of_psu[psu]
        held = 0
        for group in range(psu_start[psu], psu_start[psu + 1]):
            f = finest[group]
            if not touched[f]:
                touched[f] = True
                listed[held] = f
                held += 1
            for k in range(many):
                local[f, k] += totals[group, k]
            for k in range(square.shape[1]):
                squares[segment, f, k] += square[group, k]
            for k in range(count.shape[1]):
                counts[segment, f, k] += count[group, k]
        if held:
            close_psu(
                segment, local, touched, listed, held, single, reference, base, other, source, target, partitions,
                cell_of_parent, skipped, first, second, product, present,
            )  # fmt: skip
