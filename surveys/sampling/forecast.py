"""The precision that a planned sample will have, indicator by indicator and domain by domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveys.sampling.allocation import kish_allocation, power_allocation, whole_allocation
from surveys.sampling.change import power_of_rounds, size_for_change
from surveys.sampling.plan import Expectation, SamplePlan
from surveys.sampling.sizes import design_effect, sample_size, variance_of_proportion

STRATUM = "stratum"
WHOLE = "_T"
COLUMNS = (
    "indicator",
    "group",
    "code",
    "kind",
    "expected",
    "drawn",
    "n",
    "segments",
    "strata",
    "df",
    "deff",
    "se",
    "cv",
    "cases",
    "population",
)


@dataclass(frozen=True)
class Domain:
    """A domain of the plan: units drawn in it, the segments and strata they lie in, units it holds."""

    group: str
    code: str
    drawn: float
    segments: float
    strata: int
    population: float


def segments_by_stratum(plan: SamplePlan) -> dict[str, float]:
    """Divide the segments among the strata; those a stratum states itself are taken first.

    Parameters
    ----------
    plan : SamplePlan
        With ``allocation``: proportional unless it says otherwise, two segments at least.

    Returns
    -------
    dict of str to float
        Whole numbers by stratum.

    Raises
    ------
    DesignError
        More or fewer segments than can be divided.
    """
    fixed = {name: float(one.segments) for name, one in plan.strata.items() if one.segments is not None}
    free = [name for name in plan.strata if name not in fixed]
    if not free:
        return fixed
    n = plan.segments - int(sum(fixed.values()))
    size = np.array([plan.strata[name].population for name in free]) / plan.per_segment
    size = np.maximum(size, 1.0)
    least = int(plan.allocation.get("least", 2))
    method = plan.allocation.get("method", "proportional")
    if method == "kish":
        divided = kish_allocation(n, size, importance=float(plan.allocation.get("importance", 1.0)), least=least)
    elif method == "proportional":
        divided = whole_allocation(n, size, size, least=least)
    else:
        power = 0.0 if method == "equal" else float(plan.allocation.get("power", 0.5))
        divided = power_allocation(n, size, power=power, least=least)
    found = {**fixed, **dict(zip(free, divided.tolist(), strict=True))}
    return {name: found[name] for name in plan.strata}


def domains_of(plan: SamplePlan) -> list[Domain]:
    """List the whole, every stratum, and the domains that strata form or that cut across them."""
    segments = segments_by_stratum(plan)
    total = sum(segments.values())
    drawn = total * plan.per_segment
    found = [Domain("", WHOLE, drawn, total, len(plan.strata), plan.population)]
    found += [
        Domain(STRATUM, name, segments[name] * plan.per_segment, segments[name], 1, one.population)
        for name, one in plan.strata.items()
    ]
    for group in {name: None for one in plan.strata.values() for name in one.within}:
        for code in sorted({one.within[group] for one in plan.strata.values() if group in one.within}):
            members = [one for one in plan.strata.values() if one.within.get(group) == code]
            there = sum(segments[one.name] for one in members)
            found.append(
                Domain(
                    group, code, there * plan.per_segment, there, len(members), sum(one.population for one in members)
                )
            )
    for group, cells in plan.groups.items():
        found += [
            Domain(group, code, drawn * share, total, len(plan.strata), plan.population * share)
            for code, share in cells.items()
        ]
    return found


def forecast(plan: SamplePlan, kinds: Mapping[str, str]) -> pd.DataFrame:
    r"""Forecast standard error and cases of every planned indicator in every planned domain.

    Parameters
    ----------
    plan : SamplePlan
        Checked by `surveys.sampling.plan_checks.plan_problems`.
    kinds : mapping of str to str
        ``prop``, ``mean`` or ``count`` by indicator.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. ``drawn`` units, ``n`` elements of the base that answer, ``cases`` among them with the
        attribute, ``population`` elements in the domain. A ``count`` has the estimate of the total in
        ``expected``.

    Notes
    -----
    .. math:: n = d\, r\, k\, r', \quad y = n p, \quad \mathrm{deff} = w\{1 + (n/a - 1)\rho\}, \quad
              \mathrm{se}^2 = \mathrm{deff}\Big(1 - \frac{n}{N}\Big)\frac{S^2}{n}, \quad \mathrm{df} = a - H

    with d units drawn in a segments of H strata. A segment cannot hold less than one element on average for
    the design effect, which is then w. Domains that cut across strata are taken to lie in every segment.

    References
    ----------
    Kish (1965), Survey Sampling, sections 5.4 and 8.2; Valliant, Dever and Kreuter (2018), Practical Tools for
    Designing and Weighting Survey Samples, chapters 3 and 9.
    """
    rows = [_row(one, domain, plan, kinds[one.indicator]) for one in plan.expectations for domain in _wanted(one, plan)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def required(plan: SamplePlan) -> pd.DataFrame:
    """Compute the units that each target needs in each of its domains, beside those planned.

    Returns
    -------
    DataFrame
        ``indicator``, ``group``, ``code``, ``kind``, ``target``, ``deff``, ``needed`` and ``drawn`` units, ``reached``.
        The design effect is that of the plan: more units are more segments, not larger ones.
    """
    rows = []
    by_name = {one.indicator: one for one in plan.expectations}
    for target in plan.targets:
        one = by_name[target.indicator]
        for domain in domains_of(plan):
            if domain.group != (target.by or ""):
                continue
            _, deff = _answers_and_effect(one, domain, plan)
            needed = float(
                sample_size(
                    one.expected,
                    target.value,
                    kind=target.kind,
                    deff=deff,
                    response=plan.response * one.response,
                    population=domain.population,
                    per_unit=one.per_unit,
                    confidence=plan.confidence,
                )
            )
            rows.append(
                (
                    target.indicator,
                    domain.group,
                    domain.code,
                    target.kind,
                    target.value,
                    deff,
                    needed,
                    domain.drawn,
                    bool(domain.drawn >= needed),
                )
            )
    return pd.DataFrame(
        rows, columns=["indicator", "group", "code", "kind", "target", "deff", "needed", "drawn", "reached"]
    )


def change_power(plan: SamplePlan) -> pd.DataFrame:
    """Compute the chance that a next round of the same size shows each change, with new and with common segments.

    Returns
    -------
    DataFrame
        ``indicator``, ``now``, ``then``, ``overlap``, ``power``, ``needed`` units in each round for a power of 80 %.
        Empty without a next round.
    """
    columns = ["indicator", "now", "then", "overlap", "power", "needed"]
    later = plan.next_round
    if later is None:
        return pd.DataFrame(columns=columns)
    one = next(item for item in plan.expectations if item.indicator == later.indicator)
    n, deff = _answers_and_effect(one, domains_of(plan)[0], plan)
    rows = []
    for overlap in sorted({0.0, later.overlap}):
        for then in later.to:
            power = float(
                power_of_rounds(
                    one.expected, then, n_first=n, n_second=n, deff=deff, overlap=overlap, correlation=later.correlation
                )
            )
            needed = (
                size_for_change(
                    one.expected,
                    then,
                    deff=deff,
                    overlap=overlap,
                    correlation=later.correlation,
                    response=plan.response * one.response,
                )
                / one.per_unit
            )
            rows.append((later.indicator, one.expected, then, overlap, power, float(np.ceil(needed))))
    return pd.DataFrame(rows, columns=columns)


def _wanted(one: Expectation, plan: SamplePlan) -> Iterator[Domain]:
    return (domain for domain in domains_of(plan) if domain.group == "" or domain.group in one.by)


def _answers_and_effect(one: Expectation, domain: Domain, plan: SamplePlan) -> tuple[float, float]:
    n = domain.drawn * plan.response * one.per_unit * one.response
    if one.deff is not None:
        return n, one.deff
    load = max(n / domain.segments, 1.0) if domain.segments else 1.0
    return n, float(design_effect(one.rho or 0.0, load, weights=one.weights))


def _row(one: Expectation, domain: Domain, plan: SamplePlan, kind: str) -> tuple[object, ...]:
    n, deff = _answers_and_effect(one, domain, plan)
    population = domain.population * one.per_unit
    df = domain.segments - domain.strata
    if kind == "mean":
        left = max(1 - n / population, 0.0)
        se = float(np.sqrt(deff * left / n)) * float(one.spread or 0.0)
        expected, cases = one.expected, n
    else:
        se = float(np.sqrt(variance_of_proportion(one.expected, n, deff=deff, population=population)))
        expected, cases = one.expected, n * one.expected
    if kind == "count":
        expected, se = expected * population, se * population
    return (
        one.indicator,
        domain.group,
        domain.code,
        kind,
        expected,
        domain.drawn,
        n,
        domain.segments,
        domain.strata,
        df,
        deff,
        se,
        se / abs(expected) if expected else np.nan,
        cases,
        population,
    )
