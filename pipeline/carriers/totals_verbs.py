"""The targets `totals` and `merge-totals`: sums of a part kept as files, and parts added up."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.atomic import publish_folder, sync_below, temporary_beside
from pipeline.carriers.merging import DifferentParts, estimates_of, merged
from pipeline.carriers.study_totals import study_totals
from pipeline.carriers.totals_files import Totals, read_totals, write_totals
from pipeline.estimate_files import write_estimates
from pipeline.progress import Progress
from pipeline.runner import Request, run_stages
from pipeline.weight_files import write_json
from surveys.problems import DataError, Message, Problem

NO_TOTALS = Message(
    "totals_none_named",
    "no totals to add were named. Write TOTALS=\"folder folder\": folders that `make totals` has written.",
    "no se nombraron totales que sumar. Escriba TOTALS=\"carpeta carpeta\": carpetas que `make totals` escribió.",
)
DAMAGED = Message(
    "totals_damaged",
    "this folder of totals is not whole: '{file}' is absent or not what its record says. Ask for it again, or run "
    "`make totals` again.",
    "esta carpeta de totales no está completa: '{file}' falta o no es lo que dice su registro. Pídala otra vez, o "
    "ejecute de nuevo `make totals`.",
)
PART_NAME = Message(
    "totals_part_name",
    "'{name}' cannot be the name of a part; small letters, digits, `_` and `-` are expected, such as north_2018. "
    "Write PART= that way.",
    "'{name}' no puede ser el nombre de una parte; se esperan minúsculas, dígitos, `_` y `-`, como norte_2018. Escriba "
    "PART= de esa forma.",
)
DIFFERENT = {
    "plan": Message(
        "totals_other_plan",
        "this part was summed for another plan: other indicators, breakdowns, codes or rules of publication. Sum all "
        "parts with the same `tabulation:` and `publication:`.",
        "esta parte se sumó para otro plan: otros indicadores, desgloses, códigos o reglas de publicación. Sume todas "
        "las partes con la misma `tabulation:` y `publication:`.",
    ),
    "dictionary": Message(
        "totals_other_dictionary",
        "this part was summed with another data dictionary. Sum all parts with the same data_dictionary.yaml.",
        "esta parte se sumó con otro diccionario de datos. Sume todas las partes con el mismo data_dictionary.yaml.",
    ),
    "part": Message(
        "totals_part_twice",
        "this part is named twice; its people would count double. Name it once, or give parts different names with "
        "PART=.",
        "esta parte se nombra dos veces; su gente contaría doble. Nómbrela una vez, o dé a las partes nombres "
        "distintos con PART=.",
    ),
    "psu_population": Message(
        "totals_other_frame",
        "this part says of a stratum another number of PSUs in the frame than the others, or none where they have "
        "one. Correct `psu_population` in the study of that part.",
        "esta parte dice de un estrato otro número de UPM en el marco que las demás, o ninguno donde ellas lo tienen. "
        "Corrija `psu_population` en el estudio de esa parte.",
    ),
}


def make_totals(request: Request, progress: Progress, part: str) -> Path:
    """Sum a study after its weights and keep the sums in ``build/<study>/totals/<part>``.

    Parameters
    ----------
    request : Request
        The study.
    progress : Progress
        Says how far it is.
    part : str
        Name of the part; the study's name by default.

    Raises
    ------
    DataError
        A name that is none.
    """
    if part and not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", part):
        raise DataError([Problem(PART_NAME, "PART", {"name": part})])
    run_stages(request, "weight", progress)
    name = part or request.study_name
    folder = request.results / "totals" / name
    write_totals(study_totals(request.study_folder, request.project, request.results, name), folder)
    return folder


def merge_totals(folders: list[Path], build: Path) -> Path:
    """Add parts up and estimate the whole, in ``build/merged_totals``.

    Parameters
    ----------
    folders : list of Path
        Written by `make_totals`, here or elsewhere.
    build : Path
        Folder of results.

    Raises
    ------
    DataError
        None named, one that is damaged, or parts that cannot be added.
    """
    if not folders:
        raise DataError([Problem(NO_TOTALS, "TOTALS")])
    parts = [_read(folder) for folder in folders]
    try:
        whole = merged(parts)
    except DifferentParts as found:
        raise DataError([Problem(DIFFERENT[found.what], found.part)]) from None
    frame, doubtful = estimates_of(whole)
    build.mkdir(parents=True, exist_ok=True)
    folder = build / "merged_totals"
    new = temporary_beside(folder)
    new.mkdir(mode=0o700)
    write_totals(whole, new / "totals")
    write_estimates(new / "estimates.csv", frame)
    (new / "estimates.csv").chmod(0o600)
    about = {
        "internal": True, "synthetic": whole.about["synthetic"], "study": whole.about["study"],
        "part": whole.about["part"], "plan": whole.plan, "dictionary": whole.about["dictionary"],
        "left_out": whole.about["left_out"], "rows": len(frame), "doubtful": doubtful,
    }  # fmt: skip
    write_json(new / "record.json", about)
    (new / "record.json").chmod(0o600)
    sync_below(new)
    publish_folder(new, folder)
    return folder


def _read(folder: Path) -> Totals:
    try:
        return read_totals(folder)
    except ValueError as damage:
        raise DataError([Problem(DAMAGED, str(folder), {"file": str(damage)})]) from None
