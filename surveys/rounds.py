"""What a study declares about time: change since an earlier round, and the trend inside its own window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.dictionary import Label

Overlap = Literal["independent", "panel", "segments"]
ChangeKind = Literal["difference", "ratio"]


@dataclass(frozen=True)
class Remark:
    """A text about some indicators of two rounds; about all when none are named."""

    text: Label
    indicators: tuple[str, ...] = ()

    def about(self, indicator: str) -> bool:
        """Whether it concerns an indicator, or a part of one such as ``causes.1``."""
        whole = indicator.partition(".")[0]
        return not self.indicators or indicator in self.indicators or whole in self.indicators


@dataclass(frozen=True)
class ChangeSpec:
    """Change of some figures since an earlier round.

    Parameters
    ----------
    since : str
        Name of the earlier study.
    label : Label
        The earlier round as readers know it, such as "March 2017".
    indicators : tuple of str
        Figures, tabulated by both.
    by : tuple of tuple of str
        Breakdowns; ``()`` is the whole population.
    overlap : {"independent", "panel", "segments"}
        Samples drawn apart; the same units asked again; other families of segments drawn into both.
    match : str or None
        Variable of the design's level that names a PSU alike in both rounds; that of the design when None.
    kind : {"difference", "ratio"}
        Later minus earlier, or later over earlier.
    notes, breaks : tuple of Remark
        What to know before comparing; and reasons that forbid any statement of change.
    """

    since: str
    label: Label
    indicators: tuple[str, ...]
    by: tuple[tuple[str, ...], ...]
    overlap: Overlap
    match: str | None = None
    kind: ChangeKind = "difference"
    notes: tuple[Remark, ...] = ()
    breaks: tuple[Remark, ...] = ()

    def note(self, indicator: str) -> Label | None:
        """Return what is said of an indicator before comparing it, breaks included; None where nothing is."""
        texts = [remark.text for remark in (*self.breaks, *self.notes) if remark.about(indicator)]
        if not texts:
            return None
        return Label(" ".join(text.es for text in texts), " ".join(text.en for text in texts))

    def broken(self, indicator: str) -> bool:
        """Whether the series of an indicator breaks between the rounds."""
        return any(remark.about(indicator) for remark in self.breaks)


@dataclass(frozen=True)
class RecallSpec:
    """Shares of events forgotten with every year that passes, the first taken as the least."""

    yearly_loss: tuple[float, ...]
    source: Label


@dataclass(frozen=True)
class TrendSpec:
    """A total by year of the window that a round asks about.

    Parameters
    ----------
    indicator : str
        A total, so that years can be added.
    by : str
        Breakdown whose codes are years, or periods named in ``years``.
    years : mapping of str to (first, last)
        First and last year of each code, where codes are not years.
    contrast : tuple of tuple of str
        Codes of the first and of the last years whose means are held against one another; empty for halves.
    truncated : mapping of str to float
        Share of the year that had passed at the interview, by code.
    recall : RecallSpec or None
        Sensitivity to forgetting.
    interview : float or None
        Year of the interview, from which forgetting counts; the last year when None.
    notes : tuple of Label
        What else bends the series: deaths, emigration, exits.
    """

    indicator: str
    by: str
    years: Mapping[str, tuple[float, float]]
    contrast: tuple[tuple[str, ...], ...]
    truncated: Mapping[str, float]
    recall: RecallSpec | None = None
    interview: float | None = None
    notes: tuple[Label, ...] = ()

    def span(self, code: str) -> tuple[float, float]:
        """First and last year of a code."""
        return self.years[code] if code in self.years else (float(code), float(code))


@dataclass(frozen=True)
class ExternalSpec:
    """A file of the study folder with series of other producers, by year."""

    file: str
    source: Label


@dataclass(frozen=True)
class Rounds:
    """Everything a study declares about time."""

    change: tuple[ChangeSpec, ...] = ()
    trend: tuple[TrendSpec, ...] = ()
    external: ExternalSpec | None = None


ROUND_ENTRIES = ("change", "trend", "external_series")


def rounds_from(data: Mapping[str, Any]) -> Rounds:
    """Build what a study declares about time from plain data whose shape was checked."""
    external = data.get("external_series")
    return Rounds(
        change=tuple(_change(item) for item in data.get("change") or ()),
        trend=tuple(_trend(item) for item in data.get("trend") or ()),
        external=None if external is None else ExternalSpec(external["file"], _label(external["source"])),
    )


def _change(item: Mapping[str, Any]) -> ChangeSpec:
    return ChangeSpec(
        since=item["since"], label=_label(item["label"]), indicators=tuple(item["indicators"]),
        by=tuple(_names(by) for by in item.get("by") or [[]]), overlap=item["overlap"], match=item.get("match"),
        kind=item.get("kind", "difference"), notes=tuple(_remark(remark) for remark in item.get("notes") or ()),
        breaks=tuple(_remark(remark) for remark in item.get("breaks") or ()),
    )  # fmt: skip


def _trend(item: Mapping[str, Any]) -> TrendSpec:
    recall = item.get("recall")
    return TrendSpec(
        indicator=item["indicator"], by=item["by"],
        years={
            str(code): (float(first), float(last)) for code, (first, last) in (item.get("years") or {}).items()
        },
        contrast=tuple(tuple(str(code) for code in codes) for codes in item.get("contrast") or ()),
        truncated={str(code): float(share) for code, share in (item.get("truncated") or {}).items()},
        recall=None if recall is None else RecallSpec(
            tuple(float(loss) for loss in recall["yearly_loss"]), _label(recall["source"])),
        interview=None if item.get("interview") is None else float(item["interview"]),
        notes=tuple(_label(note) for note in item.get("notes") or ()),
    )  # fmt: skip


def _remark(item: Mapping[str, Any]) -> Remark:
    return Remark(Label(item["es"], item["en"]), tuple(item.get("indicators") or ()))


def _names(item: str | Sequence[str]) -> tuple[str, ...]:
    return (item,) if isinstance(item, str) else tuple(item)


def _label(item: Mapping[str, str]) -> Label:
    return Label(item["es"], item["en"])
