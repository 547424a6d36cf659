"""A certificate: every number that was checked, its limit and the outcome, and its form for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Outcome = Literal["passed", "failed", "not run", "reported"]


@dataclass(frozen=True)
class Line:
    """One thing that was checked.

    Parameters
    ----------
    level : str
        L0 to L5.
    name : str
        What was checked.
    measured, limit : str
        The number found and what was asked of it, ready to be read.
    outcome : {"passed", "failed", "not run", "reported"}
        ``reported`` for a number without a limit, ``not run`` where something was missing; the reason is then
        in ``measured``.
    value, error : float or None
        The number itself and its Monte Carlo error, where there is one.
    """

    level: str
    name: str
    measured: str
    limit: str
    outcome: Outcome
    value: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Table:
    """A table of the page."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Certificate:
    """Everything one run of the certification found.

    Parameters
    ----------
    seed, replicates : int
        Of the simulations.
    versions : mapping of str to str
        Programs and libraries, and the commit of this project.
    data : mapping of str to str
        SHA-256 of every file of reference numbers and of every population.
    lines : sequence of Line
        In the order of the levels.
    tables : sequence of Table
        Coverage of every interval in every scenario.
    """

    seed: int
    replicates: int
    versions: Mapping[str, str]
    data: Mapping[str, str]
    lines: Sequence[Line]
    tables: Sequence[Table]

    @property
    def counts(self) -> Mapping[str, int]:
        """Lines by outcome."""
        return Counter(line.outcome for line in self.lines)

    @property
    def verdict(self) -> str:
        """``failed``, ``incomplete`` (something did not run) or ``passed``."""
        if self.counts.get("failed"):
            return "failed"
        return "incomplete" if self.counts.get("not run") else "passed"


LEVELS = {
    "L0": "Numerical floor: certified data of the National Institute of Standards and Technology",
    "L1": "Identities, properties and the enumeration of every sample",
    "L2": "R survey and other programs, frozen reference values",
    "L3": "Published tables with standard errors",
    "L4": "Coverage of intervals and bias of variances over drawn samples with a known truth",
    "L5": "Comparisons: false alarms over many domains",
}
LIMITS = (
    "Below about five expected cases with clustering every method can fail, whatever its name; such intervals are "
    "printed as not certified.",
    "At strong clustering (scenarios E and F) the default interval covers about 94 per cent, not 95.",
    "With thirty PSUs and seven cases (scenario A) the linearized variance is about 3 per cent too small.",
    "Nothing here vouches for the design variables of a survey: a wrong stratum gives a wrong error, exactly computed.",
)


def certificate_json(certificate: Certificate) -> str:
    """Write the certificate for programs."""
    content = {
        "verdict": certificate.verdict,
        "counts": dict(certificate.counts),
        "seed": certificate.seed,
        "replicates": certificate.replicates,
        "versions": dict(certificate.versions),
        "data_sha256": dict(certificate.data),
        "lines": [asdict(line) for line in certificate.lines],
        "tables": [asdict(table) for table in certificate.tables],
        "known_limits": list(LIMITS),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
