"""Spark as a carrier, on this machine or on a cluster; it has an environment of its own, see `environment.sh`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import ibis

from pipeline.carriers.engines import ConnectedEngine
from pipeline.carriers.expression import NAME
from pipeline.carriers.scan_table import ScanTable
from pipeline.carriers.settings import Connect
from pipeline.project import Project
from surveys.problems import Message, Problem, StudyError

LOCAL = "local[2]"
SPARK_ABSENT = Message(
    "spark_absent",
    "the study asks for the carrier `spark`, which is not installed here. Run `make environment-spark` (it needs Java "
    "17 or later), or write another carrier under `scan:`.",
    "el estudio pide el medio `spark`, que aquí no está instalado. Ejecute `make environment-spark` (necesita Java 17 "
    "o posterior), o escriba otro medio en `scan:`.",
)


def spark(master: str = LOCAL) -> Connect:
    """Say how Spark is connected to.

    Parameters
    ----------
    master : str
        As Spark names it: ``local[2]`` for two threads of this machine, ``spark://host:7077`` for a cluster, which must
        see the files under the same paths.

    Raises
    ------
    StudyError
        It is not installed.
    """
    if not _found():
        raise StudyError([Problem(SPARK_ABSENT, "study.yaml  scan.carrier", {})])
    return partial(spark_engine, master=master)


@contextmanager
def spark_engine(table: ScanTable, *, master: str = LOCAL) -> Iterator[ConnectedEngine]:
    """Open a session that sees a scan table.

    Parameters
    ----------
    table : ScanTable
        Its rows.
    master : str
        As `spark` takes it.
    """
    _found()
    session_class: Any = importlib.import_module("pyspark.sql").SparkSession
    settings = {
        "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC",
        # An overflow is an error, never a null; decimals are never shortened.
        "spark.sql.ansi.enabled": "true", "spark.sql.decimalOperations.allowPrecisionLoss": "false",
        "spark.sql.shuffle.partitions": "8", "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1" if master.startswith("local") else "",
    }  # fmt: skip
    builder = session_class.builder.master(master).appName("caracteriza")
    for name, value in settings.items():
        if value:
            builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        session.sparkContext.setLogLevel("ERROR")
        connection = ibis.pyspark.connect(session)
        session.read.parquet(*[str(path.resolve()) for path in table.paths]).createOrReplaceTempView(NAME)
        yield ConnectedEngine(connection, connection.table(NAME))
    finally:
        session.stop()


def _found() -> bool:
    """Find Spark where it is installed, or in the environment that was made for it; it brings nothing else along."""
    if importlib.util.find_spec("pyspark") is None:
        for folder in sorted(_peers().glob("lib/python*/site-packages")):
            sys.path.append(str(folder))
    return importlib.util.find_spec("pyspark") is not None


def _peers() -> Path:
    return Project.here().root / ".venv" / "peers" / "spark"
