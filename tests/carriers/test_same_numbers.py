"""Whoever carries the scan, the estimates are the same: to the bit in decimals, to 1e-12 in floating point."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from estimates.carried.estimated import strata_of_counts
from estimates.tabulate import tabulate
from pipeline.carriers.by_engine import totals_by_engine
from pipeline.carriers.carry import exact_totals_of, gather
from pipeline.carriers.embedded import duckdb_engine
from pipeline.carriers.refusals import NotSorted
from pipeline.carriers.scan_table import ScanTableWriter, open_scan_table
from pipeline.carriers.settings import ScanSettings
from pipeline.carriers.streamed import gather_streamed
from pipeline.carriers.study_scan import StudyScan, write_rows
from tests.carriers.conftest import survey

EXACT = ("memory", "streamed", "duckdb")


def carried(tmp_path, settings, **options):
    measures, codings, plan, design, weight = survey(**options)
    scan = StudyScan(settings, tmp_path / "scratch")
    return tabulate("x", measures, codings, plan, design, weight, scan=scan).frame


def in_memory(**options):
    measures, codings, plan, design, weight = survey(**options)
    return tabulate("x", measures, codings, plan, design, weight, method="plain").frame


@pytest.mark.parametrize("carrier", ["automatic", "streamed", "duckdb"])
@pytest.mark.parametrize("options", [{}, {"in_order": False}, {"lonely_psu": "collapsed", "fpc": True}, {"rows": 60}])
def test_floats_agree_with_the_rows_in_memory(tmp_path, numbers, carrier, options):
    plain, found = in_memory(**options), carried(tmp_path, ScanSettings(carrier), **options)
    keys = ["indicator", "area", "sex", "age", "place", "status", "reason"]
    assert plain[keys].equals(found[keys])
    for column in numbers:
        # Limits divide by differences of nearly equal terms and keep a digit less.
        rel = 1e-11 if column in ("se", "ci_low", "ci_high", "deff") else 1e-12
        expected = plain[column].to_numpy(float)
        assert found[column].to_numpy(float) == pytest.approx(expected, rel=rel, abs=1e-13, nan_ok=True), column


def test_nothing_is_left_in_the_scratch_folder(tmp_path):
    carried(tmp_path, ScanSettings("duckdb"))
    assert list((tmp_path / "scratch").iterdir()) == []
    assert (tmp_path / "scratch").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("in_order", [True, False])
def test_decimals_are_the_same_to_the_bit(tmp_path, in_order):
    frames = [carried(tmp_path, ScanSettings(carrier, exact=True), in_order=in_order) for carrier in EXACT]
    for other in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], other, check_exact=True)
    plain = in_memory(in_order=in_order)
    for column in ("estimate", "se", "deff"):
        assert frames[0][column].to_numpy(float) == pytest.approx(
            plain[column].to_numpy(float), rel=1e-11, abs=1e-13, nan_ok=True
        ), column


def table_of(tmp_path, *, exact=False, name="rows", **options):
    measures, codings, plan, design, weight = survey(**options)
    named = {measure.name: measure for measure in measures}
    wanted = {by: names for names, breakdowns in plan for by in breakdowns}
    return write_rows(named, wanted, codings, design, weight, tmp_path / f"{name}.parquet", exact=exact)


def test_the_tables_of_totals_are_the_same_bytes(tmp_path):
    task, table = table_of(tmp_path, exact=True)
    found = [exact_totals_of(task, table, ScanSettings(carrier, exact=True), tmp_path)[1] for carrier in EXACT]
    for other in found[1:]:
        assert all(mine.equals(theirs) for mine, theirs in zip(found[0], other, strict=True))


def test_any_batches_and_files_give_the_same_bits(tmp_path, monkeypatch):
    """Where batches, row groups and files end plays no part but in the last digits, and workers play none at all."""
    task, table = table_of(tmp_path)
    whole = gather_streamed(task, table)[1]
    monkeypatch.setattr("pipeline.carriers.scan_table.ROWS_IN_GROUP", 97)
    cut = [tmp_path / f"part{number}.parquet" for number in range(3)]
    import pyarrow.parquet as pq

    rows = pq.read_table(table.paths[0])
    for number, path in enumerate(cut):
        with ScanTableWriter(path) as writer:
            # In the middle of a PSU, so that one PSU lies in two files.
            part = rows.slice(number * 1337, 1337 if number < 2 else rows.num_rows)
            writer.write({name: part.column(name).combine_chunks() for name in part.column_names})
    monkeypatch.setattr("pipeline.carriers.row_batches.BATCH", 53)
    monkeypatch.setattr("pipeline.carriers.row_batches.PIECE", 200)
    parts = open_scan_table(cut)
    one, two = (gather_streamed(task, parts, workers)[1] for workers in (1, 3))
    for mine, theirs, all_ in zip(one, two, whole, strict=True):
        assert mine.psus == theirs.psus == all_.psus
        assert (mine.rows, mine.weight) == (theirs.rows, theirs.weight)
        assert mine.segments == theirs.segments
        for a, b, c in zip(mine.parts, theirs.parts, all_.parts, strict=True):
            for name, values in vars(a.moments).items():
                assert np.array_equal(values, getattr(b.moments, name)), name
                kept = len(mine.segments)
                order = [all_.segments[key] for key in mine.segments]
                assert values[:kept] == pytest.approx(getattr(c.moments, name)[order], rel=1e-12, abs=1e-9), name


def test_rows_out_of_order_are_refused_by_the_stream_and_sorted_by_duckdb(tmp_path):
    import pyarrow.parquet as pq

    task, table = table_of(tmp_path)
    rows = pq.read_table(table.paths[0])
    mixed = tmp_path / "mixed.parquet"
    pq.write_table(rows.take(np.random.default_rng(1).permutation(rows.num_rows)), mixed)
    out_of_order = open_scan_table([mixed])
    with pytest.raises(NotSorted):
        gather(task, out_of_order, ScanSettings("streamed"), tmp_path / "scratch")
    sorted_, mixed_up = (
        gather(task, one, ScanSettings("automatic"), tmp_path / "scratch")[1] for one in (table, out_of_order)
    )
    for mine, theirs in zip(sorted_, mixed_up, strict=True):
        assert mine.psus == theirs.psus
        for a, b in zip(mine.finish(*strata_of_counts(mine.psus, "centred"), "dhs"),
                        theirs.finish(*strata_of_counts(theirs.psus, "centred"), "dhs"), strict=True):  # fmt: skip
            assert a.block.cells.estimate == pytest.approx(b.block.cells.estimate, rel=1e-12, nan_ok=True)
            assert a.block.cells.variance == pytest.approx(b.block.cells.variance, rel=1e-11, nan_ok=True)


def test_a_coding_taken_for_an_area_by_mistake_is_found_out(tmp_path):
    from dataclasses import replace

    task, table = table_of(tmp_path)
    wrong = replace(task, areas=task.areas | {"sex"})
    for carrier in ("streamed", "duckdb"):
        assert gather(wrong, table, ScanSettings(carrier), tmp_path / "scratch")[0].areas == task.areas


def test_duckdb_spills_under_a_small_limit(tmp_path):
    task, table = table_of(tmp_path, exact=True, rows=60_000)
    roomy, tight = (
        exact_totals_of(task, table, ScanSettings("duckdb", exact=True, memory=memory), tmp_path / "scratch")[1]
        for memory in ("1GB", "120MB")
    )
    assert all(mine.equals(theirs) for mine, theirs in zip(roomy, tight, strict=True))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')", "COPY scan_rows TO '/tmp/stolen.csv'", "INSTALL httpfs", "LOAD httpfs",
        "ATTACH '/tmp/other.db'", "SET enable_external_access = true", "SET memory_limit = '64GB'",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
    ],
)  # fmt: skip
def test_duckdb_reaches_nothing_but_the_rows(tmp_path, statement):
    import duckdb

    task, table = table_of(tmp_path)
    with duckdb_engine(table, tmp_path / "scratch") as engine:
        assert totals_by_engine(engine, task.passes()[0], exact=False).num_rows > 0
        with pytest.raises(duckdb.Error):
            engine.connection.execute(statement)


def test_a_path_with_a_quote_is_a_path(tmp_path):
    odd = tmp_path / "it's; DROP TABLE"
    odd.mkdir()
    task, table = table_of(odd)
    with duckdb_engine(table, odd / "scratch") as engine:
        assert totals_by_engine(engine, task.passes()[0], exact=False).num_rows > 0
