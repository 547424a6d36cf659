"""Families reached through several dwellings, the second phase of a sample, and rounds put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveys.problems import DataError, Message, Problem
from weights.classes import Classes
from weights.diagnostics import diagnose
from weights.weight_set import WeightStep

FloatVector = NDArray[np.float64]
BoolVector = NDArray[np.bool_]

LINKS_WRONG = Message(
    "links_wrong",
    "The number of dwellings '{variable}' is blank or below 1 in {count} of {rows} units; a family that was reached "
    "could be reached through at least one. Correct the source.",
    "El número de viviendas '{variable}' está en blanco o es menor que 1 en {count} de {rows} unidades; a una familia "
    "encuestada se podía llegar al menos por una. Corrija el origen.",
)
LINKS_BELOW_ROWS = Message(
    "links_below_rows",
    "{count} {count|family|families} of '{family}' {count|is|are} in the sample more often than the {variable} they "
    "state, or their rows state different numbers. Correct the number of dwellings, or the rows that repeat a family.",
    "{count} {count|familia|familias} de '{family}' {count|está|están} en la muestra más veces que lo que declaran en "
    "{variable}, o sus filas declaran números distintos. Corrija el número de viviendas, o las filas que repiten una "
    "familia.",
)
PHASE_2_OUTSIDE = Message(
    "phase_2_outside",
    "{count} {count|unit|units} of the second phase {count|is|are} not in the first: no weight there. Only units that "
    "were listed can be drawn again. Correct `selected:`, or the results of the first phase.",
    "{count} {count|unidad|unidades} de la segunda fase no {count|está|están} en la primera: sin factor allí. Solo "
    "las unidades listadas pueden seleccionarse de nuevo. Corrija `selected:`, o los resultados de la primera fase.",
)
PHASE_2_EMPTY = Message(
    "phase_2_empty",
    "The group '{cell}' has {units} {units|unit|units} of the first phase and none in the second; nobody can stand "
    "for them. Join the group with another.",
    "El grupo '{cell}' tiene {units} {units|unidad|unidades} de la primera fase y ninguna en la segunda; nadie puede "
    "representarlas. Una el grupo con otro.",
)
PHASE_2_SILENT = Message(
    "phase_2_silent",
    "In the group '{cell}' {units} {units|unit was|units were} drawn in the second phase and none of them responded; "
    "nobody can stand for them. Join the group with another.",
    "En el grupo '{cell}' se {units|seleccionó|seleccionaron} {units} {units|unidad|unidades} en la segunda fase y "
    "ninguna respondió; nadie puede representarlas. Una el grupo con otro.",
)
PHASE_2_PROBABILITY = Message(
    "phase_2_probability",
    "The conditional probability '{variable}' is blank, zero, negative or above 1 in {count} {count|unit|units} of "
    "the second phase. Correct the record of the draw.",
    "La probabilidad condicional '{variable}' está en blanco, es cero, negativa o mayor que 1 en {count} "
    "{count|unidad|unidades} de la segunda fase. Corrija el registro de la selección.",
)
ROUND_MISSING = Message(
    "round_missing",
    "{count} {count|unit has|units have} no round in '{variable}', or one that `shares:` does not name ({codes}). "
    "Every unit belongs to a round; the shares are positive and add up to 1.",
    "{count} {count|unidad no tiene|unidades no tienen} ronda en '{variable}', o tienen una que `shares:` no nombra "
    "({codes}). Toda unidad pertenece a una ronda; las participaciones son positivas y suman 1.",
)


def weight_sharing(
    before: FloatVector,
    links: FloatVector,
    *,
    variable: str,
    family: NDArray[Any] | None = None,
    family_name: str = "",
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Divide the weight of a family by the number of dwellings through which it could be reached.

    Parameters
    ----------
    before, links : (n,) float
        Weights, and dwellings in the frame through which the family could enter the sample.
    variable, family_name, where : str
        For messages.
    family : (n,) object, optional
        Names the family; rows of a family that was reached more than once stay, each in its own PSU with its own
        share, which is what the variance needs.
    parameters : mapping, optional
        For the record.

    Returns
    -------
    WeightStep

    Raises
    ------
    DataError
        Fewer than one dwelling, or fewer than times the family is in the sample.

    Notes
    -----
    .. math:: w_i = \frac{1}{L_i} \sum_j l_{ij}\, d_j, \qquad f = 1 / L_i \text{ on every row of family } i.

    References
    ----------
    Lavallée (2007), Indirect Sampling, chapter 2.
    """
    used = before > 0
    wrong = used & ~(np.nan_to_num(links, nan=0.0) >= 1)
    if wrong.any():
        details: dict[str, object] = {"variable": variable, "count": int(wrong.sum()), "rows": links.size}
        raise DataError([Problem(LINKS_WRONG, where, details)])
    if family is not None:
        names = np.array([str(value) for value in family[used]])
        _, place, times = np.unique(names, return_inverse=True, return_counts=True)
        least = np.full(times.size, np.inf)
        most = np.zeros(times.size)
        np.minimum.at(least, place, links[used])
        np.maximum.at(most, place, links[used])
        many = (times > least) | (least < most)
        if many.any():
            details = {"variable": variable, "family": family_name, "count": int(many.sum())}
            raise DataError([Problem(LINKS_BELOW_ROWS, where, details)])
    factor = np.where(used, 1.0 / np.where(used, links, 1.0), 0.0)
    diagnostics = {**diagnose(before * factor), "shared": int((used & (links > 1)).sum()),
                   "most_links": float(links[used].max()) if used.any() else None}  # fmt: skip
    return WeightStep("weight_sharing", factor, ("weight_sharing",), dict(parameters or {}), diagnostics)


def two_phase(
    before: FloatVector,
    *,
    selected: BoolVector,
    responded: BoolVector,
    groups: Classes,
    probability: FloatVector | None = None,
    to_listing: bool = False,
    variable: str = "",
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Weight a second phase: its conditional probability, then its own nonresponse, by group.

    Parameters
    ----------
    before : (n,) float
        Weights of the first phase; zero for units that are not in it.
    selected, responded : (n,) bool
        Drawn in the second phase, and interviewed there.
    groups : Classes
        Groups of the first phase, such as displaced by violence or not.
    probability : (n,) float, optional
        Recorded conditional probability; otherwise the share drawn of the units of the group.
    to_listing : bool
        Those who answered stand for all units listed of their group, so that both phases give the group the same
        total; otherwise for those drawn.
    variable, where : str
        For messages.
    parameters : mapping, optional
        For the record.

    Returns
    -------
    WeightStep

    Raises
    ------
    DataError
        A unit of the second phase that is not in the first, a group that was not drawn or did not respond, or a
        probability that cannot be.

    Notes
    -----
    .. math:: f_k = \frac{1}{\pi_{k \mid 1}} \cdot
              \frac{\sum_{g \cap S_2} d_k / \pi_{k \mid 1}}{\sum_{g \cap R_2} d_k / \pi_{k \mid 1}}, \qquad
              \hat\pi_{k \mid 1} = n_{2g} / n_{1g} \text{ unless recorded;}

    with ``to_listing`` the numerator is :math:`\sum_{g \cap S_1} d_k`, the ratio estimate in two phases.

    References
    ----------
    Särndal, Swensson and Wretman (1992), chapter 9; section 9.7 for the ratio to the first phase.
    """
    listed = before > 0
    outside = selected & ~listed
    if outside.any():
        raise DataError([Problem(PHASE_2_OUTSIDE, where, {"count": int(outside.sum())})])
    drawn, answered = selected & listed, selected & responded & listed
    n1, n2, n3 = groups.counts(listed), groups.counts(drawn), groups.counts(answered)
    problems = [
        Problem(message, where, {"cell": groups.labels[g], "units": int(units[g])})
        for message, units, silent in ((PHASE_2_EMPTY, n1, n2), (PHASE_2_SILENT, n2, n3))
        for g in np.flatnonzero((units > 0) & (silent == 0))
    ]
    if probability is not None:
        bad = drawn & ~((probability > 0) & (probability <= 1))
        if bad.any():
            problems.append(Problem(PHASE_2_PROBABILITY, where, {"variable": variable, "count": int(bad.sum())}))
    if problems:
        raise DataError(problems)
    conditional = (n2 / np.maximum(n1, 1))[groups.code] if probability is None else probability
    inverse = np.where(drawn, 1.0 / np.where(drawn, conditional, 1.0), 0.0)
    expanded = before * inverse
    known = groups.sums(before, listed) if to_listing else groups.sums(expanded, drawn)
    ratio = np.divide(known, groups.sums(expanded, answered), out=np.ones(len(groups.labels)),
                      where=n3 > 0)  # fmt: skip
    factor = np.where(answered, inverse * ratio[groups.code], 0.0)
    table = [
        {"measure": "group_factor", "cell": label, "before": int(n1[g]), "drawn": int(n2[g]), "after": int(n3[g]),
         "value": float(ratio[g])}
        for g, label in enumerate(groups.labels)
        if n1[g]
    ]  # fmt: skip
    diagnostics = {**diagnose(before * factor), "listed": int(listed.sum()), "drawn": int(drawn.sum()),
                   "responded": int(answered.sum()), "tables": table}  # fmt: skip
    contains = ("two_phase", "nonresponse") if (n3 < n2).any() else ("two_phase",)
    return WeightStep("two_phase", factor, contains, dict(parameters or {}), diagnostics)


def pool(
    before: FloatVector,
    rounds: NDArray[Any],
    *,
    variable: str,
    shares: Mapping[str, float] | str = "effective",
    where: str = "",
    parameters: Mapping[str, object] | None = None,
) -> WeightStep:
    r"""Put rounds together so that they stand for one average population.

    Parameters
    ----------
    before : (n,) float
        Weights, each round standing for its own population.
    rounds : (n,) object
        Round of each unit.
    variable, where : str
        For messages.
    shares : mapping of str to float, ``effective`` or ``equal``
        Share of each round; in proportion to effective sample sizes unless stated.
    parameters : mapping, optional
        For the record.

    Returns
    -------
    WeightStep

    Notes
    -----
    .. math:: f_k = \lambda_{r(k)}, \quad \sum_r \lambda_r = 1, \quad
              \lambda_r \propto \left(\sum_{k \in r} d_k\right)^2 \Big/ \sum_{k \in r} d_k^2 .

    References
    ----------
    Korn and Graubard (1999), Analysis of Health Surveys, section 8.2.
    """
    used = before > 0
    texts = np.array(["" if value is None else str(value) for value in rounds], dtype=str)
    known, place = np.unique(texts, return_inverse=True)
    stated = {str(name): float(share) for name, share in shares.items()} if isinstance(shares, Mapping) else {}
    strange = (texts == "") | (~np.isin(texts, list(stated)) if stated else np.zeros(texts.size, dtype=bool))
    sound = not stated or (min(stated.values()) > 0 and abs(sum(stated.values()) - 1) < 1e-9)
    if (used & strange).any() or not sound:
        codes = ", ".join(sorted(set(texts[used & strange].tolist()) - {""})) or "-"
        details = {"count": int((used & strange).sum()), "variable": variable, "codes": codes}
        raise DataError([Problem(ROUND_MISSING, where, details)])
    if stated:
        share = np.array([stated.get(name, 0.0) for name in known.tolist()])
    elif shares == "equal":
        share = (np.bincount(place, weights=used, minlength=known.size) > 0).astype(np.float64)
    else:
        weight = np.where(used, before, 0.0)
        square = np.bincount(place, weights=weight**2, minlength=known.size)
        share = np.divide(np.bincount(place, weights=weight, minlength=known.size) ** 2, square,
                          out=np.zeros(known.size), where=square > 0)  # fmt: skip
    share = share / share.sum() if not stated else share
    factor = np.where(used, share[place], 0.0)
    table = [{"measure": "share", "cell": f"{variable}={name}", "value": float(one)}
             for name, one in zip(known.tolist(), share, strict=True) if one > 0]  # fmt: skip
    diagnostics = {**diagnose(before * factor), "tables": table}
    return WeightStep("pool", factor, ("pool",), dict(parameters or {}), diagnostics)
