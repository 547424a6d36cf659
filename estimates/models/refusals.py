"""Why a regression cannot be fitted, as a name that others put into words."""

from __future__ import annotations

from typing import Literal

Refusal = Literal["outcome_not_binary", "outcome_negative", "too_few_rows", "columns_dependent", "not_converged"]

SAID: dict[Refusal, str] = {
    "outcome_not_binary": "a logistic model takes 0 and 1 only",
    "outcome_negative": "a Poisson model takes counts of 0 or more",
    "too_few_rows": "the model needs more rows than coefficients",
    "columns_dependent": "the columns depend on one another; leave one category out",
    "not_converged": "the model did not converge; look for a covariate that separates the outcome perfectly",
}


class CannotRegress(ValueError):
    """A regression that has no answer on these rows.

    Parameters
    ----------
    reason : str
        A key of `SAID`, printed in the table of the model in words of the report.
    """

    def __init__(self, reason: Refusal) -> None:
        self.reason: Refusal = reason
        super().__init__(SAID[reason])
