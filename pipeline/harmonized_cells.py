"""One cell for each study and harmonized figure: what was published and, beside it, what the study's data give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from estimates.protection import HIDDEN_STATUSES
from pipeline.estimate_files import breakdown_columns
from pipeline.harmonized_words import WORDS
from pipeline.study_files import LoadedStudy
from surveys.dictionary import Label
from surveys.harmonized_figures import HarmonizedIndicator, HarmonizedList, PublishedCell, StudyFigures

WHOLE = "_T"


@dataclass(frozen=True)
class Printed:
    """A figure of ``published.csv``, brought to the unit it is printed in."""

    value: float
    where: str


@dataclass(frozen=True)
class Column:
    """A column of the side-by-side table: one study, as published or as estimated here."""

    study: str
    country: str
    year: int
    kind: str
    synthetic: bool


@dataclass(frozen=True)
class Cell:
    """One figure of one study.

    ``value`` is in the unit as printed (percentages out of 100) and NaN where it is a text or may not be shown; ``low``
    and ``high`` are NaN for figures published without error.
    """

    figure: str
    column: Column
    value: float
    unit: str
    definition: Label
    period: Label
    comparability: Label
    text: Label | None = None
    quality: str = "exact"
    low: float = math.nan
    high: float = math.nan
    status: str = ""
    source: str = ""
    address: str = ""
    derived: str = ""

    @property
    def shown(self) -> bool:
        """Whether a number or a text stands in the cell."""
        return self.text is not None or math.isfinite(self.value)


def study_cells(
    loaded: LoadedStudy,
    figures: StudyFigures,
    common: HarmonizedList,
    printed: dict[tuple[str, tuple[tuple[str, str], ...]], Printed],
    frame: pd.DataFrame | None,
) -> list[Cell]:
    """Make the cells of one study, in the order of the common list.

    Parameters
    ----------
    loaded : LoadedStudy
        The study and its dictionary.
    figures : StudyFigures
        What was published.
    common : HarmonizedList
        The common list.
    printed : dict
        Figures of ``published.csv`` by indicator and domain.
    frame : DataFrame or None
        Rows of the study's release, that is, of the published view; None for a study without microdata.

    Returns
    -------
    list of Cell
        Published cells first within each figure. A row whose number may not be shown has its status and no number.
    """
    study = loaded.study
    period = study.reference_period or Label(es=str(study.year), en=str(study.year))
    published = Column(study.name, study.country, study.year, "published", synthetic=False)
    cells = []
    for indicator in common.indicators.values():
        for item in figures.published:
            if item.figure == indicator.name:
                cells.append(_published(item, indicator, published, period, printed))
        if frame is not None and indicator.indicator:
            cells += _estimated(frame, indicator, loaded, period)
    return cells


def columns_of(cells: Sequence[Cell]) -> list[Column]:
    """Columns that hold a cell, studies in the order they came and the published column first."""
    found = dict.fromkeys(cell.column for cell in cells)
    studies = list(dict.fromkeys(column.study for column in found))
    return sorted(found, key=lambda column: (studies.index(column.study), column.kind != "published"))


def _published(
    item: PublishedCell,
    indicator: HarmonizedIndicator,
    column: Column,
    period: Label,
    printed: dict[tuple[str, tuple[tuple[str, str], ...]], Printed],
) -> Cell:
    taken = printed.get((item.indicator, item.domain))
    value = taken.value if taken is not None else math.nan if item.value is None else item.value
    return Cell(
        indicator.name,
        column,
        value,
        indicator.unit,
        item.definition,
        item.period or period,
        item.comparability,
        text=item.text,
        quality=item.quality,
        status="published",
        source=item.source or (taken.where if taken is not None else ""),
        address=item.address,
        derived=item.derived,
    )


def _estimated(frame: pd.DataFrame, indicator: HarmonizedIndicator, loaded: LoadedStudy, period: Label) -> list[Cell]:
    rows = frame[frame["indicator"] == indicator.indicator]
    domain = dict(indicator.domain)
    columns = breakdown_columns(frame)
    if any(name not in columns for name in domain):
        return []
    for name in columns:
        rows = rows[rows[name] == domain.get(name, WHOLE)]
    if len(rows) != 1:
        return []
    row, study = rows.iloc[0], loaded.study
    hidden = row["status"] in (*HIDDEN_STATUSES, "empty")
    scale = 100.0 if row["unit"] == "percent" else 1.0
    value, low, high = (math.nan if hidden else scale * float(row[name]) for name in ("estimate", "ci_low", "ci_high"))
    known = loaded.dictionary.indicators.get(indicator.indicator)
    definition = known.definition or known.label if known is not None else indicator.definition
    note = "own_synthetic" if study.synthetic else "own_estimate"
    return [
        Cell(
            indicator.name,
            Column(study.name, study.country, study.year, "estimated", study.synthetic),
            value,
            indicator.unit,
            definition,
            period,
            Label(es=WORDS["es"][note], en=WORDS["en"][note]),
            low=low,
            high=high,
            status=str(row["status"]),
            source=f"Caracteriza, {study.name}",
        )
    ]
