"""Typst source to a tagged archive PDF: no clock, no system font, no file but the report's own."""

from __future__ import annotations

import calendar
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst

from surveys.problems import Message, Problem, StudyError

STANDARDS = ["ua-1", "a-2a"]
PDF_REFUSED = Message(
    "pdf_refused",
    "The report could not become an accessible archive PDF: {reason}. A template or a text of the study "
    "breaks the standard; correct it and run the report again.",
    "El informe no pudo convertirse en un PDF accesible y de archivo: {reason}. Una plantilla o un texto del "
    "estudio rompe la norma; corríjalo y genere de nuevo el informe.",
)


def compile_pdf(source: str, charts: Mapping[str, str], templates: Path, *, year: int, where: str) -> bytes:
    """Compile a report.

    Parameters
    ----------
    source : str
        Typst source that imports ``style.typ``.
    charts : mapping of str to str
        SVG text by anchor.
    templates : Path
        Folder with ``style.typ`` and ``fonts``.
    year : int
        Year of the study; the document is dated its first of January, so no clock is read.
    where : str
        Place named in a problem.

    Returns
    -------
    bytes
        PDF/UA-1 and PDF/A-2a; the same for the same input.

    Raises
    ------
    StudyError
        The compiler refused the source or warned about it.
    """
    with tempfile.TemporaryDirectory(prefix="report-") as name:
        # The compiler sees this folder only: no microdata can be read into a page.
        root = Path(name)
        (root / "report.typ").write_text(source, encoding="utf-8")
        (root / "style.typ").write_bytes((templates / "style.typ").read_bytes())
        for anchor, svg in charts.items():
            (root / f"{anchor}.svg").write_text(svg, encoding="utf-8")
        try:
            compiler = typst.Compiler(
                str(root / "report.typ"), root=str(root), font_paths=cast("Any", _fonts(templates / "fonts")),
                ignore_system_fonts=True, package_path=str(root), package_cache_path=str(root))
            pdf, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=cast("Any", STANDARDS),
                timestamp=calendar.timegm((year, 1, 1, 0, 0, 0)))
        except typst.TypstError as error:
            raise _refused(error, where) from error
        if warnings or not isinstance(pdf, bytes):
            raise _refused(warnings[0] if warnings else "no single document", where)
    return pdf


def has_typeset() -> bool:
    """Tell whether this process has used the typesetter, which then has threads of its own."""
    return _fonts.cache_info().currsize > 0


@cache
def _fonts(folder: Path) -> typst.Fonts:
    """Fonts of the report and no others, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _refused(reason: object, where: str) -> StudyError:
    hints = [str(getattr(reason, "message", reason)), *map(str, getattr(reason, "hints", ()) or ())]
    return StudyError([Problem(PDF_REFUSED, where, {"reason": " ".join(hints)})])
