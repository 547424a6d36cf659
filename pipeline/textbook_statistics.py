"""Statistics that are no ratio of two totals, computed again by plain loops from their definitions."""

from __future__ import annotations

import ast
import cmath
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from scipy import stats

Numbers = Sequence[float]
# An estimate with the linearized variable of its rows, in the order of the rows.
Plain = tuple[float, list[float]]
STEP = 1e-40
CLOSE = 1e-12


def plain_gini(y: Numbers, w: Numbers) -> Plain:
    """Gini coefficient as half the relative mean difference of all pairs."""
    size, total = math.fsum(w), math.fsum(a * b for a, b in zip(y, w, strict=True))
    order = sorted(range(len(y)), key=lambda k: y[k])
    weight_below = weighted_below = 0.0
    apart = [0.0] * len(y)
    for k in order:
        # What all other rows are away from this one: those below, then those above.
        apart[k] = y[k] * weight_below - weighted_below + (total - weighted_below) - y[k] * (size - weight_below)
        weight_below += w[k]
        weighted_below += w[k] * y[k]
    gini = math.fsum(a * b for a, b in zip(apart, w, strict=True)) / (2 * size * total)
    return gini, [a / (size * total) - gini * (1 / size + one / total) for a, one in zip(apart, y, strict=True)]


def plain_share_ratio(y: Numbers, w: Numbers, share: float = 0.2) -> Plain:
    """Income of the richest share over that of the poorest."""
    total = math.fsum(a * b for a, b in zip(y, w, strict=True))
    low_at, high_at = plain_quantile(y, w, share), plain_quantile(y, w, 1 - share)
    low = math.fsum(a * b for a, b in zip(y, w, strict=True) if a <= low_at)
    high = total - math.fsum(a * b for a, b in zip(y, w, strict=True) if a <= high_at)
    ratio = high / low
    z = []
    for a in y:
        # A row moves the sum up to a quantile by its own part and by the place of the quantile.
        in_low = (a - low_at) * (a <= low_at) + low_at * share
        in_high = a - (a - high_at) * (a <= high_at) - high_at * (1 - share)
        z.append(in_high / low - ratio * in_low / low)
    return ratio, z


def plain_poverty(y: Numbers, w: Numbers, line: Numbers, power: int) -> Plain:
    """Headcount, gap or severity below the line of each row."""
    size = math.fsum(w)
    depth = [(1 - a / limit) ** power if a < limit else 0.0 for a, limit in zip(y, line, strict=True)]
    index = math.fsum(a * b for a, b in zip(depth, w, strict=True)) / size
    return index, [(one - index) / size for one in depth]


def plain_moving_line(
    y: Numbers, w: Numbers, everyone: tuple[Numbers, Numbers], share: float, p: float, power: int
) -> tuple[float, list[float], list[float]]:
    """Poverty below a share of a quantile of everyone: index, own part of the rows, common part of everyone's rows."""
    all_y, all_w = everyone
    at = plain_quantile(all_y, all_w, p)
    line = share * at
    index, own = plain_poverty(y, w, [line] * len(y), power)
    if power == 0:
        slope = _density(y, w, line)
        slope = 0.0 if math.isnan(slope) else slope
    else:
        added = [b * (1 - a / line) ** (power - 1) * a / line for a, b in zip(y, w, strict=True) if a < line]
        slope = power * math.fsum(added) / (line * math.fsum(w))
    moved = slope * share / (math.fsum(all_w) * _density(all_y, all_w, at)) if slope else 0.0
    return index, own, [-moved * ((a <= at) - p) for a in all_y]


def plain_survival(time: Numbers, event: Sequence[bool], w: Numbers, at: float) -> Plain:
    """Share without the event after a time, one event time after the other."""
    moments = sorted({t for t, happened in zip(time, event, strict=True) if happened and t <= at})
    # Weighted numbers at risk and events of every moment.
    order = sorted(range(len(time)), key=lambda k: time[k])
    through = [0.0, *accumulate(w[k] for k in order)]
    ordered = [time[k] for k in order]
    survival, spent = 1.0, []
    events = dict.fromkeys(moments, 0.0)
    for t, happened, one in zip(time, event, w, strict=True):
        if happened and t <= at:
            events[t] += one
    step = {}
    for moment in moments:
        risk = through[-1] - through[bisect_left(ordered, moment)]
        left = risk - events[moment]
        left = 0.0 if left <= CLOSE * risk else left
        survival *= left / risk
        step[moment] = 1 / left if left else 0.0
        spent.append((moment, events[moment] / risk * step[moment]))
    sums = [0.0, *accumulate(value for _, value in spent)]
    z = []
    for t, happened in zip(time, event, strict=True):
        passed = sums[bisect_right(moments, t)]
        own = step[t] if happened and t <= at else 0.0
        z.append(-survival * (own - passed))
    return survival, z


def plain_standardized(y: Numbers, w: Numbers, group: Sequence[str], shares: Mapping[str, float]) -> Plain:
    """Average of group means by the sizes of a standard population."""
    whole = math.fsum(shares.values())
    size = {code: math.fsum(b for b, g in zip(w, group, strict=True) if g == code) for code in shares}
    mean = {
        code: math.fsum(a * b for a, b, g in zip(y, w, group, strict=True) if g == code) / size[code]
        for code in shares if shares[code]
    }
    estimate = math.fsum(shares[code] / whole * mean[code] for code in mean)
    z = [
        shares[g] / whole * (a - mean[g]) / size[g] if g in mean else 0.0 for a, g in zip(y, group, strict=True)
    ]
    return estimate, z


def plain_function(formula: str, values: Mapping[str, Numbers], w: Numbers) -> Plain:
    """Value of a formula over totals, and its slope by a step into the imaginary that loses no digit."""
    totals = {
        name: complex(math.fsum(a * b for a, b in zip(column, w, strict=True))) for name, column in values.items()
    }
    tree = ast.parse(formula.strip(), mode="eval").body
    slopes = {}
    for name, total in totals.items():
        scale = abs(total) or 1.0
        slopes[name] = _value(tree, {**totals, name: total + 1j * STEP * scale}).imag / (STEP * scale)
    z = [math.fsum(slopes[name] * values[name][k] for name in values) for k in range(len(w))]
    return _value(tree, totals).real, z


def plain_quantile_error(
    y: Numbers, w: Numbers, p: float, df: int, error: Callable[[float, list[float]], float]
) -> tuple[float, float]:
    """Quantile with Woodruff's error: how far it moves when the share below moves by its own interval.

    Parameters
    ----------
    y, w : sequences of float
        Values and weights of the rows.
    p : float
        Which quantile.
    df : int
        Degrees of freedom.
    error : callable
        Standard error of a share from its linearized variable.

    Returns
    -------
    quantile, se : float
        NaN for the error where the interval of the share leaves 0 to 1.
    """
    at, size = plain_quantile(y, w, p, 1e-13), math.fsum(w)
    below = math.fsum(b for a, b in zip(y, w, strict=True) if a <= at) / size
    reach = float(stats.t.ppf(0.975, df)) * error(below, [((a <= at) - below) / size for a in y])
    if not (below >= reach and below + reach <= 1):
        return at, math.nan
    high, low = plain_quantile(y, w, below + reach, 1e-13), plain_quantile(y, w, below - reach, 1e-13)
    return at, (high - low) / (2 * float(stats.t.ppf(0.975, df)))


def plain_quantile(y: Numbers, w: Numbers, p: float, close: float = CLOSE) -> float:
    """Least value at which the distribution reaches p; the middle of two where it meets p exactly."""
    pairs = sorted(zip(y, w, strict=True))
    target = p * math.fsum(w)
    slack, reached = close * math.fsum(w), 0.0
    for place, (value, weight) in enumerate(pairs):
        reached += weight
        if reached >= target - slack:
            if abs(reached - target) <= slack and place + 1 < len(pairs):
                return (value + pairs[place + 1][0]) / 2
            return value
    return pairs[-1][0]


def _density(y: Numbers, w: Numbers, at: float) -> float:
    width = 0.79 * (plain_quantile(y, w, 0.75) - plain_quantile(y, w, 0.25)) * math.pow(len(y), -0.2)
    if width <= 0:
        return math.nan
    bells = [b * math.exp(-0.5 * ((at - a) / width) ** 2) for a, b in zip(y, w, strict=True)]
    return math.fsum(bells) / (math.sqrt(2 * math.pi) * width * math.fsum(w))


def _value(node: ast.AST, at: Mapping[str, complex]) -> complex:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return complex(node.value)
    if isinstance(node, ast.Name):
        return at[node.id]
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, at)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return {"log": cmath.log, "exp": cmath.exp, "sqrt": cmath.sqrt}[node.func.id](_value(node.args[0], at))
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, at), _value(node.right, at)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        return complex(left / right if isinstance(node.op, ast.Div) else left**right)
    raise ValueError(f"'{ast.unparse(node)}' is no part of a formula over totals")
