"""The scan run by PostgreSQL, from the words that are written for it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from estimates.carried.cell_totals import column_names
from estimates.carried.task import Task
from pipeline.carriers.expression import NAME, statement, totals_schema
from pipeline.carriers.scan_table import ScanTable
from pipeline.import_proof.engines import database

KINDS = {"bool": "boolean", "int8": "smallint", "int32": "integer", "int64": "bigint", "double": "double precision"}


def totals_in_postgres(table: ScanTable, task: Task, folder: Path) -> list[pa.Table]:
    """Load the rows of a scan table in an empty PostgreSQL and ask it for the totals of every pass."""
    rows = pq.read_table(table.paths[0])
    path = folder / "rows.csv"
    pyarrow.csv.write_csv(rows, path)
    with database("postgresql") as engine:
        columns = ", ".join(f'"{field.name}" {KINDS[str(field.type)]}' for field in rows.schema)
        engine.run(f"CREATE TABLE {NAME} ({columns})")
        engine.load(NAME, rows.schema.names, path)
        found = []
        for one in task.passes():
            answer = engine.rows(statement(rows.schema, one, exact=True, dialect="postgres") + ";")
            schema = totals_schema(one, exact=True)
            read = [
                pa.array([int(Decimal(row[place])) for row in answer], pa.int64()).cast(schema.field(name).type)
                if not pa.types.is_decimal(schema.field(name).type)
                else pa.array([Decimal(row[place]) for row in answer], schema.field(name).type)
                for place, name in enumerate(column_names(one))
            ]
            found.append(pa.Table.from_arrays(read, schema=schema))
        return found
