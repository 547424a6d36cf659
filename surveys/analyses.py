"""What a study asks beyond tables: comparisons of domains, models, tests of independence, known denominators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.dictionary import Label

Against = Literal["rest", "total"]
ComparisonKind = Literal["difference", "ratio"]


@dataclass(frozen=True)
class Comparison:
    """Groups of one breakdown held against one another.

    Parameters
    ----------
    indicator, between : str
        Figure, and the breakdown whose codes are the groups.
    codes : tuple of str
        Groups, in order; all codes of the breakdown when empty.
    against : {"rest", "total"} or None
        What each group is held against; each pair of groups when None.
    by : tuple of str
        Breakdowns within which the groups are compared; the whole population when empty.
    kind : {"difference", "ratio"}
        How they are held against one another.
    family : str or None
        Comparisons whose p-values are adjusted together; indicator by breakdown when None.
    """

    indicator: str
    between: str
    codes: tuple[str, ...] = ()
    against: Against | None = None
    by: tuple[str, ...] = ()
    kind: ComparisonKind = "difference"
    family: str | None = None


@dataclass(frozen=True)
class ModelSpec:
    """A regression: an outcome explained by terms, on the rows of a level.

    ``terms`` are expressions; one that is a code variable becomes one column for each code but the first.
    """

    name: str
    family: Literal["linear", "logistic", "poisson"]
    outcome: str
    terms: tuple[str, ...]
    level: str
    universe: str | None = None
    label: Label | None = None


@dataclass(frozen=True)
class IndependenceSpec:
    """A test of whether two breakdowns are independent, on the rows of a level."""

    rows: str
    columns: str
    level: str
    universe: str | None = None


@dataclass(frozen=True)
class DenominatorSpec:
    """A file of the study folder with numbers known from elsewhere, and where they come from."""

    name: str
    file: str
    source: Label


@dataclass(frozen=True)
class Analyses:
    """All of them, in the order of the file."""

    comparisons: tuple[Comparison, ...] = ()
    models: tuple[ModelSpec, ...] = ()
    independence: tuple[IndependenceSpec, ...] = ()
    denominators: Mapping[str, DenominatorSpec] | None = None


ANALYSIS_ENTRIES = ("comparisons", "models", "independence", "denominators")


def analyses_from(data: Mapping[str, Any]) -> Analyses:
    """Build the analyses of a study from plain data whose shape was checked."""
    return Analyses(
        comparisons=tuple(
            Comparison(
                item["indicator"], item["between"], tuple(str(code) for code in item.get("codes") or ()),
                item.get("against"), _names(item.get("by")), item.get("kind", "difference"), item.get("family"),
            )
            for item in data.get("comparisons") or ()
        ),
        models=tuple(
            ModelSpec(
                item["name"], item["family"], str(item["outcome"]), tuple(str(term) for term in item["terms"]),
                item["level"], item.get("universe"), _label(item.get("label")),
            )
            for item in data.get("models") or ()
        ),
        independence=tuple(
            IndependenceSpec(item["rows"], item["columns"], item["level"], item.get("universe"))
            for item in data.get("independence") or ()
        ),
        denominators={
            name: DenominatorSpec(name, item["file"], Label(item["source"]["es"], item["source"]["en"]))
            for name, item in (data.get("denominators") or {}).items()
        },
    )  # fmt: skip


def _names(item: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if item is None else (item,) if isinstance(item, str) else tuple(item)


def _label(item: Mapping[str, str] | None) -> Label | None:
    return None if item is None else Label(item["es"], item["en"])
