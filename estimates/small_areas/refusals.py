"""Why an area model cannot be fitted, as a name and numbers that others put into words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Reason = Literal["few_areas", "dependent", "few_variances", "unknown_covariate", "variance_not_positive"]


class CannotFit(ValueError):
    """An area model that cannot be fitted.

    Parameters
    ----------
    reason : {"few_areas", "dependent", "few_variances", "unknown_covariate", "variance_not_positive"}
        What is in the way.
    **numbers : int
        Numbers that say how much of it: ``areas``, ``coefficients``, ``least``.
    """

    def __init__(self, reason: Reason, **numbers: int) -> None:
        self.reason: Reason = reason
        self.numbers: Mapping[str, int] = numbers
        super().__init__(", ".join([reason.replace("_", " "), *(f"{name} {value}" for name, value in numbers.items())]))
