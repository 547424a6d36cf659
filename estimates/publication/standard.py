"""What a publication standard is, and the first-match way in which all of them decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from estimates.publication.cells import BoolArray, Cells

Status = Literal["reliable", "weak", "withheld", "not_applicable"]
STATUS_ORDER: tuple[Status, ...] = ("not_applicable", "reliable", "weak", "withheld")


@dataclass(frozen=True)
class Level:
    """One word of a standard.

    Parameters
    ----------
    status : str
        What the standard does with such a number: shows it (``reliable``), shows it with a warning
        (``weak``), does not show it (``withheld``), or has no opinion (``not_applicable``).
    symbol : str
        Mark printed beside the number; never a colour alone.
    es, en : str
        The word in Spanish and English.
    """

    status: Status
    symbol: str
    es: str
    en: str


@dataclass(frozen=True)
class Verdict:
    """Which check of a standard each cell met.

    Parameters
    ----------
    position : (n,) int
        Position in ``words`` and ``reasons``: a million cells need a million small numbers, not texts.
    words, reasons : tuple of str
        Native word and reason code of every check.
    """

    position: NDArray[np.int64]
    words: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Standard:
    """A publication rule with its name, version and source.

    Parameters
    ----------
    id, version, source : str
        Name in the configuration, date or edition, and where the rule is written.
    es, en : str
        Title in both languages.
    levels : mapping of str to Level
        The standard's own words.
    judge : callable
        Cells to verdict.
    table_minimum : float or None
        Share of a table's cells that must be ``reliable`` for the table to be published at all.
    """

    id: str
    version: str
    source: str
    es: str
    en: str
    levels: Mapping[str, Level]
    judge: Callable[[Cells], Verdict]
    table_minimum: float | None = None


Check = tuple[BoolArray, str, str]

NOT_APPLICABLE = Level("not_applicable", "", "no se aplica", "not applicable")
UNKNOWN = "not_estimable"


def first_match(cells: Cells, checks: Sequence[Check], *, otherwise: str, unknown: str) -> Verdict:
    """Decide every cell by the first check it meets, as the standards are written.

    Parameters
    ----------
    cells : Cells
        Cells to decide.
    checks : sequence of (condition, native word, reason code)
        In the order of the standard's text. The reason is empty where the number is shown without remark.
    otherwise : str
        Word for cells that meet no check.
    unknown : str
        Word for cells without an estimate or a standard error; their reason is ``not_estimable``.

    Returns
    -------
    Verdict
        Shapes (n,).
    """
    shape = cells.estimate.shape
    conditions = [~cells.is_known, *(np.broadcast_to(condition, shape) for condition, _, _ in checks)]
    position = np.full(shape, len(conditions), dtype=np.int64)
    for rank, condition in reversed(list(enumerate(conditions))):
        position[condition] = rank
    return Verdict(
        position,
        (unknown, *(word for _, word, _ in checks), otherwise),
        (UNKNOWN, *(reason for _, _, reason in checks), ""),
    )
