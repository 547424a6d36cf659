"""Which rows of a source file belong to a level: ``wave == '2018' and sex in ['1', '2']``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveys.source_table import SourceTable, number_as_text


class FilterError(ValueError):
    """The condition uses something a filter of rows cannot use; the text says what."""


def filter_columns(condition: str) -> tuple[str, ...]:
    """Columns a condition reads, in order of appearance.

    Raises
    ------
    FilterError
        The condition cannot be read.
    """
    tree = _parsed(condition)
    found = dict.fromkeys(_columns(tree))
    return tuple(found)


def matching_rows(condition: str, table: SourceTable) -> NDArray[np.bool_]:
    """Tell which rows satisfy the condition, (rows,) bool.

    Cells are compared as text (``2018.0`` is ``2018``); a missing cell satisfies no comparison.

    Raises
    ------
    FilterError
        The condition cannot be read.
    """
    return _truth(_parsed(condition), table)


def _parsed(condition: str) -> ast.expr:
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise FilterError("syntax") from error
    for _ in _columns(tree):
        pass
    return tree


def _columns(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _columns(value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _columns(node.operand)
    elif isinstance(node, ast.Compare):
        if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
            raise FilterError("only ==, !=, in and not in compare a column")
        yield _column(node.left)
        _wanted(node)
    elif _call(node, "missing") or _call(node, "known"):
        assert isinstance(node, ast.Call)
        yield _column(node.args[0])
    else:
        raise FilterError("a condition compares a column with a value")


def _call(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
            and len(node.args) == 1 and not node.keywords)


def _column(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if _call(node, "column"):
        assert isinstance(node, ast.Call)
        inner = node.args[0]
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            return inner.value
    raise FilterError("the left side is the name of a column, or column('its name')")


def _wanted(node: ast.Compare) -> set[str]:
    right = node.comparators[0]
    if isinstance(node.ops[0], (ast.In, ast.NotIn)):
        if not isinstance(right, (ast.List, ast.Tuple)):
            raise FilterError("`in` takes a list of values")
        return {_constant(item) for item in right.elts}
    return {_constant(right)}


def _constant(node: ast.expr) -> str:
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
        if isinstance(node.value, str) and sign == 1:
            return node.value
        if isinstance(node.value, (int, float)):
            return number_as_text(sign * float(node.value))
    raise FilterError("the right side is a text or a number")


def _truth(node: ast.expr, table: SourceTable) -> NDArray[np.bool_]:
    if isinstance(node, ast.BoolOp):
        parts = [_truth(value, table) for value in node.values]
        both = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return np.asarray(both.reduce(parts), dtype=bool)
    if isinstance(node, ast.UnaryOp):
        return ~_truth(node.operand, table)
    if isinstance(node, ast.Compare):
        values = table.text(_column(node.left))
        known = np.array([value is not None for value in values], dtype=bool)
        wanted = _wanted(node)
        equal = np.array([value in wanted for value in values], dtype=bool)
        return equal if isinstance(node.ops[0], (ast.Eq, ast.In)) else known & ~equal
    assert isinstance(node, ast.Call)
    values = table.text(_column(node.args[0]))
    missing = np.array([value is None for value in values], dtype=bool)
    return missing if _call(node, "missing") else ~missing
