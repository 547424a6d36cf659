"""The tables of a release, each with its columns described and its key: of them CSV, Parquet and metadata are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from estimates.table import WHOLE
from pipeline.analysis_release import analysis_frames
from pipeline.area_release import DIGITS, NAME, area_frame
from pipeline.open_data.table import Table, describe, published_frame
from pipeline.open_data.words import COLUMNS, TABLES
from pipeline.open_tables import label_rows
from pipeline.release import Release
from pipeline.round_release import round_frames
from pipeline.table_labels import STATUS_LABELS
from surveys.dictionary import Dictionary, Label

# What names a row; the breakdowns of the study come after the columns before the bar.
KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "estimates": (("study", "indicator"), ()),
    "labels": (("column", "code"), ()),
    "comparisons": (("study", "indicator"), ("between", "group_a", "group_b", "kind")),
    "models": (("study", "model", "term", "code"), ()),
    "tests": (("study", "rows", "columns"), ()),
    "change": (("study", "since", "indicator"), ("kind",)),
    "trend": (("study", "indicator", "by", "code"), ()),
    "trend_tests": (("study", "indicator", "by", "test", "yearly_loss", "years"), ()),
    "external_series": (("series", "year"), ()),
    NAME: (("study", "model", "area"), ()),
}


def release_tables(release: Release) -> list[Table]:
    """Arrange all that a release publishes as tables.

    Parameters
    ----------
    release : Release
        The protected rows; nothing else is looked at.

    Returns
    -------
    list of Table
        Estimates and names first; then those of comparisons, models, tests, change, trend, other sources and small
        areas that have rows.
    """
    study = release.loaded.study
    frames = {"estimates": published_frame(release.view)}
    frames["labels"] = label_rows(release.view, release.breakdowns, release.labels)
    frames |= analysis_frames(release.analyses, study, release.labels)
    frames |= round_frames(release.analyses, synthetic=study.synthetic)
    frames[NAME] = area_frame(release.analyses, synthetic=study.synthetic)
    return [
        _table(name, frame, release.breakdowns, release.loaded.dictionary)
        for name, frame in frames.items()
        if not frame.empty
    ]


def column_labels(names: Sequence[str], dictionary: Dictionary) -> dict[str, Label]:
    """Name columns in both languages: breakdowns by the dictionary, the others by the words of the house.

    Raises
    ------
    KeyError
        A column that has no name in both languages.
    """
    return {name: _label(name, dictionary) for name in names}


def _table(name: str, frame: pd.DataFrame, breakdowns: Sequence[str], dictionary: Dictionary) -> Table:
    first, last = KEYS[name]
    names = [str(column) for column in frame.columns]
    crossed = name in ("estimates", "comparisons", "change")
    between = [column for column in breakdowns if crossed and column in names]
    codes: dict[str, Sequence[str]] = {}
    if name == "estimates":
        codes = {by: (WHOLE, *dictionary.codes_of(dictionary.breakdowns[by].variable)) for by in breakdowns}
        codes["status"] = tuple(STATUS_LABELS)
    if "data" in names:
        codes["data"] = ("survey", "synthetic")
    key = (*first, *between, *last)
    # An empty code is a value of its own: the constant of a model has none.
    needed = [column for column in key if (frame[column].astype(str) != "").all()]
    columns = describe(frame, column_labels(names, dictionary), codes=codes, key=needed)
    return Table(name, TABLES[name], frame, columns, key, DIGITS if name == NAME else 17)


def _label(name: str, dictionary: Dictionary) -> Label:
    if name in dictionary.breakdowns:
        known = dictionary.breakdowns[name]
        return known.label or dictionary.variables[known.variable].label
    return COLUMNS[name]
