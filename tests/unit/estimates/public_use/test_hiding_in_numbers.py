"""Hiding values of keys: what comes out keeps the rule, changes nothing else, and hides little more than it must."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimates.public_use.classes import SUPPRESSED, ClassRule, Rows, class_of, common_codes, failing
from estimates.public_use.composition import families_like_others
from estimates.public_use.linkage import link_to_persons, right_in_population
from estimates.public_use.local_suppression import suppress


def keys_of(seed: int, rows: int, sizes: tuple[int, ...]) -> np.ndarray:
    generator = np.random.default_rng(seed)
    drawn = [np.minimum(generator.geometric(0.5, rows) - 1, size - 1) for size in sizes]
    return np.column_stack(drawn).astype(np.int64)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(2, 6))
def test_every_class_has_k_rows_and_only_hidden_values_differ(seed: int, rows: int, k: int) -> None:
    keys = keys_of(seed, rows, (3, 2, 4))
    shown = suppress(keys, Rows(np.full(rows, 20.0)), ClassRule(k))
    assert ((shown == keys) | (shown == SUPPRESSED)).all()
    if rows >= k:
        assert failing(shown, Rows(np.full(rows, 20.0)), ClassRule(k)).size == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_sensitive_values_differ_in_every_class(seed: int) -> None:
    keys = keys_of(seed, 80, (3, 3))
    sensitive = np.random.default_rng(seed).choice([-1, 0, 1], 80, p=[0.1, 0.6, 0.3])[:, None]
    rows = Rows(np.ones(80), sensitive)
    shown = suppress(keys, rows, ClassRule(3, 2))
    assert failing(shown, rows, ClassRule(3, 2)).size == 0


def least_hidden(keys: np.ndarray, k: int) -> int:
    """Fewest values to hide, by trying everything."""
    rows, width = keys.shape
    best = rows * width
    masks = list(product([False, True], repeat=width))
    for chosen in product(masks, repeat=rows):
        hidden = np.array(chosen)
        if hidden.sum() < best and failing(np.where(hidden, SUPPRESSED, keys), Rows(np.ones(rows)),
                                           ClassRule(k)).size == 0:  # fmt: skip
            best = int(hidden.sum())
    return best


def test_greedy_hiding_is_near_the_least_possible() -> None:
    """All 4096 ways to hide in 6 rows of 2 keys, for 40 tables: never more than twice the least, and rarely more."""
    found, least = [], []
    for seed in range(40):
        keys = keys_of(seed, 6, (2, 3))
        found.append(int((suppress(keys, Rows(np.ones(6)), ClassRule(2)) == SUPPRESSED).sum()))
        least.append(least_hidden(keys, 2))
    assert all(few <= many <= max(2 * few, few + 2) for few, many in zip(least, found, strict=True))
    assert np.mean(np.array(found) == np.array(least)) >= 0.8
    assert sum(found) <= 1.15 * sum(least)


def test_a_hidden_value_is_no_joker() -> None:
    """One person in the east with k others in the west: hiding only the one's region would leave it alone."""
    keys = np.array([[0, 0]] * 4 + [[1, 0]])
    shown = suppress(keys, Rows(np.ones(5)), ClassRule(2))
    assert failing(shown, Rows(np.ones(5)), ClassRule(2)).size == 0
    assert (shown[:, 0] == SUPPRESSED).sum() == 2
    assert link_to_persons(keys, shown).certain == 0
    naive = keys.copy()
    naive[4, 0] = SUPPRESSED
    assert link_to_persons(keys, naive).certain == 1


def test_what_cannot_be_saved_stays_failing() -> None:
    rows = Rows(np.ones(3))
    assert failing(suppress(np.array([[0], [1], [2]]), rows, ClassRule(5)), rows, ClassRule(5)).size == 3


def test_the_cheap_key_is_hidden_first() -> None:
    keys = np.array([[0, 0]] * 5 + [[1, 0], [0, 1], [1, 1]])
    cheap = suppress(keys, Rows(np.ones(8)), ClassRule(2), np.array([1.0, 10.0]))
    dear = suppress(keys, Rows(np.ones(8)), ClassRule(2), np.array([10.0, 1.0]))
    assert (cheap[:, 0] == SUPPRESSED).sum() > (cheap[:, 1] == SUPPRESSED).sum()
    assert (dear[:, 1] == SUPPRESSED).sum() > (dear[:, 0] == SUPPRESSED).sum()


def test_risk_is_part_of_the_rule() -> None:
    """Two alike are enough for k, but not where each stands for itself alone."""
    keys, rows = np.zeros((4, 1), dtype=np.int64), Rows(np.full(4, 1.0))
    assert not rows.keep(np.arange(4), ClassRule(2, 2, 0.1))
    assert Rows(np.full(4, 100.0)).keep(np.arange(4), ClassRule(2, 2, 0.1))
    assert failing(keys, rows, ClassRule(2, 2, 0.1)).size == 4


def test_what_nearly_everybody_has_tells_nothing() -> None:
    sensitive = np.array([[0]] * 97 + [[1]] * 3)
    common = common_codes(sensitive, np.ones(100), 0.95)
    assert common == (0,) and common_codes(sensitive, np.ones(100), 0.99) == (-1,)
    rows = Rows(np.ones(100), sensitive, common)
    assert rows.keep(np.arange(5), ClassRule(3)) and not rows.keep(np.arange(97, 100), ClassRule(3))


def test_families_are_shown_with_their_members_only_among_others_like_them() -> None:
    family_class = np.array([0, 0, 0, 0, 1])
    family = np.array([0, 0, 1, 1, 2, 2, 3, 4])
    member = np.array([1, 2, 2, 1, 1, 2, 1, 1])
    shown = families_like_others(family_class, member, family, Rows(np.ones(5)), ClassRule(3))
    assert shown.tolist() == [True, True, True, False, False]


def test_claims_in_the_sample_and_in_the_population() -> None:
    known = np.array([[0], [0], [1], [1], [1]])
    found = link_to_persons(known, known)
    assert (found.tried, found.certain, found.fewest) == (5, 0, 2)
    assert found.right == pytest.approx((2 / 2 + 3 / 3) / 5)
    shown = np.array([[0], [SUPPRESSED], [1]])
    right = right_in_population(shown, np.array([[0], [1]]), np.array([10, 30]))
    assert right == pytest.approx((1 / 10 + 1 / 40 + 1 / 30) / 3)


def test_classes_without_keys_are_one() -> None:
    number, pattern = class_of(np.empty((4, 0), dtype=np.int64))
    assert number.tolist() == [0, 0, 0, 0] and len(pattern) == 1
