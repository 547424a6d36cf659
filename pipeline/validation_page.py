"""The validation page: every check, its result and its figure, in Spanish or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.change_rows import change_rows
from pipeline.release_changes import Changes
from pipeline.release_metadata import banner, languages_of
from pipeline.second_engine import EXCLUSIONS
from pipeline.table_labels import Labels
from pipeline.validation_results import HIDDEN, Validation
from pipeline.validation_words import WORDS
from surveys.dictionary import Dictionary
from surveys.study import Study


@dataclass(frozen=True)
class Row:
    """One line of a table of the page."""

    cells: tuple[str, ...]
    stops: bool = False


@dataclass(frozen=True)
class Section:
    """One gate of the page: what it does, and its table."""

    title: str
    text: str
    caption: str
    nothing: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


def write_pages(
    folder: Path, validation: Validation, changes: Changes, study: Study, dictionary: Dictionary, templates: Path,
    coarsen: Sequence[Mapping[str, Any]] = (),
) -> None:  # fmt: skip
    """Write ``validation_<language>.html`` in every language of the study.

    Parameters
    ----------
    folder : Path
        Where to write; a page needs no other file.
    validation : Validation
        Results. Numbers of rows that are not published are not printed.
    changes : Changes
        What differs from the last signed release.
    study, dictionary : Study, Dictionary
        Title, and names of indicators and codes.
    templates : Path
        Folder of the layout, ``validation.html.j2``.
    coarsen : sequence of mapping
        Tables of which nearly all is hidden, see `estimates.disclosure.release.Protected`.
    """
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    for language in languages_of(study):
        text = environment.get_template("validation.html.j2").render(
            language=language,
            title=study.title.get(language),
            notice=banner(study, language),
            passed=validation.passed,
            words=WORDS[language],
            sections=sections(validation, changes, Labels(dictionary, language), coarsen),
        )
        (folder / f"validation_{language}.html").write_text(text + "\n", encoding="utf-8")


def sections(
    validation: Validation, changes: Changes, labels: Labels, coarsen: Sequence[Mapping[str, Any]] = ()
) -> tuple[Section, ...]:
    """Arrange the results: printed figures, second engine, sums and logic, changes, tables to be joined."""
    words = WORDS[labels.language]
    return (
        Section(
            words["printed_title"],
            words["printed_text"],
            words["printed_caption"],
            words["printed_none"],
            _columns(
                words,
                ("figure", ""),
                ("printed", "number"),
                ("ours", "number"),
                ("difference", "number"),
                ("where", ""),
                ("result", ""),
            ),
            _printed_rows(validation, labels),
        ),
        Section(
            words["engine_title"],
            words["engine_text"],
            words["engine_caption"],
            words["engine_none"],
            _columns(
                words,
                ("figure", ""),
                ("estimate", "number"),
                ("se", "number"),
                ("relative", "number"),
                ("result", ""),
            ),
            _engine_rows(validation, labels),
        ),
        Section(
            words["checks_title"],
            words["checks_text"],
            words["checks_caption"],
            "",
            _columns(words, ("check", ""), ("checked", "number"), ("failures", "number"), ("result", "")),
            tuple(
                Row(
                    (
                        words[check.name],
                        f"{check.checked:,}",
                        f"{check.failed:,}",
                        words["check_failed" if check.failed else "check_passed"],
                    ),
                    bool(check.failed),
                )
                for check in validation.checks
            ),
        ),
        Section(
            words["changes_title"],
            words["changes_text"],
            words["changes_caption"].format(since=changes.since),
            words["changes_none"].format(since=changes.since) if changes.since else words["changes_first"],
            _columns(words, ("figure", ""), ("before", "number"), ("now", "number"), ("change", ""), ("reason", "")),
            tuple(Row(cells, unexplained) for cells, unexplained in change_rows(changes, labels)),
        ),
        Section(
            words["coarsen_title"],
            words["coarsen_text"],
            words["coarsen_caption"],
            words["coarsen_none"],
            _columns(words, ("table", ""), ("hidden_rows", "number"), ("all_rows", "number"), ("join", "")),
            tuple(_to_join(item, labels) for item in coarsen),
        ),
    )


def _to_join(item: Mapping[str, Any], labels: Labels) -> Row:
    table = f"{labels.indicator(item['indicator'])}: {labels.breakdowns(item['by'].split(' x '))}"
    breakdown = f"{labels.breakdown(item['breakdown'])} ({item['breakdown']})"
    return Row((table, f"{item['hidden']:,}", f"{item['rows']:,}", breakdown))


def _printed_rows(validation: Validation, labels: Labels) -> tuple[Row, ...]:
    words = WORDS[labels.language]
    rows = []
    for result in validation.reconciled:
        figure = result.published
        hidden = result.status in HIDDEN or result.ours is None or result.difference is None
        digits = max(figure.digits, 0)
        outcome = words[result.outcome]
        if result.outcome == "explained":
            outcome = f"{outcome}: {figure.explanation}"
        rows.append(
            Row(
                (
                    _name(figure.indicator, tuple(figure.domain.items()), labels),
                    f"{figure.value:,.{digits}f}",
                    words["hidden"] if hidden else f"{result.ours:,.{digits + 2}f}",
                    "" if hidden else f"{result.difference:+,.{digits + 2}f}",
                    figure.where,
                    outcome,
                ),
                result.stops,
            )
        )
    return tuple(rows)


def _engine_rows(validation: Validation, labels: Labels) -> tuple[Row, ...]:
    words = WORDS[labels.language]
    rows = []
    for result, hidden in validation.recomputed:
        outcome = words[f"engine_{result.outcome}"]
        if result.engine == "textbook":
            outcome = f"{outcome}, {words['engine_textbook']}"
        if result.reason:
            outcome = f"{outcome}: {EXCLUSIONS[result.reason][0 if labels.language == 'en' else 1]}"
        rows.append(
            Row(
                (
                    _headline(result.name, labels),
                    words["hidden"] if hidden else _number(result.estimate),
                    words["hidden"] if hidden else _number(result.se),
                    "" if result.difference is None else f"{result.difference:.1e}",
                    outcome,
                ),
                result.outcome == "different",
            )
        )
    return tuple(rows)


def _headline(name: str, labels: Labels) -> str:
    indicator, *domain = name.replace("]", "").split(" [")
    return _name(indicator, [(part.partition("=")[0], part.partition("=")[2]) for part in domain], labels)


def _name(indicator: str, domain: Sequence[tuple[str, str]], labels: Labels) -> str:
    if indicator.partition(".")[0] not in labels.dictionary.indicators:
        return indicator
    named = [labels.indicator(indicator)]
    named += [f"{labels.breakdown(name)}: {labels.category(name, code)}" for name, code in domain]
    return "; ".join(named)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


def _columns(words: dict[str, str], *columns: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((words[f"column_{name}"], kind) for name, kind in columns)
