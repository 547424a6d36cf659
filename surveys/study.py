"""What a study is: identity, sources, design roles, weighting, tabulation, publication and report plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.analyses import Analyses
from surveys.dictionary import Label
from surveys.editions import Editions
from surveys.extrapolation import Extrapolation
from surveys.public_use import PublicUse
from surveys.rounds import Rounds

LonelyPsu = Literal["fail", "certainty", "centred", "collapsed"]
ProportionInterval = Literal["korn_graubard", "wilson", "jeffreys", "logit", "likelihood", "arcsine", "wald"]
DeffReference = Literal["with_replacement", "without_replacement", "dhs"]


@dataclass(frozen=True)
class Source:
    """One source file: how to recognize it, how to read it, where a user gets it.

    ``rows`` is the number of data rows the producer states, or None. ``blank`` are the cell texts that
    mean an empty cell besides the empty text. ``quote`` is None where cells are never quoted.
    """

    name: str
    format: str
    file: str | None = None
    sha256: str | None = None
    encoding: str | None = None
    separator: str = ","
    decimal: str = "."
    quote: str | None = '"'
    blank: tuple[str, ...] = ()
    rows: int | None = None
    sheet: str | None = None
    obtain: Label | None = None
    licence: Label | None = None
    label: Label | None = None


@dataclass(frozen=True)
class Role:
    """A design role: a dictionary variable, or unavailable with a reason and a decided fallback."""

    variable: str | None = None
    unavailable: Label | None = None
    fallback: str | None = None

    def __post_init__(self) -> None:
        if (self.variable is None) == (self.unavailable is None):
            raise ValueError("a design role is either a variable or unavailable with a reason")


@dataclass(frozen=True)
class DesignRoles:
    """Which variables hold the sample design, and how a stratum with a single PSU is treated.

    With ``nested`` the PSU numbers start again in every stratum, so a PSU is the pair (stratum, psu). It is never
    assumed: numbers used again without it stop the run.
    """

    level: str
    stratum: Role
    psu: Role
    psu_population: Role
    nested: bool = False
    lonely_psu: LonelyPsu = "fail"
    notes: Label | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """Variables the design reads, in the order stratum, psu, psu_population."""
        roles = (self.stratum, self.psu, self.psu_population)
        return tuple(role.variable for role in roles if role.variable is not None)


@dataclass(frozen=True)
class WeightingStep:
    """One step of the weighting recipe; ``parameters`` holds what only that step understands.

    ``level`` is the level of the weight (the design's level when None), ``counts`` the level whose weighted
    count ``expected_total`` states, ``tolerance`` relative.
    """

    step: str
    variable: str | None = None
    level: str | None = None
    contains: tuple[str, ...] = ()
    expected_total: float | None = None
    counts: str | None = None
    tolerance: float = 0.02
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tabulation:
    """Indicators by sets of breakdowns; the empty set is the whole population."""

    indicators: tuple[str, ...]
    by: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Publication:
    """Rules a row must pass, others shown beside them, breakdowns planned in the sample, and how victims are protected.

    ``rounding_base`` is None unless ``protection: rounding`` takes the place of further suppression. ``interval`` is
    that of proportions, ``deff`` the simple sample that design effects compare with: with replacement by default,
    because some offices scale weights to the size of the sample, and drawn without it that "population" has no
    variance.
    """

    standards: tuple[str, ...] = ("cepal_2023",)
    planned: tuple[str, ...] = ()
    minimum_cases: int = 10
    beside: tuple[str, ...] = ()
    minimum_width: int = 5
    rounding_base: int | None = None
    interval: ProportionInterval = "korn_graubard"
    deff: DeffReference = "with_replacement"


@dataclass(frozen=True)
class KeyFigure:
    """A headline number of the report: an indicator in one domain (code by breakdown)."""

    indicator: str
    domain: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Exhibit:
    """One table or chart of the report; ``options`` holds what only that kind understands."""

    kind: str
    indicators: tuple[str, ...]
    by: tuple[str, ...] = ()
    title: Label | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Chapter:
    """A chapter of the report."""

    title: Label
    text: Label | None = None
    exhibits: tuple[Exhibit, ...] = ()


@dataclass(frozen=True)
class Term:
    """A term of the glossary and what it means."""

    term: Label
    meaning: Label


@dataclass(frozen=True)
class FactsheetPlan:
    """One sheet for each code of a breakdown, with the indicators named, or all that are tabulated."""

    by: tuple[str, ...]
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportPlan:
    """What the report shows, in order."""

    foreword: Label | None = None
    key_figures: tuple[KeyFigure, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    glossary: tuple[Term, ...] = ()
    factsheets: FactsheetPlan | None = None


@dataclass(frozen=True)
class Member:
    """An institution of the working group and what it does."""

    institution: str
    role: str
    validates: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """Units drawn, by what became of them; a variable of the microdata, or stated counts."""

    level: str
    counts: Mapping[str, int] = field(default_factory=dict)
    variable: str | None = None
    source: Label | None = None


@dataclass(frozen=True)
class Study:
    """A study folder, resolved and checked."""

    name: str
    title: Label
    country: str
    year: int
    sources: Mapping[str, Source]
    design: DesignRoles
    weighting: tuple[WeightingStep, ...]
    tabulation: tuple[Tabulation, ...]
    publication: Publication
    report: ReportPlan
    languages: tuple[str, ...] = ("es", "en")
    extends: str | None = None
    subtitle: Label | None = None
    reference_period: Label | None = None
    producer: Label | None = None
    synthetic_seed: int | None = None
    working_group: tuple[Member, ...] = ()
    response: tuple[Response, ...] = ()
    analyses: Analyses = field(default_factory=Analyses)
    rounds: Rounds = field(default_factory=Rounds)
    extrapolation: Extrapolation | None = None
    public_use: PublicUse | None = None
    editions: Editions = field(default_factory=Editions)
    published_only: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """Whether the data are invented, which every page must say."""
        return self.synthetic_seed is not None

    @property
    def weight_variables(self) -> tuple[tuple[str, str], ...]:
        """Pairs (level, variable) of the weights, in the order of the recipe."""
        return tuple((step.level or self.design.level, step.variable)
                     for step in self.weighting if step.variable is not None)


_NO_MICRODATA = Label(es="El estudio no tiene microdatos aquí.", en="The study has no microdata here.")
# Of a study that holds published figures only; nothing is estimated from it.
NO_DESIGN = DesignRoles(
    "household", Role(unavailable=_NO_MICRODATA, fallback="single_stratum"),
    Role(unavailable=_NO_MICRODATA, fallback="household"), Role(unavailable=_NO_MICRODATA))  # fmt: skip
