"""Every check of a table fails on the fault it is there for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.table_checks import check_table


def table() -> pd.DataFrame:
    """A total and its two domains."""
    return pd.DataFrame(
        {
            "study": "s",
            "indicator": "t",
            "sex": ["_T", "1", "2"],
            "estimate": [10.0, 4.0, 6.0],
            "se": 1.0,
            "ci_low": [8.0, 3.0, 5.0],
            "ci_high": [12.0, 5.0, 7.0],
            "n": [5.0, 2.0, 3.0],
            "status": "reliable",
        }
    )


def failures(frame: pd.DataFrame) -> set[str]:
    """Names of the checks that failed."""
    return {check.name for check in check_table(frame, ["sex"], ["t"]) if check.failed}


def test_a_sound_table_passes() -> None:
    assert failures(table()) == set()


@pytest.mark.parametrize(
    ("column", "values", "check"),
    [
        ("sex", ["_T", "1", "1"], "key_unique"),
        ("estimate", [10.0, 4.0, np.nan], "missing_has_status"),
        ("ci_low", [8.0, 4.5, 5.0], "interval_holds_estimate"),
        ("se", [1.0, -1.0, 1.0], "se_not_negative"),
        ("estimate", [10.0, 4.0, 6.1], "domains_add_up"),
    ],
)
def test_each_fault_is_found(column: str, values: list[object], check: str) -> None:
    assert check in failures(table().assign(**{column: values}))


def test_domains_may_fall_short_of_the_whole_when_codes_are_missing() -> None:
    assert failures(table().assign(n=[6.0, 2.0, 3.0], estimate=[11.0, 4.0, 6.0])) == set()


def test_domains_may_not_exceed_the_whole() -> None:
    assert failures(table().assign(n=[6.0, 2.0, 3.0], estimate=[9.0, 4.0, 6.0])) == {"domains_add_up"}
