"""Trace one published figure back to the question that was asked, from the records of what ran."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from estimates.protection import HIDDEN_STATUSES
from estimates.release_view import release_view
from pipeline.estimate_files import read_estimates
from pipeline.freshness import Ingredients
from pipeline.hashing import file_hash
from pipeline.manifest import Manifest, manifest_hash, read_manifest
from pipeline.project import Project
from pipeline.provenance.explain_definition import question_part, read_by, recode_part, universe_part
from pipeline.provenance.explain_methods import formula_part, method_parts, status_part
from pipeline.provenance.explanation import Explanation, Part
from pipeline.provenance.figure_choice import chosen_rows
from pipeline.provenance.formulas import read_formulas
from pipeline.provenance.kept_definitions import is_definition
from pipeline.provenance.kept_study import kept_study
from pipeline.provenance.log_check import read_log
from pipeline.provenance.retired import read_proof
from pipeline.provenance.stage_records import altered_files, stage_records
from pipeline.release_metadata import SYNTHETIC
from pipeline.report_files import read_records
from pipeline.report_labels import Labels
from pipeline.report_numbers import COUNT_UNITS, decimals_of, error_text, estimate_text, plain, with_sign
from pipeline.report_words import load_words
from pipeline.study_files import LoadedStudy, load_study
from surveys.problems import DataError, Language, Message, Problem, ProblemsFound

STAGES = ("ingest", "weight", "estimate")

NOT_BUILT = Message(
    "explain_not_built",
    "this study has no estimates to explain, or their record is damaged. Run `make estimate STUDY={study}` first.",
    "este estudio no tiene estimaciones que explicar, o su registro está dañado. Ejecute antes "
    "`make estimate STUDY={study}`.",
)
ALTERED = Message(
    "explain_altered",
    "estimates.csv is not the file that the stage left, so nothing is explained from it. Run `make estimate "
    "STUDY={study}` again.",
    "estimates.csv no es el archivo que la etapa dejó, así que nada se explica con él. Ejecute otra vez "
    "`make estimate STUDY={study}`.",
)
CHANGED = Message(
    "explain_definitions_changed",
    "{count} {count|file|files} changed since the estimates were made ({files}), and what {count|it|they} said then "
    "was not kept. Run `make estimate STUDY={study}` again.",
    "{count|cambió|cambiaron} {count} {count|archivo|archivos} desde que se hicieron las estimaciones ({files}), y no "
    "se conservó lo que {count|decía|decían} entonces. Ejecute otra vez `make estimate STUDY={study}`.",
)
OTHER_PROGRAM = Message(
    "explain_other_program",
    "the program changed since these estimates were made, and cannot read the study as it was then any more. Run `make "
    "estimate STUDY={study}` again, or explain with the program of then (commit {commit}).",
    "el programa cambió desde que se hicieron estas estimaciones y ya no puede leer el estudio como era entonces. "
    "Ejecute otra vez `make estimate STUDY={study}`, o explique con el programa de entonces (commit {commit}).",
)


def explain(
    results: Path, study_folder: Path, project: Project, indicator: str, domain: str, language: Language
) -> Explanation:
    """Say of one published figure where it comes from.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    study_folder : Path
        Folder of the study.
    project : Project
        The checkout, for the formula list and the words.
    indicator, domain : str
        As in `pipeline.provenance.figure_choice.chosen_rows`.
    language : {"es", "en"}
        Language of the explanation.

    Returns
    -------
    Explanation
        Made of the manifests, the records and the texts of the study as they were when the estimates were made, and of
        the published view: a hidden number is in none of it.

    Raises
    ------
    DataError
        No estimates; no such figure, with the nearest; or a file that is not what its stage left.
    """
    name = study_folder.name
    manifest = read_manifest(results / "estimate")
    if manifest is None:
        raise DataError([Problem(NOT_BUILT, name, {"study": name})])
    table = results / "estimate" / "estimates.csv"
    if not table.is_file() or file_hash(table) != manifest.outputs.get("estimates.csv"):
        raise DataError([Problem(ALTERED, f"{name}/estimate/estimates.csv", {"study": name})])
    inputs: Mapping[str, str] = manifest.key["inputs"]
    same_program = Ingredients(project, name, study_folder, study_folder, results).code == manifest.key["code"]
    loaded = _study_then(results, name, manifest, same_program)
    changed = changed_definitions(study_folder, project, inputs)
    if loaded is None:
        if changed:
            details = {"count": len(changed), "files": ", ".join(changed), "study": name}
            raise DataError([Problem(CHANGED, name, details)])
        loaded = load_study(study_folder, project)
    labels = Labels(loaded.dictionary, load_words(project.templates, language))
    frame = release_view(read_estimates(table), loaded.study, loaded.dictionary)
    figure, codes, rows = chosen_rows(frame, loaded.dictionary, name, indicator, domain)
    asked = loaded.dictionary.indicators[figure.partition(".")[0]]
    records = read_records({stage: results / stage for stage in STAGES})
    names = read_by(asked, list(codes), loaded.dictionary)
    reasons = {code for text in rows["reason"].astype(str) for code in text.split(";")}
    notices = [SYNTHETIC[language]] * loaded.study.synthetic
    notices += [labels.words.say("explain_changed", files=", ".join(changed))] if changed else []
    notices += [] if same_program else [labels.words["explain_other_code"]]
    return Explanation(tuple(notices), (
        _figure_part(loaded, rows, codes, records, labels),
        question_part(loaded, names, labels),
        recode_part(loaded, asked, names, labels),
        universe_part(asked, labels),
        _base_part(rows, labels),
        *method_parts(loaded.study, records, asked, labels),
        formula_part(asked, records, reasons, read_formulas(project.root), labels),
        status_part(rows, records, labels),
        _trail_part(results, loaded, manifest, records, labels),
    ))  # fmt: skip


def _study_then(results: Path, name: str, manifest: Manifest, same_program: bool) -> LoadedStudy | None:
    """Load the study as it was; a program that changed since may ask for more than was asked then."""
    try:
        with tempfile.TemporaryDirectory(prefix="explain-") as workplace:
            return kept_study(results, name, manifest.key["inputs"], Path(workplace))
    except ProblemsFound:
        if same_program:
            raise
        said = manifest_hash(results / manifest.stage)
        commit = next((str(entry["commit"]) for entry in read_log(results) if entry.get("manifest") == said), "-")
        raise DataError([Problem(OTHER_PROGRAM, name, {"study": name, "commit": commit})]) from None


def changed_definitions(study_folder: Path, project: Project, inputs: Mapping[str, str]) -> list[str]:
    """Name the texts of the study and the dictionary that are not what they were when a stage ran."""
    found = []
    for label, expected in inputs.items():
        room, _, file = label.partition("/")
        if is_definition(label) and room != "extends":
            path = project.dictionary if not file else study_folder / file
            if not path.is_file() or file_hash(path) != expected:
                found.append(file or room)
    return found


def _figure_part(
    loaded: LoadedStudy, rows: pd.DataFrame, codes: Mapping[str, str], records: Mapping[str, Any], labels: Labels
) -> Part:
    words = labels.words
    domain = ", ".join(f"{labels.breakdown(name)}: {labels.domain(name, code)}" for name, code in codes.items())
    lines = [
        (words["explain_study"], f"{loaded.study.title.get(words.language)} ({loaded.study.name})"),
        (words["explain_population"], domain or words["explain_everybody"]),
    ]
    confidence = 100 * float(records.get("estimate", {}).get("methods", {}).get("confidence", 0.95))
    for row in rows.to_dict("records"):
        lines.append((labels.indicator(str(row["indicator"])), _numbers(row, f"{confidence:g}", labels)))
    return Part(words["explain_figure"], tuple(lines))


def _numbers(row: Mapping[Any, Any], confidence: str, labels: Labels) -> str:
    words, unit, value = labels.words, str(row["unit"]), float(row["estimate"])
    if value != value:  # hidden or not defined: the status says which, and no number is told
        return words["explain_hidden" if row["status"] in HIDDEN_STATUSES else "explain_not_defined"]
    decimals = decimals_of(unit, abs(value), counted=unit in COUNT_UNITS)
    show = {
        name: with_sign(estimate_text(float(row[name]), unit, decimals), unit, words.language)
        for name in ("estimate", "ci_low", "ci_high")
    }
    parts = [show["estimate"] if unit == "percent" else f"{show['estimate']} ({labels.unit_inside(unit)})"]
    if show["ci_low"] and show["ci_high"]:
        parts.append(f"{words.say('explain_interval', confidence=confidence)}: {show['ci_low']} – {show['ci_high']}")
    error = with_sign(error_text(float(row["se"]), unit, decimals), unit, words.language)
    parts.append(_named(words["explain_error"], error))
    parts.append(_named(words["explain_cv"], with_sign(plain(100 * float(row["cv"]), 1), "percent", words.language)))
    parts.append(_named(words["explain_deff"], plain(float(row["deff"]), 2)))
    parts.append(_named(words["explain_df"], plain(float(row["df"]), 0)))
    return "; ".join(part for part in parts if part)


def _named(name: str, text: str) -> str:
    return f"{name}: {text}" if text else ""


def _base_part(rows: pd.DataFrame, labels: Labels) -> Part:
    words = labels.words
    columns = {"n": "explain_n", "n_psu": "explain_psu", "cases": "explain_cases", "population": "explain_weighted"}
    lines = []
    for row in rows.to_dict("records"):
        hidden = row["status"] in HIDDEN_STATUSES
        cells = [_named(words[key], plain(float(row[column]), 0)) for column, key in columns.items()]
        text = words["explain_hidden"] if hidden else "; ".join(cell for cell in cells if cell)
        lines.append((labels.indicator(str(row["indicator"])), text))
    return Part(words["explain_base"], tuple(lines))


def _trail_part(
    results: Path, loaded: LoadedStudy, manifest: Manifest, records: Mapping[str, Any], labels: Labels
) -> Part:
    words = labels.words
    lines = []
    for source in records.get("ingest", {}).get("sources", ()):
        name = words.say("explain_source_file", name=source.get("file") or source.get("name"))
        seed = words.say("explain_synthetic_source", seed=loaded.study.synthetic_seed)
        lines.append((name, str(source.get("sha256") or seed)))
    key = manifest.key
    of_study = ("study/", "extends/", "data_dictionary")
    lines += [(label, value) for label, value in key["inputs"].items() if label.startswith(of_study)]
    lines.append((words["explain_code"], str(key["code"])))
    lines.append((words.say("explain_packages", python=manifest.environment.get("python")), str(key["packages"])))
    proof = read_proof(results, results.name)
    gone = {} if proof is None else proof.files
    log = read_log(results)
    for record in stage_records(results, STAGES):
        altered = altered_files(results, record)
        retired = [path for path in altered if gone.get(f"{record.stage}/{path}") == record.manifest.outputs[path]]
        state = "altered" if len(altered) > len(retired) else "retired" if retired else "whole"
        text = f"{record.seal} ({words[f'explain_state_{state}']})"
        said = manifest_hash(results / record.stage)
        found = [(number, entry) for number, entry in enumerate(log, start=1) if entry.get("manifest") == said]
        if found:
            number, entry = found[0]
            when, who = str(entry.get("end")), entry.get("user")
            text += f"; {words.say('explain_run', date=when, user=who, line=number)}"
        lines.append((words.say("explain_stage", stage=record.stage), text))
    return Part(words["explain_trail"], tuple(lines))
