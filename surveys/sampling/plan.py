"""What a study says of its sample before fieldwork: strata, sizes, expectations, costs and the frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from surveys.dictionary import Label
from surveys.sampling.frames import Method
from surveys.sampling.sizes import Target


@dataclass(frozen=True)
class PlannedStratum:
    """A stratum of the planned sample.

    Parameters
    ----------
    name : str
        Code of the stratum.
    population : float
        Units (families) it holds.
    label : str or None
        Its name for people.
    within : mapping of str to str
        Breakdown to code: the domains in which it lies whole.
    segments : int or None
        Segments decided for it; None when the allocation divides them.
    """

    name: str
    population: float
    label: str | None = None
    within: Mapping[str, str] = field(default_factory=dict)
    segments: int | None = None


@dataclass(frozen=True)
class Expectation:
    """What is expected of one indicator.

    Parameters
    ----------
    indicator : str
        Name; ``name.code`` for one code of a distribution.
    expected : float
        Proportion (a fraction), mean, or for totals the share of units with the attribute.
    per_unit : float
        Elements of its base in a unit that answers: 3.6 persons a family, or 0.011 displaced families a family.
    response : float
        Share of those elements that answers, beside the response of units.
    rho, deff : float or None
        Correlation within segments, or the design effect itself.
    weights : float
        Factor of unequal weights on the variance.
    spread : float or None
        Standard deviation, for means.
    by : tuple of str
        Groups of domains besides the whole.
    source : Label or None
        Where the expectation comes from.
    """

    indicator: str
    expected: float
    per_unit: float = 1.0
    response: float = 1.0
    rho: float | None = None
    deff: float | None = None
    weights: float = 1.0
    spread: float | None = None
    by: tuple[str, ...] = ()
    source: Label | None = None


@dataclass(frozen=True)
class PrecisionTarget:
    """A precision that the group wants for an indicator, in the whole or in each domain of a group."""

    indicator: str
    kind: Target
    value: float
    by: str | None = None


@dataclass(frozen=True)
class Costs:
    """Money of one segment and of one unit in it; the budget is that of the plan when None."""

    segment: float
    unit: float
    currency: str
    budget: float | None = None


@dataclass(frozen=True)
class NextRound:
    """A change that a later round of the same size should see."""

    indicator: str
    to: tuple[float, ...]
    overlap: float = 0.0
    correlation: float = 0.0


@dataclass(frozen=True)
class FrameFile:
    """The list of segments to draw from, in the study's folder."""

    file: str
    unit: str
    seed: int
    stratum: str | None = None
    size: str | None = None
    method: Method = "pps_systematic"
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class SamplePlan:
    """The ``plan`` entry of a study.

    Parameters
    ----------
    segments : int
        Segments to draw.
    per_segment : float
        Units expected in a drawn segment.
    response : float
        Share of them expected to answer.
    strata : mapping of str to PlannedStratum
        By name; at least one.
    groups : mapping of str to (mapping of str to float)
        Breakdowns that cut across strata: share of the units by code.
    allocation : mapping
        ``method`` (``proportional``, ``equal``, ``power``, ``kish``), its ``power`` or ``importance``, ``least``.
    expectations, targets, costs, next_round, frame
        See their classes.
    confidence : float
        Coverage of intervals.
    """

    segments: int
    per_segment: float
    response: float
    strata: Mapping[str, PlannedStratum]
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    allocation: Mapping[str, Any] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    targets: tuple[PrecisionTarget, ...] = ()
    costs: Costs | None = None
    next_round: NextRound | None = None
    frame: FrameFile | None = None
    confidence: float = 0.95

    @property
    def population(self) -> float:
        """Units in all strata."""
        return sum(stratum.population for stratum in self.strata.values())


def plan_from(data: Mapping[str, Any]) -> SamplePlan:
    """Build a plan from plain data whose shape ``study.schema.json`` has checked.

    Parameters
    ----------
    data : mapping
        The ``plan`` entry.

    Returns
    -------
    SamplePlan
    """
    costs, later, frame = data.get("costs"), data.get("next_round"), data.get("frame")
    return SamplePlan(
        segments=int(data["segments"]),
        per_segment=float(data["per_segment"]),
        response=float(data.get("response", 1.0)),
        strata={str(name): _stratum(str(name), item) for name, item in data["strata"].items()},
        groups={
            name: {str(code): float(share) for code, share in cells.items()}
            for name, cells in (data.get("groups") or {}).items()
        },
        allocation=dict(data.get("allocation") or {}),
        expectations=tuple(_expectation(item) for item in data.get("indicators") or ()),
        targets=tuple(_target(item) for item in data.get("targets") or ()),
        costs=None
        if costs is None
        else Costs(float(costs["segment"]), float(costs["unit"]), costs["currency"], _number(costs.get("budget"))),
        next_round=None
        if later is None
        else NextRound(
            later["indicator"],
            tuple(float(value) for value in later["to"]),
            float(later.get("overlap", 0.0)),
            float(later.get("correlation", 0.0)),
        ),
        frame=None
        if frame is None
        else FrameFile(
            frame["file"],
            frame["unit"],
            int(frame["seed"]),
            frame.get("stratum"),
            frame.get("size"),
            frame.get("method", "pps_systematic"),
            tuple(frame.get("order") or ()),
        ),
        confidence=float(data.get("confidence", 0.95)),
    )


def _stratum(name: str, data: Mapping[str, Any]) -> PlannedStratum:
    segments = data.get("segments")
    return PlannedStratum(
        name,
        float(data["population"]),
        data.get("label"),
        {key: str(code) for key, code in (data.get("within") or {}).items()},
        None if segments is None else int(segments),
    )


def _expectation(data: Mapping[str, Any]) -> Expectation:
    source = data.get("source")
    return Expectation(
        data["indicator"],
        float(data["expected"]),
        float(data.get("per_unit", 1.0)),
        float(data.get("response", 1.0)),
        _number(data.get("rho")),
        _number(data.get("deff")),
        float(data.get("weights", 1.0)),
        _number(data.get("spread")),
        tuple(data.get("by") or ()),
        None if source is None else Label(es=source["es"], en=source["en"]),
    )


def _target(data: Mapping[str, Any]) -> PrecisionTarget:
    kinds: tuple[Target, ...] = ("cv", "half_width", "log_cv")
    kind = next(kind for kind in kinds if kind in data)
    return PrecisionTarget(data["indicator"], kind, float(data[kind]), data.get("by"))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
