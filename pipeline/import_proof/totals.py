"""Whether imported observations hold together: values and status, intervals, parts and totals, SDMX and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.import_proof.checks import Check
from pipeline.import_proof.described import Described, Import, quoted
from pipeline.import_proof.engines import Engine
from pipeline.import_proof.sdmx_structure import OBSERVATIONS
from surveys.dictionary import Label

#: Statuses of SDMX under which no value is told: missing, and missing because suppressed.
NO_VALUE = "('M', 'Q', 'L', 'H', 'O')"
TOTAL = "'_T'"
NEAR = "1e-9"
#: Statistics of which parts add up themselves; of the others their populations do.
SUMS, WITH_BASE = "'total', 'count'", "'proportion', 'distribution', 'mean'"


def observation_checks(engine: Engine, described: Import) -> Iterator[Check]:
    """Check what the observations say of one another.

    Parameters
    ----------
    engine : Engine
        With the tables made.
    described : Import
        From the metadata.

    Yields
    ------
    Check
        How many observations or sums were looked at, and how many fail. Parts are added up where all of them are
        told and their unweighted bases make up the base of the total; elsewhere some have no code, or are withheld.
    """
    table = next((one for one in described.tables if one.name == OBSERVATIONS), None)
    if table is None:
        return
    names = {column.name for column in table.columns}
    rows = quoted(OBSERVATIONS)
    without = f'("OBS_VALUE" IS NULL) <> ("OBS_STATUS" IN {NO_VALUE})'
    said = ("valor si y solo si su estado lo permite", "a value just where its status allows")
    yield _counted(engine, rows, without, *said)
    if {"LOWER_BOUND", "UPPER_BOUND"} <= names:
        slack = f"{NEAR} * (1 + abs(\"OBS_VALUE\"))"
        outside = f'"LOWER_BOUND" > "OBS_VALUE" + {slack} OR "UPPER_BOUND" < "OBS_VALUE" - {slack}'
        yield _counted(engine, rows, outside, "valor dentro de su intervalo", "value within its interval")
    if {"N_UNWEIGHTED", "POPULATION", "REASON"} <= names:
        yield from _sums(engine, table)
    if any(one.name == "estimates" for one in described.tables):
        yield _same(engine)


def _sums(engine: Engine, table: Described) -> Iterator[Check]:
    fixed = {"FREQ", "REF_AREA", "INDICATOR", "TIME_PERIOD"}
    parts = []
    for dimension in (name for name in table.key if name not in fixed):
        others = [name for name in table.key if name != dimension]
        parts.append(_parts(dimension, others))
    if not parts:
        return
    every = " UNION ALL ".join(parts)
    adding = "complete AND n = of_n AND extended = of_extended AND statistic IN "
    whole, based = f"{adding} ({SUMS})", f"{adding} ({SUMS}, {WITH_BASE})"
    counts = [
        "complete", "complete AND n > of_n",
        whole, f"{whole} AND abs(v - of_v) > {NEAR} * (1 + abs(of_v))",
        based, f"{based} AND abs(p - of_p) > {NEAR} * (1 + abs(of_p))",
    ]  # fmt: skip
    query = "SELECT " + ", ".join(f"count(*) FILTER (WHERE {one})" for one in counts) + f" FROM ({every}) AS s"
    found = [int(value) for value in engine.rows(query)[0]]
    for place, (spanish, english) in enumerate((
        ("bases de las partes no mayores que la del total", "bases of the parts not above that of the total"),
        ("valores de las partes suman el total", "values of the parts add up to the total"),
        ("poblaciones de las partes suman la del total", "populations of the parts add up to that of the total"),
    )):  # fmt: skip
        yield Check(OBSERVATIONS, Label(spanish, english), found[2 * place], found[2 * place + 1])


def _parts(dimension: str, others: Sequence[str]) -> str:
    """Write the query of the sums over one dimension, beside the totals that they belong to."""
    here, same = quoted(dimension), ", ".join(f"o.{quoted(name)}" for name in others)
    joined = " AND ".join(f"t.{quoted(name)} = s.k{place}" for place, name in enumerate(others))
    keys = ", ".join(f"o.{quoted(name)} AS k{place}" for place, name in enumerate(others))
    told = """(o."OBS_VALUE" IS NOT NULL OR (o."OBS_STATUS" = 'M' AND o."N_UNWEIGHTED" = 0))"""
    observations = quoted(OBSERVATIONS)
    sums = (
        f'SELECT {keys}, min(i.statistic) AS statistic, sum(o."OBS_VALUE") AS v, sum(o."N_UNWEIGHTED") AS n, '
        f'sum(o."POPULATION") AS p, bool_and({told}) AS complete, bool_or({_extended("o")}) AS extended '
        f'FROM {observations} o JOIN "CL_INDICATOR" i ON i.code = o."INDICATOR" '
        f"WHERE o.{here} <> {TOTAL} GROUP BY {same}"
    )
    return (
        "SELECT s.statistic, s.v, s.n, s.p, s.complete, s.extended, "
        'CAST(t."OBS_VALUE" AS DOUBLE PRECISION) AS of_v, t."N_UNWEIGHTED" AS of_n, t."POPULATION" AS of_p, '
        f"{_extended('t')} AS of_extended FROM ({sums}) AS s JOIN {observations} t "
        f'ON {joined} AND t.{here} = {TOTAL} WHERE t."OBS_VALUE" IS NOT NULL'
    )


def _extended(table: str) -> str:
    """Write the condition that a row was carried beyond the places sampled."""
    return f"""position('extrapolated' IN COALESCE({table}."REASON", '')) > 0"""


def _same(engine: Engine) -> Check:
    """Compare what the two metadata made of the same edition: equal numbers, as often."""
    said = Label("SDMX y CSV dicen los mismos números", "SDMX and CSV tell the same numbers")
    of = int(engine.rows(f'SELECT count("OBS_VALUE") FROM {quoted(OBSERVATIONS)}')[0][0])
    left, right = f'SELECT "OBS_VALUE" FROM {quoted(OBSERVATIONS)}', "SELECT estimate FROM estimates"
    both = f"({left} EXCEPT ALL {right}) UNION ALL ({right} EXCEPT ALL {left})"
    return Check(OBSERVATIONS, said, of, int(engine.rows(f"SELECT count(*) FROM ({both}) AS d")[0][0]))


def _counted(engine: Engine, rows: str, condition: str, spanish: str, english: str) -> Check:
    of, failed = engine.rows(f"SELECT count(*), count(*) FILTER (WHERE {condition}) FROM {rows}")[0]
    return Check(OBSERVATIONS, Label(spanish, english), int(of), int(failed))
