"""Known totals of the population: margins that agree with one another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from surveys.problems import Message, Problem, StudyError

Cell = tuple[str, ...]

TOTAL_NEGATIVE = Message(
    "total_negative",
    "The total of margin '{margin}', cell '{cell}', is {total}; a count is zero or more. Correct the number.",
    "El total del margen '{margin}', celda '{cell}', es {total}; un conteo es cero o más. Corrija el número.",
)
TOTAL_NOT_FINITE = Message(
    "total_not_finite",
    "The total of margin '{margin}', cell '{cell}', is not a finite number. Correct it.",
    "El total del margen '{margin}', celda '{cell}', no es un número finito. Corríjalo.",
)
MARGIN_WITHOUT_TOTALS = Message(
    "margin_without_totals",
    "The recipe calibrates to margin '{margin}', for which there are no totals. Run `make totals-template`, and fill "
    "in its cells.",
    "La receta calibra al margen '{margin}', del que no hay totales. Ejecute `make totals-template`, y complete sus "
    "celdas.",
)
MARGIN_ALL_ZERO = Message(
    "margin_all_zero",
    "Every total of margin '{margin}' is zero; somebody must belong to the population. Fill in its cells.",
    "Todos los totales del margen '{margin}' son cero; alguien debe pertenecer a la población. Complete sus celdas.",
)
MARGINS_DISAGREE = Message(
    "margins_disagree",
    "The margins '{one}' and '{other}' both count {level}, but they do not agree: for {cell} '{one}' adds up to "
    "{first} and '{other}' to {second}, a difference of {difference} ({cells} such {cells|sum differs|sums differ}). "
    "Both must come from the same population. Correct one of them, or name the better one in `scale_to:`.",
    "Los márgenes '{one}' y '{other}' cuentan ambos {level}, pero no concuerdan: para {cell} '{one}' suma {first} y "
    "'{other}' suma {second}, una diferencia de {difference} ({cells} {cells|suma difiere|sumas difieren}). Ambos "
    "deben venir de la misma población. Corrija uno de ellos, o nombre el mejor en `scale_to:`.",
)
MARGINS_TOO_FAR = Message(
    "margins_too_far",
    "Margin '{margin}' adds up to {total} and '{reference}', to which it is scaled, to {expected} (difference "
    "{difference}; at most {tolerance} is accepted). Correct one of them, or raise `tolerance`.",
    "El margen '{margin}' suma {total} y '{reference}', al que se ajusta, suma {expected} (diferencia {difference}; "
    "se acepta a lo sumo {tolerance}). Corrija uno de ellos, o aumente `tolerance`.",
)
AGREEMENT = 1e-10


@dataclass(frozen=True)
class KnownTotal:
    """One known total.

    Parameters
    ----------
    total : float
        In units of the population, or of the amount.
    se : float or None
        Standard error, where the total is itself an estimate.
    source, date : str
        Who published it, and the day it refers to.
    where : str
        Line of the file, for messages.
    """

    total: float
    se: float | None = None
    source: str = ""
    date: str = ""
    where: str = ""


@dataclass(frozen=True)
class MarginShape:
    """What a margin counts, and by which variables.

    Parameters
    ----------
    name : str
        Such as ``sex_age``.
    level : str
        Level whose rows are counted.
    variables : tuple of str
        Code variables of the cells, the variables of a partition first; empty for one overall total.
    codes : tuple of tuple of str
        Codes of each variable.
    universe : str
        Expression of the rows that count; empty for all.
    amount : str
        Expression of the amount that is added up; empty for a count.
    """

    name: str
    level: str
    variables: tuple[str, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    universe: str = ""
    amount: str = ""


@dataclass(frozen=True)
class PopulationTotals:
    r"""Known totals of every margin.

    Parameters
    ----------
    shapes : mapping of str to MarginShape
        By margin.
    totals : mapping of str to mapping of cell to KnownTotal
        By margin; a cell is the codes of the margin's variables, in their order. A cell that is not there has no
        population.
    where : str
        Name of the file, for messages.

    Raises
    ------
    StudyError
        Every fault at once: no totals, negative or infinite totals, margins that disagree.

    Notes
    -----
    Two margins of the same units must have the same sums over the cells of the variables they share:

    .. math:: \sum_{c \in A:\, c_S = s} X_{Ac} = \sum_{c \in B:\, c_S = s} X_{Bc} \quad \forall s,

    to 1e-10 of the greater; with no variable in common their overall sums must be equal.
    """

    shapes: Mapping[str, MarginShape]
    totals: Mapping[str, Mapping[Cell, KnownTotal]]
    where: str = "population_totals.csv"

    def __post_init__(self) -> None:
        problems = list(self._impossible()) or list(self._disagreements())
        if problems:
            raise StudyError(problems)

    def sum_of(self, margin: str) -> float:
        """Add up one margin."""
        return float(sum(known.total for known in self.totals[margin].values()))

    def _impossible(self) -> Iterator[Problem]:
        for name, shape in self.shapes.items():
            cells = self.totals.get(name) or {}
            if not cells:
                yield Problem(MARGIN_WITHOUT_TOTALS, self.where, {"margin": name})
                continue
            wrong = False
            for cell, known in cells.items():
                details = {"margin": name, "cell": written(cell), "total": f"{known.total:,.10g}"}
                finite = abs(known.total) < float("inf")
                if not finite:
                    yield Problem(TOTAL_NOT_FINITE, known.where or self.where, details)
                elif known.total < 0 and not shape.amount:
                    yield Problem(TOTAL_NEGATIVE, known.where or self.where, details)
                wrong |= not finite or (known.total < 0 and not shape.amount)
            if not wrong and not shape.amount and self.sum_of(name) == 0:
                yield Problem(MARGIN_ALL_ZERO, self.where, {"margin": name})

    def _disagreements(self) -> Iterator[Problem]:
        counted = [shape for shape in self.shapes.values() if not shape.amount]
        for one, other in combinations(counted, 2):
            if (one.level, one.universe) != (other.level, other.universe):
                continue
            shared = tuple(name for name in one.variables if name in other.variables)
            first, second = (self._sums(shape, shared) for shape in (one, other))
            apart = {
                cell: first.get(cell, 0.0) - second.get(cell, 0.0)
                for cell in {**first, **second}
                if abs(first.get(cell, 0.0) - second.get(cell, 0.0))
                > AGREEMENT * max(first.get(cell, 0.0), second.get(cell, 0.0))
            }
            if apart:
                worst = max(apart, key=lambda cell: abs(apart[cell]))
                named = ", ".join(f"{name}={code}" for name, code in zip(shared, worst, strict=True)) or "_T"
                yield Problem(MARGINS_DISAGREE, self.where, {
                    "one": one.name, "other": other.name, "level": one.level, "cell": named, "cells": len(apart),
                    "first": f"{first.get(worst, 0.0):,.10g}", "second": f"{second.get(worst, 0.0):,.10g}",
                    "difference": f"{apart[worst]:+,.10g}"})  # fmt: skip

    def _sums(self, shape: MarginShape, shared: Sequence[str]) -> dict[Cell, float]:
        places = [shape.variables.index(name) for name in shared]
        sums: dict[Cell, float] = {}
        for cell, known in self.totals[shape.name].items():
            key = tuple(cell[place] for place in places)
            sums[key] = sums.get(key, 0.0) + known.total
        return sums


def scaled_totals(
    shapes: Mapping[str, MarginShape],
    totals: Mapping[str, Mapping[Cell, KnownTotal]],
    reference: str,
    *,
    tolerance: float,
    where: str,
) -> PopulationTotals:
    """Scale the margins that count the same units as a reference to its sum, then prove that all agree.

    Parameters
    ----------
    shapes, totals, where
        As in `PopulationTotals`.
    reference : str
        Margin whose sum stands.
    tolerance : float
        Largest accepted relative difference of a sum.

    Raises
    ------
    StudyError
        A margin too far from the reference, or margins that still disagree in the variables they share.
    """
    known = shapes[reference]
    expected = sum(total.total for total in totals.get(reference, {}).values())
    made: dict[str, Mapping[Cell, KnownTotal]] = {}
    problems = []
    for name, cells in totals.items():
        shape = shapes[name]
        found = sum(total.total for total in cells.values())
        same = (shape.level, shape.universe, shape.amount) == (known.level, known.universe, "")
        if not same or name == reference or found <= 0:
            made[name] = cells
            continue
        difference = found / expected - 1 if expected else float("inf")
        if abs(difference) > tolerance:
            problems.append(Problem(MARGINS_TOO_FAR, where, {
                "margin": name, "reference": reference, "total": f"{found:,.10g}", "expected": f"{expected:,.10g}",
                "difference": f"{difference:+.3%}", "tolerance": f"{tolerance:.3%}"}))  # fmt: skip
        factor = expected / found
        made[name] = {cell: replace(total, total=total.total * factor,
                                    se=None if total.se is None else total.se * factor)
                      for cell, total in cells.items()}  # fmt: skip
    if problems:
        raise StudyError(problems)
    return PopulationTotals(shapes, made, where)


def written(cell: Cell) -> str:
    """Write a cell as in the file: its codes with ``|`` between them, or ``_T``."""
    return "|".join(cell) or "_T"
