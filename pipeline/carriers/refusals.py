"""Why a carrier does not take a scan, or a sum cannot be exact."""

from __future__ import annotations

from surveys.problems import Message


class TooLarge(Exception):
    """A number of the column ``name`` has more than ``digits`` digits before the point, too many for exact sums."""

    def __init__(self, name: str, digits: int) -> None:
        self.name, self.digits = name, digits
        super().__init__(f"{name}: {digits}")


class NotAScanTable(Exception):
    """No files, or files that differ in columns or decimals; ``name`` is the first that does."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        super().__init__(name)


class NotExact(Exception):
    """Exact sums were asked of a table of numbers."""


class NoEngine(Exception):
    """The carrier `engine` was asked for without a way to connect to one."""


class NotSorted(Exception):
    """Rows that are not in the order of stratum and PSU, or an engine that did not keep the order it was asked for."""


TOO_LARGE = Message(
    "totals_too_large",
    "exact sums are not possible: '{name}' holds a number of more than {digits} digits before the decimal point. Give "
    "the variable a larger unit in mapping.yaml, or take the indicator out of `tabulation:`.",
    "no se puede sumar exactamente: '{name}' tiene un número de más de {digits} dígitos antes del punto decimal. Dé a "
    "la variable una unidad mayor en mapping.yaml, o quite el indicador de `tabulation:`.",
)
