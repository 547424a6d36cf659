"""Values of keys hidden in as few rows as a greedy search finds, until every class of like rows may stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.classes import (
    SUPPRESSED,
    ClassRule,
    FloatVector,
    IntMatrix,
    IntVector,
    Rows,
    class_of,
    members,
)


@dataclass(frozen=True)
class _Move:
    """Rows to be given one pattern, and what that costs for each row it saves."""

    pattern: IntVector
    rows: IntVector
    price: float


def suppress(keys: IntMatrix, rows: Rows, rule: ClassRule, importance: FloatVector | None = None) -> IntMatrix:
    r"""Hide values of keys until every class of rows that look alike keeps the rule.

    Parameters
    ----------
    keys : (n, q) int
        Codes of the keys, at most a dozen.
    rows : Rows
        Weights and sensitive values.
    rule : ClassRule
        k, l and the largest individual risk.
    importance : (q,) float, optional
        What hiding one value of each key costs; 1 for all by default.

    Returns
    -------
    (n, q) int
        The keys, ``SUPPRESSED`` where hidden. Rows that no hiding can protect (fewer than k in the whole file, or all
        with one sensitive value) are hidden whole and stay in a failing class: ask `failing`.

    Notes
    -----
    A hidden value is a category of its own and no joker: who knows that a person lives in the east excludes the rows
    shown to be in the west, so a single row without region is as unique as before. Classes are therefore sets of rows
    with the same values and the same gaps. The least hiding is NP-hard; here the smallest failing class is joined with
    others in the way that costs fewest values for each row saved: with a class that has the gaps already, with other
    failing classes, then with rows that larger classes can spare. At the end every hidden value that can come back
    without breaking the rule does.

    References
    ----------
    Meyerson and Williams (2004), On the complexity of optimal k-anonymity, PODS; Machanavajjhala et al. (2007),
    l-diversity, ACM TKDD 1(1); Hundepool et al. (2012), Statistical Disclosure Control, section 3.6.
    """
    cost = np.ones(keys.shape[1]) if importance is None else np.asarray(importance, dtype=np.float64)
    shown = keys.copy()
    for _ in range(shown.size + 1):
        number, pattern = class_of(shown)
        parts = members(number, len(pattern))
        kept = np.array([rows.keep(part, rule) for part in parts], dtype=bool)
        bad = np.flatnonzero(~kept)
        if bad.size == 0:
            break
        smallest = int(min(bad, key=lambda place: (parts[place].size, tuple(pattern[place]))))
        moves = list(_moves(smallest, pattern, parts, kept, rows, rule, cost))
        if not moves:
            break
        best = min(moves, key=lambda move: (move.price, tuple(move.pattern)))
        shown[best.rows] = best.pattern
    return _restored(shown, keys, rows, rule, cost)


def _moves(
    start: int, pattern: IntMatrix, parts: list[IntVector], kept: NDArray[np.bool_], rows: Rows, rule: ClassRule,
    cost: FloatVector,
) -> Iterator[_Move]:  # fmt: skip
    """Ways to bring one failing class into a class that may stand."""
    own = pattern[start]
    visible = np.flatnonzero(own != SUPPRESSED)
    for size in range(visible.size + 1):
        for hidden in combinations(visible.tolist(), size):
            target = own.copy()
            target[list(hidden)] = SUPPRESSED
            move = _move(start, target, pattern, parts, kept, rows, rule, cost)
            if move is not None:
                yield move


def _move(
    start: int, target: IntVector, pattern: IntMatrix, parts: list[IntVector], kept: NDArray[np.bool_], rows: Rows,
    rule: ClassRule, cost: FloatVector,
) -> _Move | None:  # fmt: skip
    # Classes that become the target by hiding more of their keys; the target itself costs nothing.
    fits = ((pattern == target) | (target == SUPPRESSED)).all(axis=1)
    dearness = ((pattern != target) * cost).sum(axis=1)
    joined = [part for place, part in enumerate(parts) if fits[place] and dearness[place] == 0 and place != start]
    taken = [parts[start], *joined]
    price = float(dearness[start]) * parts[start].size
    saved = parts[start].size + sum(part.size for place, part in enumerate(parts)
                                    if fits[place] and dearness[place] == 0 and place != start and not kept[place])
    if not rows.keep(np.concatenate(taken), rule):
        others = [place for place in np.flatnonzero(fits & ~kept) if place != start and dearness[place] > 0]
        for place in sorted(others, key=lambda place: (dearness[place], parts[place].size)):
            taken.append(parts[place])
            price += float(dearness[place]) * parts[place].size
            saved += parts[place].size
            if rows.keep(np.concatenate(taken), rule):
                break
    if not rows.keep(np.concatenate(taken), rule):
        donors = [place for place in np.flatnonzero(fits & kept) if dearness[place] > 0]
        for place in sorted(donors, key=lambda place: (dearness[place], -parts[place].size)):
            given = _spared(parts[place], np.concatenate(taken), rows, rule)
            taken.append(given)
            price += float(dearness[place]) * given.size
            if rows.keep(np.concatenate(taken), rule):
                break
    together = np.sort(np.concatenate(taken))
    if not rows.keep(together, rule):
        # Nothing saves it: hide it whole, once, and leave the refusal to whoever asks.
        return None
    return _Move(target, together, price / max(saved, 1))


def _spared(part: IntVector, taken: IntVector, rows: Rows, rule: ClassRule) -> IntVector:
    """Fewest rows that make the others a class while the rest of this one stays one; else all of it."""
    for number in range(1, part.size):
        if not rows.keep(part[number:], rule):
            break
        if rows.keep(np.concatenate([taken, part[:number]]), rule):
            return part[:number]
    return part


def _restored(shown: IntMatrix, keys: IntMatrix, rows: Rows, rule: ClassRule, cost: FloatVector) -> IntMatrix:
    """Give hidden values back, dearest keys first, wherever both classes that this touches still keep the rule."""
    result = shown.copy()
    changed = True
    while changed:
        changed = False
        number, pattern = class_of(result)
        parts = {tuple(pattern[place]): part for place, part in enumerate(members(number, len(pattern)))}
        for own, part in sorted(parts.items()):
            for key in sorted(np.flatnonzero(np.array(own) == SUPPRESSED).tolist(), key=lambda key: -cost[key]):
                for value in np.unique(keys[part, key]).tolist():
                    back = part[keys[part, key] == value]
                    rest = part[keys[part, key] != value]
                    to = tuple(value if place == key else code for place, code in enumerate(own))
                    there = np.concatenate([parts.get(to, np.empty(0, dtype=np.int64)), back])
                    if rows.keep(there, rule) and (rest.size == 0 or rows.keep(rest, rule)):
                        result[back, key] = value
                        changed = True
                        break
                if changed:
                    break
            if changed:
                break
    return result
