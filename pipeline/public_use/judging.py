"""Whether the public files may leave the house: every limit measured on what would be given away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimates.public_use.classes import ClassRule, class_of, members
from estimates.public_use.linkage import Linked, link_to_persons
from estimates.public_use.masked_weights import fewest_strata
from estimates.public_use.risk import global_risk, household_risk, individual_risk
from pipeline.public_use.building import BuiltFile, sensitive_rows
from pipeline.public_use.columns import HIDDEN, several
from pipeline.public_use.comparing import Compared
from pipeline.public_use.derivable import Told
from surveys.problems import DataError, Message, Problem
from surveys.public_use import PublicUse

LIMIT_BROKEN = Message(
    "public_use_limit",
    "the file '{file}' breaks its limit of {what_en}: {found} where {wanted} was declared. Join codes of its keys, "
    "leave "
    "a key out, or keep fewer sensitive variables.",
    "el archivo '{file}' rompe su límite de {what_es}: {found} donde se declaró {wanted}. Una códigos de sus llaves, "
    "quite una llave o conserve menos variables sensibles.",
)
CELL_TOLD = Message(
    "public_use_tells_cells",
    "the file '{file}' tells {count} {count|cell|cells} that the release hides, through '{variable}': {cells}. Join "
    "the "
    "codes of the variable with others, or leave it out.",
    "el archivo '{file}' revela {count} {count|celda|celdas} que la publicación oculta, por '{variable}': {cells}. Una "
    "los códigos de la variable con otros, o quítela.",
)
ESTIMATE_FAR = Message(
    "public_use_far",
    "{count} key {count|figure|figures} of the public files {count|is|are} farther from what was published than "
    "declared: {figures}. Hide less by joining codes, or declare a wider tolerance under `limits:`.",
    "{count} {count|cifra clave|cifras clave} de los archivos públicos {count|se aleja|se alejan} de lo publicado más "
    "de lo declarado: {figures}. Oculte menos uniendo códigos, o declare una tolerancia mayor en `limits:`.",
)


@dataclass(frozen=True)
class Judged:
    """What was measured on one file.

    Parameters
    ----------
    rows : int
        Rows of the file.
    smallest, different : int
        Rows of the smallest class, and least different values of a sensitive variable in a class that knows any but
        the common one.
    individual, household, whole : float
        Largest risk of a row and of a family, and mean risk.
    weight_strata, unit_strata : int
        Fewest sampling strata that share a weight, and a unit of the replicates.
    unit_psus : int
        Fewest PSUs in a unit.
    hidden : mapping of str to int
        Values hidden of each variable.
    linked : Linked
        Trial of somebody who knows the keys of everybody in the sample.
    """

    rows: int
    smallest: int
    different: int
    individual: float
    household: float
    whole: float
    weight_strata: int
    unit_strata: int
    unit_psus: int
    hidden: dict[str, int]
    linked: Linked


def judge(built: BuiltFile, plan: PublicUse) -> Judged:
    """Measure protection on a file as it would be given away.

    Parameters
    ----------
    built : BuiltFile
        The file.
    plan : PublicUse
        Limits.

    Returns
    -------
    Judged
    """
    keys = built.keys()
    number, pattern = class_of(keys)
    counts = np.bincount(number, minlength=len(pattern))
    sizes = np.bincount(number, weights=built.true_weight, minlength=len(pattern))
    risk = individual_risk(counts, sizes)[number]
    families = np.unique(built.household, return_inverse=True)[1].reshape(-1)
    together = household_risk(risk, families, int(families.max()) + 1 if families.size else 0)
    used = np.unique(built.psu)
    units = built.units.unit_of_psu
    stratum = np.zeros(units.size, dtype=np.int64)
    stratum[built.psu] = built.stratum
    return Judged(
        rows=int(keys.shape[0]), smallest=int(counts.min()) if counts.size else 0,
        different=_different(built, number, len(pattern), plan), individual=float(risk.max(initial=0.0)),
        household=float(together.max(initial=0.0)), whole=global_risk(risk),
        weight_strata=fewest_strata(_codes(built.weight), built.stratum),
        unit_strata=fewest_strata(units[used], stratum[used]), unit_psus=int(np.bincount(units).min()),
        hidden={item.name: max(int((c.values == HIDDEN).sum()) for c in built.of(item.name))
                for item in built.file.variables},
        linked=link_to_persons(built.keys(hidden=False), keys),
    )  # fmt: skip


def refuse_open(
    files: tuple[BuiltFile, ...], judged: dict[str, Judged], told: list[Told], compared: list[Compared],
    plan: PublicUse, study: str,
) -> None:  # fmt: skip
    """Stop when a limit is broken, a hidden cell is told, or a key figure is far from what was published.

    Raises
    ------
    DataError
        Every reason, with files, variables and what was found; never a value of a row.
    """
    limits = plan.limits
    problems: list[Problem] = []
    for built in files:
        found = judged[built.file.name]
        checks = (
            (found.smallest >= limits.k, "rows that look alike (k)", "filas parecidas (k)", found.smallest, limits.k),
            (found.different >= limits.l, "different sensitive values (l)", "valores sensibles distintos (l)",
             found.different, limits.l),
            (found.individual <= limits.individual, "risk of a row", "riesgo de una fila", f"{found.individual:.4f}",
             limits.individual),
            (found.household <= limits.household, "risk of a family", "riesgo de una familia",
             f"{found.household:.4f}", limits.household),
            (found.whole <= limits.whole, "global risk", "riesgo global", f"{found.whole:.4f}", limits.whole),
            (found.weight_strata >= limits.strata, "strata of a weight", "estratos de un factor", found.weight_strata,
             limits.strata),
            (found.unit_psus >= limits.psus, "PSUs of a unit", "UPM de una unidad", found.unit_psus, limits.psus),
            (found.unit_strata >= 2, "strata of a unit", "estratos de una unidad", found.unit_strata, 2),
        )  # fmt: skip
        for holds, en, es, value, wanted in checks:
            if not holds:
                details = {"file": built.file.name, "what_en": en, "what_es": es, "found": value, "wanted": wanted}
                problems.append(Problem(LIMIT_BROKEN, f"{study}  public_use.limits", details))
    for file, variable in dict.fromkeys((item.file, item.variable) for item in told):
        cells = [f"{item.indicator} {item.domain}".strip() for item in told if (item.file, item.variable) == (
            file, variable)]  # fmt: skip
        details = {"file": file, "variable": variable, "count": len(cells), "cells": ", ".join(cells)}
        problems.append(Problem(CELL_TOLD, f"{study}  public_use.files.{file}", details))
    far = [f"{row.indicator} {row.domain}".strip() for row in compared if row.key and not row.within(limits)]
    if far:
        problems.append(Problem(ESTIMATE_FAR, f"{study}  public_use.limits", {
            "count": len(far), "figures": ", ".join(far)}))  # fmt: skip
    if problems:
        raise DataError(problems)


def _different(built: BuiltFile, number: NDArray[np.int64], classes: int, plan: PublicUse) -> int:
    least = plan.limits.l
    rule = ClassRule(1, plan.limits.l)
    for name in built.file.sensitive:
        rows = sensitive_rows(built.true_weight, [several(built.of(name))], plan.limits.common)
        for part in members(number, classes):
            if not rows.keep(part, rule):
                known = rows.sensitive[part, 0]
                least = min(least, int(np.unique(known[known >= 0]).size))
    return least


def _codes(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


