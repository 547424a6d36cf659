"""Figures of several studies side by side as SDMX: one observation for each cell of the common table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pysdmx.model import Code, Codelist, Role

from pipeline.harmonized_cells import Cell
from pipeline.harmonized_words import COUNTRIES, WORDS
from pipeline.sdmx_annotations import COMPARABILITY, About
from pipeline.sdmx_codes import AGENCY, VERSION, sdmx_id
from pipeline.sdmx_components import (
    CONCEPTS,
    FIXED_LISTS,
    FREE,
    MEASURES,
    MISSING,
    NORMAL,
    confidentiality,
    edition,
    observation_status,
    scale,
)
from pipeline.sdmx_files import write_messages
from pipeline.sdmx_languages import both
from pipeline.sdmx_lists import code_list
from pipeline.sdmx_structure import describe_flow
from surveys.dictionary import Label
from surveys.harmonized_figures import HarmonizedList

DIMENSIONS = ("FREQ", "REF_AREA", "INDICATOR", "STUDY", "ORIGIN", "ITEM", "TIME_PERIOD")
FIXED = ("FREQ", "UNIT_MULT", "DECIMALS", "OBS_STATUS", "CONF_STATUS", "EDITION")
TEXTS = ("TEXT", "DEFINITION", "PERIOD", "COMPARABILITY")
ATTRIBUTES = (
    "UNIT_MEASURE", "UNIT_MULT", "DECIMALS", "OBS_STATUS", "CONF_STATUS", "EDITION", "EXACTNESS",
    *(f"{name}_{language}" for name in TEXTS for language in ("ES", "EN")), "SOURCE", "ADDRESS", "DERIVED",
)  # fmt: skip
OWN_CONCEPTS = {
    "STUDY": Label("Estudio", "Study"),
    "ORIGIN": Label("Publicado o estimado aquí", "Published or estimated here"),
    "ITEM": Label("Número de la cifra entre las del mismo estudio", "Number of the figure among those of its study"),
    "EXACTNESS": Label("Exactitud con que se publicó", "Exactness of what was published"),
    "OBS_VALUE": Label("Valor", "Value"),
    "LOWER_BOUND": Label("Límite inferior (95 %)", "Lower limit (95%)"),
    "UPPER_BOUND": Label("Límite superior (95 %)", "Upper limit (95%)"),
    "SOURCE": Label("Fuente", "Source"),
    "ADDRESS": Label("Dirección de la fuente", "Address of the source"),
    "DERIVED": Label("De qué cifras se calculó", "Figures it was computed from"),
}
WHAT = {
    "TEXT": Label("Texto en lugar de un número", "Text in place of a number"),
    "DEFINITION": Label("Definición", "Definition"),
    "PERIOD": Label("Periodo de la medición", "Period of the measurement"),
    "COMPARABILITY": Label("Comparabilidad", "Comparability"),
}
LANGUAGE = {"ES": Label("en español", "in Spanish"), "EN": Label("en inglés", "in English")}
ORIGINS = {"published": Label("Publicado", "Published"), "estimated": Label("Estimado aquí", "Estimated here")}
EXACTNESS = {
    "exact": Label("Exacta", "Exact"), "about": Label("Aproximada", "About"), "at_least": Label("Al menos", "At least")
}  # fmt: skip
SYNTHETIC_ROWS = Label(
    "Las filas cuyo EDITION dice SYNTHETIC vienen de datos sintéticos y no describen a personas reales.",
    "Rows whose EDITION says SYNTHETIC come from synthetic data and describe no real person.",
)


def write_harmonized_sdmx(folder: Path, name: str, common: HarmonizedList, cells: Sequence[Cell]) -> None:
    """Write the six SDMX files of a side-by-side table.

    Parameters
    ----------
    folder : Path
        Where to write.
    name : str
        Of the table; the identifiers are made of it.
    common : HarmonizedList
        Names of the figures.
    cells : sequence of Cell
        All cells, estimates from protected releases only.
    """
    notes = {"COMPARABILITY": COMPARABILITY}
    if any(cell.column.synthetic for cell in cells):
        notes["SYNTHETIC"] = SYNTHETIC_ROWS
    about = About(name, common.title, "", max((cell.column.year for cell in cells), default=2000), notes=notes)
    lists = _lists(common, cells)
    names = {**CONCEPTS, **OWN_CONCEPTS}
    for what, label in WHAT.items():
        for language, said in LANGUAGE.items():
            names[f"{what}_{language}"] = Label(f"{label.es} ({said.es})", f"{label.en} ({said.en})")
    roles = dict.fromkeys(DIMENSIONS, Role.DIMENSION) | dict.fromkeys(MEASURES, Role.MEASURE)
    single = roles | {measure: Role.ATTRIBUTE for measure in MEASURES if measure != "OBS_VALUE"}
    rest = dict.fromkeys(ATTRIBUTES, Role.ATTRIBUTE)
    present = describe_flow(about, roles | rest, names, lists, suffix="")
    older = describe_flow(about, single | rest, names, lists, suffix="_21")
    write_messages(folder, present, older, harmonized_observations(cells), about)


def harmonized_observations(cells: Sequence[Cell]) -> pd.DataFrame:
    """Cells as SDMX observations, every value as text; a figure that a study has twice is numbered."""
    seen: dict[tuple[str, str, str], int] = {}
    rows = []
    for cell in cells:
        column = cell.column
        key = cell.figure, column.study, column.kind
        seen[key] = seen.get(key, 0) + 1
        published = column.kind == "published"
        multiplier, decimals = scale(cell.unit, fraction=False)
        status = NORMAL if published else observation_status(cell.status, "", draft=True)
        if not math.isfinite(cell.value) and status not in ("Q", "M"):
            status = MISSING
        rows.append({
            "FREQ": "A", "REF_AREA": column.country, "INDICATOR": sdmx_id(cell.figure), "STUDY": sdmx_id(column.study),
            "ORIGIN": column.kind, "ITEM": str(seen[key]), "TIME_PERIOD": str(column.year),
            "OBS_VALUE": _number(cell.value), "LOWER_BOUND": _number(cell.low), "UPPER_BOUND": _number(cell.high),
            "UNIT_MEASURE": sdmx_id(cell.unit).upper(), "UNIT_MULT": multiplier, "DECIMALS": decimals,
            "OBS_STATUS": status,
            "CONF_STATUS": FREE if published else confidentiality(cell.status, ""),
            "EDITION": edition(synthetic=column.synthetic, draft=not published), "EXACTNESS": cell.quality,
            "TEXT_ES": cell.text.es if cell.text else "", "TEXT_EN": cell.text.en if cell.text else "",
            "DEFINITION_ES": cell.definition.es, "DEFINITION_EN": cell.definition.en,
            "PERIOD_ES": cell.period.es, "PERIOD_EN": cell.period.en,
            "COMPARABILITY_ES": cell.comparability.es, "COMPARABILITY_EN": cell.comparability.en,
            "SOURCE": cell.source, "ADDRESS": cell.address, "DERIVED": cell.derived,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=[*DIMENSIONS, *MEASURES, *ATTRIBUTES])


def _lists(common: HarmonizedList, cells: Sequence[Cell]) -> dict[str, Codelist]:
    lists = {name: code_list(*FIXED_LISTS[name]) for name in FIXED}
    used = {
        "REF_AREA": {cell.column.country: _country(cell.column.country) for cell in cells},
        "STUDY": {sdmx_id(cell.column.study): Label(cell.column.study, cell.column.study) for cell in cells},
        "ORIGIN": ORIGINS,
        "EXACTNESS": EXACTNESS,
        "UNIT_MEASURE": {sdmx_id(cell.unit).upper(): _unit(cell.unit) for cell in cells},
    }
    names = {**CONCEPTS, **OWN_CONCEPTS}
    for component, codes in used.items():
        lists[component] = _own(f"CL_{component}", names[component], [
            Code(id=code, name=both(label)) for code, label in codes.items()
        ])  # fmt: skip
    figures = [common.indicators[name] for name in dict.fromkeys(cell.figure for cell in cells)]
    lists["INDICATOR"] = _own("CL_HARMONIZED_INDICATOR", names["INDICATOR"], [
        Code(id=sdmx_id(one.name), name=both(one.label), description=both(one.definition)) for one in figures
    ])  # fmt: skip
    return lists


def _own(identifier: str, name: Label, codes: Sequence[Code]) -> Codelist:
    return Codelist(id=identifier, agency=AGENCY, version=VERSION, name=both(name), items=list(codes))


def _country(code: str) -> Label:
    return Label(*(COUNTRIES[language].get(code, code) for language in ("es", "en")))


def _unit(unit: str) -> Label:
    return Label(*(WORDS[language].get(f"unit_{unit}", unit) for language in ("es", "en")))


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else ""
