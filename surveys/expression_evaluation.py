"""Evaluation of an expression on whole columns, missing values carried along with their reasons."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from surveys.columns import Columns
from surveys.values import Kind, Value, conjunction, disjunction, first_reason, match_code, negation, truth


def evaluate_node(node: ast.expr, columns: Columns) -> Value:
    """Evaluate one node of the language; its shape was checked when it was parsed."""
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.Name):
        return columns.get(node.id)
    if isinstance(node, ast.BoolOp):
        values = [evaluate_node(value, columns) for value in node.values]
        return _reasoned(conjunction(values) if isinstance(node.op, ast.And) else disjunction(values), values)
    if isinstance(node, ast.UnaryOp):
        return _unary(node, evaluate_node(node.operand, columns))
    if isinstance(node, ast.BinOp):
        return _arithmetic(node.op, evaluate_node(node.left, columns), evaluate_node(node.right, columns))
    if isinstance(node, ast.Compare):
        return _comparison(node, columns)
    call = cast(ast.Call, node)
    return _FUNCTIONS[cast(ast.Name, call.func).id](call.args, columns)


def _constant(value: object) -> Value:
    if isinstance(value, bool):
        return truth(value)
    if isinstance(value, str):
        return Value("text", np.array(value, dtype=object))
    return Value("number", np.asarray(float(cast(float, value))))


def _unary(node: ast.UnaryOp, value: Value) -> Value:
    if isinstance(node.op, ast.Not):
        return negation(value)
    numbers = value.numbers()
    return Value("number", -numbers if isinstance(node.op, ast.USub) else numbers, why=value.why)


def _arithmetic(operator: ast.operator, left: Value, right: Value) -> Value:
    a, b = left.numbers(), right.numbers()
    with np.errstate(all="ignore"):
        if isinstance(operator, ast.Add):
            result = a + b
        elif isinstance(operator, ast.Sub):
            result = a - b
        elif isinstance(operator, ast.Mult):
            result = a * b
        else:
            result = a / b
    # nothing can be counted with infinity: division by zero is missing
    return _reasoned(Value("number", np.where(np.isfinite(result), result, np.nan)), [left, right])


def _comparison(node: ast.Compare, columns: Columns) -> Value:
    left = evaluate_node(node.left, columns)
    parts = []
    for operator, right_node in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            wanted = [_constant(cast(ast.Constant, item).value)
                      for item in cast(ast.List | ast.Tuple, right_node).elts]
            part = truth(np.zeros(left.data.shape, bool), left.missing)
            if wanted:
                part = disjunction([_compare(ast.Eq(), left, item) for item in wanted])
            part = _reasoned(part, [left])
            parts.append(negation(part) if isinstance(operator, ast.NotIn) else part)
        else:
            right = evaluate_node(right_node, columns)
            parts.append(_compare(operator, left, right))
            left = right
    return parts[0] if len(parts) == 1 else _reasoned(conjunction(parts), parts)


def _compare(operator: ast.cmpop, left: Value, right: Value) -> Value:
    unknown = left.missing | right.missing
    if isinstance(operator, ast.Eq | ast.NotEq):
        same = _same(left, right)
        return _reasoned(truth(same if isinstance(operator, ast.Eq) else ~same, unknown), [left, right])
    a, b = left.numbers(), right.numbers()
    if isinstance(operator, ast.Lt):
        result = a < b
    elif isinstance(operator, ast.LtE):
        result = a <= b
    elif isinstance(operator, ast.Gt):
        result = a > b
    else:
        result = a >= b
    return _reasoned(truth(result, np.isnan(a) | np.isnan(b)), [left, right])


def _same(left: Value, right: Value) -> NDArray[np.bool_]:
    if left.kind != "code" and right.kind == "code":
        left, right = right, left
    if left.kind == "code":
        if right.kind == "code" and left.codes == right.codes:
            return np.asarray(left.data == right.data)
        if right.data.shape == () and right.kind in ("text", "number"):
            constant = str(right.data) if right.kind == "text" else float(right.data)
            place = match_code(left.codes, constant)
            return np.asarray(left.data == place) if place is not None else np.zeros(left.data.shape, dtype=bool)
        return np.asarray(np.equal(left.texts(), right.texts()), dtype=bool)
    if left.kind == "text" and right.kind == "text":
        return np.asarray(np.equal(left.data, right.data), dtype=bool)
    return np.asarray(left.numbers() == right.numbers())


def _missing(arguments: list[ast.expr], columns: Columns) -> Value:
    return truth(evaluate_node(arguments[0], columns).missing)


def _known(arguments: list[ast.expr], columns: Columns) -> Value:
    return truth(~evaluate_node(arguments[0], columns).missing)


def _why(arguments: list[ast.expr], columns: Columns) -> Value:
    value = evaluate_node(arguments[0], columns)
    kind = columns.dictionary.reason(str(cast(ast.Constant, arguments[1]).value))
    reasons = np.zeros(value.data.shape, np.int8) if value.why is None else value.why
    return truth(value.missing & (reasons == kind))


def _case(arguments: list[ast.expr], columns: Columns) -> Value:
    values = [evaluate_node(argument, columns) for argument in arguments]
    pairs = len(values) // 2
    conditions = values[0:2 * pairs:2]
    chosen = [*values[1:2 * pairs:2], *values[2 * pairs:]]
    together = _alike(chosen)
    data = np.asarray(together[-1].data) if len(values) % 2 else _nothing(together[0])
    for condition, value in zip(reversed(conditions), reversed(together[:pairs]), strict=True):
        data = np.where(condition.is_true(), value.data, data)
    return _reasoned(replace(together[0], data=data, why=None), values)


def _coalesce(arguments: list[ast.expr], columns: Columns) -> Value:
    values = [evaluate_node(argument, columns) for argument in arguments]
    together = _alike(values)
    data = together[-1].data
    for value in reversed(together[:-1]):
        data = np.where(value.missing, data, value.data)
    return _reasoned(replace(together[0], data=np.asarray(data), why=None), values)


def _band(arguments: list[ast.expr], columns: Columns) -> Value:
    value = evaluate_node(arguments[0], columns)
    numbers = value.numbers()
    bounds = np.array([float(cast(float, cast(ast.Constant, bound).value)) for bound in arguments[1:]])
    place = np.searchsorted(bounds, numbers, side="right").astype(np.float64)
    outside = np.isnan(numbers) | (place == 0)
    return _reasoned(Value("position", np.where(outside, np.nan, place)), [value])


def _answered(arguments: list[ast.expr], columns: Columns) -> Value:
    name = cast(ast.Name, arguments[0]).id
    wanted = cast(ast.Constant, arguments[1]).value
    codes = columns.dictionary.codes_of(name)
    place = match_code(codes, wanted if isinstance(wanted, str) else float(cast(float, wanted)))
    return columns.answered(name, codes[place] if place is not None else str(wanted))


def _number(arguments: list[ast.expr], columns: Columns) -> Value:
    value = evaluate_node(arguments[0], columns)
    return _reasoned(Value("number", value.numbers()), [value])


def _extreme(choose: Callable[..., NDArray[np.float64]]) -> Callable[[list[ast.expr], Columns], Value]:
    def extreme(arguments: list[ast.expr], columns: Columns) -> Value:
        values = [evaluate_node(argument, columns) for argument in arguments]
        result = values[0].numbers()
        for value in values[1:]:
            result = choose(result, value.numbers())
        return _reasoned(Value("number", np.asarray(result)), values)
    return extreme


def _absolute(arguments: list[ast.expr], columns: Columns) -> Value:
    value = evaluate_node(arguments[0], columns)
    return Value("number", np.abs(value.numbers()), why=value.why)


def _any_of(arguments: list[ast.expr], columns: Columns) -> Value:
    numbers, parent = _below(arguments, columns)
    yes = np.bincount(parent[numbers > 0], minlength=columns.rows) > 0
    unknown = np.bincount(parent[np.isnan(numbers)], minlength=columns.rows) > 0
    return truth(yes, unknown & ~yes)


def _count_of(arguments: list[ast.expr], columns: Columns) -> Value:
    numbers, parent = _below(arguments, columns)
    true = ~np.isnan(numbers) & (numbers != 0)
    return Value("number", np.bincount(parent[true], minlength=columns.rows).astype(np.float64))


def _sum_of(arguments: list[ast.expr], columns: Columns) -> Value:
    numbers, parent = _below(arguments, columns)
    return Value("number", np.bincount(parent, weights=numbers, minlength=columns.rows).astype(np.float64))


def _value_of(arguments: list[ast.expr], columns: Columns) -> Value:
    child, parent = columns.below(cast(ast.Name, arguments[0]).id)
    true = np.flatnonzero(evaluate_node(arguments[2], child).spread(child.rows).is_true())[::-1]
    first = np.full(columns.rows, -1, dtype=np.int64)
    first[parent[true]] = true  # backwards, so that the first row stays
    value = child.get(cast(ast.Name, arguments[1]).id)
    if not child.rows:
        return replace(value, data=np.broadcast_to(_nothing(value), (columns.rows,)), why=None)
    taken = value.take(np.maximum(first, 0))
    why = None if taken.why is None else np.where(first < 0, 0, taken.why).astype(np.int8)
    return replace(taken, data=np.where(first < 0, _nothing(value), taken.data), why=why)


def _below(arguments: list[ast.expr], columns: Columns) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    child, parent = columns.below(cast(ast.Name, arguments[0]).id)
    return evaluate_node(arguments[1], child).spread(child.rows).numbers(), parent


def _nothing(value: Value) -> NDArray[np.generic]:
    if value.kind == "code":
        return np.asarray(-1)
    return np.array(None, dtype=object) if value.kind == "text" else np.asarray(np.nan)


def _alike(values: Sequence[Value]) -> list[Value]:
    """Bring values to one kind, so that a choice between them has one."""
    kinds = {value.kind for value in values}
    if kinds <= {"number", "truth", "position"}:
        kind: Kind = "position" if kinds == {"position"} else "truth" if kinds == {"truth"} else "number"
        return [Value(kind, value.numbers(), why=value.why) for value in values]
    if any(value.kind == "text" and value.data.shape != () for value in values) \
            or any(value.kind not in ("text", "code") and value.data.shape != () for value in values):
        return [Value("text", value.texts(), why=value.why) for value in values]
    # constants and codes: a list of codes of their own keeps the work on integers
    codes = tuple(dict.fromkeys(
        code for value in values
        for code in (value.codes if value.kind == "code" else (value.texts().item(),))))
    place = {code: position for position, code in enumerate(codes)}
    alike = []
    for value in values:
        if value.kind == "code":
            table = np.array([*(place[code] for code in value.codes), -1], dtype=np.int64)
            alike.append(Value("code", table[value.data], codes, value.why))
        else:
            alike.append(Value("code", np.asarray(place[value.texts().item()], dtype=np.int64), codes))
    return alike


def _reasoned(value: Value, operands: Sequence[Value]) -> Value:
    reasons = first_reason(operands)
    if reasons is None:
        return value
    return replace(value, why=np.asarray(np.where(value.missing, reasons, 0), dtype=np.int8))


_FUNCTIONS: dict[str, Callable[[list[ast.expr], Columns], Value]] = {
    "missing": _missing, "known": _known, "why": _why, "case": _case, "band": _band, "answered": _answered,
    "number": _number, "min": _extreme(np.minimum), "max": _extreme(np.maximum), "abs": _absolute,
    "coalesce": _coalesce, "any_of": _any_of, "count_of": _count_of, "sum_of": _sum_of, "value_of": _value_of,
}
