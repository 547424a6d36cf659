"""What an exhibit is made of: the material a builder is given, the block it gives back, and the block's place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.report_labels import Labels
from pipeline.report_tables import Note, Table
from surveys.study import Study


@dataclass(frozen=True)
class Material:
    """All that a builder of exhibits may read.

    Parameters
    ----------
    frame : DataFrame
        Published view of the estimates: hidden rows have no numbers.
    labels : Labels
        Names and phrases in the language of the report.
    confidence : str
        Confidence level as printed, such as ``95``.
    fonts : Path
        Fonts of the charts.
    study : Study
        For what the study declares beside its exhibits.
    tables : mapping of str to DataFrame
        Other tables of the estimation stage by name (`pipeline.analysis_files.ANALYSIS_TABLES`); one may be absent.
    records : mapping
        ``record.json`` of the stages before, by stage; one may be absent.
    folder : Path or None
        The study's folder, for files that an exhibit names.
    """

    frame: pd.DataFrame
    labels: Labels
    confidence: str
    fonts: Path
    study: Study
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    folder: Path | None = None


@dataclass(frozen=True)
class Place:
    """Where a block stands: its printed number, link target and title."""

    number: str
    anchor: str
    title: str


@dataclass(frozen=True)
class Chart:
    """A picture ready to place: its drawing, the finding in words, and where its numbers are.

    ``svg`` is empty where nothing may be shown; the templates then say so.
    """

    number: str
    anchor: str
    title: str
    unit: str
    alt: str
    svg: str
    notes: tuple[Note, ...]
    kind: str = "chart"


@dataclass(frozen=True)
class Results:
    """A plain table ready to print, with the sentences that its numbers allow below it."""

    number: str
    anchor: str
    title: str
    unit: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...]
    sentences: tuple[str, ...]
    notes: tuple[Note, ...]
    kind: str = "results"


Block = Table | Chart | Results


@dataclass(frozen=True)
class Built:
    """What a builder gives back.

    Parameters
    ----------
    block : Table, Chart or Results
        Its ``kind`` is the name of the template macro that prints it.
    data : callable, optional
        Makes the table with a picture's numbers at a place in the annex. A picture without one must state all its
        numbers in its notes.
    """

    block: Block
    data: Callable[[Place], Table | Results] | None = None
