"""One dictionary variable out of source columns: codes, numbers, texts and why a value is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.dictionary import Dictionary, Variable
from surveys.mapping import VariableMapping
from surveys.source_table import SourceTable, numbers_as_text

_PREFIX = re.compile(r"\s*(-?\d+)")
_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?\s*")
Why = NDArray[np.int8]


@dataclass
class Recoded:
    """One variable mapped.

    ``values`` holds one array per column of the level's frame: the variable itself, or ``variable__code``
    for each answer of a multiple-response set. ``undocumented`` counts source values outside the list by
    value, ``unmapped_reasons`` reasons of the file the mapping does not name.
    """

    values: dict[str, Any]
    why: Why
    undocumented: dict[str, int] = field(default_factory=dict)
    unmapped_reasons: dict[str, int] = field(default_factory=dict)
    unparsable: int = 0
    infinite: int = 0
    fractions: int = 0


def recode(variable: Variable, mapping: VariableMapping, table: SourceTable, dictionary: Dictionary,
           row_number: NDArray[np.int64]) -> Recoded:
    """Map one variable.

    Parameters
    ----------
    variable : Variable
        Entry of the dictionary.
    mapping : VariableMapping
        Where it comes from.
    table : SourceTable, (n, columns)
        Rows of the level.
    dictionary : Dictionary
        Code lists and kinds of missing.
    row_number : (n,) int64
        Number of each row in its source file, from 1.

    Returns
    -------
    Recoded
        Arrays of n rows.
    """
    if variable.type == "multiple":
        return _answers(variable, mapping, table, dictionary) if mapping.answers else _slots(
            variable, mapping, table, dictionary)
    cells, reasons = _cells(mapping, table, row_number)
    if variable.type == "code":
        codes = dictionary.codes_of(variable.name)
        place, _, out = _codes(cells, reasons, mapping, codes, dictionary)
        out.values[variable.name] = pd.Categorical.from_codes(place.tolist(), categories=pd.Index(codes))
    elif variable.type == "text":
        out = _texts(variable, cells, reasons, mapping, dictionary)
    else:
        out = _numbers(variable, cells, reasons, mapping, dictionary, table.decimal)
    return out


def _cells(mapping: VariableMapping, table: SourceTable, row_number: NDArray[np.int64],
           ) -> tuple[NDArray[Any], NDArray[np.object_]]:
    """Source cells (text, or float64 for a numeric column) and their reasons."""
    none = np.full(table.rows, None, dtype=object)
    if mapping.row_number:
        return row_number.astype(str).astype(object), none
    if mapping.constant is not None:
        return np.full(table.rows, mapping.constant, dtype=object), none
    if mapping.column is not None:
        return table.columns[mapping.column], table.reason(mapping.column)
    parts = [table.text(column) for column in mapping.build]
    joined = np.empty(table.rows, dtype=object)
    for row, cells in enumerate(zip(*parts, strict=True)):
        joined[row] = None if any(cell is None for cell in cells) else mapping.separator.join(cells)
    return joined, none


def _as_text(cells: NDArray[Any]) -> NDArray[np.object_]:
    if cells.dtype == np.object_:
        return cells
    return numbers_as_text(cells)


def _prefix(text: str) -> str | None:
    match = _PREFIX.match(text)
    return match.group(1) if match else None


def _code_of(text: str, mapping: VariableMapping, codes: Sequence[str]) -> str | None:
    """Code of the list that a source value stands for; None when the mapping and the list do not know it."""
    if text in mapping.recode:
        return mapping.recode[text]
    if mapping.code_prefix:
        prefix = _prefix(text)
        if prefix is None:
            return None
        short = str(int(prefix))
        for candidate in (prefix, short):
            if candidate in mapping.recode:
                return mapping.recode[candidate]
        if mapping.recode:
            return None
        return next((candidate for candidate in (prefix, short) if candidate in codes), None)
    # With a recode, only what it names is known: letting the rest through could turn one code into another.
    return text if text in codes and not mapping.recode else None


def _kind_of(text: str, mapping: VariableMapping) -> str | None:
    kind = mapping.missing.get(text)
    if kind is None and mapping.code_prefix:
        prefix = _prefix(text)
        kind = None if prefix is None else mapping.missing.get(prefix, mapping.missing.get(str(int(prefix))))
    return kind


def _codes(cells: NDArray[Any], reasons: NDArray[np.object_], mapping: VariableMapping, codes: Sequence[str],
           dictionary: Dictionary) -> tuple[NDArray[np.int64], Why, Recoded]:
    text, restored = _with_recoded_reasons(_as_text(cells), reasons, mapping)
    position = {code: place for place, code in enumerate(codes)}
    numbers, different = pd.factorize(text, use_na_sentinel=True)
    place_of = np.full(len(different) + 1, -1, dtype=np.int64)
    why_of = np.full(len(different) + 1, dictionary.reason("blank"), dtype=np.int8)
    tally = np.bincount(numbers[numbers >= 0], minlength=len(different))
    undocumented: dict[str, int] = {}
    for place, value in enumerate(different):
        kind = _kind_of(value, mapping)
        code = None if kind is not None else _code_of(value, mapping, codes)
        if code is not None and code in position:
            place_of[place], why_of[place] = position[code], 0
        elif kind is not None:
            why_of[place] = dictionary.reason(kind)
        else:
            why_of[place] = dictionary.reason("undocumented")
            undocumented[value] = int(tally[place])
    place_by_row, why = place_of[numbers], why_of[numbers]
    kept = reasons.copy()
    kept[restored] = None
    unmapped = _apply_reasons(why, kept, mapping, dictionary)
    return place_by_row, why, Recoded({}, why, undocumented, unmapped)


def _with_recoded_reasons(text: NDArray[np.object_], reasons: NDArray[np.object_], mapping: VariableMapping,
                          ) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Give back user-missing codes that the recode maps to a code: the study decides, not the file."""
    restored = np.array([reason is not None and reason in mapping.recode for reason in reasons], dtype=bool)
    if not restored.any():
        return text, restored
    out = text.copy()
    out[restored] = reasons[restored]
    return out, restored


def _apply_reasons(why: Why, reasons: NDArray[np.object_], mapping: VariableMapping, dictionary: Dictionary,
                   ) -> dict[str, int]:
    """Turn the file's reasons into kinds of missing, in place; return the counts of unnamed ones."""
    numbers, different = pd.factorize(reasons, use_na_sentinel=True)
    unmapped: dict[str, int] = {}
    for place, reason in enumerate(different):
        rows = numbers == place
        kind = _kind_of(reason, mapping)
        if kind is None:
            unmapped[reason] = int(rows.sum())
        why[rows] = dictionary.reason(kind or "blank")
    return unmapped


def _texts(variable: Variable, cells: NDArray[Any], reasons: NDArray[np.object_], mapping: VariableMapping,
           dictionary: Dictionary) -> Recoded:
    text = _as_text(cells)
    numbers, different = pd.factorize(text, use_na_sentinel=True)
    target = np.full(len(different) + 1, None, dtype=object)
    why_of = np.full(len(different) + 1, dictionary.reason("blank"), dtype=np.int8)
    for place, value in enumerate(different):
        kind = _kind_of(value, mapping)
        if kind is not None:
            why_of[place] = dictionary.reason(kind)
            continue
        written = mapping.recode.get(value, _prefix(value) if mapping.code_prefix else value)
        if written is None:
            why_of[place] = dictionary.reason("undocumented")
        elif written != "":
            target[place], why_of[place] = written, 0
    values, why = target[numbers], why_of[numbers]
    unmapped = _apply_reasons(why, reasons, mapping, dictionary)
    return Recoded({variable.name: values}, why, {}, unmapped,
                   unparsable=int((why == dictionary.reason("undocumented")).sum())
                   if "undocumented" not in mapping.missing.values() else 0)


def _numbers(variable: Variable, cells: NDArray[Any], reasons: NDArray[np.object_], mapping: VariableMapping,
             dictionary: Dictionary, decimal: str) -> Recoded:
    blank, undocumented = dictionary.reason("blank"), dictionary.reason("undocumented")
    out = Recoded({}, np.zeros(cells.shape, dtype=np.int8))
    if cells.dtype == np.float64 and not mapping.recode and not mapping.missing:
        values = cells.copy()
        out.why[np.isnan(values)] = blank
    else:
        numbers, different = pd.factorize(_as_text(cells), use_na_sentinel=True)
        value_of = np.full(len(different) + 1, np.nan)
        why_of = np.full(len(different) + 1, blank, dtype=np.int8)
        # Numbers of a numeric column are written with a point whatever the file's decimal sign.
        sign = "." if cells.dtype == np.float64 else decimal
        for place, value in enumerate(different):
            value_of[place], why_of[place] = _number(value, mapping, dictionary, sign)
        values, out.why = value_of[numbers], why_of[numbers]
        named = {dictionary.reason(kind) for kind in mapping.missing.values()}
        out.unparsable = 0 if undocumented in named else int((out.why == undocumented).sum())
    infinite = np.isinf(values)
    out.infinite = int(infinite.sum())
    values[infinite] = np.nan
    out.why[infinite] = undocumented
    if mapping.scale is not None:
        values *= mapping.scale
    if variable.type == "integer":
        present = ~np.isnan(values)
        out.fractions = int((values[present] != np.round(values[present])).sum())
    out.unmapped_reasons = _apply_reasons(out.why, reasons, mapping, dictionary)
    out.values[variable.name] = values
    return out


def _number(text: str, mapping: VariableMapping, dictionary: Dictionary, decimal: str) -> tuple[float, int]:
    kind = _kind_of(text, mapping)
    if kind is not None:
        return np.nan, dictionary.reason(kind)
    if text in mapping.recode:
        text, decimal = mapping.recode[text], "."
    elif mapping.code_prefix:
        text = _prefix(text) or ""
    elif decimal != ".":
        # A point in a file whose decimal sign is a comma would be a thousands sign or an error: refuse it.
        text = text.replace(".", "?").replace(decimal, ".")
    if _NUMBER.fullmatch(text) is None:
        return np.nan, dictionary.reason("undocumented")
    return float(text), 0


def _answers(
    variable: Variable, mapping: VariableMapping, table: SourceTable, dictionary: Dictionary
) -> Recoded:
    blank = dictionary.reason("blank")
    chosen: dict[str, NDArray[np.float64]] = {}
    whys: list[Why] = []
    out = Recoded({}, np.zeros(0, dtype=np.int8))
    meaning: Mapping[str, str] = {**dict.fromkeys(mapping.no, "0"), **dict.fromkeys(mapping.yes, "1")}
    one = VariableMapping(column="x", recode={cell: code for cell, code in meaning.items() if cell != ""},
                          missing=mapping.missing)
    for code, column in mapping.answers.items():
        place, why, part = _codes(table.columns[column], table.reason(column), one, ("0", "1"), dictionary)
        chosen[code] = np.where(place < 0, np.nan, place.astype(np.float64))
        whys.append(why)
        _add_counts(out, part)
    stacked = np.vstack(whys)
    answered = (stacked == 0).any(axis=0)
    out.why = np.where(answered, 0, _first_reason(stacked, blank)).astype(np.int8)
    for code in dictionary.codes_of(variable.name):
        values = chosen.get(code, np.full(table.rows, np.nan))
        if "" in mapping.no and code in chosen:
            empty = whys[list(chosen).index(code)] == blank
            values = np.where(answered & empty, 0.0, values)
        out.values[f"{variable.name}__{code}"] = values
    return out


def _slots(
    variable: Variable, mapping: VariableMapping, table: SourceTable, dictionary: Dictionary
) -> Recoded:
    codes = dictionary.codes_of(variable.name)
    columns = mapping.slots or ((mapping.column,) if mapping.column is not None else ())
    out = Recoded({}, np.zeros(0, dtype=np.int8))
    whys: list[Why] = []
    mentioned = np.zeros((table.rows, len(codes)), dtype=bool)
    for column in columns:
        place, why, part = _codes(table.columns[column], table.reason(column), mapping, codes, dictionary)
        rows = np.flatnonzero(place >= 0)
        mentioned[rows, place[rows]] = True
        whys.append(why)
        _add_counts(out, part)
    stacked = np.vstack(whys)
    answered = mentioned.any(axis=1)
    out.why = np.where(answered, 0, _first_reason(stacked, dictionary.reason("blank"))).astype(np.int8)
    for number, code in enumerate(codes):
        out.values[f"{variable.name}__{code}"] = np.where(
            answered, mentioned[:, number].astype(float), np.nan
        )
    return out


def _first_reason(stacked: NDArray[np.int8], blank: int) -> NDArray[np.int8]:
    """Per row, the first reason that is not a plain blank, else blank; (columns, rows) to (rows,)."""
    telling = (stacked != blank) & (stacked != 0)
    first = telling.argmax(axis=0)
    return np.where(telling.any(axis=0), stacked[first, np.arange(stacked.shape[1])], blank).astype(np.int8)


def _add_counts(into: Recoded, part: Recoded) -> None:
    for target, counts in (
        (into.undocumented, part.undocumented),
        (into.unmapped_reasons, part.unmapped_reasons),
    ):
        for value, count in counts.items():
            target[value] = target.get(value, 0) + count
