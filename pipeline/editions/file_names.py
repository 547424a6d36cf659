"""What each file of an edition is, in both languages, for its letter, its catalogue record and its crate."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from surveys.dictionary import Label

CATALOGUE = "catalogue.jsonld"
# The first that fits; `{language}` is what the name says of it.
_FILES: tuple[tuple[str, Label], ...] = (
    (r"letter_\w\w\.pdf", Label("Carta de entrega", "Cover letter")),
    (r"catalogue\.jsonld", Label("Ficha de catálogo (DCAT-AP)", "Catalogue record (DCAT-AP)")),
    (r"ro-crate-metadata\.json", Label("Procedencia de los archivos (RO-Crate)", "Provenance of the files (RO-Crate)")),
    (r"report_\w\w\.\w+", Label("Informe", "Report")),
    (r"brief_\w\w\.pdf", Label("Resumen de dos páginas", "Brief of two pages")),
    (r"factsheets/.*", Label("Ficha", "Fact sheet")),
    (r"estimates\.\w+", Label("Estimaciones con su precisión", "Estimates with their precision")),
    (r"labels\.\w+", Label("Nombre de cada código", "Name of every code")),
    (r"comparisons\.\w+", Label("Comparaciones entre grupos", "Comparisons between groups")),
    (r"models\.\w+", Label("Modelos de regresión", "Regression models")),
    (r"tests\.\w+", Label("Pruebas de independencia", "Tests of independence")),
    (r"change\.\w+", Label("Cambio desde la ronda anterior", "Change since the earlier round")),
    (r"trend\.\w+", Label("Tendencia por año", "Trend by year")),
    (r"trend_tests\.\w+", Label("Pruebas de la tendencia", "Tests of the trend")),
    (r"external_series\.\w+", Label("Series de otras fuentes", "Series of other sources")),
    (r"small_areas\.\w+", Label("Estimaciones de áreas pequeñas", "Estimates of small areas")),
    (r"geography\.\w+", Label("Lugares con sus códigos", "Places with their codes")),
    (r"geography_crosswalk\.\w+", Label("De los municipios de antes a los de ahora", "From former to present places")),
    (r"sdmx_structure.*", Label("Estructura SDMX: conceptos y códigos", "SDMX structure: concepts and codes")),
    (r"sdmx_data.*", Label("Datos SDMX", "SDMX data")),
    (r"csv-metadata\.json", Label("Descripción de los CSV (CSVW)", "Description of the CSV files (CSVW)")),
    (r"datapackage\.json", Label("Descripción de los CSV (Frictionless)", "Description of the CSVs (Frictionless)")),
    (r".*\.px", Label("Cuadro PC-Axis", "PC-Axis table")),
    (r".*\.xlsx", Label("Libro de cuadros", "Workbook of tables")),
    (r"ddi_.*", Label("Documentación de microdatos (DDI)", "Documentation of microdata (DDI)")),
    (r".*public_use.*", Label("Archivo de uso público", "Public-use file")),
    (r".*\.html", Label("Página interactiva", "Interactive page")),
)
_MEDIA = {
    ".csv": "text/csv", ".json": "application/json", ".jsonld": "application/ld+json", ".xml": "application/xml",
    ".pdf": "application/pdf", ".html": "text/html", ".px": "text/plain", ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def file_label(path: str) -> Label:
    """Say what a file is, from its path inside the edition; its own name where no word is known for it."""
    name = PurePosixPath(path).name
    for pattern, label in _FILES:
        if re.fullmatch(pattern, path) or re.fullmatch(pattern, name):
            return label
    return Label(name, name)


def media_type(path: str) -> str:
    """Return the media type of a file by its ending."""
    return _MEDIA.get(PurePosixPath(path).suffix, "application/octet-stream")
