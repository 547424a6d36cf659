"""How many damaged files had which outcome, as a table and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeline.fuzzing.trial import Outcome
from surveys.problems import Language

_HEADS: dict[str, tuple[str, str]] = {
    "tried": ("probados", "tried"),
    "refused": ("rechazados", "refused"),
    "same": ("iguales", "read same"),
    "otherwise": ("distintos", "otherwise"),
    "by_hash": ("por hash", "by hash"),
    "by_dictionary": ("dicc.", "by dict."),
    "silent": ("callados", "silent"),
    "crash": ("caída hijo", "child crash"),
    "time": ("tiempo", "time"),
    "parent": ("caída padre", "parent crash"),
    "hang": ("colgados", "hang"),
}
_BAD = ("silent", "parent", "hang")


@dataclass
class Tally:
    """Outcomes of one format.

    Parameters
    ----------
    kind : str
        The format.
    slowest : float
        Seconds of the slowest trial.
    """

    kind: str
    counts: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    bad: list[int] = field(default_factory=list)
    slowest: float = 0.0

    def add(self, number: int, outcome: Outcome, seconds: float) -> None:
        """Count one outcome. What is read otherwise and stopped by nothing is silent."""
        self.slowest = max(self.slowest, seconds)
        self.counts["tried"] += 1
        self.counts[outcome.read] += 1
        if outcome.why:
            self.why[outcome.why] += 1
        if outcome.read == "otherwise":
            self.counts["by_hash"] += outcome.by_hash
            self.counts["by_dictionary"] += outcome.by_dictionary
            self.counts["silent"] += not (outcome.by_hash or outcome.by_dictionary)
        if outcome.read in _BAD or (outcome.read == "otherwise" and not (outcome.by_hash or outcome.by_dictionary)):
            self.bad.append(number)

    def plain(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        counts = {name: self.counts[name] for name in _HEADS}
        return {"format": self.kind, **counts, "why": dict(sorted(self.why.items())), "bad": self.bad,
                "slowest_seconds": round(self.slowest, 2)}  # fmt: skip


def table(tallies: Iterable[Tally], language: Language) -> str:
    """Write the counts by format, and of all, as lines of text."""
    rows = list(tallies)
    spoken = 0 if language == "es" else 1
    heads = [("formato", "format")[spoken], *(words[spoken] for words in _HEADS.values()), "s max"]
    total = Tally("total", sum((row.counts for row in rows), Counter()), slowest=max(row.slowest for row in rows))
    lines = [heads] + [
        [row.kind, *(f"{row.counts[name]:,}" for name in _HEADS), f"{row.slowest:.1f}"] for row in (*rows, total)
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width)
                  for place, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in lines
    )  # fmt: skip


def passed(tallies: Iterable[Tally]) -> bool:
    """Tell whether this process never failed, never hung, and let no change through that nothing notices."""
    return not any(row.counts[name] for row in tallies for name in _BAD)
