"""Derived variables, each computed after those it reads, with the reasons of what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.dictionary import Dictionary, Variable
from surveys.expressions import parse
from surveys.microdata import Microdata
from surveys.values import Value, match_code


def derive(microdata: Microdata, dictionary: Dictionary, names: Iterable[str]) -> Microdata:
    """Add derived variables to the microdata.

    Parameters
    ----------
    microdata : Microdata
        With every asked variable that the derived ones read.
    dictionary : Dictionary
        Formulas, types and code lists.
    names : iterable of str
        Derived variables wanted; those they read are derived too. One that the microdata already hold is
        left as it is.

    Returns
    -------
    Microdata
        New frames; the given ones are not changed.

    Raises
    ------
    KeyError
        A formula reads an asked variable that the microdata do not hold; see `derivable`.

    Notes
    -----
    A missing derived value takes the reason of its first missing operand, and ``blank`` where none is
    known. Rows outside the variable's ``universe`` are ``skipped``. A true or false result becomes the
    first or second code of the list.
    """
    order = derivation_order(dictionary, names)
    touched = {dictionary.variables[name].level for name in order}
    # keys are proved unique once, here, and not again for every variable added to these own copies
    reasons = {name: dict(microdata.levels[name].why) for name in touched}
    derived = Microdata({name: replace(level, frame=level.frame.copy(deep=False), why=reasons[name])
                         if name in touched else level for name, level in microdata.levels.items()})
    for name in order:
        spec = dictionary.variables[name]
        frame = derived.levels[spec.level].frame
        if name not in frame.columns:
            frame[name], reasons[spec.level][name] = _computed(spec, derived, dictionary)
    return derived


def derivation_order(dictionary: Dictionary, names: Iterable[str]) -> tuple[str, ...]:
    """Order derived variables so that each comes after those it reads.

    Returns
    -------
    tuple of str
        The derived variables among ``names`` and all that they read.
    """
    order: dict[str, None] = {}
    waiting = [(name, False) for name in reversed(list(names))]
    while waiting:  # a stack instead of recursion: chains of any length
        name, ready = waiting.pop()
        spec = dictionary.variables[name]
        if spec.derive is None or name in order:
            continue
        if ready:
            order[name] = None
        else:
            waiting.append((name, True))
            waiting.extend((needed, False) for needed in reversed(formula_names(spec)))
    return tuple(order)


def derivable(microdata: Microdata, dictionary: Dictionary) -> tuple[str, ...]:
    """Return the derived variables whose operands the microdata hold, or can derive; in order."""
    held: set[str] = set()
    for level in microdata.levels.values():
        columns = [str(column) for column in level.frame.columns]
        held.update(columns)
        held.update(column.rpartition("__")[0] for column in columns if "__" in column)
    found = []
    derived = [name for name, spec in dictionary.variables.items() if spec.derive is not None]
    for name in derivation_order(dictionary, derived):
        spec = dictionary.variables[name]
        readable = name in held or all(needed in held for needed in formula_names(spec))
        if readable and spec.level in microdata.levels:
            held.add(name)
            found.append(name)
    return tuple(found)


def formula_names(spec: Variable) -> tuple[str, ...]:
    """Variables that the formula and the universe of a derived variable read."""
    names = parse(spec.derive).names if spec.derive is not None else ()
    asked_of = parse(spec.universe).names if spec.derive is not None and spec.universe is not None else ()
    return tuple(dict.fromkeys((*names, *asked_of)))


def coded(value: Value, codes: tuple[str, ...]) -> NDArray[np.int64]:
    """Place of every value in a list of codes, (n,) int64, -1 where missing or not in the list."""
    if value.kind == "position":
        places = np.where(np.isnan(value.data), 0, value.data).astype(np.int64) - 1
        return np.where(places < len(codes), places, -1)
    if value.kind == "truth":
        return np.where(np.isnan(value.data), -1, np.where(value.data == 1, 0, 1)).astype(np.int64)
    if value.kind == "code":
        found = [match_code(codes, code) for code in value.codes]
        table = np.array([*(-1 if place is None else place for place in found), -1], dtype=np.int64)
        return np.asarray(table[value.data])
    if value.kind == "number":
        distinct, inverse = np.unique(value.data, return_inverse=True)
        found = [None if np.isnan(number) else match_code(codes, float(number)) for number in distinct]
        table = np.array([-1 if place is None else place for place in found], dtype=np.int64)
        return np.asarray(table[inverse.reshape(value.data.shape)])
    return np.asarray(pd.Index(codes).get_indexer(pd.Index(value.data, dtype=object)), dtype=np.int64)


def _computed(
    spec: Variable, microdata: Microdata, dictionary: Dictionary,
) -> tuple[pd.Series, NDArray[np.int8]]:
    columns = Columns(microdata, spec.level, dictionary)
    value = parse(spec.derive).evaluate(columns)
    missing, column = _column(value, spec, dictionary)
    reasons = np.zeros(columns.rows, np.int8) if value.why is None else value.why
    why = np.where(missing, np.where(reasons == 0, dictionary.reason("blank"), reasons), 0).astype(np.int8)
    if spec.universe is not None:
        outside = ~parse(spec.universe).evaluate(columns).is_true()
        column = column.mask(outside)
        why = np.where(outside, dictionary.reason("skipped"), why).astype(np.int8)
    return column, why


def _column(value: Value, spec: Variable, dictionary: Dictionary) -> tuple[NDArray[np.bool_], pd.Series]:
    if spec.type == "code":
        codes = dictionary.codes_of(spec.name)
        places = coded(value, codes)
        return places < 0, pd.Series(pd.Categorical.from_codes(places, categories=pd.Index(codes)))
    if spec.type == "text":
        return value.missing, pd.Series(value.texts(), dtype=object)
    numbers = value.numbers()
    return np.isnan(numbers), pd.Series(np.array(numbers, dtype=np.float64))
