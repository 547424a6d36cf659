"""What is timed: each task in words and data, the same for every engine."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.survey import BINARY, NUMERIC

BINARIES = tuple(f"b{item:02d}" for item in range(BINARY))
NUMERICS = tuple(f"x{item:02d}" for item in range(NUMERIC))
MARGINS = ("area", "sex", "age")
OUTCOME = "b10"
COVARIATES = ("sex", "age", "area", "b00", "b01", "b02", "b03", "x00")
PROBABILITIES = (0.1, 0.25, 0.5, 0.75, 0.9)
DOMAINS = (10, 1_000, 10_000, 100_000)
LEVELS = {
    "domain": 320,
    **{f"domain{many}": many for many in DOMAINS},
    "department": 14,
    "area": 2,
    "sex": 2,
    "age": 8,
    "municipality": 262,
}


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
    draws : int
        PSUs drawn in each stratum and replicate, where there are more; 0 for one less than there are.
    deff : bool
        Whether design effects are asked for.
    what : {"plan", "rake", "linear", "logit", "truncated", "quantiles", "logistic"}
        Estimates of means, or another kind of work.
    extra : tuple of str
        Columns needed besides.
    """

    name: str
    words: str
    indicators: tuple[str, ...]
    by: tuple[tuple[str, ...], ...]
    replicates: int = 0
    draws: int = 0
    deff: bool = False
    what: str = "plan"
    extra: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns the task needs, design columns included."""
        named = ("stratum", "psu", "weight", *self.indicators, *self.extra, *(name for by in self.by for name in by))
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
PLAN: tuple[tuple[str, ...], ...] = ((), ("department",), ("area",), ("sex",), ("age",), FULL)
TASKS = {
    task.name: task
    for task in (
        Task("T1", "one proportion, the whole", ("displaced",), ((),)),
        Task("T2", "one proportion by department, sex and age (224 domains)", ("displaced",), (FULL,)),
        Task("T3", "one mean over 262 municipalities", ("displaced",), (("municipality",),)),
        Task("T4", "60 indicators by 6 breakdowns with interval, design effect, df and status",
             BINARIES + NUMERICS, PLAN, deff=True),
        Task("T5", "500 Rao-Wu bootstrap replicates, made and used for T2", ("displaced",), (FULL,), 500),
        Task("T5plan", "1,000 Rao-Wu bootstrap replicates of all of T4, every ratio computed again in each",
             BINARIES + NUMERICS, PLAN, 1000),
        Task("T5few", "the same with 16 PSUs drawn in a stratum", BINARIES + NUMERICS, PLAN, 1000, 16),
        Task("T6", "raking to 14 departments, sex by age, urban and rural", ("income",), (("department",),),
             what="rake", extra=MARGINS),
        Task("T6l", "linear calibration to the same margins", ("income",), (("department",),),
             what="linear", extra=MARGINS),
        Task("T6g", "logit calibration to the same margins, factors between 0.8 and 1.3", ("income",),
             (("department",),), what="logit", extra=MARGINS),
        Task("T6t", "truncated linear calibration to the same margins, factors between 0.8 and 1.3", ("income",),
             (("department",),), what="truncated", extra=MARGINS),
        Task("T7", "five quantiles of income by department", ("income",), (("department",),), what="quantiles"),
        Task("T8", "logistic regression on 8 covariates", (OUTCOME,), ((),), what="logistic", extra=COVARIATES),
        Task("D320", "one mean over 320 domains that cut across PSUs", ("x00",), (("domain",),)),
        *(Task(f"D{many}", f"one mean over {many:,} domains that cut across PSUs", ("x00",), ((f"domain{many}",),))
          for many in DOMAINS),
    )
}  # fmt: skip
