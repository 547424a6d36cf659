"""Estimates of blocks of measures and cells as the rows of one table, judged and with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.cell_rows import NOT_DEFINED
from estimates.design_effects import design_effect
from estimates.measure import BoolVector, FloatVector, IntVector, Kind, Shape
from estimates.row_intervals import row_intervals
from estimates.statistics.cell_estimates import CellEstimates
from estimates.table import LEADING, NUMBERS, TRAILING, WHOLE, EstimateTable
from estimates.verdicts import Verdicts, verdicts
from surveys.design import LonelyPsu
from surveys.strata import CollapsedStratum
from surveys.study import ProportionInterval


class Measured(Protocol):
    """What the rows of a measure say of it, wherever its values are."""

    @property
    def name(self) -> str:
        """Indicator, as the dictionary names it."""

    @property
    def unit(self) -> str:
        """Unit, for display only."""

    @property
    def kind(self) -> Kind:
        """How it is estimated."""

    @property
    def shape(self) -> Shape:
        """What its estimates can be."""

    @property
    def is_share(self) -> bool:
        """Whether a mean of it is a share of rows."""


class Strata(Protocol):
    """The strata of a sample, wherever its rows are; `surveys.design.Design` is one."""

    @property
    def psus(self) -> int:
        """PSUs of the sample."""

    @property
    def psus_per_stratum(self) -> IntVector:
        """PSUs of each stratum, (H,)."""

    @property
    def fpc(self) -> FloatVector:
        """Finite population correction of each stratum, (H,)."""

    @property
    def lonely_psu(self) -> LonelyPsu:
        """What a stratum with one PSU adds."""

    @property
    def collapsed(self) -> tuple[CollapsedStratum, ...]:
        """Strata that were joined."""


@dataclass(frozen=True)
class Block:
    """Measures of one breakdown; the arrays of ``cells`` and ``known`` are (measures, D)."""

    measures: Sequence[Measured]
    by: tuple[str, ...]
    cells: CellEstimates
    known: BoolVector | None = None


def estimate_table(
    study: str,
    blocks: Sequence[Block],
    labels: Mapping[str, tuple[str, ...]],
    design: Strata,
    standards: Sequence[str],
    planned: Sequence[str],
    confidence: float,
    proportion_interval: ProportionInterval,
) -> EstimateTable:
    """Judge the estimates of all blocks and lay them out as rows.

    Parameters
    ----------
    study : str
        Name of the study.
    blocks : sequence of Block
        In the order of the rows.
    labels : mapping of str to tuple of str
        Codes of each breakdown variable.
    design : Strata
        Of the whole sample.
    standards, planned, confidence, proportion_interval
        As in `estimates.tabulate.tabulate`.

    Returns
    -------
    EstimateTable
    """
    breakdowns = tuple(dict.fromkeys(name for block in blocks for name in block.by))
    if not blocks:
        return EstimateTable(pd.DataFrame(columns=[*LEADING, *NUMBERS, *TRAILING]), ())
    measures = [measure for block in blocks for measure in block.measures]
    sizes = [block.cells.n.shape[1] for block in blocks for _ in block.measures]
    column = {
        item.name: np.concatenate([getattr(block.cells, item.name).ravel() for block in blocks])
        for item in fields(CellEstimates)
    }
    estimate, n, cases, df = (column[name] for name in ("estimate", "n", "cases", "df"))
    # Sums beyond the largest number that can be held are no estimates.
    beyond = np.isinf(estimate) | (np.isfinite(estimate) & ~np.isfinite(column["variance"]) & (n > 0))
    variance = column["variance"]
    if beyond.any():
        estimate, variance = np.where(beyond, np.nan, estimate), np.where(beyond, np.nan, variance)
    se = np.sqrt(variance)
    deff = design_effect(variance, column["srs_variance"])
    census = bool(np.all(design.fpc == 0))
    shapes = [measure.shape for measure in measures]
    low, high, certified = row_intervals(
        np.repeat(shapes, sizes), estimate, se, n.astype(float), cases.astype(float), column["population"],
        df.astype(float), census=census, confidence=confidence, proportion=proportion_interval,
    )  # fmt: skip
    known = np.concatenate([_known(block) for block in blocks])
    if known.any():
        # What calibration fixed does not vary: its interval is the figure itself, and it has no design effect.
        low, high = (np.where(known, estimate, limit) for limit in (low, high))
        deff, certified = np.where(known, np.nan, deff), certified | known
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(estimate != 0, se / np.abs(estimate), np.nan)
    is_planned = np.repeat([set(block.by) <= set(planned) for block in blocks for _ in block.measures], sizes)
    judged: Verdicts = verdicts(
        standards, np.repeat([measure.kind for measure in measures], sizes), estimate, se, n, cases, deff, df,
        is_planned, low, high, certified, collapsed=bool(design.collapsed), known=known,
    )  # fmt: skip
    rows = int(estimate.size)
    columns: dict[str, object] = {
        "study": _texts(np.zeros(rows, dtype=np.int64), (study,)),
        "indicator": _repeated([measure.name for measure in measures], sizes),
    }
    for name in breakdowns:
        position = np.concatenate([_codes(block, name, labels) for block in blocks])
        columns[name] = _texts(position, (WHOLE, *labels[name]))
    columns |= {
        "estimate": estimate, "se": se, "ci_low": low, "ci_high": high, "cv": cv, "deff": deff, "df": df,
        "n": n, "n_psu": column["n_psu"], "cases": cases, "population": column["population"],
        "unit": _repeated([measure.unit for measure in measures], sizes),
        "status": _texts(judged.status, judged.statuses), "reason": _texts(judged.reason, judged.reasons),
    }  # fmt: skip
    if beyond.any():
        columns["reason"] = _texts(judged.reason, judged.reasons).mask(pd.Series(beyond), NOT_DEFINED)
    return EstimateTable(pd.DataFrame(columns), breakdowns)


def _known(block: Block) -> BoolVector:
    return np.zeros(block.cells.n.size, dtype=bool) if block.known is None else block.known.ravel()


def _codes(block: Block, name: str, labels: Mapping[str, tuple[str, ...]]) -> npt.NDArray[np.int64]:
    """Position of the code of every row of a block, 1 for the first label; 0 for the whole."""
    rows = block.cells.n.size
    if name not in block.by:
        return np.zeros(rows, dtype=np.int64)
    inner = 1
    for other in block.by[block.by.index(name) + 1 :]:
        inner *= len(labels[other])
    cells = np.arange(block.cells.n.shape[1]) // inner % len(labels[name]) + 1
    return np.tile(cells, len(block.measures))


def _repeated(texts: Sequence[str], sizes: Sequence[int]) -> object:
    known = {text: position for position, text in enumerate(dict.fromkeys(texts))}
    return _texts(np.repeat([known[text] for text in texts], sizes), tuple(known))


def _texts(position: npt.NDArray[np.int64], texts: Sequence[str]) -> pd.Series[str]:
    """Texts by position: few texts, many rows, none of which is looked at twice."""
    return pd.Series(np.array(texts, dtype=object), dtype="str").take(position).reset_index(drop=True)
