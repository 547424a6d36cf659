"""The certificate as a page, in English and Spanish."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Literal

from pipeline.certificate import LEVELS, LIMITS, Certificate
from pipeline.certificate_words import in_spanish

Language = Literal["en", "es"]


def certificate_page(certificate: Certificate, language: Language = "en") -> str:
    """Write the certificate as one HTML page without anything outside it.

    Parameters
    ----------
    certificate : Certificate
        Its sentences are English.
    language : {"en", "es"}
        Of the page.

    Returns
    -------
    str
        HTML.
    """
    say = in_spanish if language == "es" else str
    title = say("Certificate of the estimation engine")
    simulated = say(
        f"Simulations: {certificate.replicates:,} samples of each scenario (ten times as many in A to F), "
        f"seed {certificate.seed}."
    )
    parts = [
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>",
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">',
        f"<meta name='viewport' content='width=device-width'><title>{_safe(title)}</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{_safe(title)}</h1>",
        f"<p class='verdict {certificate.verdict}'>{say('Verdict:')} <strong>{say(certificate.verdict)}</strong>. "
        f"{_sentence(certificate, say)}</p>",
        f"<p>{_safe(simulated)}</p>",
    ]
    for level, title in LEVELS.items():
        lines = [line for line in certificate.lines if line.level == level]
        parts.append(f"<h2>{level}. {_safe(say(title))}</h2>")
        if not lines:
            parts.append(f"<p>{say('Not asked for in this run.')}</p>")
            continue
        parts.append(
            _html_table(
                ("what", "measured", "asked for", "outcome"),
                [(line.name, line.measured, line.limit, line.outcome) for line in lines],
                say,
            )
        )
    for table in certificate.tables:
        parts += [f"<h2>{_safe(say(table.title))}</h2>", _html_table(table.columns, table.rows, say)]
    parts += [f"<h2>{say('Known limits')}</h2><ul>", *(f"<li>{_safe(say(text))}</li>" for text in LIMITS), "</ul>"]
    parts += [f"<h2>{say('Versions')}</h2>", _html_table(("what", "version"), list(certificate.versions.items()), say)]
    parts += [
        f"<h2>{say('Files of reference numbers')}</h2>",
        _html_table(("file", "SHA-256"), list(certificate.data.items()), say),
    ]
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _sentence(certificate: Certificate, say: Callable[[str], str]) -> str:
    counts = certificate.counts
    outcomes = ("passed", "failed", "not run", "reported")
    words = [say(f"{counts[outcome]} {outcome}") for outcome in outcomes if counts[outcome]]
    return ", ".join(words) + "."


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[str]], say: Callable[[str], str]) -> str:
    head = "".join(f"<th scope='col'>{_safe(say(column))}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td{_mark(cell)}>{_safe(say(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
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
