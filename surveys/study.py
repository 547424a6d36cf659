"""What a study is: identity, sources, design roles, weighting, tabulation, publication and report plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.analyses import ANALYSIS_ENTRIES, Analyses, analyses_from
from surveys.dictionary import Label
from surveys.extrapolation import Extrapolation, extrapolation_from
from surveys.rounds import ROUND_ENTRIES, Rounds, rounds_from

LonelyPsu = Literal["fail", "certainty", "centred", "collapsed"]


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

    ``rounding_base`` is None unless ``protection: rounding`` takes the place of further suppression.
    """

    standards: tuple[str, ...] = ("cepal_2023",)
    planned: tuple[str, ...] = ()
    minimum_cases: int = 10
    beside: tuple[str, ...] = ()
    minimum_width: int = 5
    rounding_base: int | None = None


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
    """One sheet for each code of a breakdown: which breakdowns, and which indicators (all that are tabulated if none)."""

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


def study_from(data: Mapping[str, Any]) -> Study:
    """Build a study from plain data whose shape has been checked by ``study.schema.json``.

    Parameters
    ----------
    data : mapping
        The resolved content of ``study.yaml``.

    Returns
    -------
    Study
    """
    known = {"study", "extends", "title", "subtitle", "country", "year", "reference_period", "producer",
             "synthetic", "working_group", "sources", "design", "weighting", "tabulation", "publication",
             "report", "languages", "response", "published_only", "extrapolation", *ANALYSIS_ENTRIES, *ROUND_ENTRIES}
    report = data.get("report") or {}
    publication = data.get("publication") or {}
    return Study(
        name=data["study"], extends=data.get("extends"), title=_label(data["title"]),
        subtitle=_optional_label(data.get("subtitle")), country=data["country"], year=int(data["year"]),
        reference_period=_optional_label(data.get("reference_period")),
        producer=_optional_label(data.get("producer")),
        synthetic_seed=(data.get("synthetic") or {}).get("seed"),
        working_group=tuple(_member(item) for item in data.get("working_group") or ()),
        sources={name: _source(name, item) for name, item in (data.get("sources") or {}).items()},
        design=_design(data["design"]) if "design" in data else NO_DESIGN,
        weighting=tuple(_step(item) for item in data.get("weighting") or ()),
        tabulation=tuple(Tabulation(tuple(item["indicators"]), tuple(_names(names) for names in item["by"]))
                         for item in data.get("tabulation") or ()),
        publication=Publication(
            standards=tuple(publication.get("standards") or ("cepal_2023",)),
            planned=tuple(publication.get("planned") or ()),
            minimum_cases=int(publication.get("minimum_cases", 10)),
            minimum_width=int(publication.get("minimum_width", 5)),
            rounding_base=(
                int(publication.get("rounding_base", 100)) if publication.get("protection") == "rounding" else None
            ),
            beside=tuple(publication.get("beside") or ())),
        report=ReportPlan(
            foreword=_optional_label(report.get("foreword")),
            key_figures=tuple(KeyFigure(item["indicator"], {k: str(v) for k, v in
                                                            (item.get("domain") or {}).items()})
                              for item in report.get("key_figures") or ()),
            chapters=tuple(_chapter(item) for item in report.get("chapters") or ()),
            glossary=tuple(_term(item) for item in report.get("glossary") or ()),
            factsheets=_factsheets(report.get("factsheets"))),
        languages=tuple(data.get("languages") or ("es", "en")),
        response=tuple(_response(item) for item in data.get("response") or ()),
        analyses=analyses_from(data),
        rounds=rounds_from(data),
        extrapolation=extrapolation_from(data.get("extrapolation")),
        published_only=data.get("published_only", False),
        settings={name: item for name, item in data.items() if name not in known},
    )


def _label(data: Mapping[str, Any]) -> Label:
    return Label(es=data["es"], en=data["en"])


def _optional_label(data: Mapping[str, Any] | None) -> Label | None:
    return None if data is None else _label(data)


def _names(item: str | Sequence[str] | None) -> tuple[str, ...]:
    if item is None:
        return ()
    return (item,) if isinstance(item, str) else tuple(item)


def _rest(data: Mapping[str, Any], *used: str) -> dict[str, Any]:
    return {name: item for name, item in data.items() if name not in used}


def _member(data: Mapping[str, Any]) -> Member:
    return Member(data["institution"], data["role"], tuple(data.get("validates") or ()),
                  _rest(data, "institution", "role", "validates"))


def _source(name: str, data: Mapping[str, Any]) -> Source:
    return Source(
        name=name, format=data["format"], file=data.get("file"), sha256=data.get("sha256"),
        encoding=data.get("encoding"), separator=data.get("separator", ","), decimal=data.get("decimal", "."),
        quote=data.get("quote", '"'), blank=tuple(data.get("blank") or ()), rows=data.get("rows"),
        sheet=data.get("sheet"), obtain=_optional_label(data.get("obtain")),
        licence=_optional_label(data.get("licence")), label=_optional_label(data.get("label")))


def _role(data: str | Mapping[str, Any] | None, *, absent: Label) -> Role:
    if data is None:
        return Role(unavailable=absent)
    if isinstance(data, str):
        return Role(variable=data)
    return Role(unavailable=_label(data["unavailable"]), fallback=data.get("fallback"))


def _design(data: Mapping[str, Any]) -> DesignRoles:
    not_stated = Label(es="El estudio no declara las UPM del marco.",
                       en="The study does not state the PSUs of the frame.")
    return DesignRoles(
        level=data["level"], stratum=_role(data["stratum"], absent=not_stated),
        psu=_role(data["psu"], absent=not_stated),
        psu_population=_role(data.get("psu_population"), absent=not_stated),
        nested=data.get("nested", False), lonely_psu=data.get("lonely_psu", "fail"),
        notes=_optional_label(data.get("notes")))


def _step(data: Mapping[str, Any]) -> WeightingStep:
    total = data.get("expected_total")
    return WeightingStep(
        step=data["step"],
        variable=data.get("variable"),
        level=data.get("level"),
        contains=tuple(data.get("contains") or ()),
        expected_total=None if total is None else float(total),
        counts=data.get("counts"),
        tolerance=float(data.get("tolerance", 0.02)),
        parameters=_rest(
            data, "step", "variable", "level", "contains", "expected_total", "counts", "tolerance"
        ),
    )


def _chapter(data: Mapping[str, Any]) -> Chapter:
    return Chapter(_label(data["title"]), _optional_label(data.get("text")),
                   tuple(_exhibit(item) for item in data.get("exhibits") or ()))


def _exhibit(data: Mapping[str, Any]) -> Exhibit:
    indicators = _names(data.get("indicators")) or _names(data.get("indicator"))
    return Exhibit(data["kind"], indicators, _names(data.get("by")), _optional_label(data.get("title")),
                   _rest(data, "kind", "indicators", "indicator", "by", "title"))


def _term(data: Mapping[str, Any]) -> Term:
    return Term(*(Label(data["es"][name], data["en"][name]) for name in ("term", "meaning")))


def _factsheets(data: Mapping[str, Any] | None) -> FactsheetPlan | None:
    return None if data is None else FactsheetPlan(_names(data["by"]), _names(data.get("indicators")))


def _response(data: Mapping[str, Any]) -> Response:
    return Response(data["level"], dict(data.get("counts") or {}), data.get("variable"),
                    _optional_label(data.get("source")))
