"""The attack on finished public files: read back from their bytes, counted again, and searched for keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from estimates.public_use.classes import SUPPRESSED, ClassRule, failing
from pipeline.attack import Leak
from pipeline.attack_bytes import search_bytes
from pipeline.public_use.building import BuiltFile, sensitive_rows
from pipeline.public_use.columns import HIDDEN
from pipeline.public_use.written_columns import REPLICATE, WEIGHT
from surveys.microdata import Microdata
from surveys.problems import DataError, Message, Problem
from surveys.public_use import PublicUse

PUBLIC_FILES_LEAK = Message(
    "public_use_leaks",
    "The attack on the finished public files found {count} {count|leak|leaks}: {kinds}. Nothing was given away. This "
    "is a "
    "fault of the program: keep the files and report it.",
    "El ataque a los archivos públicos terminados encontró {count} {count|fuga|fugas}: {kinds}. No se entregó nada. "
    "Es un "
    "defecto del programa: conserve los archivos e infórmelo.",
)
# Correlation of the order of rows with that of the source, in standard errors of chance.
ORDER = 5.0


def attack_public_use(
    folder: Path, files: tuple[BuiltFile, ...], plan: PublicUse, microdata: Microdata
) -> list[Leak]:
    """Attack the public files of a folder.

    Parameters
    ----------
    folder : Path
        Finished files.
    files : tuple of BuiltFile
        What they were made from, to judge what is found.
    plan : PublicUse
        Limits that must hold in the bytes.
    microdata : Microdata
        Their keys must be in no file.

    Returns
    -------
    list of Leak
        ``undeclared_column``, ``class_too_small``, ``sensitive_alone``, ``order_told``, ``formats_differ`` and those of
        `pipeline.attack_bytes.search_bytes`. Empty when nothing was learned.
    """
    found = [Leak(kind, file, "") for kind, file in search_bytes(folder, microdata, ())[0]]
    for built in files:
        tables = dict(_tables(folder, built.file.name))
        for file, table in tables.items():
            found += _of_table(file, table, built, plan)
        first = next(iter(tables.values()), None)
        for file, table in tables.items():
            if first is not None and not _same(first, table):
                found.append(Leak("formats_differ", file, ""))
    return found


def refuse_public_leaks(leaks: list[Leak], study: str) -> None:
    """Stop when the attack found something.

    Raises
    ------
    DataError
        Kinds and files of the leaks; never what was found.
    """
    if leaks:
        kinds = ", ".join(dict.fromkeys(f"{leak.kind} ({leak.file} {leak.where})" for leak in leaks))
        details = {"count": len(leaks), "kinds": kinds}
        raise DataError([Problem(PUBLIC_FILES_LEAK, f"{study}  public_use", details)])


def _tables(folder: Path, name: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """Read every data file of one name as numbers, reasons of missing as they are in CSV."""
    for path in (folder / f"{name}.csv", folder / f"{name}.parquet"):
        if path.is_file():
            yield path.name, pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    for path in sorted(folder.glob(f"{name}_??.sav")):
        yield path.name, pyreadstat.read_sav(path, user_missing=True)[0]
    for path in sorted(folder.glob(f"{name}_??.dta")):
        frame = pyreadstat.read_dta(path, user_missing=True)[0]
        yield path.name, frame.map(_number) if any(kind.kind == "O" for kind in frame.dtypes) else frame


def _number(value: object) -> object:
    # See `pipeline.public_use.formats.stata_letter`.
    if isinstance(value, str):
        return -float(ord(value) - ord("a") + 1)
    return value


def _of_table(file: str, table: pd.DataFrame, built: BuiltFile, plan: PublicUse) -> Iterator[Leak]:
    declared = {column.name for column in built.columns} | {f"{built.file.name}_id", f"{built.file.of}_id", WEIGHT}
    for column in table.columns:
        if column not in declared and not column.startswith(REPLICATE):
            yield Leak("undeclared_column", file, str(column))
    keys = np.column_stack([_codes(table, built, name) for name in built.file.keys])
    rule = ClassRule(plan.limits.k, plan.limits.l)
    weight = built.true_weight
    if failing(keys, sensitive_rows(weight, [], plan.limits.common), ClassRule(rule.k)).size:
        yield Leak("class_too_small", file, "")
    for name in built.file.sensitive:
        rows = sensitive_rows(weight, [_codes(table, built, name)], plan.limits.common)
        if failing(keys, rows, ClassRule(1, rule.l)).size:
            yield Leak("sensitive_alone", file, name)
    order = np.argsort(np.argsort(built.row))
    with np.errstate(invalid="ignore"):
        chance = float(np.corrcoef(np.arange(order.size), order)[0, 1]) * np.sqrt(max(order.size - 1, 1))
    if order.size > 2 and abs(chance) > ORDER:
        yield Leak("order_told", file, "")


def _codes(table: pd.DataFrame, built: BuiltFile, name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    columns = [column.name for column in built.of(name)]
    values = table[columns].to_numpy(dtype=np.float64)
    number = np.unique(values, axis=0, return_inverse=True)[1].reshape(-1)
    number = np.where((values < 0).any(axis=1), -1, number)
    return np.where((values == HIDDEN).any(axis=1), SUPPRESSED, number).astype(np.int64)


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    return bool(np.allclose(one.to_numpy(dtype=np.float64), other.to_numpy(dtype=np.float64), rtol=0, atol=1e-9))
