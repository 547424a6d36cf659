"""The quality report: response, missing answers, precision by standard, lonely units and what exactly was run."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pandas as pd

from estimates.protection import published_view
from estimates.publication.standards import STANDARDS
from pipeline.report_blocks import Material
from pipeline.report_methods import Section
from pipeline.report_numbers import plain, with_sign
from pipeline.report_tables import HIDDEN

PROGRAMS = ("caracteriza", "numpy", "pandas", "scipy", "matplotlib", "jinja2", "typst")
#: Reasons of missing that say that a person did not answer; a skip by the questionnaire is none.
UNANSWERED = ("refused", "dont_know", "blank", "undocumented")
MOST_VARIABLES = 15


def quality_sections(material: Material) -> tuple[Section, ...]:
    """Write the quality report from the records that the stages left.

    Parameters
    ----------
    material : Material
        Records, estimates and the tables of verdicts.

    Returns
    -------
    tuple of Section
        A part without a record is left out.
    """
    sections = (_response(material), _missing(material), _lonely(material), _rows(material), _verdicts(material),
                _whole_tables(material), _fingerprints(material), _software(material))
    return tuple(section for section in sections if section.rows or section.paragraphs)


def _response(material: Material) -> Section:
    words, labels = material.labels.words, material.labels
    counts = material.records.get("ingest", {}).get("response", {})
    rows = []
    for response in material.study.response:
        outcomes = counts.get(response.variable or "", counts.get(response.level, {}))
        drawn = sum(int(count) for count in outcomes.values())
        if not drawn:
            continue
        known = labels.dictionary.variables.get(response.variable or "")
        stage = "" if known is None else f" · {known.label.get(words.language)}"
        rows.append((words.say("quality_drawn", level=labels.level(response.level)) + stage, plain(drawn, 0),
                     _percent(1.0, material)))
        for code, count in outcomes.items():
            if int(count):
                rows.append((_outcome(str(code), response.variable, material), plain(int(count), 0),
                             _percent(int(count) / drawn, material)))
    columns = (words["quality_outcome"], words["count"], words["quality_share"])
    return Section(words["quality_response"], (words["quality_response_text"],) if rows else (),
                   columns if rows else (), tuple(rows), (1, 2))


def _outcome(code: str, variable: str | None, material: Material) -> str:
    known = material.labels.dictionary.variables.get(variable or "")
    listed = material.labels.dictionary.code_lists[known.codes].codes.get(code) \
        if known is not None and known.codes else None
    if listed is not None:
        return listed.label.get(material.labels.words.language)
    return material.labels.words.either(f"outcome_{code}", code.replace("_", " "))


def _missing(material: Material) -> Section:
    words = material.labels.words
    ingest = material.records.get("ingest", {})
    least = material.study.publication.minimum_cases
    found = []
    for variable, kinds in ingest.get("missing", {}).items():
        unanswered = sum(int(kinds.get(kind, 0)) for kind in UNANSWERED)
        known = material.labels.dictionary.variables.get(variable)
        level = ingest.get("levels", {}).get(known.level, {}) if known is not None else {}
        asked = int(level.get("rows", 0)) - sum(int(kinds.get(kind, 0)) for kind in ("skipped", "not_asked"))
        # Where most are blank, the question was not put to most.
        if known is not None and known.question is not None and 0 < 2 * unanswered < asked:
            found.append((unanswered / asked, known.label.get(words.language), unanswered))
    found.sort(key=lambda item: (-item[0], item[1]))
    rows = tuple((label, plain(count, 0) if count >= least else f"< {least}",
                  _percent(share, material) if count >= least else "")
                 for share, label, count in found[:MOST_VARIABLES])
    texts = (words["quality_imputation"], *((words["quality_missing_text"],) if rows else ()))
    return Section(words["quality_missing"], texts if ingest else (),
                   (words["quality_variable"], words["count"], words["quality_share"]) if rows else (), rows, (1, 2))


def _lonely(material: Material) -> Section:
    words = material.labels.words
    design = material.records.get("estimate", {}).get("design", {})
    lonely = [str(item) for item in design.get("lonely") or ()]
    if not design:
        return Section("")
    text = words.say("quality_lonely_list", count=plain(len(lonely), 0), list=", ".join(lonely)) if lonely \
        else words["lonely_none_found"]
    collapsed = [str(item) for item in design.get("collapsed") or ()]
    more = (words.say("collapsed", list=", ".join(collapsed)),) if collapsed else ()
    return Section(words["role_lonely_psu"], (text, *more))


def _rows(material: Material) -> Section:
    words, frame = material.labels.words, material.frame
    shown = frame[~frame["status"].isin(HIDDEN)]
    if len(shown) == 0:
        return Section("")
    rows = []
    for name, column, decimals, factor in (("quality_cv", "cv", 1, 100.0), ("quality_deff", "deff", 2, 1.0),
                                           ("quality_df", "df", 0, 1.0)):
        values = pd.to_numeric(shown[column]).dropna() * factor
        if len(values):
            rows.append((words[name], *(plain(float(values.quantile(share)), decimals)
                                        for share in (0.25, 0.5, 0.75)), plain(float(values.max()), decimals)))
    columns = (words["weighting_measure"], words["quality_first"], words["quality_median"], words["quality_third"],
               words["quality_largest"])
    return Section(words["quality_precision"], (words["quality_precision_text"],), columns, tuple(rows), (1, 2, 3, 4))


def _verdicts(material: Material) -> Section:
    words, table = material.labels.words, material.tables.get("verdicts", pd.DataFrame())
    # Under one standard alone this would repeat what the annex says of it.
    if len(table) == 0 or table["standard"].nunique() == 1:
        return Section("")
    rows = []
    for name, own in table.groupby("standard", sort=False):
        levels = own["level"].value_counts()
        rows.append((_standard(str(name), words.language), *(plain(int(levels.get(level, 0)), 0)
                                                            for level in ("reliable", "weak", "withheld"))))
    columns = (words["quality_standard"], words["quality_level_reliable"], words["quality_level_weak"],
               words["quality_level_withheld"])
    return Section(words["quality_verdicts"], (words["quality_verdicts_text"],), columns, tuple(rows), (1, 2, 3))


def _whole_tables(material: Material) -> Section:
    words, labels = material.labels.words, material.labels
    table = material.tables.get("table_verdicts", pd.DataFrame())
    binding = set(material.records.get("estimate", {}).get("methods", {}).get("standards", ()))
    rows = []
    for record in table.to_dict("records"):
        if record["standard"] in binding and str(record["publishable"]) == "False":
            by = " × ".join(labels.breakdown(name) for name in str(record["by"]).split(" ") if name and name != "_T")
            rows.append((labels.indicator(str(record["indicator"])), by or words["total"],
                         f"{plain(float(record['reliable']), 0)} / {plain(float(record['cells']), 0)}"))
    columns = (words["indicator"], words["domain"], words["quality_cells"])
    return Section(words["quality_tables"], (words["quality_tables_text"],) if rows else (),
                   columns if rows else (), tuple(rows), (2,))


def _fingerprints(material: Material) -> Section:
    words = material.labels.words
    ingest: Mapping[str, Any] = material.records.get("ingest", {})
    published = published_view(material.frame).to_csv(index=False, float_format="%.17g", lineterminator="\n")
    rows = [(words["quality_hash_estimates"], hashlib.sha256(published.encode()).hexdigest())]
    rows += [(words.say("quality_hash_source", file=source["file"]), str(source["sha256"]))
             for source in ingest.get("sources", ()) if source.get("sha256")]
    return Section(words["quality_hashes"], (words["quality_hashes_text"],),
                   (words["quality_object"], "SHA-256"), tuple(rows))


def _software(material: Material) -> Section:
    words = material.labels.words
    rows = (("Python", platform.python_version()), *((name, version(name)) for name in PROGRAMS))
    return Section(words["software"], (), (words["software_name"], words["software_version"]), rows)


def _standard(name: str, language: str) -> str:
    known = STANDARDS.get(name)
    return name if known is None else known.es if language == "es" else known.en


def _percent(share: float, material: Material) -> str:
    return with_sign(plain(100 * share, 1), "percent", material.labels.words.language)
