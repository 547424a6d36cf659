"""What can be asked of a study in a notebook: its indicators, its breakdowns, and the estimates of one indicator."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from estimates.release_view import release_view
from estimates.study_plan import whole_plan
from estimates.table import WHOLE
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.one_number.places import NoNumber, Place, place_of
from pipeline.progress import Progress
from pipeline.sources import is_published_only
from pipeline.study_files import LoadedStudy
from pipeline.table_labels import Labels
from surveys.problems import Message, Problem

NUMBERS = ("estimate", "se", "ci_low", "ci_high", "cv", "n", "n_psu", "cases", "population")

NUMBER_UNKNOWN = Message(
    "number_indicator_unknown",
    "study '{study}' tabulates no indicator '{name}'.{nearest_en}\n  `indicators('{study}')` lists those there are; a "
    "new one goes into dictionary.yaml and `tabulation:` of the study.",
    "el estudio '{study}' no tabula el indicador '{name}'.{nearest_es}\n  `indicators('{study}')` muestra los que hay; "
    "uno nuevo se escribe en dictionary.yaml y en `tabulation:` del estudio.",
)
NUMBER_NOT_TABULATED = Message(
    "number_not_tabulated",
    "study '{study}' does not tabulate '{name}' by {by}; it does by: {known}. Tables are protected together, so none "
    "is made on the spot.\n  Ask for one of these, or add {by} under `tabulation:` in study.yaml.",
    "el estudio '{study}' no tabula '{name}' por {by}; lo hace por: {known}. Los cuadros se protegen juntos, por eso "
    "no se hace uno al momento.\n  Pida uno de estos, o agregue {by} en `tabulation:` de study.yaml.",
)
NUMBER_NOT_MADE = Message(
    "number_not_made",
    "study '{study}' has no estimates in '{build}', and `run=False` forbids making them.\n  Leave out `run=False`, or "
    "run `make estimate STUDY={study}`.",
    "el estudio '{study}' no tiene estimaciones en '{build}', y `run=False` impide hacerlas.\n  Omita `run=False`, o "
    "ejecute `make estimate STUDY={study}`.",
)
NUMBER_PUBLISHED_ONLY = Message(
    "number_published_only",
    "study '{study}' has published figures and no microdata, so nothing can be estimated from it.\n  "
    "`make study STUDY={study}` writes its figures.",
    "el estudio '{study}' tiene cifras publicadas y no microdatos, así que nada puede estimarse de él.\n  "
    "`make study STUDY={study}` escribe sus cifras.",
)


def estimate(
    study: str | Path,
    indicator: str,
    by: str | Sequence[str] = (),
    *,
    data: str | Path | None = None,
    build: str | Path | None = None,
    language: str | None = None,
    protected: bool = True,
    run: bool = True,
    quiet: bool = False,
) -> pd.DataFrame:
    """Return the estimates of one indicator of a study.

    Parameters
    ----------
    study : str or Path
        Name of a study of the project, or the path of a study folder.
    indicator : str
        Name in the dictionary; see `indicators`.
    by : str or sequence of str
        Breakdown or breakdowns that the study tabulates it by; see `breakdowns`. Nothing for the whole population.
    data, build : str or Path, optional
        Folder of source files and folder of results, as ``DATA=`` and ``BUILD=`` of make.
    language : str, optional
        ``es`` or ``en``, of labels and errors; that of the system without it.
    protected : bool
        What is hidden stays hidden: rows that may not be published have no numbers, and figures about victims are
        rounded where the study rounds them. With False the internal table is given, which must not leave the house.
    run : bool
        Whether stages that are not up to date are run first. With False the results that are there are read.
    quiet : bool
        Say nothing on standard error while stages run.

    Returns
    -------
    DataFrame
        One row for each domain: ``indicator``; for each breakdown its code and, under ``<breakdown>_label``, its name;
        ``estimate``, ``se``, ``ci_low``, ``ci_high`` and ``cv`` (a percentage is a fraction of 1), ``n``, ``n_psu``,
        ``cases``, ``population``, ``unit``, ``status``, ``reason`` and ``synthetic``, true where the data are invented.
        Numbers are those of ``estimates.csv``, digit by digit. Label and definition of the indicator, and what
        the study says of itself, are in ``attrs``.

    Raises
    ------
    NoNumber
        No such study, indicator or table; or what the run found wrong.
    """
    place = place_of(study, data, build, language)
    request = place.request
    if is_published_only(request.study_folder):
        raise NoNumber([Problem(NUMBER_PUBLISHED_ONLY, "estimate", {"study": request.study_name})], place.language)
    loaded = place.loaded()
    wanted = (by,) if isinstance(by, str) else tuple(by)
    _refuse_unknown(place, loaded, indicator, wanted)
    if run:
        place.bring("estimate", Progress(quiet=quiet))
    path = request.results / "estimate" / "estimates.csv"
    if not path.is_file():
        details = {"study": request.study_name, "build": str(request.build)}
        raise NoNumber([Problem(NUMBER_NOT_MADE, "estimate", details)], place.language)
    frame = read_estimates(path)
    if protected:
        frame = release_view(frame, loaded.study, loaded.dictionary)
    return _shaped(frame, indicator, wanted, place, loaded)


def indicators(
    study: str | Path, *, data: str | Path | None = None, build: str | Path | None = None, language: str | None = None
) -> pd.DataFrame:
    """List the indicators that a study tabulates.

    Parameters
    ----------
    study, data, build, language
        As in `estimate`.

    Returns
    -------
    DataFrame
        ``indicator``, ``label``, ``unit``, ``statistic``, ``topic`` and ``by``: a list of the sets of breakdowns it is
        tabulated by, of which ``()`` is the whole population.

    Raises
    ------
    NoNumber
        No such study, or one that does not hold together.
    """
    place = place_of(study, data, build, language)
    loaded = place.loaded()
    rows = []
    for name, sets in _tables(loaded).items():
        item = loaded.dictionary.indicators[name]
        rows.append((name, item.label.get(place.language), item.unit, item.statistic, item.topic or "", sets))
    return pd.DataFrame(rows, columns=["indicator", "label", "unit", "statistic", "topic", "by"])


def breakdowns(
    study: str | Path, *, data: str | Path | None = None, build: str | Path | None = None, language: str | None = None
) -> pd.DataFrame:
    """List the breakdowns that a study tabulates by.

    Parameters
    ----------
    study, data, build, language
        As in `estimate`.

    Returns
    -------
    DataFrame
        ``breakdown``, ``label`` and ``codes``, which maps each code to its name.

    Raises
    ------
    NoNumber
        No such study, or one that does not hold together.
    """
    place = place_of(study, data, build, language)
    loaded = place.loaded()
    labels = Labels(loaded.dictionary, place.language)
    names = dict.fromkeys(name for sets in _tables(loaded).values() for one in sets for name in one)
    rows = []
    for name in names:
        codes = loaded.dictionary.code_lists[labels.code_list(name)].codes
        rows.append((name, labels.breakdown(name), {code: labels.category(name, code) for code in codes}))
    return pd.DataFrame(rows, columns=["breakdown", "label", "codes"])


def _tables(loaded: LoadedStudy) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for item in whole_plan(loaded.study):
        for name in item.indicators:
            found.setdefault(name, []).extend(one for one in item.by if one not in found.get(name, []))
    return found


def _refuse_unknown(place: Place, loaded: LoadedStudy, indicator: str, by: tuple[str, ...]) -> None:
    tables, study = _tables(loaded), loaded.study.name
    if indicator not in tables:
        near = difflib.get_close_matches(indicator, list(tables), n=1)
        details = {
            "study": study, "name": indicator,
            "nearest_es": f" Lo más parecido es '{near[0]}'." if near else "",
            "nearest_en": f" The nearest is '{near[0]}'." if near else "",
        }  # fmt: skip
        raise NoNumber([Problem(NUMBER_UNKNOWN, "estimate", details)], place.language)
    if {frozenset(by)} - {frozenset(one) for one in tables[indicator]}:
        known = "; ".join(" x ".join(one) or "()" for one in tables[indicator])
        details = {"study": study, "name": indicator, "by": " x ".join(by) or "()", "known": known}
        raise NoNumber([Problem(NUMBER_NOT_TABULATED, "estimate", details)], place.language)


def _shaped(
    frame: pd.DataFrame, indicator: str, by: tuple[str, ...], place: Place, loaded: LoadedStudy
) -> pd.DataFrame:
    """Take the rows of one table, with names beside codes."""
    names = frame["indicator"].astype(str)
    rows = (names == indicator) | names.str.startswith(f"{indicator}.")
    for name in breakdown_columns(frame):
        rows &= (frame[name] != WHOLE) if name in by else (frame[name] == WHOLE)
    chosen = frame[rows]
    labels = Labels(loaded.dictionary, place.language)
    shaped = {"indicator": chosen["indicator"]}
    for name in by:
        shaped[name] = chosen[name]
        shaped[f"{name}_label"] = chosen[name].map(lambda code, name=name: labels.category(name, str(code)))
    shaped |= {name: chosen[name] for name in (*NUMBERS, "unit", "status", "reason")}
    table = pd.DataFrame(shaped).reset_index(drop=True)
    table["synthetic"] = loaded.study.synthetic
    item, study = loaded.dictionary.indicators[indicator], loaded.study
    table.attrs = {
        "study": study.name,
        "title": study.title.get(place.language),
        "label": item.label.get(place.language),
        "definition": item.definition.get(place.language) if item.definition else "",
        "synthetic": study.synthetic,
    }
    return table
