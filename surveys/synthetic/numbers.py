"""Random numbers that belong to a unit and a question, whatever else is generated and in whatever order."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def uniform(seed: int, question: str, *keys: Integers) -> Floats:
    r"""One number in [0, 1) for every unit, the same in every run and for every subset of units.

    Parameters
    ----------
    seed : int
        Seed of the country.
    question : str
        What the number decides; different questions give independent numbers.
    *keys : (n,) int64
        Identify the unit, such as family and person.

    Returns
    -------
    (n,) float64

    Notes
    -----
    A counter-based generator: the state is a hash of seed and question, each key is added and mixed with the
    finalizer of SplitMix64,

    .. math:: z \leftarrow (z \oplus z \gg 30)\,b_1,\quad z \leftarrow (z \oplus z \gg 27)\,b_2,\quad
              z \leftarrow z \oplus z \gg 31,

    and the upper 53 bits are read as a binary fraction. A sequential generator would change every person when
    one family is added; this one lets a sample be generated without the country around it.

    References
    ----------
    Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA, 453-472.
    """
    digest = hashlib.blake2b(f"{seed}:{question}".encode(), digest_size=8).digest()
    state = np.full(keys[0].shape, int.from_bytes(digest, "little"), dtype=np.uint64)
    for key in keys:
        state += (key.astype(np.uint64) + np.uint64(1)) * _GAMMA
        state = _mixed(state)
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def choose(u: Floats, probabilities: Floats) -> Integers:
    """Category of every unit by its number: the first whose cumulated probability exceeds it.

    Parameters
    ----------
    u : (n,) float64
        Numbers in [0, 1).
    probabilities : (k,) or (n, k) float64
        Weights of the categories, common or per unit; they need not sum to one.

    Returns
    -------
    (n,) int64
        0 to k - 1.
    """
    cumulated = np.cumsum(np.atleast_2d(probabilities), axis=1)
    if cumulated.shape[0] == 1:
        line = cumulated[0] / cumulated[0, -1]
        chosen = np.searchsorted(line, u, side="right")
    else:
        chosen = (u[:, None] * cumulated[:, -1:] >= cumulated).sum(axis=1)
    return np.asarray(np.minimum(chosen, cumulated.shape[1] - 1), dtype=np.int64)


def normal(u: Floats, v: Floats) -> Floats:
    """Make a standard normal number from two uniform ones (Box and Muller)."""
    return np.asarray(np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v))


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return state ^ (state >> np.uint64(31))
