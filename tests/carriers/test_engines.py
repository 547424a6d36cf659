"""The scan is one expression: written in the languages of other engines, and run on Spark where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
import sqlglot

from pipeline.carriers.by_engine import totals_by_engine
from pipeline.carriers.carry import exact_totals_of, gather
from pipeline.carriers.distributed import SPARK_ABSENT, spark
from pipeline.carriers.engines import ConnectedEngine
from pipeline.carriers.expression import DIALECTS, NAME, statement
from pipeline.carriers.settings import ScanSettings
from pipeline.carriers.totals_table import in_order
from surveys.problems import StudyError
from tests.carriers.test_same_numbers import table_of

READ_AS = {"pyspark": "spark"}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("exact", [True, False])
def test_the_expression_is_written_in_the_language_of_the_engine(tmp_path, dialect, exact):
    task, table = table_of(tmp_path, exact=exact)
    for one in task.passes():
        text = statement(table.schema, one, exact=exact, dialect=dialect)
        parsed = sqlglot.parse_one(text, read=READ_AS.get(dialect, dialect))
        assert {found.name for found in parsed.find_all(sqlglot.exp.Table)} == {NAME}
        assert parsed.find(sqlglot.exp.Group) is not None
        for measure in one.measures:
            assert f"y_{measure.name}" in text


def test_dialects_are_the_promised_ones():
    assert set(DIALECTS) >= {"postgres", "bigquery", "snowflake", "trino", "pyspark"}


def test_duckdb_through_ibis_gives_the_same_bytes(tmp_path):
    """An engine connected by ibis is asked the same question in another way."""
    import ibis

    task, table = table_of(tmp_path, exact=True)
    connection = ibis.duckdb.connect()
    engine = ConnectedEngine(connection, connection.read_parquet(str(table.paths[0]), table_name=NAME))
    embedded = exact_totals_of(task, table, ScanSettings("duckdb", exact=True), tmp_path / "scratch")[1]
    for one, expected in zip(task.passes(), embedded, strict=True):
        assert totals_by_engine(engine, one, exact=True).equals(expected)


def test_postgres_gives_the_same_numbers(tmp_path):
    """PostgreSQL runs what is written for it, on the same rows, to the bit."""
    from pipeline.import_proof.engines import find_postgresql

    if find_postgresql() is None:
        pytest.skip("needs PostgreSQL, a package of Debian, which is not here")
    from tests.carriers.postgres import totals_in_postgres

    task, table = table_of(tmp_path, exact=True)
    expected = exact_totals_of(task, table, ScanSettings("duckdb", exact=True), tmp_path / "scratch")[1]
    answers = totals_in_postgres(table, task, tmp_path)
    for one, answer, embedded in zip(task.passes(), answers, expected, strict=True):
        assert in_order(answer, one, exact=True).equals(embedded)


def test_spark_on_this_machine(tmp_path):
    try:
        connect = spark()
    except StudyError:
        pytest.skip("needs Spark, which `make environment-spark` installs; it is not here")
    if shutil.which("java") is None:
        pytest.skip("needs Java 17 or later, a package of Debian, which is not here")
    task, table = table_of(tmp_path, exact=True)
    there = ScanSettings("engine", exact=True, connect=connect)
    expected = exact_totals_of(task, table, ScanSettings("duckdb", exact=True), tmp_path / "scratch")[1]
    found = exact_totals_of(task, table, there, tmp_path / "scratch")[1]
    assert all(mine.equals(theirs) for mine, theirs in zip(found, expected, strict=True))
    task, table = table_of(tmp_path, name="floats")
    there = ScanSettings("engine", connect=connect)
    mine, theirs = (
        gather(task, table, settings, tmp_path / "scratch")[1] for settings in (there, ScanSettings("streamed"))
    )
    for one, two in zip(mine, theirs, strict=True):
        assert one.psus == two.psus
        for a, b in zip(one.parts, two.parts, strict=True):
            order = [two.segments[key] for key in one.segments]
            for name, values in vars(a.moments).items():
                other = getattr(b.moments, name)[order]
                assert values[: len(order)] == pytest.approx(other, rel=1e-12, abs=1e-9), name


def test_spark_is_asked_for_where_it_is_not(monkeypatch):
    monkeypatch.setattr("pipeline.carriers.distributed._found", lambda: False)
    with pytest.raises(StudyError) as found:
        spark()
    assert SPARK_ABSENT.en.split("{")[0][:40] in found.value.text("en")
    assert found.value.text("en").endswith("write another carrier under `scan:`.")
    assert found.value.text("es").endswith("escriba otro medio en `scan:`.")


def test_nobody_waits_for_an_engine_that_was_not_asked_for(root):
    """Neither DuckDB nor ibis is imported before a study asks for a carrier."""
    code = "import sys, pipeline.estimation; sys.exit('duckdb' in sys.modules or 'ibis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
