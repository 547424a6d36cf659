"""The report through its template, once as Typst and once as HTML; data never becomes markup."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import jinja2
from markupsafe import Markup

from pipeline.report_text import characters, printable
from pipeline.report_words import Words


class Printable(Protocol):
    """What every document has, whatever its template; the template reads the rest."""

    @property
    def words(self) -> Words:
        """Phrases in the language of the document."""


def render_typst(report: Printable, templates: Path, template: str = "report.j2", **extra: object) -> str:
    """Write the Typst source of a document; charts are expected as ``<anchor>.svg`` beside it."""
    found = _for_typst(templates).get_template(template)
    return found.render(backend="_typst.j2", report=report, w=report.words, safe_svg=Markup, **extra)


def render_html(report: Printable, templates: Path, template: str = "report.j2", **extra: object) -> str:
    """Write the page of a document: one file, nothing loaded, a policy that forbids all but its own style."""
    style = (templates / "page.css").read_text(encoding="utf-8").strip()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    found = _for_html(templates).get_template(template)
    return found.render(backend="_html.j2", report=report, w=report.words, safe_svg=Markup, style=Markup(style),
                        style_hash=f"sha256-{digest}", **extra)


def typst_string(text: str, known: frozenset[str]) -> str:
    r"""Write text as a Typst string literal.

    Only a backslash, a quote and a line end mean anything inside one, so data cannot reach the markup.
    """
    return '"' + printable(text, known).replace("\\", "\\\\").replace('"', '\\"') + '"'


def typst_text(text: str, known: frozenset[str]) -> str:
    """Write text as Typst markup that shows exactly this text; empty text leaves nothing."""
    return f"#{typst_string(text, known)};" if text else ""


def typst_number(value: float | bool) -> Markup:
    """Write a number or a truth value as Typst code; anything else is refused by its type."""
    if isinstance(value, bool):
        return Markup("true" if value else "false")
    return Markup(f"{value:d}" if isinstance(value, int) else f"{value:.6f}")


@cache
def _for_typst(templates: Path) -> jinja2.Environment:
    """Templates for print: whatever is no markup of ours becomes a quoted string."""
    known = characters(templates / "fonts")

    def escape(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(typst_text(str(value), known))

    environment = _environment(templates, finalize=escape)
    environment.filters.update({"q": lambda value: Markup(typst_string(str(value), known)), "n": typst_number})
    return environment


@cache
def _for_html(templates: Path) -> jinja2.Environment:
    """Templates for the page, with jinja's own escaping."""
    return _environment(templates, finalize=None)


def _environment(templates: Path, *, finalize: Callable[[Any], Any] | None) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined,
        finalize=finalize, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
