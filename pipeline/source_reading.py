"""Read every source of a study, and only the columns its mapping needs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.private_store.private_files import folder_for_reading
from pipeline.readers.reading import read_source
from pipeline.run import Run
from pipeline.study_files import LoadedStudy
from surveys.problems import DataError, Message, Problem
from surveys.source_rows import needed_columns
from surveys.source_table import SourceTable
from surveys.study import Source
from surveys.synthetic import draw

COLUMN_NOWHERE = Message(
    "column_nowhere",
    "column '{column}' is in none of the sources of the level ({sources}).\n"
    "  Correct its name (capital letters count), or add a join to the source that has it.",
    "la columna '{column}' no está en ninguna de las fuentes del nivel ({sources}).\n"
    "  Corrija su nombre (las mayúsculas cuentan), o agregue una unión con la fuente que la tiene.")


@dataclass(frozen=True)
class SourcesRead:
    """Tables by source name, a record of each file, and the key of the hashes that name rows."""

    tables: Mapping[str, SourceTable]
    records: tuple[Mapping[str, Any], ...]
    secret: bytes
    files: Mapping[str, str] = field(default_factory=dict)


def read_sources(run: Run, loaded: LoadedStudy) -> SourcesRead:
    """Read the sources that the mapping names.

    Raises
    ------
    DataError
        The problems of every source, together.
    """
    required: dict[str, list[str]] = {}
    optional: dict[str, list[str]] = {}
    for level in loaded.mapping.levels.values():
        for name, (must, may) in needed_columns(level).items():
            required.setdefault(name, []).extend(must)
            optional.setdefault(name, []).extend(may)
    tables: dict[str, SourceTable] = {}
    records: list[Mapping[str, Any]] = []
    problems: list[Problem] = []
    secret = hashlib.blake2b(digest_size=32)
    invented = [name for name in required if loaded.study.sources[name].format == "synthetic"]
    if invented:
        tables.update(_draw(loaded, required, optional))
        records += [{"name": name, "file": "", "sha256": "", "rows": tables[name].rows, "format": "synthetic",
                     "columns_read": len(tables[name].columns)} for name in invented]
    for name in required:
        source = loaded.study.sources[name]
        if source.format == "synthetic":
            continue
        run.say(es=f"Leyendo {source.file}", en=f"Reading {source.file}")
        try:
            read = read_source(
                source,
                run.data,
                required[name],
                optional=optional[name],
                study=run.study_name,
                where=loaded.files.study.where(("sources", name)),
                scratch=Path(memory) if (memory := folder_for_reading()) else run.output,
            )
        except DataError as error:
            problems += [_at_the_mapping(problem, loaded, required[name]) for problem in error.problems]
            continue
        tables[name] = read.table
        secret.update(read.secret)
        records.append({"name": name, "file": source.file, "sha256": read.sha256, "rows": read.table.rows,
                        "format": source.format, "columns_read": len(read.table.columns),
                        "columns_in_file": read.table.info.get("columns_in_file"),
                        "encoding": read.table.info.get("encoding")})
    problems += _nowhere(loaded, tables) if not problems else []
    if problems:
        raise DataError(problems)
    return SourcesRead(tables, tuple(records), secret.digest())


def _at_the_mapping(problem: Problem, loaded: LoadedStudy, asked: list[str]) -> Problem:
    """Point at the variable that names a column the file lacks; a file of one column has another separator."""
    if problem.message.code != "source_columns" or problem.details["count"] == "1":
        return problem
    for level in loaded.mapping.levels.values():
        for name, variable in level.variables.items():
            if any(f"'{column}'" in str(problem.details["columns"]) for column in variable.columns if column in asked):
                place = loaded.files.mapping.where(("levels", level.name, "variables", name))
                return Problem(problem.message, place, problem.details)
    return problem


def _nowhere(loaded: LoadedStudy, tables: Mapping[str, SourceTable]) -> list[Problem]:
    """Columns of levels with joins that no source of the level has."""
    found = []
    for level in loaded.mapping.levels.values():
        names = [level.source, *(join.source for join in level.joins)]
        have = {column for name in names for column in tables[name].columns}
        for must, may in needed_columns(level).values():
            for column in dict.fromkeys((*must, *may)):
                if column not in have:
                    found.append(Problem(COLUMN_NOWHERE, loaded.files.mapping.where(("levels", level.name)),
                                         {"column": column, "sources": ", ".join(names)}))
    return list({problem.text(): problem for problem in found}.values())


def _draw(loaded: LoadedStudy, required: Mapping[str, list[str]], optional: Mapping[str, list[str]],
          ) -> dict[str, SourceTable]:
    seed = loaded.study.synthetic_seed
    assert seed is not None  # study_checks asks for it with a synthetic source
    frames = draw(loaded.country(), seed=seed)
    tables = {}
    for level in loaded.mapping.levels.values():
        for name in needed_columns(level):
            source = loaded.study.sources[name]
            if source.format == "synthetic":
                frame = frames[name] if name in frames else frames[level.name]
                wanted = dict.fromkeys(
                    (*required[name], *(item for item in optional[name] if item in frame.columns))
                )
                tables[name] = _as_source(source, frame, list(wanted))
    return tables


def _as_source(source: Source, frame: pd.DataFrame, columns: list[str]) -> SourceTable:
    """Treat a drawn frame as a file with the same columns, so that it takes the road of every study."""
    read: dict[str, Any] = {}
    for name in columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
            read[name] = values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            texts = values.astype(object)
            read[name] = texts.where(texts.notna(), None).to_numpy(dtype=object)
    return SourceTable(source.name, len(frame), read, info={"format": "synthetic"})
