"""The small whole files that are damaged: one invented table written in every format, the same bytes each time."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import xlsxwriter

FORMATS = ("sav", "zsav", "dta", "csv", "xlsx", "yaml", "archive")
ROWS = 36
_DATED = datetime(2018, 1, 1)
_LABELS = {"zona": {1.0: "Urbana", 2.0: "Rural"}, "sexo": {1.0: "Hombre", 2.0: "Mujer"}}
_LARGEST = 60_000
_TINY = Path(__file__).parent / "tiny"


@dataclass(frozen=True)
class Seed:
    """A whole file.

    Parameters
    ----------
    name : str
        File name, whose ending says what it is.
    format : str
        Format that a study would declare.
    content : bytes
        The file.
    ours : bool
        Whether it holds the invented table, so that the tiny study's dictionary can judge what is read.
    """

    name: str
    format: str
    content: bytes
    ours: bool = True


def invented_table() -> pd.DataFrame:
    """Return 36 invented persons of 12 families in 6 segments of 2 strata."""
    person = pd.Series(range(ROWS))
    family = person // 3
    segment = family // 2
    return pd.DataFrame({
        "folio": [f"F{number:03d}" for number in family],
        "nro": (person % 3 + 1).astype(float),
        "estrato": (segment // 3 + 1).astype(float),
        "upm": (101 + segment).astype(float),
        "factor": 50.25 + 7.5 * segment,
        "zona": (segment % 2 + 1).astype(float),
        "sexo": (person % 2 + 1).astype(float),
        "edad": ((person * 29) % 91).where(person % 17 != 5, 99).astype(float),
        "lugar": ["Usulután" if number % 2 else "San Miguel" for number in segment],
    })


def seeds_of(kind: str, data: Path | None = None) -> tuple[Seed, ...]:
    """Return the whole files of a kind.

    Parameters
    ----------
    kind : str
        One of ``FORMATS``.
    data : Path, optional
        Folder of real files; small ones of the same format are damaged too, where they are there.
    """
    table = invented_table()
    if kind == "sav":
        made = [Seed("persons.sav", "sav", _sav(table)), Seed("packed.sav", "sav", _sav(table, row_compress=True))]
    elif kind == "zsav":
        made = [Seed("persons.zsav", "zsav", _sav(table, compress=True))]
    elif kind == "dta":
        made = [Seed("persons.dta", "dta", _dta(table, 118)), Seed("old.dta", "dta", _dta(table, 114))]
    elif kind == "csv":
        made = [Seed("persons.csv", "csv", csv_of(table))]
    elif kind == "xlsx":
        made = [Seed("persons.xlsx", "xlsx", _xlsx(table))]
    elif kind == "yaml":
        made = [Seed(path.name, "yaml", path.read_bytes()) for path in sorted(_TINY.glob("*.yaml"))]
    else:
        text = csv_of(table)
        made = [Seed("persons.csv.gz", "csv", gzip.compress(text, mtime=0)),
                Seed("persons.zip", "csv", zipped({"persons.csv": text})),
                Seed("persons.tar", "csv", _tar(text)), Seed("persons.tgz", "csv", gzip.compress(_tar(text), mtime=0))]
    return (*made, *(_real(kind, data) if data is not None else ()))


def csv_of(table: pd.DataFrame) -> bytes:
    """Write a table as the tiny study expects it, whole numbers without a decimal point."""
    whole = {name: table[name].astype(int) for name in ("nro", "estrato", "upm", "zona", "sexo", "edad")}
    return table.assign(**whole).to_csv(index=False, lineterminator="\n").encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """Pack files into a zip whose dates do not depend on the day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def _sav(table: pd.DataFrame, *, compress: bool = False, row_compress: bool = False) -> bytes:
    with tempfile.TemporaryDirectory(prefix="seed-") as folder:
        path = Path(folder) / "seed"
        pyreadstat.write_sav(table, str(path), variable_value_labels=_LABELS, missing_ranges={"edad": [99]},
                             column_labels={"edad": "Edad en años cumplidos"}, compress=compress,
                             row_compress=row_compress)
        content = bytearray(path.read_bytes())
    # day and time of writing, which are in the header
    content[92:109] = b"01 Jan 1800:00:00"
    return bytes(content)


def _dta(table: pd.DataFrame, version: int) -> bytes:
    out = io.BytesIO()
    labels = {name: {int(code): label for code, label in codes.items()} for name, codes in _LABELS.items()}
    plain = table.assign(lugar=table["lugar"].str.replace("á", "a"), zona=table["zona"].astype("int32"),
                         sexo=table["sexo"].astype("int32"))
    plain.to_stata(out, write_index=False, version=version, time_stamp=_DATED, value_labels=labels)  # type: ignore[arg-type]  # 114 and 118 are two of its versions
    return out.getvalue()


def _xlsx(table: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": _DATED})
    sheet = book.add_worksheet("datos")
    sheet.write_row(0, 0, list(table.columns))
    for place, row in enumerate(table.itertuples(index=False), start=1):
        sheet.write_row(place, 0, list(row))
    book.close()
    return out.getvalue()


def _tar(content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("persons.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _real(kind: str, data: Path) -> tuple[Seed, ...]:
    """Small real files of a format, the smallest first and the first by name of equals."""
    if kind not in ("sav", "zsav", "dta", "csv", "xlsx") or not data.is_dir():
        return ()
    found = sorted((path.stat().st_size, path.name, path) for path in data.rglob(f"*.{kind}") if path.is_file())
    return tuple(Seed(name, kind, path.read_bytes(), ours=False) for size, name, path in found if size <= _LARGEST)[:12]
