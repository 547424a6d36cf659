"""Engines that carry the expression: DuckDB inside this process, or whatever ibis is connected to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import ibis
import pyarrow as pa

GROUPS = 1 << 16


class Engine(Protocol):
    """Somewhere that holds the rows and answers expressions over them."""

    @property
    def rows(self) -> Any:
        """The scan table, as ibis writes expressions over it."""

    def table(self, expression: Any) -> pa.Table:
        """Answer an expression whole."""

    def batches(self, expression: Any) -> Iterator[pa.RecordBatch]:
        """Answer an expression as a stream."""


@dataclass(frozen=True)
class EmbeddedEngine:
    """DuckDB, spoken to in its own language.

    Parameters
    ----------
    connection : duckdb connection
        Closed to everything but the rows.
    rows : ibis table
        The scan table, without a connection.
    """

    connection: Any
    rows: Any

    def table(self, expression: Any) -> pa.Table:
        """Answer an expression whole."""
        return self._asked(expression).to_arrow_table()

    def batches(self, expression: Any) -> Iterator[pa.RecordBatch]:
        """Answer an expression as a stream."""
        yield from self._asked(expression).to_arrow_reader(GROUPS)

    def _asked(self, expression: Any) -> Any:
        return self.connection.sql(str(ibis.to_sql(expression, dialect="duckdb")))


@dataclass(frozen=True)
class ConnectedEngine:
    """Any engine that ibis is connected to, such as Spark on a cluster.

    Parameters
    ----------
    connection : ibis backend
        Connected by the caller, who knows addresses and credentials.
    rows : ibis table
        The scan table in that engine.
    """

    connection: Any
    rows: Any

    def table(self, expression: Any) -> pa.Table:
        """Answer an expression whole."""
        return self.connection.to_pyarrow(expression)

    def batches(self, expression: Any) -> Iterator[pa.RecordBatch]:
        """Answer an expression as a stream."""
        yield from self.connection.to_pyarrow_batches(expression, chunk_size=GROUPS)
