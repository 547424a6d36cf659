"""Identifiers and planted canaries searched in every byte of a release, compressed parts and metadata included."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.open_data.reading import parquet_texts
from pipeline.sdmx_files import DATA_JSON
from surveys.microdata import Microdata

PATTERNS: dict[str, re.Pattern[str]] = {
    "identity_document": re.compile(r"(?<![\d.])\d{8}-\d(?![\d-])"),
    "phone": re.compile(
        r"(?<![\d.,-])(?!20\d\d-(?:19|20)\d\d(?!\d))[267]\d{3}-\d{4}(?![\d-])|\+?\b503[ -]?[267]\d{3}[ -]?\d{4}(?!\d)"
    ),
    "e_mail": re.compile(r"[A-Za-z0-9._%+-]{2,}@[A-Za-z0-9-]{2,}(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?![A-Za-z])"),
    "coordinates": re.compile(r"(?<![\d.])-?\d{1,2}\.\d{4,8}\s*[,;]\s*-?\d{2,3}\.\d{4,8}(?!\d)"),
}
# In a table two numbers stand side by side all the time; as a place they are west of Greenwich and north of Cape Horn.
IN_TABLE = re.compile(r"(?<![\d.])(?:-[1-5]?\d|[1-3]?\d)\.\d{4,8}\s*[,;]\s*-(?:[3-9]\d|1[01]\d)\.\d{4,8}(?!\d)")
TEXT_SUFFIXES = {".csv", ".json", ".jsonld", ".xml", ".html", ".txt", ".md", ".yaml", ".svg", ".px", ""}
# Values of an observation: numbers that follow one another on lines of their own.
NUMBERS_IN_LIST = re.compile(r"(?m)^(\s*-?[\d.eE+-]+),$")
TOKEN = re.compile(r"[A-Za-z0-9_-]{6,64}")


def search_bytes(
    folder: Path, microdata: Microdata | None, canaries: Sequence[str]
) -> tuple[list[tuple[str, str]], int]:
    """Search all files of a folder.

    Parameters
    ----------
    folder : Path
        The release.
    microdata : Microdata or None
        Values of their keys, of 6 signs and more with a letter and a digit, must be nowhere.
    canaries : sequence of str
        Texts that must be nowhere.

    Returns
    -------
    leaks : list of (str, str)
        Kind and file, each once; never what was found.
    files : int
        Files searched.
    """
    keys = _keys(microdata)
    found: dict[tuple[str, str], None] = {}
    files = 0
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        files += 1
        file = path.relative_to(folder).as_posix()
        planted = [canary.casefold() for canary in canaries]
        if any(canary in file.casefold() for canary in planted):
            found[("canary", file)] = None
        for part, is_text in _parts(path):
            text = part.decode("utf-8", errors="replace")
            wide = part.decode("utf-16-be", errors="replace") if path.suffix == ".pdf" else ""
            lowered = text.casefold()
            if any(canary in lowered or canary in wide.casefold() for canary in planted):
                found[("canary", file)] = None
            if not is_text:
                continue
            searched = text
            if path.suffix.lower() == ".csv":
                searched = _cells_apart(text)
            elif path.name == DATA_JSON:
                searched = _values_apart(text)
            for kind, pattern in PATTERNS.items():
                if pattern.search(searched):
                    found[(kind, file)] = None
            if searched is not text and IN_TABLE.search(text):
                found[("coordinates", file)] = None
            if keys and not keys.isdisjoint(TOKEN.findall(text)):
                found[("key_of_microdata", file)] = None
    return list(found), files


def _cells_apart(text: str) -> str:
    """Write every cell of a CSV on a line of its own; what stands in one cell stays together."""
    return "\n".join(cell for row in csv.reader(io.StringIO(text)) for cell in row)


def _values_apart(text: str) -> str:
    """Write every value of a JSON file of numbers on a line of its own, with a word between two numbers."""
    return NUMBERS_IN_LIST.sub(r"\1 |", text)


def _keys(microdata: Microdata | None) -> set[str]:
    if microdata is None:
        return set()
    return {
        value
        for level in microdata.levels.values()
        for name in level.key
        for value in level.frame[name].astype(str).unique()
        if len(value) >= 6 and re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    }


def _parts(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield the bytes of a file, and those of everything compressed inside it, with whether they are text."""
    whole = path.read_bytes()
    yield whole, path.suffix.lower() in TEXT_SUFFIXES
    if path.suffix.lower() == ".parquet":
        # One text a line, as the cells of a CSV; its numbers are read by those who know what they are of.
        yield "\n".join(parquet_texts(path)).encode(), True
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield archive.comment, True
            for name in archive.namelist():
                yield name.encode(), True
                yield archive.read(name), name.endswith((".xml", ".rels", ".vml"))
    if path.suffix.lower() == ".pdf":
        for start in re.finditer(rb"stream\r?\n", whole):
            try:
                yield zlib.decompressobj().decompress(whole[start.end() :], 50_000_000), False
            except zlib.error:
                continue
    if path.suffix.lower() == ".png":
        yield from ((chunk, True) for chunk in re.findall(rb"(?:tEXt|iTXt|zTXt)[^\x00]{1,79}\x00[^\x00]*", whole))
