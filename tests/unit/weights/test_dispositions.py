"""Response rates by their definition."""

from __future__ import annotations

import numpy as np
import pytest

from weights.dispositions import DISPOSITIONS, among, dispositions, response_rates


def kinds(**counts: int):
    return np.repeat([DISPOSITIONS.index(name) for name in counts], list(counts.values())).astype(np.int8)


def test_rates_of_a_worked_example() -> None:
    # I=60 P=10 R=15 NC=4 O=1 UH=8 UO=2 not eligible=10: e = 90/100
    rates = response_rates(kinds(complete=60, partial=10, refusal=15, no_contact=4, other=1, unknown=8,
                                 unknown_other=2, not_eligible=10))  # fmt: skip
    assert rates["eligible_share"] == pytest.approx(0.9)
    assert [rates[f"rr{n}"] for n in range(1, 7)] == pytest.approx(
        [60 / 100, 70 / 100, 60 / 99, 70 / 99, 60 / 90, 70 / 90]
    )


def test_rates_are_none_where_nothing_divides() -> None:
    rates = response_rates(kinds(not_eligible=3))
    assert rates["rr1"] is None and rates["eligible_share"] == 0.0


def test_weights_count_instead_of_units() -> None:
    rates = response_rates(kinds(complete=1, refusal=1), np.array([3.0, 1.0]))
    assert rates["rr1"] == 0.75


def test_codes_of_the_common_list() -> None:
    found = dispositions(np.array(list("123456"), dtype=object), None, variable="interview_result", where="")
    assert [DISPOSITIONS[k] for k in found] == ["complete", "partial", "refusal", "no_contact", "unknown",
                                                "not_eligible"]  # fmt: skip
    assert among(found, ("complete", "partial")).tolist() == [True, True, False, False, False, False]
