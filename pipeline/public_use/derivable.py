"""Cells that the release hides, counted from the public files: how closely a user could tell them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimates.disclosure.audit import ProtectionRule
from estimates.disclosure.release import shown_rows
from estimates.measures import measures_of, truth, variables_read
from estimates.table import WHOLE
from pipeline.estimate_files import breakdown_columns
from pipeline.public_use.building import BuiltFile
from pipeline.public_use.public_rows import file_of, held_variables, public_measures, public_rows
from surveys.dictionary import Dictionary, Indicator
from surveys.expressions import parse

CONFIDENTIAL = "confidential"


@dataclass(frozen=True)
class Told:
    """A hidden cell that a public file tells more closely than the rule allows; never its count."""

    indicator: str
    domain: str
    file: str
    variable: str


def told_cells(
    files: tuple[BuiltFile, ...], frame: pd.DataFrame, dictionary: Dictionary, rule: ProtectionRule
) -> tuple[list[Told], int]:
    """Attack the hidden cells of a release with the public files.

    Parameters
    ----------
    files : tuple of BuiltFile
        The public files; their values before hiding are used only to judge.
    frame : DataFrame
        Internal estimates: which rows are confidential, and the counts of the others, which a release may tell.
    dictionary : Dictionary
        What the rows are about.
    rule : ProtectionRule
        How wide the interval of a hidden count must stay.

    Returns
    -------
    told : list of Told
        Cells that a user could count to within the rule.
    attacked : int
        Hidden cells that a file bears on at all.

    Notes
    -----
    Two ways are tried for each hidden cell. Counted directly, where a file holds all that it reads unchanged: only
    rows whose values were hidden make the count uncertain. By difference, where one variable was coarsened: the count
    of the coarser code less the cells of the release that are shown leaves the sum of the hidden ones, each at least
    zero and, if small, below the threshold. Sums across several tables at once, and cells with two coarsened
    variables, are not tried.
    """
    names = breakdown_columns(frame)
    hidden = frame[frame["status"] == CONFIDENTIAL]
    told: list[Told] = []
    attacked = 0
    for _, row in hidden.iterrows():
        name, _, part = str(row["indicator"]).partition(".")
        by = tuple(column for column in names if row[column] != WHOLE)
        ways = [*_directly(row, name, part, by, files, dictionary, rule),
                *_by_difference(row, name, part, by, names, files, frame, dictionary, rule)]  # fmt: skip
        attacked += bool(ways)
        domain = " ".join(f"{column}={row[column]}" for column in by)
        told += [Told(str(row["indicator"]), domain, file, variable) for file, variable, exposed in ways if exposed]
    return told, attacked


def _directly(
    row: pd.Series, name: str, part: str, by: tuple[str, ...], files: tuple[BuiltFile, ...], dictionary: Dictionary,
    rule: ProtectionRule,
) -> Iterator[tuple[str, str, bool]]:  # fmt: skip
    indicator = dictionary.indicators[name]
    built = file_of(indicator, by, files, dictionary)
    if built is None:
        return
    counts = []
    for hidden in (True, False):
        measures, codings = public_measures(built, indicator, by, dictionary, hidden=hidden)
        measure = next(item for item in measures if item.name == str(row["indicator"]))
        used = measure.base()
        for coding in codings:
            used &= coding.codes == coding.labels.index(str(row[coding.name]))
        yes = used & (np.nan_to_num(np.asarray(measure.numerator, dtype=np.float64)) != 0)
        counts.append((int(yes.sum()), int((used & ~yes).sum())))
    # A share gives the others as well as those with the attribute.
    gap = min(truly - seen for seen, truly in zip(*counts, strict=True))
    yield built.file.name, ", ".join(variables_read(indicator, dictionary)), gap < rule.needed


def _by_difference(
    row: pd.Series, name: str, part: str, by: tuple[str, ...], names: list[str], files: tuple[BuiltFile, ...],
    frame: pd.DataFrame, dictionary: Dictionary, rule: ProtectionRule,
) -> Iterator[tuple[str, str, bool]]:  # fmt: skip
    indicator = dictionary.indicators[name]
    axes = [(column, dictionary.breakdowns[column].variable, str(row[column])) for column in by]
    if part:
        axes.append(("", indicator.of.strip(), part))
    for column, source, code in axes:
        others = tuple(item for item in by if item != column)
        for built in files:
            for item in built.file.variables:
                group = next((joined.of for joined in item.codes if code in joined.of), None)
                if item.source != source or group is None or dictionary.variables[source].type != "code":
                    continue
                number = _group_count(built, item.name, group, indicator, column, others, row, dictionary)
                if number is None:
                    continue
                mates = frame[frame["indicator"].isin([f"{name}.{other}" for other in group])] if not column else frame[
                    (frame["indicator"] == row["indicator"]) & frame[column].isin(group)]  # fmt: skip
                for other in names:
                    if other != column:
                        mates = mates[mates[other] == row[other]]
                yield built.file.name, item.name, _bounded(number, mates, row, rule)


def _group_count(
    built: BuiltFile, variable: str, group: tuple[str, ...], indicator: Indicator, column: str,
    others: tuple[str, ...], row: pd.Series, dictionary: Dictionary,
) -> int | None:  # fmt: skip
    """Rows of a coarser code with the attribute, as if nothing had been hidden; None where a file cannot tell."""
    held = held_variables(built, dictionary)
    texts = [indicator.universe, *([indicator.of, indicator.over] if column else [])]
    read = {name for text in texts if text for name in parse(text).names}
    read |= {dictionary.breakdowns[name].variable for name in others}
    if not read <= held:
        return None
    columns = public_rows(built, indicator, dictionary, hidden=False)
    used = np.ones(columns.rows, dtype=bool)
    if column:
        measure = measures_of(indicator, columns, dictionary)[0]
        used = measure.base() & (np.nan_to_num(np.asarray(measure.numerator, dtype=np.float64)) != 0)
    elif indicator.universe is not None:
        used = truth(indicator.universe, columns)
    for name in others:
        value = columns.get(dictionary.breakdowns[name].variable)
        used &= value.data == value.codes.index(str(row[name]))
    for coarse in built.of(variable, hidden=False):
        item = built.file.variable(variable)
        wanted = next(number for number, code, _ in coarse.codes
                      if code == next(joined.code for joined in item.codes if joined.of == group))  # fmt: skip
        used &= coarse.values == wanted
    return int(used.sum())


def _bounded(number: int, mates: pd.DataFrame, row: pd.Series, rule: ProtectionRule) -> bool:
    """Tell whether a sum of hidden cells bounds one of them tighter than the rule."""
    shown = shown_rows(mates)
    left = number - int(mates.loc[shown, "cases"].astype(float).sum())
    rest = mates[~shown & (mates.index != row.name)]
    few = rest["reason"].astype(str).str.contains("small_cell").to_numpy(dtype=bool)
    most = rule.minimum_cases - 1 if "small_cell" in str(row["reason"]) else np.inf
    # Who is hidden for another reason is no small cell: the rule is public, and an attacker uses it where it can hold.
    least = float(rule.minimum_cases * (~few).sum())
    low = max(0.0, left - float(np.where(few, rule.minimum_cases - 1, np.inf).sum())) if rest.size else float(left)
    high = min(float(most), left - least if left >= least else float(left))
    return high - low < rule.needed
