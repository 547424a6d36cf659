"""What an importer checks of an edition before it trusts it, as SQL made from the metadata alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.import_proof.described import Described, Import, quoted, text
from pipeline.import_proof.engines import Engine, Refused
from pipeline.import_proof.loading import header_of, key_value, lines_of, load_lists, load_texts, make_table, staged
from surveys.dictionary import Label

NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
INTEGER = r"[+-]?[0-9]+"
KINDS = {"integer": INTEGER, "number": NUMBER}


@dataclass(frozen=True)
class Check:
    """One check: of which table, what was looked at, of how many things, how many failed, and where."""

    table: str
    what: Label
    of: int
    failed: int
    where: str = ""

    @property
    def passed(self) -> bool:
        """Nothing failed."""
        return self.failed == 0


def import_checks(engine: Engine, described: Import) -> Iterator[Check]:
    """Load all tables and check each.

    Parameters
    ----------
    engine : Engine
        An empty database.
    described : Import
        From the metadata.

    Yields
    ------
    Check
        Header, rows, filled cells, types, codes and key of each table, then whether the database takes it with its
        constraints. A table whose texts fail is not made.
    """
    load_lists(engine, described.lists)
    for table in described.tables:
        yield from _table_checks(engine, table)


def _table_checks(engine: Engine, table: Described) -> Iterator[Check]:
    header = header_of(table)
    wanted = [*table.beside, *(column.name for column in table.columns)]
    other = sorted(set(header) ^ set(wanted))
    yield _check(table, "columnas como las describen los metadatos", "columns as the metadata describe them",
                 len(wanted), [(name, 1) for name in other])  # fmt: skip
    if other:
        return
    try:
        load_texts(engine, table)
    except Refused as refused:
        yield _check(table, "se copia", "can be copied", 1, [(str(refused), 1)])
        return
    rows, loaded = lines_of(table), int(engine.rows(f"SELECT count(*) FROM {quoted(staged(table))}")[0][0])
    yield _check(table, "filas cargadas", "rows loaded", rows, [("", abs(rows - loaded))])
    checks = [
        _check(table, "celdas obligatorias llenas", "required cells filled", rows, _required(engine, table)),
        _check(table, "tipos y formas de los valores", "types and shapes of values", rows, _kinds(engine, table)),
        _check(table, "códigos de sus listas", "codes of their lists", rows, _codes(engine, table)),
        _check(table, "llave sin repetir", "key not doubled", rows, _doubled(engine, table)),
    ]
    yield from checks
    if all(one.passed for one in checks):
        try:
            make_table(engine, table)
            trouble: list[tuple[str, int]] = []
        except Refused as refused:
            trouble = [(str(refused), 1)]
        said = ("tabla hecha con llave y referencias", "table made with key and references")
        yield _check(table, *said, 1, trouble)


def _required(engine: Engine, table: Described) -> list[tuple[str, int]]:
    conditions = {column.name: f"{quoted(column.name)} IS NULL" for column in table.columns if column.required}
    conditions |= {
        name: f"{quoted(name)} IS DISTINCT FROM {text(value)}" for name, value in table.beside.items() if value
    }
    return _counted(engine, table, conditions)


def _kinds(engine: Engine, table: Described) -> list[tuple[str, int]]:
    conditions = {}
    for column in table.columns:
        pattern = KINDS.get(column.kind) or column.pattern
        if pattern is not None:
            name = quoted(column.name)
            conditions[column.name] = f"{name} IS NOT NULL AND NOT ({engine.matches(name, pattern)})"
    return _counted(engine, table, conditions)


def _codes(engine: Engine, table: Described) -> list[tuple[str, int]]:
    conditions = {
        column.name: (
            f"{quoted(column.name)} IS NOT NULL AND {quoted(column.name)} NOT IN (SELECT code FROM "
            f"{quoted(column.codes)})"
        )
        for column in table.columns
        if column.codes is not None
    }
    return _counted(engine, table, conditions)


def _doubled(engine: Engine, table: Described) -> list[tuple[str, int]]:
    if not table.key:
        return []
    key = ", ".join(key_value(name) for name in table.key)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {quoted(staged(table))} GROUP BY {key} HAVING count(*) > 1) AS d"
    return [("", int(engine.rows(query)[0][0]))]


def _counted(engine: Engine, table: Described, conditions: dict[str, str]) -> list[tuple[str, int]]:
    """Count the rows of a table of texts that meet each condition, in one query."""
    if not conditions:
        return []
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())
    found = engine.rows(f"SELECT {counts} FROM {quoted(staged(table))}")[0]
    return list(zip(conditions, map(int, found), strict=True))


def _check(table: Described, spanish: str, english: str, of: int, found: Sequence[tuple[str, int]]) -> Check:
    failed = [(name, count) for name, count in found if count]
    where = ", ".join(f"{name} ({count})" if name else str(count) for name, count in failed)
    return Check(table.name, Label(spanish, english), of, sum(n for _, n in failed), where)
