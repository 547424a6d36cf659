"""Tables as the metadata of an edition describe them, whatever the metadata are written in; names made safe for SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from surveys.problems import DataError, Message, Problem

Kind = Literal["text", "integer", "number"]
SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_@$.\-]{0,59}")
BAD_NAME = Message(
    "import_name",
    "the metadata name a table or column '{name}', which no database can be asked to create safely. Letters, digits "
    "and _ @ $ - . were expected, at most 60 of them. Correct the name where it is defined.",
    "los metadatos nombran una tabla o columna '{name}', que no puede crearse con seguridad en una base de datos. Se "
    "esperaban letras, dígitos y _ @ $ - ., a lo sumo 60. Corrija el nombre donde se define.",
)


@dataclass(frozen=True)
class Column:
    """A column: its kind, whether it must be filled, the list its codes are from, or the pattern of its texts."""

    name: str
    kind: Kind = "text"
    required: bool = False
    codes: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class CodeTable:
    """A code list as a table: code, name in Spanish and English, and what the list says of the code (``statistic``)."""

    name: str
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Described:
    """A data table.

    Parameters
    ----------
    name : str
        Of the table in the database.
    file : Path
        CSV with a header.
    columns : tuple of Column
        Those to import; the file may have others, listed in ``beside``.
    key : tuple of str
        Columns that name a row.
    beside : mapping of str to str
        Columns of the file that are not imported, with the one value that they must hold; empty text for any.
    """

    name: str
    file: Path
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Import:
    """All that the metadata of a folder describe."""

    tables: tuple[Described, ...]
    lists: tuple[CodeTable, ...] = ()


def quoted(name: str) -> str:
    """Write a name as an SQL identifier.

    Raises
    ------
    DataError
        A name that is not safe; the quotes alone are not trusted.
    """
    if not SAFE.fullmatch(name):
        raise DataError([Problem(BAD_NAME, "import-proof", {"name": name[:60]})])
    return f'"{name}"'


def text(value: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
