"""Programs that only the tests use: each is a Debian package, and without it some tests are skipped and say so."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from pipeline.doctor.checks import GOOD, NOTE, Check
from pipeline.doctor.machine import install

# program, where Debian also keeps it, package, what the tests do with it
PROGRAMS = (
    ("chromium", "/usr/bin/chromium-browser", "chromium",
     "páginas web en un navegador real", "web pages in a real browser"),
    ("initdb", "/usr/lib/postgresql/*/bin/initdb", "postgresql",
     "la importación por la oficina del censo", "the import by the census office"),
    ("Rscript", "", "r-base-core r-cran-survey",
     "números de referencia calculados de nuevo", "reference numbers computed anew"),
    ("node", "", "nodejs", "la página interactiva", "the interactive page"),
    ("java", "", "default-jre-headless", "Spark en modo local", "Spark in local mode"),
    ("pdftotext", "", "poppler-utils", "las palabras del PDF", "the words of the PDF"),
)  # fmt: skip


def program_checks(programs: Sequence[tuple[str, str, str, str, str]] = PROGRAMS) -> list[Check]:
    """Look for the programs that make some tests richer; none of them is needed to run a study."""
    return [_program(*one) for one in programs]


def _program(name: str, elsewhere: str, package: str, es: str, en: str) -> Check:
    path = shutil.which(name) or _elsewhere(elsewhere)
    if path:
        return Check(name.lower(), "tests", GOOD, path, (f"{name} ({path}): {es}", f"{name} ({path}): {en}"))
    return Check(name.lower(), "tests", NOTE, "-",
                 (f"{name} no está: no se prueban {es}" if es.startswith(("páginas", "números", "las "))
                  else f"{name} no está: no se prueba {es}", f"{name} is not here: not tested: {en}"),
                 install(package))  # fmt: skip


def _elsewhere(pattern: str) -> str:
    if not pattern:
        return ""
    found = sorted(Path("/").glob(pattern.lstrip("/")))
    return str(found[-1]) if found else ""
