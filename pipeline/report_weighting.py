"""The parts of the methods annex that tell what weighting did: response, calibration factors, known totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.report_labels import Labels
from pipeline.report_numbers import plain, with_sign
from pipeline.report_words import Words

Rows = tuple[tuple[str, ...], ...]

SHOWN_TOTALS = 60
#: Between the codes of a cell of several variables (`weights.population_totals`).
SEPARATOR = "|"


def response_rows(steps: Sequence[Mapping[str, Any]], words: Words) -> Rows:
    """Say how many of the units drawn responded, and how evenly: pairs of measure and value."""
    rows: list[tuple[str, str]] = []
    for step in steps:
        for name in ("rr1", "rr2", "rr3", "rr4", "rr5", "rr6"):
            if step.get(name) is not None:
                rows.append((words[f"weighting_{name}"], _percent(step[name], words)))
        if step.get("r_indicator") is not None:
            rows.append((words["weighting_r_indicator"], plain(float(step["r_indicator"]), 2)))
        for moment in ("before", "after"):
            value = step.get(f"largest_difference_{moment}")
            if value is not None:
                rows.append((words[f"weighting_difference_{moment}"], plain(float(value), 3)))
    return tuple(dict.fromkeys(rows))


def factor_rows(steps: Sequence[Mapping[str, Any]], words: Words) -> Rows:
    """Say what calibration and trimming did to the weights: step, range of factors, totals met, Kish effect."""
    rows: list[tuple[str, ...]] = []
    for step in steps:
        if step.get("g_min") is None:
            continue
        met = ""
        if step.get("totals") is not None:
            met = words.say("weighting_met", met=int(step["totals"]) - int(step["totals_missed"]), of=step["totals"])
        limits = f"{plain(float(step['g_min']), 3)} – {plain(float(step['g_max']), 3)}"
        name = words.either(f"step_{step['step']}", str(step["step"]))
        rows.append((name, limits, met, plain(float(step["effective_n"]), 0)))
    return tuple(dict.fromkeys(tuple(row) for row in rows))


def calibration_texts(calibration: Mapping[str, Any], labels: Labels) -> list[str]:
    """Say whether standard errors know of the calibration of the weights; nothing where none was calibrated."""
    words, texts = labels.words, []
    taken, ignored = calibration.get("taken") or {}, calibration.get("ignored") or ()
    if taken:
        levels = ", ".join(labels.level(str(level)) for level in taken)
        totals = plain(float(max(taken.values())), 0)
        texts.append(words.say("calibration_taken", levels=levels, totals=totals))
        if calibration.get("as_known"):
            steps = ", ".join(words.either(f"step_{step}", str(step)) for step in calibration["as_known"])
            texts.append(words.say("calibration_as_known", steps=steps))
    for level, counts in (calibration.get("two_phase") or {}).items():
        numbers = {name: plain(float(counts[name]), 0) for name in ("listed", "taken")}
        texts.append(words.say("variance_two_phase", level=labels.level(str(level)), **numbers))
    if ignored:
        levels = ", ".join(labels.level(str(level)) for level in ignored)
        texts.append(words.say("calibration_ignored", levels=levels))
    return texts


def total_rows(steps: Sequence[Mapping[str, Any]], labels: Labels) -> tuple[Rows, int]:
    """List known totals, by the names of what they count and of their cells, with the weighted sums before and after.

    Totals that several levels meet are listed once. The second number says how many more there are.
    """
    rows: dict[tuple[str, ...], tuple[str, ...]] = {}
    for step in steps:
        if step.get("step") != "calibrate":
            continue
        for row in step.get("tables", ()):
            name, cell = str(row["measure"]).removeprefix("total:"), str(row["cell"])
            numbers = tuple(plain(float(row[key]), 0) for key in ("target", "before", "after"))
            rows.setdefault((name, cell, *numbers), (*_margin(step, name, cell, labels), *numbers))
    return tuple(rows.values())[:SHOWN_TOTALS], max(0, len(rows) - SHOWN_TOTALS)


def _margin(step: Mapping[str, Any], name: str, cell: str, labels: Labels) -> tuple[str, str]:
    """Name what a margin adds up, and one of its cells; a name that no dictionary knows stays as it is."""
    spec = (step.get("margins") or {}).get(name) or {}
    by = [str(item) for item in spec.get("by") or ()]
    codes = cell.split(SEPARATOR) if len(by) > 1 else [cell]
    amount = labels.dictionary.variables.get(str(spec.get("amount")))
    level = labels.level(str(step.get("level", "")))
    counted = f"{level[:1].upper()}{level[1:]}" if amount is None else amount.label.get(labels.words.language)
    if not spec or len(codes) != len(by) or not all(_known(item, labels) for item in by):
        return (counted if spec and not by else name), cell
    places = " · ".join(labels.domain(item, code) for item, code in zip(by, codes, strict=True))
    return f"{counted}: {' × '.join(labels.breakdown(item) for item in by)}", places


def _known(breakdown: str, labels: Labels) -> bool:
    return breakdown in labels.dictionary.breakdowns or breakdown in labels.dictionary.variables


def _percent(share: Any, words: Words) -> str:
    return with_sign(plain(100 * float(share), 1), "percent", words.language)
