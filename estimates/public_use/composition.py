"""Families whose members may be shown together, because others have the same members."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.classes import ClassRule, IntVector, Rows


def families_like_others(
    family_class: IntVector, member_class: IntVector, family_of_member: IntVector, rows: Rows, rule: ClassRule
) -> NDArray[np.bool_]:
    """Tell which families look like enough others, members included.

    Parameters
    ----------
    family_class : (F,) int
        Class of every family by its own keys.
    member_class : (n,) int
        Class of every person by the keys that persons show.
    family_of_member : (n,) int
        Family of every person.
    rows : Rows
        Weights and sensitive values of the families.
    rule : ClassRule
        What a set of families with the same class and the same members must be.

    Returns
    -------
    (F,) bool
        True for families in sets that the rule keeps: the others must not be shown with their members.
    """
    order = np.lexsort((member_class, family_of_member))
    counts = np.bincount(family_of_member, minlength=family_class.size)
    lists = np.split(member_class[order], np.cumsum(counts)[:-1])
    alike: dict[tuple[int, ...], list[int]] = {}
    for family, members in enumerate(lists):
        alike.setdefault((int(family_class[family]), *members.tolist()), []).append(family)
    shown = np.zeros(family_class.size, dtype=bool)
    for families in alike.values():
        together = np.array(families, dtype=np.int64)
        shown[together] = rows.keep(together, rule)
    return shown
