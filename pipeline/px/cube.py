"""A table of any number of dimensions, with names in both languages: what a PC-Axis file holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType

from surveys.dictionary import Label

NOT_POSSIBLE, NOT_PRECISE, CONFIDENTIAL, NOT_COMPUTED = ".", "..", "...", "...."
SYMBOLS: MappingProxyType[str, Label] = MappingProxyType({
    NOT_POSSIBLE: Label("No puede existir: sin personas en este grupo", "Cannot exist: nobody in this group"),
    NOT_PRECISE: Label("No se publica: precisión insuficiente", "Withheld: not precise enough"),
    CONFIDENTIAL: Label("No se publica: confidencial", "Withheld: confidential"),
    NOT_COMPUTED: Label("No calculado para esta celda", "Not computed for this cell"),
})  # fmt: skip


@dataclass(frozen=True)
class Dimension:
    """One variable of a cube.

    Parameters
    ----------
    code : str
        Its name for programs.
    label : Label
        Its name for people.
    values : mapping of str to Label
        Name of every code, in order; no two alike in a language.
    """

    code: str
    label: Label
    values: Mapping[str, Label]


@dataclass(frozen=True)
class Cube:
    """One PC-Axis file.

    Parameters
    ----------
    name : str
        Of the file, without ending.
    matrix : str
        Name of the matrix, at most 20 signs.
    title, contents : Label
        Title, and what it is a table of.
    stub, heading : tuple of Dimension
        Down the side and across the top.
    content : str
        Code of the dimension whose values have units.
    units : mapping of str to Label
        Unit of every value of that dimension.
    decimals : mapping of str to int
        Decimals to show, by value of the last dimension.
    cells : mapping of tuple of str to str
        Number as text, or a sign of `SYMBOLS`, by the codes of all dimensions; a cell that is absent was not computed.
    warnings, notes : tuple of Label
        What must be shown with the table, and what may be.
    cell_notes : mapping of tuple of str to Label
        Notes of single cells by the codes of all dimensions; ``*`` stands for every value.
    source, period : Label
        Who made it, and the time it is about; empty where unknown.
    year : int
        Dates the file, so that two runs give the same bytes.
    """

    name: str
    matrix: str
    title: Label
    contents: Label
    stub: tuple[Dimension, ...]
    heading: tuple[Dimension, ...]
    content: str
    units: Mapping[str, Label]
    decimals: Mapping[str, int]
    cells: Mapping[tuple[str, ...], str]
    warnings: tuple[Label, ...] = ()
    notes: tuple[Label, ...] = ()
    cell_notes: Mapping[tuple[str, ...], Label] = field(default_factory=dict)
    source: Label = field(default=Label("", ""))
    period: Label = field(default=Label("", ""))
    year: int = 2000

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All dimensions, in the order of the data."""
        return (*self.stub, *self.heading)

    def rows(self) -> list[list[str]]:
        """Cells in the order of the file: one list for each combination of the stub."""
        across = list(product(*(part.values for part in self.heading)))
        return [
            [self.cells.get((*side, *top), NOT_COMPUTED) for top in across]
            for side in product(*(part.values for part in self.stub))
        ]


def distinct(values: Mapping[str, Label]) -> dict[str, Label]:
    """Set the code behind names that two codes share, because PC-Axis tells values by their names."""
    found: dict[str, Label] = {}
    taken = {language: [one.get(language) for one in values.values()] for language in ("es", "en")}
    for code, label in values.items():
        spanish, english = (
            f"{label.get(language)} ({code})" if taken[language].count(label.get(language)) > 1 else label.get(language)
            for language in ("es", "en")
        )
        found[code] = Label(spanish, english)
    return found
