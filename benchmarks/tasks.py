"""What is timed: each task in words and data, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.survey import BINARY, NUMERIC

BINARIES = tuple(f"b{item:02d}" for item in range(BINARY))
NUMERICS = tuple(f"x{item:02d}" for item in range(NUMERIC))
LEVELS = {"department": 14, "area": 2, "sex": 2, "age": 8, "municipality": 262}


@dataclass(frozen=True)
class Task:
    """One task: indicators by breakdowns, and what else is asked.

    Parameters
    ----------
    name : str
        As in the table.
    words : str
        What it computes.
    indicators : tuple of str
        Columns whose mean is estimated.
    by : tuple of tuple of str
        Breakdowns; the empty one is the whole.
    replicates : int
        Bootstrap replicates; 0 for linearization.
    deff : bool
        Whether design effects are asked for.
    """

    name: str
    words: str
    indicators: tuple[str, ...]
    by: tuple[tuple[str, ...], ...]
    replicates: int = 0
    deff: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the task needs, design columns included."""
        named = ("stratum", "psu", "weight", *self.indicators, *(name for by in self.by for name in by))
        return tuple(dict.fromkeys(named))

    @property
    def cells(self) -> int:
        """Estimates asked for."""
        total = 0
        for by in self.by:
            size = 1
            for name in by:
                size *= LEVELS[name]
            total += size
        return total * len(self.indicators)


FULL = ("department", "sex", "age")
PLAN = ((), ("department",), ("area",), ("sex",), ("age",), FULL)
TASKS = {
    task.name: task
    for task in (
        Task("T1", "one proportion, the whole", ("displaced",), ((),)),
        Task("T2", "one proportion by department, sex and age (224 domains)", ("displaced",), (FULL,)),
        Task("T3", "one mean over 262 municipalities", ("displaced",), (("municipality",),)),
        Task("T4", "60 indicators by 6 breakdowns with interval, design effect, df and status",
             BINARIES + NUMERICS, PLAN, deff=True),
        Task("T5", "500 Rao-Wu bootstrap replicates, made and used for T2", ("displaced",), (FULL,), 500),
    )
}  # fmt: skip
