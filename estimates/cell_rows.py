"""Rows of the estimate table from the numbers of cells: interval, coefficient of variation, deff and verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimates.design_effects import design_effect
from estimates.measure import Coding, Kind
from estimates.row_intervals import row_intervals
from estimates.rowwise import DomainEstimates
from estimates.statistics.ratio import DUST
from estimates.table import WHOLE
from estimates.verdicts import verdicts
from surveys.design import Design
from surveys.study import ProportionInterval

# A cell with rows whose figure is not defined: a zero denominator, a negative amount, an unknown quantile.
NOT_DEFINED = "not_defined"


@dataclass(frozen=True)
class CellBlock:
    """One figure in every cell of one breakdown.

    Parameters
    ----------
    name, unit : str
        Indicator as the table names it, and its unit.
    kind : {"prop", "mean", "total", "ratio"}
        How publication standards judge it.
    shape : {"share", "count", "positive", "any"}
        Which interval it gets where it has none of its own.
    by : tuple of str
        Breakdown.
    found : DomainEstimates
        Its numbers.
    calibrated : bool
        Whether the variances leave out what known totals determine.
    """

    name: str
    unit: str
    kind: Kind
    shape: str
    by: tuple[str, ...]
    found: DomainEstimates
    calibrated: bool = False


def rows_of_cells(
    study: str,
    blocks: Sequence[CellBlock],
    codings: Mapping[str, Coding],
    design: Design,
    *,
    standards: Sequence[str],
    planned: Sequence[str] = (),
    confidence: float = 0.95,
    proportion_interval: ProportionInterval = "korn_graubard",
) -> pd.DataFrame:
    """Make the rows of an `EstimateTable`.

    Parameters
    ----------
    study : str
        Name of the study.
    blocks : sequence of CellBlock
        At least one.
    codings : mapping of str to Coding
        Breakdowns by name, for their codes.
    design : Design
        Of the rows.
    standards, planned, confidence, proportion_interval
        As in `estimates.tabulate.tabulate`.

    Returns
    -------
    DataFrame
        Columns of an `EstimateTable`, with the breakdowns of these blocks.
    """
    breakdowns = tuple(dict.fromkeys(name for block in blocks for name in block.by))
    cells = [block.found.cells for block in blocks]
    sizes = [found.n.size for found in cells]
    estimate, variance, srs, population = (
        np.concatenate([getattr(found, name) for found in cells])
        for name in ("estimate", "variance", "srs_variance", "population")
    )
    df, n_psu, n, cases = (
        np.concatenate([getattr(found, name) for found in cells]) for name in ("df", "n_psu", "n", "cases")
    )
    variance = np.where(variance < (DUST * estimate) ** 2, 0.0, variance)
    se = np.sqrt(variance)
    shape = np.repeat([block.shape for block in blocks], sizes)
    known = np.isfinite(estimate)
    low, high, certified = row_intervals(
        np.where(known & np.isfinite(se), shape, "none"), np.where(known, estimate, 0.0), np.where(known, se, 0.0),
        n.astype(float), cases.astype(float), population, df.astype(float),
        census=bool(np.all(design.fpc == 0)), confidence=confidence, proportion=proportion_interval,
    )  # fmt: skip
    low, high = (np.where(known, limit, np.nan) for limit in (low, high))
    own_low, own_high = _own_limits(blocks, sizes)
    own = np.isfinite(own_low) & np.isfinite(own_high)
    low, high = np.where(own, own_low, low), np.where(own, own_high, high)
    certified = np.where(np.isfinite(low) & np.isfinite(high), certified, False)
    # What varies from row to row and not with the sample is what calibration fixed.
    fixed = np.repeat([block.calibrated for block in blocks], sizes) & known & (variance == 0) & (srs > 0)
    low, high = (np.where(fixed, estimate, limit) for limit in (low, high))
    with np.errstate(invalid="ignore", divide="ignore"):
        cv = np.where(estimate != 0, se / np.abs(estimate), np.nan)
    deff = np.where(fixed, np.nan, design_effect(variance, srs))
    judged = verdicts(
        standards, np.repeat([block.kind for block in blocks], sizes), estimate, se, n, cases, deff, df,
        np.repeat([set(block.by) <= set(planned) for block in blocks], sizes), low, high, certified,
        collapsed=bool(design.collapsed), known=fixed,
    )  # fmt: skip
    columns: dict[str, object] = {
        "study": study, "indicator": np.repeat(np.array([block.name for block in blocks], dtype=object), sizes),
    }  # fmt: skip
    for name in breakdowns:
        columns[name] = np.concatenate([codes_of_cells(block.by, name, codings) for block in blocks])
    columns |= {
        "estimate": estimate, "se": se, "ci_low": low, "ci_high": high, "cv": cv, "deff": deff, "df": df, "n": n,
        "n_psu": n_psu, "cases": cases, "population": population,
        "unit": np.repeat(np.array([block.unit for block in blocks], dtype=object), sizes),
        "status": np.array(judged.statuses, dtype=object)[judged.status],
        "reason": np.array([text.replace("zero_denominator", NOT_DEFINED) for text in judged.reasons], dtype=object)[
            judged.reason
        ],
    }  # fmt: skip
    return pd.DataFrame(columns)


def codes_of_cells(by: Sequence[str], name: str, codings: Mapping[str, Coding]) -> npt.NDArray[np.object_]:
    """Code of one breakdown in every cell of some crossed breakdowns: (D,); the whole where it is not crossed."""
    size = int(np.prod([len(codings[other].labels) for other in by], dtype=np.int64)) if by else 1
    if name not in by:
        return np.full(size, WHOLE, dtype=object)
    place = list(by).index(name)
    inner = int(np.prod([len(codings[other].labels) for other in by[place + 1 :]], dtype=np.int64))
    labels = np.array(codings[name].labels, dtype=object)
    return np.asarray(labels[np.arange(size) // inner % len(labels)], dtype=object)


def _own_limits(
    blocks: Sequence[CellBlock], sizes: Sequence[int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    def gathered(name: str) -> npt.NDArray[np.float64]:
        parts = []
        for block, size in zip(blocks, sizes, strict=True):
            limit = getattr(block.found, name)
            parts.append(np.full(size, np.nan) if limit is None else limit)
        return np.concatenate(parts)

    return gathered("low"), gathered("high")
