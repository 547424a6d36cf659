"""Draw the segments of a study from its frame, and keep what an auditor needs to draw them again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveys.problems import DesignError, Message, Problem, StudyError
from surveys.sampling.frames import Selection, select
from surveys.sampling.plan import FrameFile

FRAME_ABSENT = Message(
    "frame_absent",
    "the study's folder has no file '{file}' with the frame.\n"
    "  Put it there; links out of the folder are not followed.",
    "la carpeta del estudio no tiene el archivo '{file}' con el marco.\n"
    "  Póngalo allí; no se siguen enlaces hacia fuera de la carpeta.",
)
FRAME_UNREADABLE = Message(
    "frame_unreadable",
    "'{file}' cannot be read as a table of comma-separated values in UTF-8.\n  Save it that way.",
    "'{file}' no se puede leer como tabla de valores separados por comas en UTF-8.\n  Guárdelo así.",
)


def draw_segments(
    folder: Path, frame: FrameFile, sample: Mapping[str, float], *, where: str
) -> tuple[Selection, dict[str, Any]]:
    """Read the frame and draw.

    Parameters
    ----------
    folder : Path
        Folder of the study.
    frame : FrameFile
        Its name, columns, method and seed.
    sample : mapping of str to float
        Segments by stratum.
    where : str
        Place named in a problem.

    Returns
    -------
    selection : Selection
        The segments drawn, with probabilities.
    record : dict
        Method, seed, state of the generator before the draw, and counts, as plain values.

    Raises
    ------
    StudyError
        No frame, or not a readable one.
    DesignError
        A frame that does not hold together: see `surveys.sampling.frames.select`.
    """
    path = (folder / frame.file).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise StudyError([Problem(FRAME_ABSENT, where, {"file": frame.file})])
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (ValueError, pd.errors.ParserError):
        raise StudyError([Problem(FRAME_UNREADABLE, where, {"file": frame.file})]) from None
    wanted = {name: round(count) for name, count in sample.items()}
    if frame.stratum is None:
        wanted = {"": sum(wanted.values())}
    random = np.random.Generator(np.random.PCG64(frame.seed))
    try:
        selection = select(
            table,
            wanted,
            unit=frame.unit,
            stratum=frame.stratum,
            size=frame.size,
            method=frame.method,
            order=frame.order,
            random=random,
        )
    except DesignError as error:
        # The columns are named in study.yaml, the rows are in the frame: say both places.
        raise DesignError(
            [Problem(one.message, f"{where}  {frame.file}  {one.where}", one.details) for one in error.problems]
        ) from None
    record = {
        "file": frame.file,
        "method": selection.method,
        "seed": frame.seed,
        "generator": "PCG64",
        "state": _plain(selection.state),
        "units": len(table),
        "drawn": len(selection.sample),
        "certainty": int(selection.sample["certainty"].sum()),
        "sum_of_base_weights": float(selection.sample["base_weight"].sum()),
    }
    return selection, record


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    # The state holds integers of 128 bits, which many readers of JSON would round.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 else value
