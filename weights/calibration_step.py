"""Step `calibrate`: weights that hit known totals, in one model or in one for each domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Problem
from weights.calibration.calibrate import Calibration, NotCalibrated, calibrate
from weights.calibration.distance import Bounds, Distance
from weights.calibration.feasibility import feasibility
from weights.calibration.margins import Amount, Control, Margin, control_cells
from weights.calibration_messages import (
    BOUNDS_TOO_NARROW,
    BOUNDS_WRONG,
    CELL_MISSING,
    CELL_WITHOUT_TOTAL,
    CELL_WITHOUT_UNITS,
    NEGATIVE_WEIGHTS,
    NOT_CONVERGED,
    TOTALS_CONFLICT,
)
from weights.diagnostics import diagnose
from weights.population_totals import MarginShape, PopulationTotals, written
from weights.weight_set import WeightStep

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class MarginRows:
    """What the sample knows of one margin.

    Parameters
    ----------
    shape : MarginShape
        The margin.
    cells : tuple of tuple of str
        Every cell that occurs.
    cell : (m,) int
        Cell of each row of the margin's level; -1 where a variable is missing, -2 outside the universe.
    unit : (m,) int or None
        For each of these rows the unit that is weighted; None when the rows are the units.
    amount : (m,) float or None
        Amount added up instead of the count.
    """

    shape: MarginShape
    cells: tuple[tuple[str, ...], ...]
    cell: IntVector
    unit: IntVector | None = None
    amount: FloatVector | None = None


def calibration(
    before: FloatVector,
    margins: Sequence[MarginRows],
    totals: PopulationTotals,
    *,
    distance: Distance = "linear",
    bounds: Bounds | None = None,
    partition: tuple[IntVector, Sequence[str]] | None = None,
    leave_missing: bool = False,
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    """Calibrate weights to known totals.

    Parameters
    ----------
    before : (n,) float
        Weights before the step; zeros stay zero.
    margins : sequence of MarginRows
        Margins of the units and of the levels below; a household has one weight for all of them.
    totals : PopulationTotals
        Known totals of these margins.
    distance, bounds
        As in `weights.calibration.calibrate.calibrate`.
    partition : (codes (n,) int, labels), optional
        A model of its own for each domain; -1 where a unit has none.
    leave_missing : bool
        Let units without a cell count in none of them.
    where : str
        For messages.
    parameters : mapping, optional
        For the record.

    Returns
    -------
    WeightStep
        Diagnostics say the range of the factors, and each total before and after.

    Raises
    ------
    DataError
        Units without a cell, cells without total or without units, and totals that bounds or one another forbid.

    Notes
    -----
    A household's auxiliary vector is the sum of those of its members (Lemaître and Dufour, 1987), so household and
    person margins are met at once with one weight a household. Estimated totals are met as if they were known; their
    standard errors are kept in the record, and the variance of an estimate must add theirs.

    References
    ----------
    Deville and Särndal (1992), JASA 87(418), 376-382; Lemaître and Dufour (1987), Survey Methodology 13(2), 199-207.
    """
    controls = controls_of(before, margins, totals, leave_missing=leave_missing, where=where)
    factor = np.ones(before.size)
    iterations = 0
    for rows, label in _domains(before, partition):
        named = controls if label is None else [part for part in (_part(c, rows) for c in controls) if part]
        solved = solve(before[rows], named, distance=distance, bounds=bounds, where=where, domain=label)
        factor[rows] = solved.g_weight
        iterations = max(iterations, solved.iterations)
    factor[before == 0] = 0.0
    negative = int((factor < 0).sum())
    if negative:
        raise DataError([Problem(NEGATIVE_WEIGHTS, where, {"count": negative, "rows": int((before > 0).sum())})])
    after = before * factor
    g = factor[before > 0]
    table = totals_table(controls, before, after, totals)
    diagnostics = {
        **diagnose(after),
        "g_min": float(g.min()), "g_max": float(g.max()), "g_mean": float(g.mean()),
        "at_bounds": 0 if bounds is None else int((np.isclose(g, bounds[0]) | np.isclose(g, bounds[1])).sum()),
        "iterations": iterations, **_hits(table), "tables": table,
    }  # fmt: skip
    # Cells of a partition carry their domain, so these columns hold the separate models too.
    known = control_cells(controls)
    return WeightStep("calibrate", factor, ("calibration",), dict(parameters or {}), diagnostics, known)


def controls_of(
    before: FloatVector, margins: Sequence[MarginRows], totals: PopulationTotals, *, leave_missing: bool, where: str
) -> list[Control]:
    """Join the cells of the sample with the totals, and refuse what cannot be calibrated."""
    problems: list[Problem] = []
    controls: list[Control] = []
    for margin in margins:
        shape = margin.shape
        known = totals.totals[shape.name]
        labels = tuple(dict.fromkeys((*known, *margin.cells)))
        place = np.array([labels.index(cell) for cell in margin.cells] + [-2, -1], dtype=np.int64)
        cell = place[margin.cell]
        weight = before if margin.unit is None else before[margin.unit]
        used = weight > 0
        unplaced = int((used & (cell == -1)).sum())
        if unplaced and not leave_missing:
            problems.append(Problem(CELL_MISSING, where, {"count": unplaced, "margin": shape.name,
                                                          "variables": ", ".join(shape.variables) or "-"}))  # fmt: skip
        inside = used & (cell >= 0)
        units = np.bincount(cell[inside], minlength=len(labels))
        for number, label in enumerate(labels):
            details: dict[str, object] = {"margin": shape.name, "cell": written(label), "count": int(units[number])}
            if label not in known:
                if units[number]:
                    problems.append(Problem(CELL_WITHOUT_TOTAL, where, details))
            elif known[label].total > 0 and not units[number]:
                details["total"] = f"{known[label].total:,.10g}"
                problems.append(Problem(CELL_WITHOUT_UNITS, known[label].where or where, details))
        wanted = [label for label in labels if label in known]
        controls += _controls(margin, cell, labels, wanted, totals, before.size)
    if problems:
        raise DataError(problems)
    return controls


def _controls(
    margin: MarginRows, cell: IntVector, labels: Sequence[tuple[str, ...]], wanted: Sequence[tuple[str, ...]],
    totals: PopulationTotals, units: int,
) -> list[Control]:  # fmt: skip
    name, known = margin.shape.name, totals.totals[margin.shape.name]
    if margin.unit is None and margin.amount is None:
        sums = np.array([known[label].total for label in wanted], dtype=np.float64)
        # Known cells come first, so their numbers stay; a cell without units and without total is left out.
        return [Margin(name, np.where((cell >= 0) & (cell < len(wanted)), cell, -1),
                       tuple(written(label) for label in wanted), sums)]  # fmt: skip
    unit = np.arange(units) if margin.unit is None else margin.unit
    amount = np.ones(cell.size) if margin.amount is None else margin.amount
    return [
        Amount(name, np.bincount(unit[cell == place], weights=amount[cell == place], minlength=units).astype(float),
               known[label].total, written(label))
        for place, label in enumerate(labels)
        if label in known
    ]  # fmt: skip


def solve(
    weight: FloatVector, controls: Sequence[Control], *, distance: Distance, bounds: Bounds | None, where: str,
    domain: str | None = None,
) -> Calibration:  # fmt: skip
    """Calibrate, and say in plain words why it cannot be done."""
    try:
        return calibrate(weight, controls, distance=distance, bounds=bounds)
    except NotCalibrated:
        reason = feasibility(weight, controls, bounds or (0.0, 2.0))
    except ValueError:
        details = {"distance": distance, "bounds": "-" if bounds is None else f"[{bounds[0]:g}, {bounds[1]:g}]"}
        raise DataError([Problem(BOUNDS_WRONG, where, details)]) from None
    conflicts = "; ".join(f"{name} {cell} ({total:,.10g}; {nearest:,.10g})".replace("  ", " ")
                          for name, cell, total, nearest in reason.conflicts[:8])  # fmt: skip
    said: dict[str, object] = {
        "domain": "" if domain is None else f" ({domain})", "conflicts": conflicts, "distance": distance,
    }  # fmt: skip
    if bounds is not None:
        said |= {"low": f"{bounds[0]:g}", "high": f"{bounds[1]:g}"}
    if reason.bounds is None:
        raise DataError([Problem(TOTALS_CONFLICT, where, said)])
    # Rounded away from one, so that the bounds named do hold.
    said |= {"wider_low": f"{np.floor(reason.bounds[0] * 1000) / 1000:g}",
             "wider_high": f"{np.ceil(reason.bounds[1] * 1000) / 1000:g}"}  # fmt: skip
    raise DataError([Problem(NOT_CONVERGED if bounds is None or reason.feasible else BOUNDS_TOO_NARROW, where, said)])


def totals_table(
    controls: Sequence[Control], before: FloatVector, after: FloatVector, totals: PopulationTotals
) -> list[dict[str, object]]:
    """Set every known total beside what the weights gave before and give now."""
    rows: list[dict[str, object]] = []
    for control in controls:
        known = {written(cell): total for cell, total in totals.totals[control.name].items()}
        if isinstance(control, Margin):
            inside = control.cell >= 0
            sums = [np.bincount(control.cell[inside], weights=weight[inside], minlength=len(control.labels))
                    for weight in (before, after)]  # fmt: skip
            lines = [(label, float(control.totals[c]), float(sums[0][c]), float(sums[1][c]))
                     for c, label in enumerate(control.labels)]  # fmt: skip
        else:
            lines = [(control.cell, control.total, float(before @ control.value), float(after @ control.value))]
        for label, target, was, now in lines:
            row: dict[str, object] = {
                "measure": f"total:{control.name}", "cell": label, "target": target, "before": was, "after": now,
            }  # fmt: skip
            if known[label].se is not None:
                row["target_se"] = known[label].se
            rows.append(row)
    return rows


def _hits(table: Sequence[Mapping[str, object]]) -> dict[str, float | int]:
    target, after = (np.array([float(str(row[key])) for row in table]) for key in ("target", "after"))
    miss = np.abs(after - target) / np.maximum(np.abs(target), 1.0)
    missed = int((miss > 1e-8).sum())
    return {"totals": len(table), "totals_missed": missed, "largest_miss": float(miss.max(initial=0.0))}


def _domains(
    before: FloatVector, partition: tuple[IntVector, Sequence[str]] | None
) -> list[tuple[IntVector, str | None]]:
    if partition is None:
        return [(np.arange(before.size), None)]
    codes, labels = partition
    found = [(np.flatnonzero(codes == number), label) for number, label in enumerate(labels)]
    return [(rows, label) for rows, label in found if rows.size and (before[rows] > 0).any()]


def _part(control: Control, rows: IntVector) -> Control | None:
    """Keep the cells of a control that lie in one domain; the cells carry the domain, so others have no rows there."""
    if isinstance(control, Amount):
        value = control.value[rows]
        return Amount(control.name, value, control.total, control.cell) if value.any() else None
    cell = control.cell[rows]
    present = np.unique(cell[cell >= 0])
    if not present.size:
        return None
    place = np.full(len(control.labels) + 1, -1, dtype=np.int64)
    place[present] = np.arange(present.size)
    return Margin(control.name, place[cell], tuple(control.labels[c] for c in present), control.totals[present])
