"""The finding of a chart in one sentence, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.report_numbers import estimate_text, with_sign
from pipeline.report_tables import Point
from pipeline.report_words import Words


def describe(title: str, points: Sequence[Point], words: Words, *, ordered: bool) -> str:
    """Say what a chart shows: its range, or its first and last value, always with intervals.

    Parameters
    ----------
    title : str
        Title of the chart.
    points : sequence of Point
        What is drawn; points that may not be shown are not mentioned, not even by name.
    words : Words
        Phrases of the language.
    ordered : bool
        Whether the points are steps of time, so that the first and last are compared.

    Returns
    -------
    str
        Whether two intervals overlap is a fact about the intervals; no difference is claimed.
    """
    shown = [point for point in points if point.shown]
    if not shown:
        return words.say("alt_none", title=title)
    if len(shown) == 1:
        return words.say("alt_one", title=title, **_places("top", shown[0], words))
    if ordered:
        first, last = shown[0], shown[-1]
        return words.say("alt_line", title=title, overlap=_overlap(first, last, words),
                         **_places("first", first, words), **_places("last", last, words))
    top = max(shown, key=lambda point: point.estimate)
    bottom = min(shown, key=lambda point: point.estimate)
    return words.say("alt_range", title=title, count=len(shown), overlap=_overlap(top, bottom, words),
                     **_places("top", top, words), **_places("bottom", bottom, words))


def _overlap(one: Point, other: Point, words: Words) -> str:
    return words["overlap_yes" if one.low <= other.high and other.low <= one.high else "overlap_no"]


def _places(name: str, point: Point, words: Words) -> dict[str, str]:
    def text(value: float) -> str:
        return with_sign(estimate_text(value, point.unit, point.decimals), point.unit, words.language)

    return {name: point.label, f"{name}_value": text(point.estimate), f"{name}_low": text(point.low),
            f"{name}_high": text(point.high)}
