"""The codebook: a dictionary as pages to read, in both languages, as HTML and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.codebook_words import PAGE_STYLE, WORDS
from surveys.dictionary import Dictionary, Indicator, Label, Variable
from surveys.statistic_options import STATISTICS

LANGUAGES = ("es", "en")
# No script, picture or address of anywhere: a label can only be text.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">"
)


@dataclass(frozen=True)
class Table:
    """A titled table of plain text, with a name to link to."""

    anchor: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A titled group of tables."""

    anchor: str
    title: str
    tables: tuple[Table, ...]


def write_codebook(dictionary: Dictionary, folder: Path) -> tuple[Path, ...]:
    """Write the codebook of a dictionary.

    Parameters
    ----------
    dictionary : Dictionary
        The common one, or one with a study's additions.
    folder : Path
        Made when absent.

    Returns
    -------
    tuple of Path
        ``codebook.es.html``, ``codebook.en.html``, ``codebook.es.md`` and ``codebook.en.md``. Each stands
        alone: no script, no style or picture from elsewhere. The same dictionary gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for language in LANGUAGES:
        sections = codebook_sections(dictionary, language)
        for ending, text in (("html", _html(sections, language)), ("md", _markdown(sections, language))):
            path = folder / f"codebook.{language}.{ending}"
            write_text(path, text)
            written.append(path)
    return tuple(written)


def codebook_sections(dictionary: Dictionary, language: str) -> list[Section]:
    """Arrange a dictionary as sections of tables in one language."""
    word = WORDS[language]
    sections = []
    for name, level in dictionary.levels.items():
        tables = tuple(_variable_table(spec, dictionary, language)
                       for spec in dictionary.variables.values() if spec.level == name)
        title = f"{word['variables']}: {level.label.get(language)} ({name})"
        sections.append(Section(f"level-{name}", title, tables))
    sections.append(Section("code-lists", word["code_lists"], tuple(
        Table(f"list-{name}", _named(name, codes.label, language, codes.sdmx),
              (word["code"], word["label"], "SDMX"),
              tuple((code.code, code.label.get(language), code.sdmx or "") for code in codes.codes.values()))
        for name, codes in dictionary.code_lists.items())))
    sections.append(Section("indicators", word["indicators"], tuple(
        Table(f"indicator-{name}", _named(name, item.label, language), (), _filled([
            (word["definition"], item.definition.get(language) if item.definition else ""),
            (word["level"], item.level), (word["statistic"], word.get(item.statistic, item.statistic)),
            (word["of"], item.of), (word["over"], item.over), (word["parameters"], _parameters(item)),
            (word["universe"], item.universe),
            (word["unit"], item.unit), (word["sensitive"], word["yes"] if item.sensitive else "")]))
        for name, item in dictionary.indicators.items())))
    sections.append(Section("breakdowns", word["breakdowns"], (Table(
        "all-breakdowns", word["breakdowns"], (word["name"], word["label"], word["variable"], word["level"]),
        tuple((name, item.label.get(language), item.variable, dictionary.variables[item.variable].level)
              for name, item in dictionary.breakdowns.items())),)))
    sections.append(Section("rules", word["rules"], (Table(
        "all-rules", word["rules"],
        (word["name"], word["level"], word["severity"], word["if"], word["then"], word["message"]),
        tuple((name, rule.level, word[rule.severity], rule.condition or "", rule.then, rule.message.get(language))
              for name, rule in dictionary.rules.items())),)))
    sections.append(Section("missing", word["missing"], (Table(
        "missing-kinds", word["missing"], (word["name"], word["label"], "SDMX"),
        tuple((name, kind.label.get(language), kind.sdmx or "") for name, kind in dictionary.missing_kinds.items())),)))
    return sections


def _parameters(item: Indicator) -> str:
    """Write what a statistic needs beside its expression, as the dictionary writes it."""
    options, told = item.options, []
    for name in ("p", "line", "power", "denominator", "per", "time", "event", "by"):
        value = getattr(options, name)
        if name in STATISTICS[item.statistic].needed + STATISTICS[item.statistic].allowed and value is not None:
            told.append(f"{name}: {value:g}" if isinstance(value, float | int) else f"{name}: {value}")
    if options.relative_line is not None:
        told.append(f"relative_line: {options.relative_line.share:g} × Q({options.relative_line.quantile:g})")
    told += [f"{name}: {text}" for name, text in options.totals.items()]
    if options.at:
        told.append("at: " + ", ".join(f"{time:g}" for time in options.at))
    if options.weights:
        told.append("weights: " + ", ".join(f"{code}: {weight:g}" for code, weight in options.weights.items()))
    return "; ".join(told)


def _variable_table(spec: Variable, dictionary: Dictionary, language: str) -> Table:
    word = WORDS[language]
    limits = f"{spec.range[0]:g} – {spec.range[1]:g}" if spec.range else ""
    codes = dictionary.code_lists[spec.codes] if spec.codes else None
    answers = "; ".join(f"{code.code} = {code.label.get(language)}" for code in codes.codes.values()) if codes else ""
    return Table(f"variable-{spec.name}", _named(spec.name, spec.label, language), (), _filled([
        (word["type"], word.get(f"type_{spec.type}", spec.type)),
        (word["question"], spec.question.get(language) if spec.question else ""),
        (word["universe"], spec.universe), (word["derive"], spec.derive),
        (word["code_list"], (f"{codes.name} ({codes.sdmx})" if codes.sdmx else codes.name) if codes else ""),
        (word["codes"], answers), (word["range"], limits), (word["unit"], spec.unit),
        (word["disclosure"], word.get(f"disclosure_{spec.disclosure}", ""))]))


def _filled(pairs: Sequence[tuple[str, str | None]]) -> tuple[tuple[str, ...], ...]:
    return tuple((name, value) for name, value in pairs if value)


def _named(name: str, label: Label, language: str, sdmx: str | None = None) -> str:
    return f"{label.get(language)} · {name}" + (f" · {sdmx}" if sdmx else "")


def _html(sections: Sequence[Section], language: str) -> str:
    title = escape(WORDS[language]["title"])
    parts = ["<!doctype html>", f'<html lang="{language}">', "<head>", '<meta charset="utf-8">', _POLICY,
             '<meta name="viewport" content="width=device-width, initial-scale=1">', f"<title>{title}</title>",
             f"<style>{PAGE_STYLE}</style>", "</head>", "<body>", f"<h1>{title}</h1>",
             f'<nav aria-label="{escape(WORDS[language]["contents"])}"><ul>']
    parts += [f'<li><a href="#{escape(section.anchor)}">{escape(section.title)}</a></li>' for section in sections]
    parts += ["</ul></nav>", "<main>"]
    for section in sections:
        parts.append(f'<section><h2 id="{escape(section.anchor)}">{escape(section.title)}</h2>')
        parts += [_html_table(table) for table in section.tables]
        parts.append("</section>")
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def _html_table(table: Table) -> str:
    lines = [f'<table id="{escape(table.anchor)}">', f"<caption>{escape(table.title)}</caption>"]
    if table.head:
        cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
        lines.append(f"<thead><tr>{cells}</tr></thead>")
    lines.append("<tbody>")
    for first, *others in table.rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        lines.append(f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"])


def _markdown(sections: Sequence[Section], language: str) -> str:
    parts = [f"# {_plain(WORDS[language]['title'])}", ""]
    for section in sections:
        parts += [f"## {_plain(section.title)}", ""]
        for table in section.tables:
            head = table.head or ("", "")
            parts += [f"### {_plain(table.title)}", "", _markdown_row(head)]
            parts.append(_markdown_row(["---"] * len(head), plain=True))
            parts += [_markdown_row(row) for row in table.rows]
            parts.append("")
    return "\n".join(parts)


def _markdown_row(cells: Sequence[str], *, plain: bool = False) -> str:
    return "| " + " | ".join(cell if plain else _plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Escape what Markdown or the HTML inside it would act upon."""
    escaped = " ".join(text.split()).replace("\\", "\\\\")
    for mark in "`*_[]|#~":
        escaped = escaped.replace(mark, "\\" + mark)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
