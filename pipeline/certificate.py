"""A certificate: every number that was checked, its limit and the outcome, as JSON and as a page."""

from __future__ import annotations

import html
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


def certificate_page(certificate: Certificate) -> str:
    """Write the certificate as one HTML page without anything outside it."""
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width'><title>Certificate of the estimation engine</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        "<h1>Certificate of the estimation engine</h1>",
        f"<p class='verdict {certificate.verdict}'>Verdict: <strong>{certificate.verdict}</strong>. "
        f"{_sentence(certificate)}</p>",
        f"<p>Simulations: {certificate.replicates:,} samples of each scenario (ten times as many in A to F), "
        f"seed {certificate.seed}.</p>",
    ]
    for level, title in LEVELS.items():
        lines = [line for line in certificate.lines if line.level == level]
        parts.append(f"<h2>{level}. {_safe(title)}</h2>")
        if not lines:
            parts.append("<p>Not asked for in this run.</p>")
            continue
        parts.append(
            _html_table(
                ("what", "measured", "asked for", "outcome"),
                [(line.name, line.measured, line.limit, line.outcome) for line in lines],
            )
        )
    for table in certificate.tables:
        parts += [f"<h2>{_safe(table.title)}</h2>", _html_table(table.columns, table.rows)]
    parts += ["<h2>Known limits</h2><ul>", *(f"<li>{_safe(text)}</li>" for text in LIMITS), "</ul>"]
    parts += ["<h2>Versions</h2>", _html_table(("what", "version"), list(certificate.versions.items()))]
    parts += ["<h2>Files of reference numbers</h2>", _html_table(("file", "SHA-256"), list(certificate.data.items()))]
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _sentence(certificate: Certificate) -> str:
    counts = certificate.counts
    words = [
        f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "not run", "reported") if counts[outcome]
    ]
    return ", ".join(words) + "."


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{_safe(column)}</th>" for column in columns)
    body = "".join("<tr>" + "".join(f"<td{_mark(cell)}>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"


def _mark(cell: str) -> str:
    return f" class='{cell.replace(' ', '-')}'" if cell in ("passed", "failed", "not run", "reported") else ""


def _safe(text: str) -> str:
    return html.escape(str(text))


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#222}main{max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}"
    "th,td{border-bottom:1px solid #ccc;padding:.25rem .75rem;text-align:left}.wide{overflow-x:auto}"
    ".failed{color:#a00;font-weight:600}.passed{color:#060}.not-run{color:#864}.verdict{font-size:1.1rem}"
)
