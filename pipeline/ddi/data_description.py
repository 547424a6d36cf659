"""The file and variable sections of a DDI document: questions, universes, categories, missing marks and statistics."""

from __future__ import annotations

import numpy as np
from lxml import etree

from pipeline.ddi.documented_file import DocumentedFile
from pipeline.ddi.elements import add
from pipeline.ddi.words import WORDS
from pipeline.public_use.columns import PublicColumn

FILE = "F1"
FORMATS = {"sav": "SPSS", "dta": "Stata 14", "parquet": "Apache Parquet", "csv": "CSV, UTF-8"}


def file_description(root: etree._Element, file: DocumentedFile, language: str) -> None:
    """Add the section of the file.

    Parameters
    ----------
    root : Element
        The document.
    file : DocumentedFile
        The file.
    language : {"es", "en"}
        Language of the texts.
    """
    words = WORDS[language]
    section = add(root, "fileDscr", ID=FILE)
    text = add(section, "fileTxt")
    names = file.files.get(language) or (file.name,)
    add(text, "fileName", names[0])
    add(text, "fileCont", file.label.get(language))
    sizes = add(text, "dimensns")
    add(sizes, "caseQnty", str(file.rows))
    add(sizes, "varQnty", str(len(file.columns)))
    for name in names:
        ending = name.rpartition(".")[2]
        if ending in FORMATS:
            add(text, "fileType", f"{FORMATS[ending]}: {name}")
    missing = "; ".join(f"{number} = {label.get(language)}" for number, label in file.reasons.items())
    add(text, "dataMsng", f"{words['missing']} {missing}.")


def data_description(section: etree._Element, file: DocumentedFile, language: str) -> None:
    """Add a variable for each column.

    Parameters
    ----------
    section : Element
        ``dataDscr``.
    file : DocumentedFile
        The file.
    language : {"es", "en"}
        Language of the texts.
    """
    main = next((name for name in file.weights if name in file.weights[:1]), None)
    places = {column.name: f"V{number}" for number, column in enumerate(file.columns, start=1)}
    for column in file.columns:
        _variable(section, column, file, language, places, main)


def _variable(
    section: etree._Element, column: PublicColumn, file: DocumentedFile, language: str, places: dict[str, str],
    main: str | None,
) -> None:  # fmt: skip
    words, source = WORDS[language], column.source
    discrete = bool(column.codes)
    attributes = {"ID": places[column.name], "name": column.name, "files": FILE,
                  "intrvl": "discrete" if discrete else "contin"}  # fmt: skip
    if column.name in file.weights:
        attributes["wgt"] = "wgt"
    elif main is not None and source is not None:
        attributes["wgt-var"] = places[main]
    variable = add(section, "var", **attributes)
    add(variable, "location", fileid=FILE)
    add(variable, "labl", column.label.get(language))
    if source is not None and source.question is not None:
        add(add(variable, "qstn"), "qstnLit", source.question.get(language))
    known = column.values[column.known]
    shown = file.frequencies and source is not None
    if not discrete and shown and known.size and column.name not in file.weights:
        add(add(variable, "valrng"), "range", min=_plain(known.min()), max=_plain(known.max()))
    used = [number for number in file.reasons if (column.values == number).any()] if file.frequencies else []
    if used:
        ends = add(variable, "invalrng")
        for number in used:
            add(ends, "item", VALUE=str(number))
    if source is not None and source.universe is not None:
        add(variable, "universe", f"{words['universe']} {source.universe}")
    if shown:
        add(variable, "sumStat", str(known.size), type="vald")
        add(variable, "sumStat", str(column.values.size - known.size), type="invd")
        if not discrete and known.size:
            for kind, value in (("min", known.min()), ("max", known.max()), ("mean", known.mean()),
                                ("stdev", known.std(ddof=1) if known.size > 1 else 0.0)):  # fmt: skip
                add(variable, "sumStat", _plain(value), type=kind)
    for number, code, label in column.codes:
        category = add(variable, "catgry")
        add(category, "catValu", str(number) if file.frequencies else code)
        add(category, "labl", label.get(language))
        if shown:
            add(category, "catStat", str(int((column.values == number).sum())), type="freq")
    for number in used:
        category = add(variable, "catgry", missing="Y")
        add(category, "catValu", str(number))
        add(category, "labl", file.reasons[number].get(language))
        add(category, "catStat", str(int((column.values == number).sum())), type="freq")
    if column.coarser and source is not None:
        joined = "; ".join(f"{part.label.get(language)} = {', '.join(part.of)}" for part in column.coarser if part.of)
        _derived(variable, f"{words['joined']} {source.name}: {joined}")
    elif source is not None and source.derive is not None:
        _derived(variable, f"{words['derived']} {source.derive}")
    add(variable, "varFormat", type="character" if source is not None and source.type == "text" else "numeric")


def _derived(variable: etree._Element, text: str) -> None:
    add(add(variable, "derivation"), "drvdesc", text)


def _plain(value: float | np.floating) -> str:
    return f"{float(value):.10g}"
