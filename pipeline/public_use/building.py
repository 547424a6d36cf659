"""Public-use files made from the microdata: columns, hidden values, weights, replicates, new numbers and order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from estimates.level_rows import level_rows
from estimates.public_use.classes import SUPPRESSED, ClassRule, Rows, class_of, common_codes, failing
from estimates.public_use.composition import families_like_others
from estimates.public_use.local_suppression import suppress
from estimates.public_use.masked_weights import masked_weights
from estimates.public_use.replicate_weights import Held, held_ratios
from estimates.public_use.variance_units import VarianceUnits, join_psus
from pipeline.public_use.columns import PublicColumn, public_columns, several
from surveys.derivation import derive
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.public_use import PublicFile, PublicUse
from surveys.study import Study

FloatVector = NDArray[np.float64]
IntVector = NDArray[np.int64]


@dataclass(frozen=True)
class BuiltFile:
    """One public file, in the order in which it is written, and what it was made from.

    Parameters
    ----------
    file : PublicFile
        What the study declares.
    columns : tuple of PublicColumn
        Columns with hidden values hidden.
    before : tuple of PublicColumn
        The same before anything was hidden.
    number : (n,) int
        New number of every row, 1 to n, drawn at random.
    family : (n,) int
        New number of the family, 0 where it is not given; the number itself in a file of families.
    weight : (n,) float
        Masked weights.
    replicates : (R, n) float
        Replicate weights.
    units : VarianceUnits
        Units of the replicates.
    row : (n,) int
        Row of the level in the microdata. Inside the house only.
    true_weight : (n,) float
        Final weight. Inside the house only.
    psu, stratum : (n,) int
        PSU and sampling stratum. Inside the house only.
    household : (n,) int
        Row of the design's level. Inside the house only.
    """

    file: PublicFile
    columns: tuple[PublicColumn, ...]
    before: tuple[PublicColumn, ...]
    number: IntVector
    family: IntVector
    weight: FloatVector
    replicates: NDArray[np.float64]
    units: VarianceUnits
    row: IntVector
    true_weight: FloatVector
    psu: IntVector
    stratum: IntVector
    household: IntVector

    def of(self, name: str, *, hidden: bool = True) -> list[PublicColumn]:
        """Return the columns of a variable, with values hidden or as they were."""
        return [column for column in (self.columns if hidden else self.before) if column.variable == name]

    def keys(self, *, hidden: bool = True) -> NDArray[np.int64]:
        """Codes of the keys, (n, q) int: -1 missing, -2 hidden."""
        return np.column_stack([several(self.of(name, hidden=hidden)) for name in self.file.keys])


@dataclass(frozen=True)
class _Read:
    """A file before protection."""

    file: PublicFile
    columns: list[PublicColumn]
    row: IntVector
    weight: FloatVector
    psu: IntVector
    household: IntVector

    def cell(self, names: Sequence[str]) -> tuple[IntVector, list[tuple[float, ...]]]:
        """Cell of every row by some variables, and what each cell is."""
        parts = [column.values for column in self.columns if column.variable in names]
        if not parts:
            return np.zeros(self.row.size, dtype=np.int64), [()]
        kinds, cell = np.unique(np.column_stack(parts), axis=0, return_inverse=True)
        return cell.reshape(-1).astype(np.int64), [tuple(kind) for kind in kinds.tolist()]


def build_files(
    plan: PublicUse, study: Study, dictionary: Dictionary, microdata: Microdata, design: Design,
    weights: Mapping[str, FloatVector],
) -> tuple[BuiltFile, ...]:  # fmt: skip
    """Make the public files of a study.

    Parameters
    ----------
    plan : PublicUse
        What is kept and how it is protected; its seed draws order, numbers and units.
    study, dictionary : Study, Dictionary
        The study and its variables.
    microdata : Microdata
        All levels.
    design : Design
        Of the rows of the design's level.
    weights : mapping of str to (n,) float
        Final weights by level.

    Returns
    -------
    tuple of BuiltFile
        In the order of the plan. Whether they may leave is for `pipeline.public_use.judging` to say.
    """
    sources = [item.source for file in plan.files for item in file.variables]
    wanted = [name for name in sources if dictionary.variables[name].derive is not None]
    microdata = derive(microdata, dictionary, wanted)
    read = {file.name: _read(file, study, dictionary, microdata, design, weights) for file in plan.files}
    first = read[plan.files[0].name]
    place = _places(first, plan.limits.places, design)
    built: dict[str, BuiltFile] = {}
    for number, file in enumerate(plan.files):
        random = np.random.default_rng([plan.seed, number])
        units = join_psus(design.stratum_of_psu, place, random, psus=plan.limits.psus)
        built[file.name] = _protected(plan, file, read, units, random, design, built)
    return tuple(built.values())


def _read(
    file: PublicFile, study: Study, dictionary: Dictionary, microdata: Microdata, design: Design,
    weights: Mapping[str, FloatVector],
) -> _Read:  # fmt: skip
    level = level_rows(file.level, study, dictionary, microdata, design, weights)
    row = np.flatnonzero(level.weight > 0)
    columns = [
        column for item in file.variables for column in public_columns(item, level.columns, row, dictionary)
    ]
    return _Read(file, columns, row, level.weight[row], level.design.psu[row], level.unit[row])


def _places(read: _Read, names: Sequence[str], design: Design) -> IntVector:
    """Place of every PSU: where most of its rows are."""
    cell, kinds = read.cell(names)
    counts = np.zeros((design.stratum_of_psu.size, len(kinds)))
    np.add.at(counts, (read.psu, cell), 1.0)
    return np.asarray(counts.argmax(axis=1), dtype=np.int64)


def _protected(
    plan: PublicUse, file: PublicFile, read: Mapping[str, _Read], units: VarianceUnits, random: np.random.Generator,
    design: Design, built: Mapping[str, BuiltFile],
) -> BuiltFile:  # fmt: skip
    own, limits = read[file.name], plan.limits
    stratum = design.stratum_of_psu[own.psu]
    columns = _hidden(own, ClassRule(limits.k, limits.l, limits.individual), limits.common)
    cell, _ = own.cell(file.held)
    weight = masked_weights(own.weight, cell, stratum, rows=limits.rows, strata=limits.strata, step=limits.step)
    anchor = own if file.of is None else read[file.of]
    ratio = _ratios(anchor, read, units, own=weight if file.of is None else None)
    at = np.arange(own.row.size) if file.of is None else _rows_of_family(own, anchor)
    factors = units.factors()[:, units.unit_of_psu[own.psu]]
    anchor_cell, _ = anchor.cell(anchor.file.held)
    replicates = weight * factors * ratio[:, anchor_cell[at]]
    order = random.permutation(own.row.size)
    number = np.arange(1, own.row.size + 1)
    made = BuiltFile(
        file, tuple(column.take(order) for column in columns), tuple(column.take(order) for column in own.columns),
        number, number, weight[order], np.round(replicates[:, order], 3), units, own.row[order], own.weight[order],
        own.psu[order], stratum[order], own.household[order],
    )  # fmt: skip
    return made if file.of is None else _with_families(made, built[file.of], plan)


def _ratios(
    read: _Read, files: Mapping[str, _Read], units: VarianceUnits, own: FloatVector | None = None
) -> NDArray[np.float64]:
    """Return what each replicate multiplies each held cell of a file with, (R, C)."""
    weight = read.weight if own is None else own
    cell, kinds = read.cell(read.file.held)
    if not read.file.held:
        return np.ones((units.units, 1))
    totals = None
    if read.file.held_from is not None:
        source = files[read.file.held_from]
        above = _ratios(source, files, units)
        source_cell, _ = source.cell(source.file.held)
        their, their_kinds = source.cell(read.file.held)
        each = source.weight * units.factors()[:, units.unit_of_psu[source.psu]] * above[:, source_cell]
        sums = np.stack([np.bincount(their, weights=line, minlength=len(their_kinds)) for line in each])
        place = {kind: number for number, kind in enumerate(their_kinds)}
        full = np.bincount(cell, weights=weight, minlength=len(kinds))
        whole = np.bincount(their, weights=source.weight, minlength=len(their_kinds))
        # The first phase says how much a cell changes from replicate to replicate, the file how large it is.
        totals = np.column_stack([
            full[number] * (sums[:, place[kind]] / whole[place[kind]] if kind in place else np.ones(units.units))
            for number, kind in enumerate(kinds)
        ])  # fmt: skip
    return held_ratios(weight, read.psu, units, Held(cell, totals))


def _hidden(read: _Read, rule: ClassRule, common: float) -> list[PublicColumn]:
    """Hide values of keys until every class keeps the rule, then of what is sensitive where nothing else helps."""
    columns = {name: [c for c in read.columns if c.variable == name] for name in dict.fromkeys(
        column.variable for column in read.columns)}  # fmt: skip
    keys = np.column_stack([several(columns[name]) for name in read.file.keys])
    sensitive = read.file.sensitive
    rows = sensitive_rows(read.weight, [several(columns[name]) for name in sensitive], common)
    # Keys are named from what may be hidden first to what must stay.
    shown = suppress(keys, rows, rule, np.arange(1.0, keys.shape[1] + 1.0))
    for place, name in enumerate(read.file.keys):
        columns[name] = [column.hide(shown[:, place] == SUPPRESSED) for column in columns[name]]
    for name in sensitive:
        left = failing(shown, sensitive_rows(read.weight, [several(columns[name])], common), ClassRule(1, rule.l))
        columns[name] = [column.hide(left) for column in columns[name]]
    # What no hiding can save (a file of fewer than k rows) is left for the judgement to refuse.
    return [column for item in read.file.variables for column in columns[item.name]]


def sensitive_rows(weight: FloatVector, codes: Sequence[NDArray[np.int64]], common: float) -> Rows:
    """Put weights and sensitive codes together for a rule.

    Parameters
    ----------
    weight : (n,) float
        Weights.
    codes : sequence of (n,) int
        Codes of each sensitive variable, below 0 where not known.
    common : float
        Share of the population from which a code tells nothing.
    """
    table = np.column_stack(codes) if codes else np.empty((weight.size, 0), dtype=np.int64)
    return Rows(weight, table, common_codes(table, weight, common))


def _rows_of_family(own: _Read, families: _Read) -> IntVector:
    order = np.argsort(families.household)
    at = order[np.minimum(np.searchsorted(families.household[order], own.household), order.size - 1)]
    return np.asarray(at, dtype=np.int64)


def _with_families(made: BuiltFile, families: BuiltFile, plan: PublicUse) -> BuiltFile:
    """Give the family's number to persons of families that look like others, members included."""
    order = np.argsort(families.household)
    at = order[np.minimum(np.searchsorted(families.household[order], made.household), order.size - 1)]
    inside = families.household[at] == made.household
    codes = [several(families.of(name)) for name in families.file.sensitive]
    rows = sensitive_rows(families.true_weight, codes, plan.limits.common)
    alike = families_like_others(
        class_of(families.keys())[0], class_of(made.keys())[0][inside], at[inside], rows,
        ClassRule(plan.limits.k, plan.limits.l),
    )  # fmt: skip
    return replace(made, family=np.where(inside & alike[at], families.number[at], 0))
