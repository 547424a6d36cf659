"""Totals of a part as a folder of files that can be sent, checked and added to others."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from estimates.carried.task import Summed, Task
from pipeline.atomic import publish_folder, sync_below, temporary_beside
from pipeline.carriers.partial_totals import LevelTotals, PsuList
from pipeline.carriers.scan_table import private_folder
from pipeline.hashing import file_hash, value_hash
from pipeline.private_store.private_files import private_input, private_output

FORMAT = 1
RECORD = "totals.json"
NOTE = "NOTE.txt"
_NOTE = """Datos intermedios, no para publicar. / Intermediate data, not for publication.

Son sumas por unidad primaria de muestreo y celda: una celda con una sola familia la describe. Se guardan y se envían
como los microdatos, legibles solo por su responsable. Ninguna regla de divulgación se ha aplicado.

These are sums by primary sampling unit and cell: a cell with one family describes it. Keep and send them as microdata
are kept and sent, readable by whoever answers for them alone. No disclosure rule has been applied.
"""


@dataclass(frozen=True)
class Totals:
    """Totals of one part of a study.

    Parameters
    ----------
    about : mapping
        Study, part, country, year, what is synthetic, and how rows are judged.
    psus : PsuList
        All PSUs of the part, with or without rows.
    psu_population : dict of str to float, or None
        PSUs in the frame of each stratum.
    levels : mapping of str to LevelTotals
        By name of the level.
    """

    about: Mapping[str, Any]
    psus: PsuList
    psu_population: Mapping[str, float] | None
    levels: Mapping[str, LevelTotals]

    @property
    def plan(self) -> str:
        """Digest of everything that must be alike in parts that are added."""
        told = {name: _task_told(level.task, alike=True) for name, level in sorted(self.levels.items())}
        return value_hash({"levels": told, "judged": self.about["judged"]})


def write_totals(totals: Totals, folder: Path) -> None:
    """Write totals at once as a private folder; the same totals give the same bytes.

    Parameters
    ----------
    totals : Totals
        Of one part.
    folder : Path
        Replaced whole.
    """
    private_folder(folder.parent)
    new = temporary_beside(folder)
    new.mkdir(mode=0o700)
    tables = {"psus.parquet": pa.table({"stratum": totals.psus.stratum, "psu": totals.psus.psu})}
    levels = {}
    for name, level in totals.levels.items():
        files = [f"{name}_{number}.parquet" for number in range(len(level.tables))]
        tables |= dict(zip(files, level.tables, strict=True))
        levels[name] = {"task": _task_told(level.task), "files": files}
    for file, table in tables.items():
        with private_output(new / file) as stream:
            pq.write_table(table, stream, compression="zstd", write_statistics=False)
    record = {
        "format": FORMAT, **totals.about, "plan": totals.plan, "strata": list(totals.psus.strata),
        "psu_population": totals.psu_population, "levels": levels,
        "sha256": {file: file_hash(new / file) for file in sorted(tables)},
    }  # fmt: skip
    for file, text in ((RECORD, json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)), (NOTE, _NOTE)):
        with open(os.open(new / file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
    sync_below(new)
    publish_folder(new, folder)


def read_record(folder: Path) -> dict[str, Any]:
    """Read what a folder of totals says of itself.

    Raises
    ------
    ValueError
        No such folder, another format, or a file that is not what the record says; the text says which.
    """
    if not (folder / RECORD).is_file():
        raise ValueError(RECORD)
    record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    if record.get("format") != FORMAT:
        raise ValueError(RECORD)
    for file, digest in record["sha256"].items():
        path = folder / file
        if Path(file).name != file or not path.is_file() or file_hash(path) != digest:
            raise ValueError(file)
    return record


def read_totals(folder: Path) -> Totals:
    """Read totals back.

    Raises
    ------
    ValueError
        As `read_record`.
    """
    record = read_record(folder)
    listed = _table(folder / "psus.parquet")
    psus = PsuList(tuple(record["strata"]), listed["stratum"].to_numpy(), listed["psu"].to_numpy())
    levels = {
        name: LevelTotals(
            _task_read(level["task"]), tuple(_table(folder / file) for file in level["files"])
        )
        for name, level in record["levels"].items()
    }  # fmt: skip
    kept = ("format", "plan", "strata", "psu_population", "levels", "sha256")
    about = {name: value for name, value in record.items() if name not in kept}
    return Totals(about, psus, record["psu_population"], levels)


def _table(path: Path) -> pa.Table:
    with private_input(path) as stream:
        return pq.read_table(stream)


def _task_told(task: Task, *, alike: bool = False) -> dict[str, Any]:
    """Write a task as plain values; of parts that are added the shapes of amounts may differ."""
    measures = [vars(measure) | {"gaps": list(measure.gaps)} for measure in task.measures]
    if alike:
        measures = [{key: value for key, value in measure.items() if key != "shape"} for measure in measures]
    return {
        "measures": measures,
        "labels": {name: list(labels) for name, labels in task.labels.items()},
        "tables": [[list(by), list(names)] for by, names in task.tables.items()],
    }


def _task_read(told: Mapping[str, Any]) -> Task:
    labels = {name: tuple(codes) for name, codes in told["labels"].items()}
    return Task(
        tuple(Summed(**(measure | {"gaps": tuple(measure["gaps"])})) for measure in told["measures"]),
        labels,
        {tuple(by): tuple(names) for by, names in told["tables"]},
        frozenset(labels),
        frozenset(),
    )
