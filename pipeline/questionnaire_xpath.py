"""Conditions and formulas of the dictionary as XPath for forms on devices."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.dictionary import Dictionary, Variable
from surveys.expressions import parse

_OPERATORS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "div"}
_ORDERS: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
}


class NotTranslatable(ValueError):
    """A part of an expression has no counterpart on a device."""


@dataclass(frozen=True)
class Translator:
    """Translate expressions read at a level.

    Parameters
    ----------
    dictionary : Dictionary
        Variables and code lists.
    repeats : mapping of str to str
        Name of the repeat group of each level below the household.
    inside : str or None
        Level whose rows are being filtered by a predicate; its variables are then written without ``${}``.
    """

    dictionary: Dictionary
    repeats: Mapping[str, str] = field(default_factory=dict)
    inside: str | None = None

    def condition(self, text: str) -> str:
        """Translate a condition: true on the device exactly where it is true, and not merely unknown, here.

        Raises
        ------
        NotTranslatable
            A part has no counterpart.
        DictionaryError
            The expression cannot be read.
        """
        return self.true(parse(text).tree)

    def calculation(self, variable: Variable) -> str:
        """Translate the formula of a derived variable; empty on the device where it is missing here.

        Raises
        ------
        NotTranslatable
            A part has no counterpart.
        """
        tree = parse(variable.derive).tree
        codes = self.dictionary.codes_of(variable.name)
        value = self._coded(tree, codes) if variable.type == "code" else self.value(tree)
        if variable.universe is not None:
            value = f"if({self.condition(variable.universe)}, {value}, '')"
        return value

    def true(self, node: ast.expr) -> str:
        """XPath that is true where the expression is true."""
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            return "(" + word.join(self.true(part) for part in node.values) + ")"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.false(node.operand)
        if isinstance(node, ast.Compare):
            return self._chain(node, negated=False)
        return self._test(node, negated=False)

    def false(self, node: ast.expr) -> str:
        """XPath that is true where the expression is false, which is not where it is unknown."""
        if isinstance(node, ast.BoolOp):
            word = " or " if isinstance(node.op, ast.And) else " and "
            return "(" + word.join(self.false(part) for part in node.values) + ")"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self.true(node.operand)
        if isinstance(node, ast.Compare):
            return self._chain(node, negated=True)
        return self._test(node, negated=True)

    def value(self, node: ast.expr) -> str:
        """XPath of a value; an empty text where it is missing."""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.Name):
            return self._reference(node.id)
        if isinstance(node, ast.BinOp):
            left, right = self.value(node.left), self.value(node.right)
            whole = f"({left} {_OPERATORS[type(node.op)]} {right})"
            known = [self._known(part) for part in (node.left, node.right) if not isinstance(part, ast.Constant)]
            if isinstance(node.op, ast.Div):
                known.append(f"{right} != 0")
            return f"if({' and '.join(known)}, {whole}, '')" if known else whole
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return f"(0 {'-' if isinstance(node.op, ast.USub) else '+'} {self.value(node.operand)})"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._function(node.func.id, node.args)
        raise NotTranslatable(ast.unparse(node))

    def _function(self, name: str, arguments: list[ast.expr]) -> str:
        if name == "number":
            return f"number({self.value(arguments[0])})"
        if name in ("min", "max"):
            return f"{name}({', '.join(self.value(part) for part in arguments)})"
        if name == "abs":
            return f"abs({self.value(arguments[0])})"
        if name == "coalesce":
            result = self.value(arguments[-1])
            for part in reversed(arguments[:-1]):
                result = f"coalesce({self.value(part)}, {result})"
            return result
        if name == "case":
            return self._case(arguments, self.value)
        if name in ("count_of", "sum_of", "value_of"):
            return self._below(name, arguments)
        raise NotTranslatable(name)

    def _case(self, arguments: list[ast.expr], value: object) -> str:
        write = value if callable(value) else self.value
        result = str(write(arguments[-1])) if len(arguments) % 2 else "''"
        last = len(arguments) - 1 - len(arguments) % 2
        for place in range(last - 1, -1, -2):
            result = f"if({self.true(arguments[place])}, {write(arguments[place + 1])}, {result})"
        return result

    def _below(self, name: str, arguments: list[ast.expr]) -> str:
        level = arguments[0].id if isinstance(arguments[0], ast.Name) else ""
        if level not in self.repeats or self.inside is not None:
            raise NotTranslatable(name)
        below = Translator(self.dictionary, self.repeats, level)
        rows = f"${{{self.repeats[level]}}}"
        if name == "count_of":
            return f"count({rows}[{below.true(arguments[1])}])"
        if name == "sum_of":
            if not isinstance(arguments[1], ast.Name):
                raise NotTranslatable(name)
            return f"sum({rows}[{arguments[1].id} != '']/{arguments[1].id})"
        variable = arguments[1].id if isinstance(arguments[1], ast.Name) else ""
        return f"string({rows}[{below.true(arguments[2])}]/{variable})"

    def _test(self, node: ast.expr, *, negated: bool) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return "true()" if node.value is not negated else "false()"
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            raise NotTranslatable(ast.unparse(node))
        name, arguments = node.func.id, node.args
        if name in ("missing", "known"):
            absent = (name == "missing") is not negated
            return self._unknown(arguments[0]) if absent else self._known(arguments[0])
        if name == "answered":
            chosen = f"selected({self.value(arguments[0])}, {self._code(arguments[1])})"
            return f"({self._known(arguments[0])} and not({chosen}))" if negated else chosen
        if name == "any_of":
            count = self._below("count_of", arguments)
            return f"({count} = 0)" if negated else f"({count} > 0)"
        raise NotTranslatable(name)

    def _chain(self, node: ast.Compare, *, negated: bool) -> str:
        left, parts = node.left, []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(left, operator, right, negated=negated))
            left = right
        return parts[0] if len(parts) == 1 else "(" + (" or " if negated else " and ").join(parts) + ")"

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, *, negated: bool) -> str:
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(right, ast.List | ast.Tuple):
                raise NotTranslatable(ast.unparse(right))
            inside = isinstance(operator, ast.In) is not negated
            tests = [self._comparison(left, ast.Eq(), item, negated=not inside) for item in right.elts]
            return "(" + (" or " if inside else " and ").join(tests) + ")"
        if isinstance(operator, ast.Eq | ast.NotEq):
            equal = isinstance(operator, ast.Eq) is not negated
            known = [self._known(part) for part in (left, right) if not isinstance(part, ast.Constant)]
            test = f"{self._side(left, right)} {'=' if equal else '!='} {self._side(right, left)}"
            needed = known if not equal or not isinstance(right, ast.Constant) else []
            return "(" + " and ".join([*needed, test]) + ")" if needed else test
        # A missing number is not a number, and every order with it is false on the device too.
        sign = _ORDERS[type(operator)][1 if negated else 0]
        return f"{self.value(left)} {sign} {self.value(right)}"

    def _side(self, node: ast.expr, other: ast.expr) -> str:
        """Write a constant as the device holds what it is compared with: codes are texts, numbers are not."""
        if isinstance(node, ast.Constant) and isinstance(other, ast.Name):
            codes = self.dictionary.codes_of(other.id) if other.id in self.dictionary.variables else ()
            if codes:
                return _constant(_matching(node.value, codes))
        return self.value(node)

    def _coded(self, node: ast.expr, codes: tuple[str, ...]) -> str:
        """Codes of a derived code variable: truth is its first code, bands are places in its list."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "band":
                number = self.value(node.args[0])
                result, bounds = "''", [self.value(part) for part in node.args[1:]]
                for place in range(len(bounds)):
                    if place < len(codes):
                        result = f"if({number} >= {bounds[place]}, {_constant(codes[place])}, {result})"
                return result
            if node.func.id == "case":
                return self._case(node.args, lambda part: self._coded(part, codes))
            if node.func.id in ("missing", "known", "answered", "any_of"):
                return self._truth(node, codes)
            return self.value(node)
        if isinstance(node, ast.Compare | ast.BoolOp) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return self._truth(node, codes)
        if isinstance(node, ast.Constant):
            return _constant(_matching(node.value, codes))
        return self.value(node)

    def _truth(self, node: ast.expr, codes: tuple[str, ...]) -> str:
        if len(codes) < 2:
            raise NotTranslatable(ast.unparse(node))
        return f"if({self.true(node)}, {_constant(codes[0])}, if({self.false(node)}, {_constant(codes[1])}, ''))"

    def _code(self, node: ast.expr) -> str:
        return _constant(str(node.value)) if isinstance(node, ast.Constant) else self.value(node)

    def _known(self, node: ast.expr) -> str:
        return f"string({self.value(node)}) != ''" if not isinstance(node, ast.Name) else f"{self.value(node)} != ''"

    def _unknown(self, node: ast.expr) -> str:
        return f"string({self.value(node)}) = ''" if not isinstance(node, ast.Name) else f"{self.value(node)} = ''"

    def _reference(self, name: str) -> str:
        if self.inside is not None and self._level(name) == self.inside:
            return name
        return f"${{{name}}}"

    def _level(self, name: str) -> str | None:
        keys = {key: level.name for level in self.dictionary.levels.values() for key in level.key[-1:]}
        variable = self.dictionary.variables.get(name)
        return keys.get(name, variable.level if variable is not None else None)


def _constant(value: object) -> str:
    if isinstance(value, bool):
        return "true()" if value else "false()"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    # XPath 1.0 has no escape inside a text.
    if "'" in text and '"' in text:
        raise NotTranslatable(text)
    return f'"{text}"' if "'" in text else f"'{text}'"


def _matching(value: object, codes: tuple[str, ...]) -> str:
    text = str(value)
    if text in codes:
        return text
    return next((code for code in codes if _number(code) is not None and _number(code) == _number(text)), text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
