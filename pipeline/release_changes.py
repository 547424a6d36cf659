"""What changed since the last signed release, number by number, each with the reason that the study gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from estimates.release_changes import changes_between
from estimates.table import WHOLE
from pipeline.releases import Release, read_releases
from pipeline.shapes import check_shape
from pipeline.yaml_files import read_yaml
from surveys.problems import DataError, Message, Problem, StudyError

REASONS = "changes.yaml"

UNEXPLAINED = Message(
    "change_without_reason",
    "{count} {count|published number|published numbers} changed since release {since} without a reason: {names}. "
    "Give the reasons in 'changes.yaml', with `since: \"{since}\"`.",
    "{count} {count|número publicado cambió|números publicados cambiaron} desde la publicación {since} sin una razón: "
    "{names}. Dé las razones en 'changes.yaml', con `since: \"{since}\"`.",
)


@dataclass(frozen=True)
class Changes:
    """What differs from the last signed release.

    Parameters
    ----------
    since : str
        Number of that release; empty before the first.
    rows : DataFrame
        See `estimates.release_changes.changes_between`, with ``reason_es`` and ``reason_en``; empty where the
        study gives none.
    """

    since: str
    rows: pd.DataFrame

    @property
    def unexplained(self) -> pd.DataFrame:
        """Rows without a reason."""
        return self.rows[self.rows["reason_en"] == ""]

    def record(self) -> dict[str, Any]:
        """Count, for the record of a stage."""
        return {"since": self.since, "changed": len(self.rows), "without_reason": len(self.unexplained)}


def study_changes(study_folder: Path, view: pd.DataFrame, breakdowns: Sequence[str], schemas: Path) -> Changes:
    """Compare the present published view with the last signed release.

    Parameters
    ----------
    study_folder : Path
        Folder of the study, with ``releases`` and, where numbers changed, ``changes.yaml``.
    view : DataFrame
        Published view of the estimates.
    breakdowns : sequence of str
        Its breakdown columns.
    schemas : Path
        Folder of the JSON Schemas.

    Raises
    ------
    DataError
        An earlier release was altered.
    StudyError
        The reasons have not the expected shape.
    """
    releases = read_releases(study_folder)
    if not releases:
        return Changes("", _reasoned(changes_between(view, view, breakdowns), []))
    last = releases[-1]
    rows = changes_between(last.table(), view, breakdowns)
    return Changes(last.number, _reasoned(rows, _reasons(study_folder, last, schemas)))


def refuse_unexplained(changes: Changes, study: str) -> None:
    """Stop a final release in which a number changed and nobody says why.

    Raises
    ------
    DataError
        How many, and of which indicators.
    """
    left = changes.unexplained
    if len(left):
        names = ", ".join(dict.fromkeys(left["indicator"].astype(str)))
        details = {"count": len(left), "since": changes.since, "names": names}
        raise DataError([Problem(UNEXPLAINED, f"{study}/{REASONS}", details)])


def _reasons(study_folder: Path, last: Release, schemas: Path) -> list[dict[str, Any]]:
    path = study_folder / REASONS
    if not path.is_file():
        return []
    document = read_yaml(path, shown=f"{study_folder.name}/{REASONS}")
    problems = check_shape(document, schemas / "changes.schema.json")
    if problems:
        raise StudyError(problems)
    # Reasons for an older step say nothing of this one.
    return list(document.data["reasons"]) if document.data["since"] == last.number else []


def _reasoned(rows: pd.DataFrame, reasons: Sequence[dict[str, Any]]) -> pd.DataFrame:
    names = [str(name) for name in rows.columns]
    breakdowns = names[names.index("indicator") + 1 : names.index("kind")]
    found = []
    for row in rows[["indicator", *breakdowns]].to_dict("records"):
        by = {name for name in breakdowns if row[name] != WHOLE}
        found.append(next((one["reason"] for one in reasons if _meant(one, str(row["indicator"]), by)), None))
    said = rows.copy()
    for language in ("es", "en"):
        said[f"reason_{language}"] = ["" if reason is None else reason[language] for reason in found]
    return said


def _meant(reason: dict[str, Any], indicator: str, by: set[str]) -> bool:
    named = {indicator, indicator.partition(".")[0], "all"} & set(reason["indicators"])
    return bool(named) and ("by" not in reason or set(reason["by"]) == by)
