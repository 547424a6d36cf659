"""The editions of a study: what each audience receives, in how much detail and under which disclosure rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.dictionary import Label

Audience = Literal["public", "institutions", "working_group"]
PUBLIC: Audience = "public"
#: What an edition may hold besides the formats of a release: documents that other stages write.
DOCUMENTS = ("report", "brief", "factsheets")


@dataclass(frozen=True)
class Disclosure:
    """How the figures of one edition about victims are protected; never less than the study asks of all.

    Parameters
    ----------
    minimum_cases : int
        Unweighted cases below which a figure is hidden.
    minimum_width : int
        Least distance between the smallest and the largest count that a reader can still believe.
    rounding_base : int or None
        Multiple to which weighted totals are rounded; None where shown figures are exact.
    """

    minimum_cases: int
    minimum_width: int
    rounding_base: int | None = None


@dataclass(frozen=True)
class Edition:
    """What one audience receives.

    Parameters
    ----------
    name : str
        Of its folder.
    audience : {"public", "institutions", "working_group"}
        Who receives it; the members declared in ``working_group:`` receive the edition for them.
    title : Label
        What it is called in its letter and its catalogue record.
    languages : tuple of str
        Languages of its documents.
    formats : tuple of str
        What it holds, by name; all formats of a release where empty.
    indicators, breakdowns : tuple of str or None
        Level of detail: only rows of these indicators, broken down by these only; all where None.
    disclosure : Disclosure or None
        Its rules. An edition without any is refused when the study is loaded.
    notice : Label or None
        Legal notice: who may use it and how.
    licence : str or None
        Address of its licence.
    recipients : tuple of str
        Institutions that receive it, besides those that its audience names.
    """

    name: str
    audience: Audience
    title: Label
    languages: tuple[str, ...] = ("es", "en")
    formats: tuple[str, ...] = ()
    indicators: tuple[str, ...] | None = None
    breakdowns: tuple[str, ...] | None = None
    disclosure: Disclosure | None = None
    notice: Label | None = None
    licence: str | None = None
    recipients: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every row of the study is in it."""
        return self.indicators is None and self.breakdowns is None

    def holds(self, indicator: str, by: Collection[str]) -> bool:
        """Tell whether rows of an indicator (or of one of its parts) by some breakdowns are in it."""
        named = self.indicators is None or indicator.partition(".")[0] in self.indicators
        return named and (self.breakdowns is None or set(by) <= set(self.breakdowns))


@dataclass(frozen=True)
class Editions:
    """All editions that a study declares; where it declares none, everybody may see everything that is published."""

    declared: tuple[Edition, ...] = field(default=())

    @property
    def public(self) -> Edition | None:
        """The declared edition for everybody."""
        return next((edition for edition in self.declared if edition.audience == PUBLIC), None)

    def in_public(self, indicator: str, by: Collection[str]) -> bool:
        """Tell whether everybody may see rows of an indicator by some breakdowns."""
        return self.public is None or self.public.holds(indicator, by)

    def holding(self, indicator: str, by: Collection[str]) -> tuple[Edition, ...]:
        """Editions with rows of an indicator by some breakdowns."""
        return tuple(edition for edition in self.declared if edition.holds(indicator, by))


PUBLIC_TITLE = Label("Edición pública", "Public edition")


def editions_from(data: Sequence[Mapping[str, Any]] | None, languages: Sequence[str]) -> Editions:
    """Read the entry ``editions`` of a study whose shape was checked."""
    found = [_edition(item, languages) for item in data or ()]
    return Editions(tuple(found))


def _edition(data: Mapping[str, Any], languages: Sequence[str]) -> Edition:
    detail = data.get("detail") or {}
    notice = data.get("notice")
    return Edition(
        name=data["name"], audience=data["audience"], title=Label(data["title"]["es"], data["title"]["en"]),
        languages=tuple(data.get("languages") or languages), formats=tuple(data.get("formats") or ()),
        indicators=_names(detail.get("indicators")), breakdowns=_names(detail.get("breakdowns")),
        disclosure=_disclosure(data.get("disclosure")),
        notice=None if notice is None else Label(notice["es"], notice["en"]), licence=data.get("licence"),
        recipients=tuple(data.get("recipients") or ()),
    )  # fmt: skip


def _names(data: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if data is None else tuple(data)


def _disclosure(data: Mapping[str, Any] | None) -> Disclosure | None:
    if not data:
        return None
    return Disclosure(
        int(data["minimum_cases"]), int(data.get("minimum_width", 5)),
        int(data.get("rounding_base", 100)) if data.get("protection") == "rounding" else None,
    )  # fmt: skip
