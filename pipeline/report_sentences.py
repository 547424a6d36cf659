"""Sentences about differences, in both languages: only what a test allows, and none where a side is withheld."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.report_blocks import Material
from pipeline.report_labels import WHOLE, Labels
from pipeline.report_numbers import estimate_text, plain, with_sign

Record = Mapping[str, object]


def comparison_sentence(row: Record, labels: Labels, decimals: int) -> str:
    """Say what a comparison allows to be said; nothing where a side may not be shown.

    Parameters
    ----------
    row : mapping
        One row of ``comparisons``, with its columns in their order.
    labels : Labels
        In the language wanted.
    decimals : int
        Of the figures.

    Returns
    -------
    str
        "Higher than", "lower than" or "no difference can be shown", with the figures behind it and the domain in
        which it holds; empty where the comparison is withheld.
    """
    conclusion = str(row["conclusion"])
    if withheld(row):
        return ""
    first, second = groups_of(row, labels, alone=True)
    words = labels.words
    text = texts_of(row, decimals)
    unit = str(row["unit"])
    points = f" {words['points']}" if unit == "percent" and row["kind"] == "difference" else ""
    inside = [labels.domain_alone(name, str(row[name])) for name in within_of(row)]
    return words.say(
        f"compare_{conclusion}", what=" · ".join([labels.indicator(str(row["indicator"])), *inside]),
        first=first, second=second,
        first_value=with_sign(text["estimate_a"], unit, words.language),
        second_value=with_sign(text["estimate_b"], unit, words.language), kind=words[f"compare_{row['kind']}"],
        value=f"{text['estimate']}{points}", low=text["ci_low"], high=text["ci_high"],
        p=p_text(number_of(row["p_adjusted"])), detectable=f"{text['minimum_detectable']}{points}",
    )


def withheld(row: Record) -> bool:
    """Tell whether nothing may be said of a comparison: withheld itself, or without a finite p-value."""
    return "withheld" in (row["conclusion"], row["status"]) or not math.isfinite(number_of(row["p_adjusted"]))


def compared(material: Material) -> Iterator[Record]:
    """Go through the comparisons of which something may be said, in the order the study declares them."""
    for record in records_of(material.tables.get("comparisons", pd.DataFrame())):
        if not withheld(record):
            yield record


def texts_of(row: Record, decimals: int) -> dict[str, str]:
    """Write the numbers of a comparison; a ratio is a plain number whatever the unit of its sides."""
    unit = str(row["unit"])
    found = {name: estimate_text(number_of(row[name]), unit, decimals) for name in ("estimate_a", "estimate_b")}
    for name in ("estimate", "ci_low", "ci_high", "minimum_detectable"):
        value = number_of(row[name])
        found[name] = plain(value, 2) if row["kind"] == "ratio" else estimate_text(value, unit, decimals)
    return found


def groups_of(row: Record, labels: Labels, *, alone: bool = False) -> tuple[str, str]:
    """Name the two sides of a comparison; ``alone`` where nothing beside says of what question the answer is."""
    between = str(row["between"])

    def group(code: str) -> str:
        if code == "rest":
            return labels.words["compare_rest"]
        if code == WHOLE:
            return labels.words["total"]
        return labels.domain_alone(between, code) if alone else labels.domain(between, code)

    return group(str(row["group_a"])), group(str(row["group_b"]))


def within_of(row: Record) -> list[str]:
    """Breakdowns inside whose domain a comparison was made."""
    names = list(row)
    inner = names[names.index("indicator") + 1 : names.index("between")] if "between" in names else []
    return [name for name in inner if row[name] != WHOLE]


def p_text(value: float) -> str:
    """Write a p-value with three decimals, never as zero."""
    return "" if not math.isfinite(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def records_of(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of a table as mappings, with the columns in their order."""
    return [{str(name): value for name, value in record.items()} for record in table.to_dict("records")]


def number_of(value: object) -> float:
    """Read a number of a table; what is none is missing."""
    return float(value) if isinstance(value, int | float) else math.nan
