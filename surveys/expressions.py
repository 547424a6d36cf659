"""Conditions and formulas of the dictionary: a small safe language, evaluated on whole columns."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from surveys.columns import Columns
from surveys.expression_evaluation import evaluate_node
from surveys.problems import DictionaryError, Message, Problem
from surveys.values import Value

LONGEST = 2000
DEEPEST = 40
LARGEST_NUMBER = 1e15

# smallest and largest number of arguments
FUNCTIONS: dict[str, tuple[int, int]] = {
    "missing": (1, 1), "known": (1, 1), "why": (2, 2), "case": (2, 99), "band": (2, 200), "answered": (2, 2),
    "number": (1, 1), "min": (2, 99), "max": (2, 99), "abs": (1, 1), "coalesce": (2, 99),
    "any_of": (2, 2), "count_of": (2, 2), "sum_of": (2, 2), "value_of": (3, 3),
}
LEVEL_FUNCTIONS = frozenset({"any_of", "count_of", "sum_of", "value_of"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)

NOT_TEXT = Message(
    "expression_not_text",
    "an expression must be a text, such as \"age >= 15\". Write it in quotes.",
    "una expresión debe ser un texto, como \"age >= 15\". Escríbala entre comillas.")
EMPTY = Message(
    "expression_empty",
    "the expression is empty. Write a condition or a formula, or remove the entry.",
    "la expresión está vacía. Escriba una condición o una fórmula, o quite la entrada.")
TOO_LONG = Message(
    "expression_too_long",
    "the expression has {size} characters; at most {longest} are read. Split it into derived variables.",
    "la expresión tiene {size} caracteres; se leen {longest} como máximo. Divídala en variables derivadas.")
TOO_DEEP = Message(
    "expression_too_deep",
    "the expression is nested more than {deepest} levels deep. Split it into derived variables.",
    "la expresión está anidada a más de {deepest} niveles. Divídala en variables derivadas.")
NOT_READ = Message(
    "expression_syntax",
    "'{expression}' cannot be read near character {column}. Check parentheses, quotes and `==` for equality.",
    "'{expression}' no se puede leer cerca del carácter {column}. Revise paréntesis, comillas y `==` para "
    "igualdad.")
REFUSED = Message(
    "expression_refused",
    "'{part}' is not part of the language. Use names, constants, + - * /, comparisons, and, or, not, in, and "
    "the "
    "functions of the manual.",
    "'{part}' no es parte del lenguaje. Use nombres, constantes, + - * /, comparaciones, and, or, not, in y "
    "las "
    "funciones del manual.")
UNKNOWN_FUNCTION = Message(
    "expression_unknown_function",
    "there is no function '{name}'. The nearest is '{nearest}'; the functions are: {functions}.",
    "no existe la función '{name}'. La más parecida es '{nearest}'; las funciones son: {functions}.")
WRONG_ARGUMENTS = Message(
    "expression_arguments",
    "`{name}` is written {form}. Correct '{part}'.",
    "`{name}` se escribe {form}. Corrija '{part}'.")
NUMBER_TOO_LARGE = Message(
    "expression_number",
    "'{part}' is not a number that can be compared; the largest is 1e15. Correct it.",
    "'{part}' no es un número que se pueda comparar; el mayor es 1e15. Corríjalo.")

FORMS = {
    "missing": "missing(variable)", "known": "known(variable)", "why": "why(variable, 'kind')",
    "case": "case(condition, value, ..., default)", "band": "band(number, 0, 15, 30)",
    "answered": "answered(variable, 'code')", "number": "number(variable)", "min": "min(a, b)", "max": "max(a, b)",
    "abs": "abs(a)", "coalesce": "coalesce(a, b)", "any_of": "any_of(level, condition)",
    "count_of": "count_of(level, condition)", "sum_of": "sum_of(level, number)",
    "value_of": "value_of(level, variable, condition)",
}


@dataclass(frozen=True)
class Expression:
    """An expression that was read and found safe.

    Parameters
    ----------
    text : str
        As written.
    tree : ast.expr
        Only nodes of the language.
    """

    text: str
    tree: ast.expr

    @property
    def names(self) -> tuple[str, ...]:
        """Variables read, in order of appearance; names of levels and functions are not among them."""
        return tuple(dict.fromkeys(node.id for node in variable_nodes(self.tree)))

    def evaluate(self, columns: Columns) -> Value:
        """Evaluate on every row of a level.

        Parameters
        ----------
        columns : Columns
            Variables of the level, n rows.

        Returns
        -------
        Value
            (n,) values; missing ones carry the reason of their first missing operand where one is known.

        Notes
        -----
        Comparison and arithmetic with a missing value are missing; ``and``, ``or``, ``not`` follow Kleene:
        ``false and missing`` is false, ``true or missing`` is true. Division by zero is missing. ``case``
        takes the value of the first condition that is true, so a missing condition is passed over; without
        default the rest is missing.

        References
        ----------
        Kleene (1952), Introduction to Metamathematics, section 64.
        """
        return evaluate_node(self.tree, columns).spread(columns.rows)


def parse(text: object, *, where: str = "expression") -> Expression:
    """Read an expression and refuse everything outside the language.

    Parameters
    ----------
    text : str
        Such as ``age >= 15 and sex == '2'``.
    where : str
        Place named in the problem.

    Returns
    -------
    Expression
        Ready to evaluate.

    Raises
    ------
    DictionaryError
        Empty, too long, nested too deeply, not readable, or with parts outside the language.
    """
    problem = _unreadable(text)
    if problem is not None:
        raise DictionaryError([Problem(problem[0], where, problem[1])])
    written = " ".join(str(text).split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python's own grammar; what it warns of is refused below
            tree = ast.parse(written, mode="eval").body
    except SyntaxError as fault:
        column = min(fault.offset or len(written), len(written))
        raise DictionaryError([Problem(NOT_READ, where, {
            "expression": _short(written), "column": column})]) from None
    except (RecursionError, MemoryError):
        raise DictionaryError([Problem(TOO_DEEP, where, {"deepest": DEEPEST})]) from None
    except ValueError:
        raise DictionaryError([Problem(NOT_READ, where, {"expression": _short(written), "column": 1})]) from None
    problems = [Problem(message, where, details) for message, details in _faults(tree, 1)]
    if problems:
        raise DictionaryError(problems)
    return Expression(str(text), tree)


def variable_nodes(tree: ast.expr) -> Iterator[ast.Name]:
    """Walk over the names that stand for variables."""
    if isinstance(tree, ast.Name):
        yield tree
    elif isinstance(tree, ast.Call):
        skipped = 1 if isinstance(tree.func, ast.Name) and tree.func.id in LEVEL_FUNCTIONS else 0
        for argument in tree.args[skipped:]:
            yield from variable_nodes(argument)
    else:
        for child in ast.iter_child_nodes(tree):
            if isinstance(child, ast.expr):
                yield from variable_nodes(child)


def _unreadable(text: object) -> tuple[Message, dict[str, object]] | None:
    if not isinstance(text, str):
        return NOT_TEXT, {}
    if not text.strip():
        return EMPTY, {}
    if len(text) > LONGEST:
        return TOO_LONG, {"size": len(text), "longest": LONGEST}
    if "\\" in text:
        return REFUSED, {"part": "\\"}
    return None


def _faults(node: ast.expr, depth: int) -> Iterator[tuple[Message, dict[str, object]]]:
    if depth > DEEPEST:
        yield TOO_DEEP, {"deepest": DEEPEST}
        return
    if isinstance(node, ast.Constant):
        yield from _constant_faults(node)
    elif isinstance(node, ast.Name):
        if not _NAME.fullmatch(node.id):
            yield REFUSED, {"part": _source(node)}
    elif isinstance(node, ast.Call):
        yield from _call_faults(node, depth)
    elif isinstance(node, ast.Compare):
        yield from _compare_faults(node, depth)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _faults(value, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.UAdd):
        yield from _faults(node.operand, depth + 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        yield from _faults(node.left, depth + 1)
        yield from _faults(node.right, depth + 1)
    else:
        yield REFUSED, {"part": _source(node)}


def _constant_faults(node: ast.Constant) -> Iterator[tuple[Message, dict[str, object]]]:
    if isinstance(node.value, bool | str):
        return
    if not isinstance(node.value, int | float):
        yield REFUSED, {"part": _source(node)}
    elif abs(node.value) > LARGEST_NUMBER:
        yield NUMBER_TOO_LARGE, {"part": _source(node)}


def _compare_faults(node: ast.Compare, depth: int) -> Iterator[tuple[Message, dict[str, object]]]:
    yield from _faults(node.left, depth + 1)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(operator, _COMPARISONS):
            yield from _faults(right, depth + 1)
        elif isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.List | ast.Tuple):
            for item in right.elts:
                if isinstance(item, ast.Constant):
                    yield from _constant_faults(item)
                else:
                    yield REFUSED, {"part": _source(item)}
        else:
            yield REFUSED, {"part": _source(node)}


def _call_faults(node: ast.Call, depth: int) -> Iterator[tuple[Message, dict[str, object]]]:
    if not isinstance(node.func, ast.Name):
        yield REFUSED, {"part": _source(node)}
        return
    name = node.func.id
    if name not in FUNCTIONS:
        nearest = difflib.get_close_matches(name, FUNCTIONS, n=1, cutoff=0.0)[0]
        yield UNKNOWN_FUNCTION, {"name": name, "nearest": nearest, "functions": ", ".join(sorted(FUNCTIONS))}
        return
    fewest, most = FUNCTIONS[name]
    if node.keywords or not fewest <= len(node.args) <= most or not _shaped(name, node.args):
        yield WRONG_ARGUMENTS, {"name": name, "form": FORMS[name], "part": _source(node)}
        return
    for argument in node.args:
        yield from _faults(argument, depth + 1)


def _shaped(name: str, arguments: list[ast.expr]) -> bool:
    if name in LEVEL_FUNCTIONS and not isinstance(arguments[0], ast.Name):
        return False
    if name == "value_of":
        return isinstance(arguments[1], ast.Name)
    if name in ("answered", "why"):
        return isinstance(arguments[0], ast.Name) and isinstance(arguments[1], ast.Constant)
    if name == "band":
        bounds = [argument.value for argument in arguments[1:] if isinstance(argument, ast.Constant)
                  and isinstance(argument.value, int | float)]
        return len(bounds) == len(arguments) - 1 and all(a < b for a, b in pairwise(bounds))
    return True


def _source(node: ast.AST) -> str:
    try:
        return _short(ast.unparse(node))
    except (RecursionError, ValueError, TypeError, AttributeError):
        return type(node).__name__


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
