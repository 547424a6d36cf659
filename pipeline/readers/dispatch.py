"""Send a file to the reader of its format."""

from __future__ import annotations

from pathlib import Path

from pipeline.readers.content import Content, Request
from pipeline.readers.limits import Limits
from pipeline.readers.refusals import Refused
from pipeline.readers.unpacking import plain_file


def read(path: Path, folder: Path, request: Request, limits: Limits) -> Content:
    """Read one file, unpacking it first if need be.

    Parameters
    ----------
    path : Path
        Source file.
    folder : Path
        Private folder for what is unpacked.
    request : Request
        Format, columns and how the text is written.
    limits : Limits
        What the file may claim.

    Raises
    ------
    Refused
        See ``refusals``.
    """
    if path.stat().st_size == 0:
        raise Refused("source_empty")
    plain = plain_file(path, folder, limits)
    if request.format == "csv":
        from pipeline.readers.delimited import read_delimited
        return read_delimited(plain, folder, request, limits)
    if request.format == "xlsx":
        from pipeline.readers.workbook import read_workbook
        return read_workbook(plain, request, limits)
    if request.format == "parquet":
        from pipeline.readers.columnar import read_columnar
        return read_columnar(plain, request, limits)
    from pipeline.readers.statistical import read_statistical
    return read_statistical(plain, request, limits)
