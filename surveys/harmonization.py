"""Source tables and a mapping to harmonized levels, with a finding for everything that does not fit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys import harmonization_messages as say
from surveys.dictionary import Dictionary, LevelSpec
from surveys.findings import Finding, Severity, hashed_key
from surveys.mapping import LevelMapping, VariableMapping
from surveys.mapping import Mapping as StudyMapping
from surveys.microdata import (
    KEY_MISSING,
    KEY_REPEATED,
    ORPHAN,
    LevelData,
    Microdata,
    blank_keys,
    locate_parents,
    repeated_keys,
)
from surveys.recoding import Recoded, recode
from surveys.source_rows import source_rows
from surveys.source_table import SourceTable

_SHOWN_KEYS = 20
_SHOWN_CODES = 50
_CODE_LENGTH = 60


@dataclass(frozen=True)
class Harmonized:
    """What harmonization made; ``microdata`` is None when keys or parents are broken."""

    microdata: Microdata | None
    findings: tuple[Finding, ...]
    undocumented: Mapping[str, Mapping[str, int]]


@dataclass
class _Level:
    """A level while it is being made."""

    spec: LevelSpec
    frame: pd.DataFrame
    why: dict[str, NDArray[np.int8]]


def harmonize(mapping: StudyMapping, tables: Mapping[str, SourceTable], dictionary: Dictionary, *,
              critical: Collection[str], secret: bytes) -> Harmonized:
    """Make the levels of a study out of its sources.

    Parameters
    ----------
    mapping : Mapping
        Content of ``mapping.yaml``, already checked against the dictionary.
    tables : mapping of str to SourceTable
        Every source the mapping names.
    dictionary : Dictionary
        Levels, variables, code lists and kinds of missing.
    critical : collection of str
        Variables (design, weights) in which a value that does not fit is an error rather than a warning;
        keys always are.
    secret : bytes
        Key of the hashes that name rows.

    Returns
    -------
    Harmonized
        Findings in the order met, every problem included.
    """
    findings: list[Finding] = []
    undocumented: dict[str, dict[str, int]] = {}
    made: dict[str, _Level] = {}
    for name in _parents_first(mapping, dictionary):
        made[name] = _level(
            mapping, mapping.levels[name], tables, dictionary, set(critical), findings, undocumented
        )
    parent_rows: dict[str, NDArray[np.int64] | None] = {}
    sound = True
    for name, level in made.items():
        sound &= _check_keys(level, findings, secret)
        parent_rows[name] = None
        above = level.spec.parent
        if above in made:
            rows = locate_parents(level.frame, made[above].frame, dictionary.levels[above].key)
            parent_rows[name] = rows
            orphans = np.flatnonzero((rows < 0) & ~blank_keys(level.frame, level.spec.key))
            _key_findings(level, "orphan", ORPHAN, orphans, {"parent": above}, findings, secret)
            sound &= not (rows < 0).any()
    if not sound:
        return Harmonized(None, tuple(findings), undocumented)
    levels = {name: LevelData(name, level.spec.key, level.spec.parent if level.spec.parent in made else None,
                              level.frame, level.why, parent_rows[name])
              for name, level in made.items()}
    return Harmonized(Microdata(levels), tuple(findings), undocumented)


def _parents_first(mapping: StudyMapping, dictionary: Dictionary) -> list[str]:
    return sorted(mapping.levels, key=lambda name: len(dictionary.lineage(name)))


def _level(
    mapping: StudyMapping,
    level: LevelMapping,
    tables: Mapping[str, SourceTable],
    dictionary: Dictionary,
    critical: set[str],
    findings: list[Finding],
    undocumented: dict[str, dict[str, int]],
) -> _Level:
    rows = source_rows(level, tables)
    findings.extend(rows.findings)
    spec = dictionary.levels[level.name]
    columns: dict[str, Any] = {}
    why: dict[str, NDArray[np.int8]] = {}
    for name, variable_mapping in level.variables.items():
        found = recode(dictionary.variables[name], variable_mapping, rows.table, dictionary, rows.row_number)
        columns.update(found.values)
        if name not in spec.key:
            why[name] = found.why
        strict = name in critical or name in spec.key
        findings.extend(_variable_findings(level, name, found, strict))
        findings.extend(_label_findings(mapping, level, name, variable_mapping, rows.table, dictionary))
        if found.undocumented:
            undocumented[name] = _shown_codes(found.undocumented)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(rows.table.rows))
    for key in spec.key:
        frame[key] = frame[key].astype(object).where(frame[key].notna(), None)
    result = _Level(spec, frame, why)
    return _distinct(result, level, critical, findings) if level.distinct else result


def _shown_codes(counts: Mapping[str, int]) -> dict[str, int]:
    """Count by source value, naming only what can be a code and never what can be a person's words."""
    shown: dict[str, int] = {}
    for value, count in sorted(counts.items(), key=lambda item: -item[1]):
        digits = value.removeprefix("-")
        short_number = digits.replace(".", "", 1).isdigit() and len(digits) <= 4
        common = count >= 10 and len(value) <= _CODE_LENGTH
        name = value if (short_number or common) and len(shown) < _SHOWN_CODES else ""
        shown[name] = shown.get(name, 0) + count
    return shown


def _variable_findings(level: LevelMapping, name: str, found: Recoded, strict: bool) -> list[Finding]:
    severity: Severity = "error" if strict else "warning"
    place = ("mapping", "levels", level.name, "variables", name)
    made = [Finding("undocumented_code", level.name, severity, count,
                    say.UNDOCUMENTED if value else say.UNDOCUMENTED_OTHER, name, value, place=place)
            for value, count in _shown_codes(found.undocumented).items()]
    made += [
        Finding("unmapped_reason", level.name, "note", count, say.UNMAPPED_REASON, name, reason, place=place)
        for reason, count in sorted(_shown_codes(found.unmapped_reasons).items())
    ]
    for rule, count, message in (("unparsable_number", found.unparsable, say.UNPARSABLE),
                                 ("infinite_number", found.infinite, say.INFINITE),
                                 ("not_whole", found.fractions, say.NOT_WHOLE)):
        if count:
            made.append(Finding(rule, level.name, severity, count, message, name, place=place))
    return made


def _label_findings(mapping: StudyMapping, level: LevelMapping, name: str, variable: VariableMapping,
                    table: SourceTable, dictionary: Dictionary) -> list[Finding]:
    """Labelled codes the mapping does not know, and labels other than those stated in the mapping."""
    spec = dictionary.variables[name]
    place = ("mapping", "levels", level.name, "variables", name)
    stated = mapping.labels.get(name, {})
    made: list[Finding] = []
    for column in dict.fromkeys(variable.columns):
        labels = table.labels.get(column, {})
        for code, expected in stated.items():
            if labels and labels.get(code) != expected:
                made.append(Finding("label_differs", level.name, "error", 1, say.LABEL_DIFFERS, name, code,
                                    details={"column": column, "expected": expected,
                                             "found": labels.get(code, "-")}, place=place))
        if spec.type not in ("code", "multiple") or variable.answers:
            continue
        known = set(variable.recode) | set(variable.missing)
        if not variable.recode:
            known |= set(dictionary.codes_of(name))
        for code, label in labels.items():
            if code not in known and not (variable.code_prefix and code[:1].isdigit()):
                made.append(
                    Finding(
                        "label_not_mapped",
                        level.name,
                        "note",
                        0,
                        say.LABEL_NOT_MAPPED,
                        name,
                        code,
                        details={"column": column, "label": label},
                        place=place,
                    )
                )
    return made


def _check_keys(level: _Level, findings: list[Finding], secret: bytes) -> bool:
    key, frame = level.spec.key, level.frame
    blank = blank_keys(frame, key)
    if blank.any():
        findings.append(Finding("key_missing", level.spec.name, "error", int(blank.sum()), KEY_MISSING,
                                " + ".join(key), details={"columns": " + ".join(key)},
                                place=("mapping", "levels", level.spec.name, "variables")))
    repeated = np.flatnonzero(repeated_keys(frame, key))
    _key_findings(level, "key_repeated", KEY_REPEATED, repeated, {}, findings, secret)
    return not blank.any() and repeated.size == 0


def _key_findings(level: _Level, rule: str, message: Any, rows: NDArray[np.intp], details: dict[str, object],
                  findings: list[Finding], secret: bytes) -> None:
    """One finding with the count, and one note per hashed key for the first ones."""
    if rows.size == 0:
        return
    key = level.spec.key
    place = ("mapping", "levels", level.spec.name, "variables")
    columns = " + ".join(key)
    findings.append(Finding(rule, level.spec.name, "error", int(rows.size), message, columns,
                            details={**details, "columns": columns}, place=place))
    keys = level.frame.loc[rows[:_SHOWN_KEYS], list(key)]
    counted: dict[str, int] = {}
    for parts in keys.itertuples(index=False):
        name = hashed_key([str(part) for part in parts], secret=secret)
        counted[name] = counted.get(name, 0) + 1
    for name, count in counted.items():
        findings.append(
            Finding(
                f"{rule}_row", level.spec.name, "note", count, say.HASHED_ROW, columns, key=name, place=place
            )
        )


def _distinct(level: _Level, mapping: LevelMapping, critical: set[str], findings: list[Finding]) -> _Level:
    """One row per key, taking the first present value and counting keys whose values disagree."""
    key = list(level.spec.key)
    frame = level.frame
    group = frame.groupby(key, sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    groups = int(group.max()) + 1 if len(group) else 0
    first = np.full(groups, -1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    columns: dict[str, Any] = {name: frame[name].to_numpy(dtype=object)[first] for name in key}
    why: dict[str, NDArray[np.int8]] = {}
    for name, reasons in level.why.items():
        own = [column for column in frame.columns if column == name or column.startswith(f"{name}__")]
        chosen = _first_present(group, groups, reasons == 0, first)
        disagree = _disagreeing(frame, own, group, groups, reasons == 0)
        if disagree:
            severity: Severity = "error" if name in critical else "warning"
            findings.append(
                Finding(
                    "disagrees_within_key",
                    mapping.name,
                    severity,
                    disagree,
                    say.DISAGREES,
                    name,
                    details={"columns": " + ".join(key)},
                    place=("mapping", "levels", mapping.name, "variables", name),
                )
            )
        why[name] = reasons[chosen]
        for column in own:
            columns[column] = frame[column].take(chosen).reset_index(drop=True)
    return _Level(level.spec, pd.DataFrame(columns, index=pd.RangeIndex(groups)), why)


def _first_present(
    group: NDArray[np.int64],
    groups: int,
    present: NDArray[np.bool_],
    first: NDArray[np.int64],
) -> NDArray[np.int64]:
    chosen = np.full(groups, -1, dtype=np.int64)
    rows = np.flatnonzero(present)[::-1]
    chosen[group[rows]] = rows
    return np.where(chosen >= 0, chosen, first)


def _disagreeing(frame: pd.DataFrame, columns: Sequence[str], group: NDArray[np.int64], groups: int,
                 present: NDArray[np.bool_]) -> int:
    differing = np.zeros(groups, dtype=bool)
    rows = np.flatnonzero(present)
    for column in columns:
        codes, _ = pd.factorize(frame[column].take(rows), use_na_sentinel=False)
        lowest = np.full(groups, np.iinfo(np.int64).max)
        highest = np.full(groups, -1, dtype=np.int64)
        np.minimum.at(lowest, group[rows], codes)
        np.maximum.at(highest, group[rows], codes)
        differing |= (highest >= 0) & (lowest != highest)
    return int(differing.sum())
