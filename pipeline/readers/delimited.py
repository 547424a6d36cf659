"""Read named columns of a delimited text file, every cell as text, and notice a file cut short."""

from __future__ import annotations

import codecs
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc

from pipeline.readers.content import Content, Request, check_cells, check_rows, chosen, texts
from pipeline.readers.damaged_letters import ByteCounts, damaged_places, suggestion
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused

_BLOCK = 2**22
_ROW_LIMIT = 2**24


def read_delimited(path: Path, folder: Path, request: Request, limits: Limits) -> Content:
    """Read a delimited text file.

    Parameters
    ----------
    path : Path
        Plain file.
    folder : Path
        Private folder for the text in UTF-8.
    request : Request
        Columns, encoding (UTF-8 when None), separator, quote, blanks and rows declared.
    limits : Limits
        Cells allowed.

    Returns
    -------
    Content
        Every column as text; conversion to numbers comes later, where its failures are counted.

    Raises
    ------
    Refused
        Wrong encoding, rows of another length than the header, a quote left open, rows other than declared.
    """
    encoding = _codec(request.encoding or "utf-8")
    plain = folder / "text.utf8"
    counts, lines = _to_utf8(path, plain, encoding, request)
    header = _header(plain, request)
    columns = chosen(header, request)
    check_cells(max(lines - 1, 0), len(columns), limits.cells)
    wrong: list[int] = []
    table = _table(plain, header, columns, request, wrong)
    if wrong:
        raise Refused("source_fields", count=wrong[0], columns=len(header), row=wrong[1])
    check_cells(table.num_rows, len(columns), limits.cells)
    check_rows(table.num_rows, request.rows)
    read = {name: texts(table.column(place).to_pylist(), request.blank)
            for place, name in enumerate(columns)}
    damaged = damaged_places(cell for values in read.values() for cell in set(values) if cell is not None)
    damaged += damaged_places(header)
    if damaged:
        raise Refused("source_mojibake", count=damaged, encoding=encoding, suggestion=suggestion(counts))
    return Content(rows=table.num_rows, columns=read,
                   info={"encoding": encoding, "columns_in_file": len(header), "control_characters": counts.c1
                         if encoding in ("iso8859-1", "latin-1") else 0})


def _codec(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise Refused("source_codec", encoding=name) from error
    return "utf-8" if found == "utf-8-sig" else found


def _to_utf8(path: Path, target: Path, encoding: str, request: Request) -> tuple[ByteCounts, int]:
    """Write the file in UTF-8 without a byte order mark; count what tells a wrong encoding, and the lines."""
    counts, quotes, size, feeds, returns = ByteCounts(), 0, 0, 0, 0
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    quote = (request.quote or "").encode()
    try:
        with path.open("rb") as stream, target.open("wb") as out:
            while block := stream.read(_BLOCK):
                counts.add(block)
                text = decoder.decode(block)
                if size == 0:
                    text = text.removeprefix("\ufeff")
                size += len(block)
                utf8 = text.encode("utf-8")
                if b"\x00" in utf8:
                    raise Refused("source_encoding", encoding=encoding, count=utf8.count(b"\x00"),
                                  suggestion="utf-16")
                quotes += utf8.count(quote) if quote else 0
                feeds += utf8.count(b"\n")
                returns += utf8.count(b"\r")
                out.write(utf8)
            out.write(decoder.decode(b"", final=True).encode("utf-8"))
    except UnicodeError as error:
        raise Refused("source_encoding", encoding=encoding, count=_undecodable(path, encoding),
                      suggestion=suggestion(counts)) from error
    if size == 0:
        raise Refused("source_empty")
    one_byte = encoding not in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
    if one_byte and counts.looks_utf8:
        raise Refused("source_mojibake", count=counts.utf8 // 2, encoding=encoding, suggestion="utf-8")
    if encoding in ("iso8859-1", "iso8859-15") and counts.looks_dos:
        raise Refused("source_mojibake", count=counts.dos, encoding=encoding, suggestion=suggestion(counts))
    if quotes % 2:
        raise Refused("source_quote")
    return counts, max(feeds, returns)


def _undecodable(path: Path, encoding: str) -> int:
    try:
        text = path.read_bytes().decode(encoding, errors="replace")
    except (UnicodeError, MemoryError):
        return 1
    return max(text.count("\ufffd"), 1)


def _parse_options(request: Request, wrong: list[int] | None = None) -> pc.ParseOptions:
    def skip(row: pc.InvalidRow) -> str:
        assert wrong is not None
        if wrong:
            wrong[0] += 1
        else:
            # The parser numbers lines from 1 with the header first.
            wrong.extend((1, max((row.number or 1) - 1, 1)))
        return "skip"

    return pc.ParseOptions(
        delimiter=request.separator, quote_char=request.quote or False, double_quote=True,
        newlines_in_values=request.quote is not None, ignore_empty_lines=True,
        invalid_row_handler=None if wrong is None else skip)


def _header(plain: Path, request: Request) -> list[str]:
    try:
        with pc.open_csv(plain, read_options=pc.ReadOptions(block_size=_ROW_LIMIT, use_threads=False,
                                                            autogenerate_column_names=True),
                         parse_options=_parse_options(request, []),
                         convert_options=pc.ConvertOptions(check_utf8=True)) as reader:
            first = reader.read_next_batch()
    except (pa.ArrowInvalid, StopIteration) as error:
        raise Refused("source_empty") from error
    if first.num_rows == 0:
        raise Refused("source_empty")
    return ["" if cell is None else str(cell) for cell in (column[0].as_py() for column in first.columns)]


def _table(
    plain: Path, header: list[str], columns: list[str], request: Request, wrong: list[int]
) -> pa.Table:
    # Names of our own, so that odd or repeated names in the header cannot confuse the parser.
    own = {name: f"c{place}" for place, name in enumerate(header)}
    include = [own[name] for name in columns]
    every = [f"c{place}" for place in range(len(header))]
    try:
        return pc.read_csv(
            plain,
            read_options=pc.ReadOptions(
                column_names=every,
                skip_rows=0,
                skip_rows_after_names=1,
                block_size=_ROW_LIMIT,
                use_threads=False,
            ),
            parse_options=_parse_options(request, wrong),
            convert_options=pc.ConvertOptions(
                include_columns=include or every[:1],
                column_types={name: pa.string() for name in include or every[:1]},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise Refused("source_unreadable", why="not_delimited") from error
