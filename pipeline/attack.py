"""The attacker: reads the finished files of a release and reports what they tell of hidden victim counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.audit import Audit, ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import LinkedCells
from estimates.disclosure.differencing import telling_changes
from estimates.disclosure.release import breakdowns_of, shown_rows
from estimates.protection import published_view
from estimates.release_view import release_view
from estimates.table import WHOLE
from estimates.victim_indicators import about_victims, victim_breakdowns
from pipeline.attack_analyses import told_by_analyses
from pipeline.attack_areas import told_by_areas
from pipeline.attack_bytes import search_bytes
from pipeline.attack_descriptions import told_by_descriptions
from pipeline.attack_page import told_by_pages
from pipeline.attack_rounding import not_rounded
from pipeline.attack_tables import PublishedNumbers, read_published, read_table_release
from pipeline.attack_text import search_text
from pipeline.round_release import told_by_rounds
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.problems import DataError, Message, Problem
from surveys.study import Study

LEAKS = Message(
    "release_leaks",
    "The attack on the finished files found {count} leaks: {kinds}. Nothing was published. Run `estimate` and "
    "`validate` again; if it stays, hide or join the tables named in the report of the attack.",
    "El ataque a los archivos terminados encontró {count} fugas: {kinds}. No se publicó nada. Ejecute de nuevo "
    "`estimate` y `validate`; si persiste, oculte o una los cuadros nombrados en el informe del ataque.",
)
NO_AUDIT = Message(
    "no_passed_audit",
    "This release has no passed disclosure audit. Run `validate` and correct what it finds before `disseminate`.",
    "Esta publicación no tiene una auditoría de confidencialidad superada. Ejecute `validate` y corrija lo que "
    "encuentre antes de `disseminate`.",
)


@dataclass(frozen=True)
class Leak:
    """One thing that a file tells and should not: kind, file and place; never the value itself."""

    kind: str
    file: str
    where: str


@dataclass(frozen=True)
class Attack:
    """Result of the attack on a folder.

    Parameters
    ----------
    leaks : tuple of Leak
        Empty when nothing was learned.
    files : int
        Files searched.
    figures : mapping of str to int
        Rows with a number that were understood, by file.
    cells, exposed : int
        Primary cells, and those bounded tighter than the rule.
    not_attacked : tuple of str
        What could not be read, said loudly.
    told : (R,) bool or None
        Rows of which a number was read.
    """

    leaks: tuple[Leak, ...]
    files: int
    figures: Mapping[str, int]
    cells: int
    exposed: int
    not_attacked: tuple[str, ...] = field(default=())
    told: NDArray[np.bool_] | None = field(default=None, repr=False, compare=False)

    def record(self) -> dict[str, Any]:
        """Count, for the record of the release."""
        return {
            "leaks": dict(Counter(leak.kind for leak in self.leaks)), "files": self.files,
            "figures": dict(self.figures), "cells": self.cells, "exposed": self.exposed,
            "not_attacked": list(self.not_attacked),
        }  # fmt: skip


def attack_release(
    folder: Path,
    frame: pd.DataFrame,
    cells: LinkedCells,
    rule: ProtectionRule,
    dictionary: Dictionary,
    microdata: Microdata | None = None,
    *,
    earlier: Sequence[Path] = (),
    canaries: Sequence[str] = (),
    study: Study | None = None,
    analyses: Mapping[str, pd.DataFrame] | None = None,
    includes: NDArray[np.bool_] | None = None,
) -> Attack:
    """Attack the files of a folder.

    Parameters
    ----------
    folder : Path
        Finished files: CSV, Parquet, PC-Axis, SDMX, workbooks, pages, PDF, and what describes them.
    frame : DataFrame
        The internal estimates: which rows are hidden, and the truth to compare with.
    cells : LinkedCells
        Definitions, which are public, and counts, which are used only to judge the result.
    rule : ProtectionRule
        The public rule.
    dictionary : Dictionary
        Names and codes in both languages.
    microdata : Microdata, optional
        Their keys must be in no file.
    earlier : sequence of Path
        Folders of earlier releases, each with its ``estimates.csv``.
    canaries : sequence of str
        Texts planted in the data that must be in no file.
    study : Study, optional
        How its release is protected; hidden rows only without one.
    analyses : mapping of str to DataFrame, optional
        Comparisons, models and tests as they may be published: lines without numbers there have none in any file.
    includes : (R,) bool, optional
        Rows of the edition that the folder holds; all by default. Numbers of others are leaks.

    Returns
    -------
    Attack
        Leaks name rows by indicator and domain; never a count.
    """
    names = breakdowns_of(frame)
    hidden = ~shown_rows(frame)
    view = published_view(frame) if study is None else release_view(frame, study, dictionary)
    leaks: list[Leak] = []
    figures: dict[str, int] = {}
    told = np.zeros(len(frame), dtype=bool)
    for published in read_published(folder, frame, names, dictionary):
        figures[published.file] = int(published.has_number.sum())
        told |= published.has_number
        for row in np.flatnonzero(published.has_number & hidden):
            leaks.append(Leak("number_of_hidden_row", published.file, row_name(frame, names, int(row))))
        for row in np.flatnonzero(not_rounded(published.numbers, frame, view, cells.rounded, dictionary)):
            leaks.append(Leak("not_rounded", published.file, row_name(frame, names, int(row))))
        beyond = np.zeros(len(frame), dtype=bool) if includes is None else published.has_number & ~includes
        for row in np.flatnonzero(beyond):
            leaks.append(Leak("row_of_another_edition", published.file, row_name(frame, names, int(row))))
    for file, place in told_by_rounds(folder, frame, names, hidden):
        leaks.append(Leak("number_of_hidden_row", file, row_name(frame, names, place)))
    if analyses is not None:
        told_areas = told_by_areas(folder, analyses.get("small_areas"))
        leaks += [Leak("number_of_hidden_area", file, area) for file, area in dict.fromkeys(told_areas)]
    for kind, file, where in told_by_pages(folder, frame, names, hidden, view, analyses or {}):
        leaks.append(Leak(kind, file, where))
    for file, name in dict.fromkeys(told_by_descriptions(folder, frame, hidden, view)):
        leaks.append(Leak("number_in_description", file, name))
    if study is not None and analyses is not None:
        told_lines = told_by_analyses(folder, frame, names, hidden, analyses, study, dictionary)
        leaks += [Leak("number_of_hidden_line", file, line) for file, line in dict.fromkeys(told_lines)]
    bounded, of_counts = bounded_counts(frame, cells, rule, told)
    leaks += of_counts
    for release in earlier:
        leaks += _differences(folder, release, frame, names, dictionary, rule)
    closed = hidden if cells.rounded is None else hidden | cells.rounded.rows
    text_leaks, not_attacked = search_text(folder, frame, closed, canaries, view)
    leaks += [Leak("number_in_text", file, where) for file, where in text_leaks]
    byte_leaks, files = search_bytes(folder, microdata, canaries)
    leaks += [Leak(kind, file, "") for kind, file in byte_leaks]
    return Attack(
        tuple(leaks), files, figures, int(bounded.cell.size), int(bounded.exposed.sum()), tuple(not_attacked),
        told,
    )  # fmt: skip


def bounded_counts(
    frame: pd.DataFrame, cells: LinkedCells, rule: ProtectionRule, told: NDArray[np.bool_]
) -> tuple[Audit, list[Leak]]:
    """Solve for the hidden counts of victims from rows that files told.

    Parameters
    ----------
    frame, cells, rule
        As in `attack_release`.
    told : (R,) bool
        Rows of which a number was read, in one folder or in several together.

    Returns
    -------
    bounded : Audit
        Bounds of every primary cell.
    leaks : list of Leak
        Those bounded tighter than the rule.
    """
    low, high = public_knowledge(cells, told, frame["reason"].astype(str).tolist(), rule)
    bounded = audit(cells, low, high, rule)
    names = breakdowns_of(frame)
    exposed = bounded.cell[bounded.exposed]
    return bounded, [
        Leak("count_bounded", "all files", _cell_name(frame, names, cells, int(cell))) for cell in exposed
    ]


def refuse_leaks(attack: Attack, study: str) -> None:
    """Stop a release that tells too much.

    Raises
    ------
    DataError
        Kinds, files and number of the leaks.
    """
    if attack.leaks:
        kinds = Counter(f"{leak.kind} ({leak.file})" for leak in attack.leaks)
        said = ", ".join(f"{kind}: {count}" for kind, count in sorted(kinds.items()))
        raise DataError([Problem(LEAKS, f"{study}  disseminate", {"count": len(attack.leaks), "kinds": said})])


def refuse_without_audit(validation: Mapping[str, Any], study: str) -> None:
    """Stop when the record of validation holds no passed disclosure audit.

    Raises
    ------
    DataError
        The audit was not made, or failed.
    """
    made = validation.get("checks", {}).get("disclosure_audit")
    if not validation.get("passed") or made is None or made.get("failed") != 0:
        raise DataError([Problem(NO_AUDIT, f"{study}  disseminate", {})])


def row_name(frame: pd.DataFrame, names: Sequence[str], row: int) -> str:
    """Name a row by indicator and domain."""
    codes = [f"{name}={frame[name].iloc[row]}" for name in names if frame[name].iloc[row] != "_T"]
    return " ".join([str(frame["indicator"].iloc[row]), *codes])


def _cell_name(frame: pd.DataFrame, names: Sequence[str], cells: LinkedCells, cell: int) -> str:
    for of_row in (cells.cases_of_row, cells.rest_of_row, cells.base_of_row):
        at = np.flatnonzero(of_row == cell)
        if at.size:
            return row_name(frame, names, int(at[0]))
    return "-"


def _differences(
    folder: Path, earlier: Path, frame: pd.DataFrame, names: Sequence[str], dictionary: Dictionary,
    rule: ProtectionRule,
) -> list[Leak]:  # fmt: skip
    if not (folder / "estimates.csv").is_file():
        return []
    before: PublishedNumbers = read_table_release(earlier / "estimates.csv", frame, names)
    after: PublishedNumbers = read_table_release(folder / "estimates.csv", frame, names)
    victims = victim_breakdowns(dictionary) & set(names)
    sensitive = np.array(
        [
            about_victims(dictionary.indicators[name.partition(".")[0]], dictionary)
            for name in frame["indicator"].astype(str)
        ]
    ) | (frame[sorted(victims)] != WHOLE).any(axis=1).to_numpy(dtype=bool)
    changed = telling_changes(before.cases, after.cases, rule.minimum_cases)
    changed |= telling_changes(before.n - before.cases, after.n - after.cases, rule.minimum_cases)
    return [
        Leak("small_change", "estimates.csv", row_name(frame, names, int(row)))
        for row in np.flatnonzero(changed & sensitive)
    ]
