"""Control totals in three verbs: a template for the margins of the recipe, filling it, and a check that they agree."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from pipeline.atomic import write_text
from pipeline.project import Project
from pipeline.study_files import LoadedStudy, load_study
from surveys.problems import Language, Message, Problem, StudyError
from surveys.study import WeightingStep
from weights.population_totals import Cell, KnownTotal, MarginShape, PopulationTotals, scaled_totals, written
from weights.recipe_parameters import margin_shapes, recipe_problems

FILE = "population_totals.csv"
COLUMNS = ("margin", "cell", "total", "source", "date")
OPTIONAL = ("se",)

TOTALS_ABSENT = Message(
    "totals_absent",
    "The recipe calibrates to known totals, but there is no file '{file}'. Make one with `make totals-template`, and "
    "fill in its column `total`.",
    "La receta calibra a totales conocidos, pero no hay un archivo '{file}'. Créelo con `make totals-template`, y "
    "complete su columna `total`.",
)
TOTALS_COLUMNS = Message(
    "totals_columns",
    "The columns are {found}, but {expected} were expected (and `se`, if totals are estimates). Write the first line "
    "again.",
    "Las columnas son {found}, pero se esperaban {expected} (y `se`, si los totales son estimaciones). Escriba de "
    "nuevo la primera línea.",
)
TOTAL_EMPTY = Message(
    "total_empty",
    "The total of margin '{margin}', cell '{cell}', is empty. Fill it in; take the line out if nobody lives there.",
    "El total del margen '{margin}', celda '{cell}', está vacío. Complételo; quite la línea si allí no vive nadie.",
)
TOTAL_NOT_NUMBER = Message(
    "total_not_number",
    "'{text}' in column '{column}' is not a number; a decimal point and no thousands sign are expected. Correct it.",
    "'{text}' en la columna '{column}' no es un número; se espera punto decimal y ningún signo de millares. Corríjalo.",
)
CELL_UNKNOWN = Message(
    "total_cell_unknown",
    "'{cell}' is not a cell of margin '{margin}'; codes of {variables} with `|` between them are expected, such as "
    "'{example}'. Correct it.",
    "'{cell}' no es una celda del margen '{margin}'; se esperan códigos de {variables} con `|` entre ellos, como "
    "'{example}'. Corríjala.",
)
CELL_REPEATED = Message(
    "total_cell_repeated",
    "Margin '{margin}' has cell '{cell}' twice. Take one of the lines out.",
    "El margen '{margin}' tiene dos veces la celda '{cell}'. Quite una de las líneas.",
)
TEMPLATE_EXISTS = Message(
    "totals_template_exists",
    "The file is there already; nothing is written over. It has every cell of the margins of the recipe.",
    "El archivo ya existe; no se escribe encima. Tiene todas las celdas de los márgenes de la receta.",
)
TEMPLATE_BESIDE = Message(
    "totals_template_beside",
    "The file is there already; nothing is written over. It lacks {added} cells of the margins of the recipe, which "
    "are now in '{beside}'. Fill them in and copy them over.",
    "El archivo ya existe; no se escribe encima. Le faltan {added} celdas de los márgenes de la receta, que ahora "
    "están en '{beside}'. Complételas y cópielas.",
)
NO_MARGINS = Message(
    "totals_no_margins",
    "No step of the recipe calibrates to known totals, so there is nothing to fill in. Add a step `calibrate` with "
    "`margins:`.",
    "Ningún paso de la receta calibra a totales conocidos, así que no hay nada que completar. Agregue un paso "
    "`calibrate` con `margins:`.",
)


def totals_of_recipe(loaded: LoadedStudy) -> dict[int, PopulationTotals]:
    """Read the known totals of every step that calibrates, and prove that its margins agree.

    Parameters
    ----------
    loaded : LoadedStudy
        The study, its dictionary and its folder.

    Returns
    -------
    dict of int to PopulationTotals
        By position of the step.

    Raises
    ------
    StudyError
        A recipe that does not hold together, a file that cannot be read, totals that are empty, negative or
        repeated, and margins that disagree.
    """
    made = {}
    for position, step in _calibrations(loaded):
        shapes = margin_shapes(step, loaded.study, loaded.dictionary)
        path, shown = _file(loaded, step)
        totals = read_totals(path, shapes, shown=shown)
        if "scale_to" in step.parameters:
            made[position] = scaled_totals(shapes, totals, step.parameters["scale_to"], tolerance=step.tolerance,
                                           where=shown)  # fmt: skip
        else:
            made[position] = PopulationTotals(shapes, totals, shown)
    return made


def read_totals(
    path: Path, shapes: Mapping[str, MarginShape], *, shown: str
) -> dict[str, dict[Cell, KnownTotal]]:
    """Read a file of known totals.

    Parameters
    ----------
    path : Path
        CSV with the columns margin, cell, total, source, date and, for estimated totals, se.
    shapes : mapping of str to MarginShape
        Margins wanted; lines of others are left out.
    shown : str
        Name of the file in messages.

    Returns
    -------
    dict of str to dict of cell to KnownTotal
        By margin; every margin is there, without cells when the file has none.

    Raises
    ------
    StudyError
        Every line that cannot be read.
    """
    if not path.is_file():
        raise StudyError([Problem(TOTALS_ABSENT, shown, {"file": path.name})])
    found: dict[str, dict[Cell, KnownTotal]] = {name: {} for name in shapes}
    problems: list[Problem] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        columns = tuple(reader.fieldnames or ())
        if not set(COLUMNS) <= set(columns) or not set(columns) <= {*COLUMNS, *OPTIONAL}:
            details = {"found": ", ".join(columns) or "-", "expected": ", ".join(COLUMNS)}
            raise StudyError([Problem(TOTALS_COLUMNS, f"{shown}:1", details)])
        for row in reader:
            shape = shapes.get((row["margin"] or "").strip())
            if shape is not None:
                problems += _line(row, shape, found[shape.name], f"{shown}:{reader.line_num}")
    if problems:
        raise StudyError(problems)
    return found


def write_template(folder: Path, project: Project, language: Language) -> str:
    """Write ``population_totals.csv`` with an empty line for every cell of the margins that the recipe names.

    Parameters
    ----------
    folder : Path
        Study folder.
    project : Project
        The checkout.
    language : {"es", "en"}
        Language of the answer.

    Returns
    -------
    str
        What was written. An existing file stays; cells that it lacks go to ``population_totals.missing.csv``.

    Raises
    ------
    StudyError
        The recipe does not hold together, or calibrates to nothing.
    """
    loaded = load_study(folder, project)
    wanted: dict[str, list[tuple[str, str]]] = {}
    for _, step in _calibrations(loaded, needed=True):
        name = str(step.parameters.get("totals", FILE))
        for shape in margin_shapes(step, loaded.study, loaded.dictionary).values():
            cells = [(shape.name, written(cell)) for cell in product(*shape.codes)]
            wanted[name] = list(dict.fromkeys([*wanted.get(name, []), *cells]))
    said = []
    for name, cells in wanted.items():
        path = folder / name
        if not path.exists():
            write_text(path, _template(cells))
            said.append(_told(language, path, len(cells)))
            continue
        with path.open(encoding="utf-8-sig", newline="") as stream:
            fields = ("margin", "cell")
            there = {tuple((row.get(key) or "").strip() for key in fields) for row in csv.DictReader(stream)}
        lacking = [pair for pair in cells if pair not in there]
        beside = path.with_suffix(".missing.csv")
        if lacking:
            write_text(beside, _template(lacking))
        details = {"added": len(lacking), "beside": beside.name}
        said.append(Problem(TEMPLATE_BESIDE if lacking else TEMPLATE_EXISTS, name, details).text(language))
    return "\n".join(said)


def check_totals(folder: Path, project: Project, language: Language) -> str:
    """Check that the margins of the recipe agree with one another, before anything is solved.

    Returns
    -------
    str
        One line for each margin: its cells and its sum.

    Raises
    ------
    StudyError
        As `totals_of_recipe`.
    """
    loaded = load_study(folder, project)
    if not any(step.step == "calibrate" for step in loaded.study.weighting):
        raise StudyError([Problem(NO_MARGINS, f"{loaded.study.name}/study.yaml  weighting", {})])
    lines = ["Los márgenes concuerdan." if language == "es" else "The margins agree."]
    for position, totals in totals_of_recipe(loaded).items():
        for name, shape in totals.shapes.items():
            empty = math.prod(len(codes) for codes in shape.codes) - len(totals.totals[name])
            estimated = sum(known.se is not None for known in totals.totals[name].values())
            cells, total = len(totals.totals[name]), f"{totals.sum_of(name):,.10g} ({shape.level})"
            words = (
                f"{cells} celdas, suma {total}, {empty} sin línea, {estimated} estimadas"
                if language == "es"
                else f"{cells} cells, sum {total}, {empty} without a line, {estimated} estimated"
            )
            lines.append(f"  weighting.{position}  {name}: {words}")
    return "\n".join(lines)


def _calibrations(loaded: LoadedStudy, *, needed: bool = False) -> list[tuple[int, WeightingStep]]:
    problems = recipe_problems(loaded.study, loaded.dictionary, lambda n: loaded.files.study.where(("weighting", n)))
    found = [(n, step) for n, step in enumerate(loaded.study.weighting) if step.step == "calibrate"]
    if not problems and needed and not found:
        problems = [Problem(NO_MARGINS, loaded.files.study.where(("weighting",)), {})]
    if problems:
        raise StudyError(problems)
    return found


def _file(loaded: LoadedStudy, step: WeightingStep) -> tuple[Path, str]:
    """Find the file in the study's folder, else in that of the study it extends."""
    name = str(step.parameters.get("totals", FILE))
    homes = [loaded.files.folder, *(path.parent for path in loaded.files.paths)]
    home = next((folder for folder in homes if (folder / name).is_file()), loaded.files.folder)
    path = home / name
    # A name such as ../x would lead out of the folder.
    inside = path.resolve().is_relative_to(home.resolve())
    return (path if inside else home / FILE), f"{home.name}/{name}"


def _line(
    row: Mapping[str, str | None], shape: MarginShape, found: dict[Cell, KnownTotal], where: str
) -> Iterator[Problem]:
    text = (row["cell"] or "").strip()
    cell: Cell = () if not shape.variables and text in ("", "_T") else tuple(text.split("|"))
    known = len(cell) == len(shape.codes) and all(
        code in codes for code, codes in zip(cell, shape.codes, strict=True)
    )
    details = {"margin": shape.name, "cell": text}
    if not known:
        example = "|".join(codes[0] for codes in shape.codes) or "_T"
        yield Problem(CELL_UNKNOWN, where, {**details, "variables": ", ".join(shape.variables) or "-",
                                            "example": example})  # fmt: skip
        return
    if cell in found:
        yield Problem(CELL_REPEATED, where, details)
        return
    numbers: dict[str, float | None] = {}
    for column in ("total", "se"):
        value = (row.get(column) or "").strip()
        try:
            numbers[column] = float(value) if value else None
        except ValueError:
            yield Problem(TOTAL_NOT_NUMBER, where, {"text": value, "column": column})
            return
    if numbers["total"] is None:
        yield Problem(TOTAL_EMPTY, where, details)
        return
    found[cell] = KnownTotal(numbers["total"], numbers["se"], (row["source"] or "").strip(),
                             (row["date"] or "").strip(), where)  # fmt: skip


def _template(cells: list[tuple[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((margin, cell, "", "", "") for margin, cell in cells)
    return stream.getvalue()


def _told(language: Language, path: Path, cells: int) -> str:
    if language == "es":
        return (f"Se escribió {path} con {cells} celdas. Complete la columna `total`, la fuente y la fecha, y ejecute "
                "`make totals-check`.")  # fmt: skip
    return (f"Wrote {path} with {cells} cells. Fill in the column `total`, the source and the date, and run "
            "`make totals-check`.")  # fmt: skip
