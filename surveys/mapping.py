"""How a study's source columns become dictionary variables."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class VariableMapping:
    """Where one dictionary variable comes from.

    Exactly one of ``column``, ``build``, ``constant``, ``row_number``, ``answers`` and ``slots`` is given.

    Parameters
    ----------
    column : str or None
        Source column (``from:``).
    build : tuple of str
        Columns whose texts are joined by ``separator``; blank when any of them is.
    constant : str or None
        The same text in every row.
    row_number : bool
        The number of the row in the source file, for a file without a key.
    answers : mapping of str to str
        Multiple-response set with one column per answer: code to column; ``yes`` and ``no`` are the cell
        values that mean chosen and not chosen.
    slots : tuple of str
        Multiple-response set with one column per mention.
    recode : mapping of str to str
        Source value to code.
    code_prefix : bool
        Take the number at the start of the text, ``3.HIJO/A`` to ``3``.
    missing : mapping of str to str
        Source value, user-missing code or tag to a missing kind of the dictionary.
    scale : float or None
        Number to multiply by, such as 0.000001 for a weight with six implied decimals.
    """

    column: str | None = None
    build: tuple[str, ...] = ()
    separator: str = "-"
    constant: str | None = None
    row_number: bool = False
    answers: MappingType[str, str] = field(default_factory=dict)
    yes: tuple[str, ...] = ("1",)
    no: tuple[str, ...] = ("0", "2")
    slots: tuple[str, ...] = ()
    recode: MappingType[str, str] = field(default_factory=dict)
    code_prefix: bool = False
    missing: MappingType[str, str] = field(default_factory=dict)
    scale: float | None = None

    def __post_init__(self) -> None:
        ways = [self.column is not None, bool(self.build), self.constant is not None, self.row_number,
                bool(self.answers), bool(self.slots)]
        if sum(ways) != 1:
            raise ValueError(
                "a variable comes from exactly one of from, build, constant, row_number, answers, slots"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns read."""
        if self.column is not None:
            return (self.column,)
        return self.build or self.slots or tuple(self.answers.values())


@dataclass(frozen=True)
class Join:
    """Bring the columns of another source, whose key columns name at most one of its rows."""

    source: str
    on: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True)
class Wide:
    """A level written side by side in the rows of a file: ``edad_1``, ``edad_2`` ...

    ``columns`` names each repeated column and its template with ``{i}``; ``key`` is the key variable that
    receives the position; a position exists in a row when ``present_if`` (a template) is not blank.
    """

    positions: int
    columns: MappingType[str, str]
    key: str
    present_if: str

    def column(self, name: str, position: int) -> str:
        """Name of a repeated column at a position, counted from 1."""
        return self.columns[name].replace("{i}", str(position))


@dataclass(frozen=True)
class LevelMapping:
    """How one level is made: source, rows, joins and variables."""

    name: str
    source: str
    variables: MappingType[str, VariableMapping]
    where: str | None = None
    distinct: bool = False
    joins: tuple[Join, ...] = ()
    wide: Wide | None = None


@dataclass(frozen=True)
class Mapping:
    """The content of ``mapping.yaml``: levels, and value labels stated by hand."""

    levels: MappingType[str, LevelMapping]
    labels: MappingType[str, MappingType[str, str]] = field(default_factory=dict)


def mapping_from(data: MappingType[str, Any]) -> Mapping:
    """Build a mapping from plain data whose shape has been checked by ``mapping.schema.json``."""
    return Mapping(
        levels={name: _level(name, item) for name, item in data["levels"].items()},
        labels={name: {str(code): str(text) for code, text in item.items()}
                for name, item in (data.get("labels") or {}).items()})


def text_of(value: object) -> str:
    """Write a YAML scalar as the text it stands for in a source file: 1 and 1.0 are ``1``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return "" if value is None else str(value)


def _texts(items: object) -> tuple[str, ...]:
    if items is None:
        return ()
    if isinstance(items, (list, tuple)):
        return tuple(text_of(item) for item in items)
    return (text_of(items),)


def _pairs(items: MappingType[Any, Any] | None) -> dict[str, str]:
    return {text_of(key): text_of(item) for key, item in (items or {}).items()}


def _level(name: str, data: MappingType[str, Any]) -> LevelMapping:
    wide = data.get("wide")
    variables = {
        variable: _variable(variable, item) for variable, item in (data.get("variables") or {}).items()
    }
    split = None
    if wide is not None:
        split = Wide(int(wide["positions"]), dict(wide["columns"]), wide["key"], wide["present_if"])
        variables.setdefault(split.key, VariableMapping(column=split.key))
        for variable in split.columns:
            if variable not in variables and not any(variable in item.columns for item in variables.values()):
                variables[variable] = VariableMapping(column=variable)
    return LevelMapping(
        name=name, source=data["source"], where=data.get("where"), distinct=bool(data.get("distinct", False)),
        joins=tuple(Join(item["source"], tuple(item["on"]), bool(item.get("required", True)))
                    for item in data.get("join") or ()),
        wide=split, variables=variables)


def _variable(name: str, data: MappingType[str, Any]) -> VariableMapping:
    column = data.get("from")
    if column == "same":
        column = name
    scale = data.get("scale")
    return VariableMapping(
        column=column,
        build=tuple(data.get("build") or ()),
        separator=str(data.get("separator", "-")),
        constant=text_of(data["constant"]) if "constant" in data else None,
        row_number=bool(data.get("row_number", False)),
        answers=_pairs(data.get("answers")),
        yes=_texts(data.get("yes", ["1"])),
        no=_texts(data.get("no", ["0", "2"])),
        slots=tuple(data.get("slots") or ()),
        recode=_pairs(data.get("recode")),
        code_prefix=bool(data.get("code_prefix", False)),
        missing=_pairs(data.get("missing")),
        scale=None if scale is None else float(scale),
    )
