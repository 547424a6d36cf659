"""Any smooth function of totals, written as an expression, with its gradient derived from the text."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.variance import ultimate_cluster_variance
from surveys.design import Design
from surveys.problems import DictionaryError, Message, Problem

FloatVector = npt.NDArray[np.float64]
FloatMatrix = npt.NDArray[np.float64]
Dual = tuple[FloatVector, FloatMatrix]

NOT_SMOOTH = Message(
    "not_a_smooth_function",
    "'{text}' is not a function of totals that can be estimated: '{part}' is not known there. Use the totals "
    "{names}, "
    "numbers, + - * / **, and log, exp, sqrt.",
    "'{text}' no es una función de totales que se pueda estimar: '{part}' no se conoce ahí. Use los totales "
    "{names}, "
    "números, + - * / **, y log, exp, sqrt.",
)

# Value and derivative of the functions of one argument.
FUNCTIONS: Mapping[str, tuple[Callable[[FloatVector], FloatVector], Callable[[FloatVector], FloatVector]]] = {
    "log": (np.log, lambda a: np.divide(1.0, a)),
    "exp": (np.exp, np.exp),
    "sqrt": (np.sqrt, lambda a: np.divide(0.5, np.sqrt(a))),
}


@dataclass(frozen=True)
class SmoothEstimate:
    """A function of totals and its precision.

    Parameters
    ----------
    estimate, variance : float
        Value and variance; NaN where the function is not defined at the totals.
    gradient : (k,) float
        Derivatives by the totals, in the order of their names.
    """

    estimate: float
    variance: float
    gradient: FloatVector


def smooth_function(
    text: str, totals: Mapping[str, npt.ArrayLike], design: Design, *, where: str = "expression"
) -> SmoothEstimate:
    r"""Estimate a function of totals.

    Parameters
    ----------
    text : str
        Such as ``1000 * moved / (present + 0.5 * born)``.
    totals : mapping of str to (P,) float
        Weighted PSU totals by name.
    design : Design
        Of the PSUs.
    where : str
        Place named by problems.

    Returns
    -------
    SmoothEstimate
        With the variance of the linearized PSU totals.

    Raises
    ------
    DictionaryError
        Anything in the expression other than totals, numbers, arithmetic and the three functions.

    Notes
    -----
    .. math:: \hat\theta = g(\hat T), \qquad u_{hi} = \nabla g(\hat T)^{\mathsf T} t_{hi}, \qquad
              v(\hat\theta) = v\Big(\sum_{hi} u_{hi}\Big)

    The gradient follows the expression by the rules of differentiation; nothing is approximated by steps.

    References
    ----------
    Särndal, Swensson and Wretman (1992), result 5.5.1; Woodruff (1971), JASA 66(334), 411-414.
    """
    names = tuple(totals)
    columns = np.column_stack([np.asarray(totals[name], dtype=np.float64) for name in names])
    at = {name: columns[:, [place]].sum(axis=0) for place, name in enumerate(names)}
    values, gradients = value_and_gradient(text, at, where=where)
    value, gradient = float(values[0]), gradients[:, 0]
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        return SmoothEstimate(float("nan"), float("nan"), gradient)
    variance = float(ultimate_cluster_variance(columns @ gradient, design)[0])
    return SmoothEstimate(value, variance, gradient)


def value_and_gradient(
    text: str, totals: Mapping[str, FloatVector], *, where: str = "expression"
) -> tuple[FloatVector, FloatMatrix]:
    """Evaluate a formula and its derivatives in many domains at once.

    Parameters
    ----------
    text : str
        Formula over the named totals.
    totals : mapping of str to (D,) float
        Totals of every domain by name.
    where : str
        Place named by problems.

    Returns
    -------
    value : (D,) float
        Not finite where the formula is not defined.
    gradient : (k, D) float
        Derivatives by the totals, in the order of their names.

    Raises
    ------
    DictionaryError
        Anything in the formula other than totals, numbers, arithmetic and the three functions.
    """
    names = tuple(totals)
    try:
        tree: ast.AST = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise _refusal(text, text, names, where) from None
    with np.errstate(all="ignore"):
        return _dual(tree, totals, text, where)


def _dual(node: ast.AST, at: Mapping[str, FloatVector], text: str, where: str) -> Dual:
    """Value and gradient of a part of the expression, in every domain."""
    names = tuple(at)
    domains = at[names[0]].size
    nothing = np.zeros((len(names), domains))
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        # A literal too large for a double becomes infinite, and the estimate missing.
        return np.full(domains, float(str(node.value))), nothing
    if isinstance(node, ast.Name) and node.id in at:
        nothing[names.index(node.id)] = 1.0
        return at[node.id], nothing
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        value, gradient = _dual(node.operand, at, text, where)
        return (-value, -gradient) if isinstance(node.op, ast.USub) else (value, gradient)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        known = FUNCTIONS.get(node.func.id)
        if known is not None and len(node.args) == 1:
            value, gradient = _dual(node.args[0], at, text, where)
            return known[0](value), known[1](value) * gradient
    if isinstance(node, ast.BinOp):
        a, da = _dual(node.left, at, text, where)
        b, db = _dual(node.right, at, text, where)
        if isinstance(node.op, ast.Add):
            return a + b, da + db
        if isinstance(node.op, ast.Sub):
            return a - b, da - db
        if isinstance(node.op, ast.Mult):
            return a * b, da * b + a * db
        if isinstance(node.op, ast.Div):
            quotient = a / b
            return quotient, (da - quotient * db) / b
        if isinstance(node.op, ast.Pow):
            power = np.power(a, b)
            by_exponent = np.log(a) * power * db if db.any() else nothing
            return power, b * np.power(a, b - 1.0) * da + by_exponent
    raise _refusal(text, ast.unparse(node), names, where)


def _refusal(text: str, part: str, names: tuple[str, ...], where: str) -> DictionaryError:
    return DictionaryError(
        [Problem(NOT_SMOOTH, where, {"text": text, "part": part, "names": ", ".join(names)})]
    )
