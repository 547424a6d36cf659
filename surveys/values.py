"""Values of an expression on every row, where missing is a value of its own (Kleene's three-valued logic)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Kind = Literal["number", "truth", "code", "text", "position"]
Reasons: TypeAlias = NDArray[np.int8]


@dataclass(frozen=True)
class Value:
    """One value per row.

    Parameters
    ----------
    kind : {"number", "truth", "code", "text", "position"}
        ``position`` is a 1-based place in the code list of the derived variable (made by ``band``).
    data : (n,) array, or () for a constant
        number, truth, position: float64, NaN where missing, truth is 1 or 0. code: int64 place in
        ``codes``, -1 where missing. text: object, None where missing.
    codes : tuple of str
        Codes of a code value, in the order of their list.
    why : (n,) int8 or None
        Reason of each missing value, 1-based in the dictionary's kinds of missing; 0 where present or when
        no reason is known.
    """

    kind: Kind
    data: NDArray[Any]
    codes: tuple[str, ...] = ()
    why: Reasons | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """True where there is no value, (n,) bool."""
        if self.kind == "code":
            return np.asarray(self.data < 0)
        if self.kind == "text":
            return _is_none(self.data)
        return np.asarray(np.isnan(self.data))

    def is_true(self) -> NDArray[np.bool_]:
        """Tell where the value is known and true, (n,) bool; a missing condition counts as false."""
        numbers = self.numbers()
        return np.asarray(~np.isnan(numbers) & (numbers != 0))

    def numbers(self) -> NDArray[np.float64]:
        """Return the value as a number, (n,) float64 with NaN; a code gives the number it is written as."""
        if self.kind == "code":
            table = np.array([*(_number(code) for code in self.codes), np.nan])
            return np.asarray(table[self.data])
        if self.kind == "text":
            flat = [np.nan if text is None else _number(str(text)) for text in self.data.ravel()]
            return np.array(flat, dtype=np.float64).reshape(self.data.shape)
        return np.asarray(self.data, dtype=np.float64)

    def texts(self) -> NDArray[np.object_]:
        """Return the value as text, (n,) object with None; whole numbers lose their point."""
        if self.kind == "code":
            return np.asarray(np.array([*self.codes, None], dtype=object)[self.data], dtype=object)
        if self.kind == "text":
            return self.data
        flat = [None if np.isnan(x) else plain_number(float(x)) for x in self.data.ravel()]
        return np.array([*flat, None], dtype=object)[:-1].reshape(self.data.shape)

    def spread(self, rows: int) -> Value:
        """Return the value on ``rows`` rows; a constant is repeated."""
        if self.data.shape == (rows,):
            return self
        return replace(self, data=np.broadcast_to(self.data, (rows,)))

    def take(self, rows: NDArray[np.int64]) -> Value:
        """Return the value of the given rows."""
        return replace(self, data=self.data[rows], why=None if self.why is None else self.why[rows])


def truth(data: NDArray[Any] | bool | np.bool_, unknown: NDArray[np.bool_] | None = None) -> Value:
    """Make a truth value of a bool array, missing where ``unknown``."""
    numbers = np.asarray(data, dtype=np.float64)
    return Value("truth", numbers if unknown is None else np.where(unknown, np.nan, numbers))


def conjunction(values: Sequence[Value]) -> Value:
    """Kleene's *and*: false when any is false, else missing when any is missing, else true."""
    result = np.asarray(1.0)
    for value in values:
        numbers = value.numbers()
        zero = (result == 0) | (numbers == 0)
        result = np.where(zero, 0.0, np.where(np.isnan(result) | np.isnan(numbers), np.nan, 1.0))
    return Value("truth", result, why=first_reason(values))


def disjunction(values: Sequence[Value]) -> Value:
    """Kleene's *or*: true when any is true, else missing when any is missing, else false."""
    return replace(negation(conjunction([negation(value) for value in values])), why=first_reason(values))


def negation(value: Value) -> Value:
    """Kleene's *not*: missing stays missing."""
    numbers = value.numbers()
    return Value("truth", np.where(np.isnan(numbers), np.nan, np.asarray(numbers == 0, dtype=np.float64)),
                 why=value.why)


def first_reason(values: Sequence[Value]) -> Reasons | None:
    """Return the reason of the first missing operand on every row; None when no operand knows reasons."""
    result: Reasons | None = None
    for value in values:
        if value.why is not None:
            result = value.why if result is None else np.where(result == 0, value.why, result).astype(np.int8)
    return result


def match_code(codes: Sequence[str], constant: str | float) -> int | None:
    """Find the place of a constant in a list of codes, by its text or else by its number.

    Returns
    -------
    int or None
        None when the list has no such code, or several with that number.
    """
    text = constant if isinstance(constant, str) else plain_number(constant)
    if text in codes:
        return list(codes).index(text)
    wanted = _number(text)
    places = [place for place, code in enumerate(codes) if _number(code) == wanted]
    return places[0] if len(places) == 1 else None


def plain_number(number: float) -> str:
    """Write a number without a needless point."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _is_none(data: NDArray[Any]) -> NDArray[np.bool_]:
    # `==` on an object array compares item by item
    return np.asarray(data == np.array(None, dtype=object)).astype(np.bool_)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return float("nan")
    return number if np.isfinite(number) and "_" not in text else float("nan")
