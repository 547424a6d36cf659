"""A trial of finding persons again: somebody knows the keys of everybody and looks for each in the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.classes import SUPPRESSED, IntMatrix, class_of

IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class Linked:
    """What came of it.

    Parameters
    ----------
    tried : int
        Persons looked for.
    certain : int
        Persons for whom only one row is possible, and it is theirs.
    right : float
        Share of right claims when one of the possible rows is named at random.
    fewest : int
        Fewest rows possible for a person.
    """

    tried: int
    certain: int
    right: float
    fewest: int


def link_to_persons(known: IntMatrix, shown: IntMatrix) -> Linked:
    r"""Look for every person of the sample in the file, knowing all their keys and that they are in it.

    Parameters
    ----------
    known : (n, q) int
        True keys of every row.
    shown : (n, q) int
        Keys as given away, ``SUPPRESSED`` where hidden.

    Returns
    -------
    Linked

    Notes
    -----
    A row is possible for a person where every key shown is theirs. The row of the person is always among them, so
    the expected share of right claims is :math:`\frac1n \sum_i 1/c_i` with :math:`c_i` possible rows: the worst case,
    since nobody knows who is in a sample. ``1/c_i`` is also the risk of the prosecutor scenario.

    References
    ----------
    Elliot and Dale (1999), Scenarios of attack, Netherlands Official Statistics 14; Hundepool et al. (2012), 3.3.
    """
    person, wanted = class_of(known)
    row, pattern = class_of(shown)
    sizes = np.bincount(row, minlength=len(pattern))
    fits = ((pattern[None, :, :] == wanted[:, None, :]) | (pattern[None, :, :] == SUPPRESSED)).all(axis=2)
    possible = fits @ sizes
    each = possible[person]
    return Linked(
        int(each.size), int((each == 1).sum()), float((1.0 / each).mean()) if each.size else 0.0,
        int(each.min(initial=each.max(initial=0))),
    )  # fmt: skip


def right_in_population(shown: IntMatrix, population: IntMatrix, count: IntVector) -> float:
    r"""Share of right claims of somebody with a register of the population, who names for each row a person that fits.

    Parameters
    ----------
    shown : (n, q) int
        Keys as given away.
    population : (C, q) int
        Keys of the classes of the population.
    count : (C,) int
        Persons of each class.

    Returns
    -------
    float
        Expected share: the mean of one over the number of persons that fit each row; rows that nobody fits count as
        wrong claims.

    Notes
    -----
    .. math:: \frac1n \sum_i \frac{1}{F_i}

    References
    ----------
    Elliot and Dale (1999); Templ (2017), section 3.2.
    """
    row, pattern = class_of(shown)
    fits = ((pattern[:, None, :] == population[None, :, :]) | (pattern[:, None, :] == SUPPRESSED)).all(axis=2)
    persons = fits @ count
    each = np.divide(1.0, persons, out=np.zeros(persons.size), where=persons > 0)
    return float(each[row].mean()) if row.size else 0.0
