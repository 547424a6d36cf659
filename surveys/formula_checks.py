"""A formula over named totals: read once, and refused when anything but arithmetic stands in it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from surveys.problems import Message, Problem

FORMULA_FUNCTIONS = ("log", "exp", "sqrt")
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_LONGEST = 1000

NOT_A_FORMULA = Message(
    "not_a_formula",
    "'{part}' cannot stand in a formula of totals. Use the totals {names}, numbers, + - * / **, and log, exp, sqrt.",
    "'{part}' no puede estar en una fórmula de totales. Use los totales {names}, números, + - * / **, y log, exp, "
    "sqrt.")


def formula_problems(text: str, names: Collection[str], where: str) -> list[Problem]:
    """Find what is not arithmetic on the named totals.

    Parameters
    ----------
    text : str
        Such as ``1000 * moved / (present + 0.5 * born)``.
    names : collection of str
        Names of the totals.
    where : str
        Place named in the problems.

    Returns
    -------
    list of Problem
        Empty when the formula can be estimated.
    """
    listed = ", ".join(names)
    if len(text) > _LONGEST:
        return [Problem(NOT_A_FORMULA, where, {"part": text[:60] + "...", "names": listed})]
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        faults = list(dict.fromkeys(_faults(tree, names)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        faults = [text]
    return [Problem(NOT_A_FORMULA, where, {"part": part, "names": listed}) for part in faults]


def _faults(node: ast.expr, names: Collection[str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return
    if isinstance(node, ast.Name) and node.id in names:
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        yield from _faults(node.operand, names)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _OPERATORS):
        yield from _faults(node.left, names)
        yield from _faults(node.right, names)
    elif (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMULA_FUNCTIONS
        and len(node.args) == 1 and not node.keywords
    ):  # fmt: skip
        yield from _faults(node.args[0], names)
    else:
        yield ast.unparse(node)
