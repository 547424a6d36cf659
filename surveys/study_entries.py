"""A study made from the plain data of its YAML, one entry after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveys.analyses import ANALYSIS_ENTRIES, analyses_from
from surveys.dictionary import Label
from surveys.editions import editions_from
from surveys.extrapolation import extrapolation_from
from surveys.public_use import public_use_from
from surveys.rounds import ROUND_ENTRIES, rounds_from
from surveys.study import (
    NO_DESIGN,
    Chapter,
    DesignRoles,
    Exhibit,
    FactsheetPlan,
    KeyFigure,
    Member,
    Publication,
    ReportPlan,
    Response,
    Role,
    Source,
    Study,
    Tabulation,
    Term,
    WeightingStep,
)


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
             "report", "languages", "response", "published_only", "extrapolation", "editions", "public_use",
             *ANALYSIS_ENTRIES, *ROUND_ENTRIES}
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
            beside=tuple(publication.get("beside") or ()),
            interval=publication.get("interval", "korn_graubard"),
            deff=publication.get("deff", "with_replacement")),
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
        public_use=public_use_from(data.get("public_use")),
        editions=editions_from(data.get("editions"), tuple(data.get("languages") or ("es", "en"))),
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
