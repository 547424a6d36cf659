"""Comparisons, models and tests as open tables and workbook sheets of a release, each line with its name in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from estimates.study_comparisons import NUMBERS, REST
from estimates.study_models import CONSTANT
from estimates.table import WHOLE
from pipeline.open_data.table import published_frame
from pipeline.round_release import published_rows
from pipeline.table_labels import Labels
from pipeline.workbook import PlainSheet
from surveys.study import Study

COLUMNS: dict[str, tuple[str, ...]] = {
    "comparisons": NUMBERS,
    "models": ("coefficient", "se", "t", "df", "p_value", "ci_low", "ci_high", "effect", "effect_se", "n"),
    "tests": ("f", "numerator_df", "denominator_df", "p_value", "chi_square", "n"),
}
TITLES = {
    "comparisons": ("Comparaciones", "Comparisons"),
    "models": ("Modelos de regresión", "Regression models"),
    "tests": ("Pruebas de independencia", "Tests of independence"),
}
LINE = ("Qué se compara o explica", "What is compared or explained")
CONCLUSION = ("Conclusión", "Conclusion")
CONCLUSIONS = {
    "higher": ("La primera cifra es mayor", "The first figure is higher"),
    "lower": ("La primera cifra es menor", "The first figure is lower"),
    "no_difference_shown": ("No se muestra una diferencia", "No difference can be shown"),
    "withheld": ("No se publica", "Withheld"),
}
WORDS = {"rest": ("los demás", "the rest"), "whole": ("el total", "the whole"), "ratio": ("razón", "ratio"),
         "constant": ("Constante", "Constant"), "against": ("frente a", "against")}  # fmt: skip


def analysis_frames(
    tables: Mapping[str, pd.DataFrame], study: Study, labels: tuple[Labels, Labels]
) -> dict[str, pd.DataFrame]:
    """Arrange ``comparisons``, ``models`` and ``tests`` as open tables, those that have rows.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `estimates.release_view.analyses_view` gives them. Verdicts of standards are for the house and never written.
    study : Study
        For the names of its models, and whether its data are invented, which every line then says.
    labels : (Labels, Labels)
        Spanish and English names.
    """
    found = {}
    for name, columns in COLUMNS.items():
        table = tables.get(name, pd.DataFrame())
        if table.empty:
            continue
        written = published_rows(table, columns)
        for words in labels:
            written[f"label_{words.language}"] = line_names(name, table, study, words)
        if name == "comparisons":
            for place, words in enumerate(labels):
                written[f"conclusion_{words.language}"] = [CONCLUSIONS[code][place] for code in table["conclusion"]]
        written.insert(0, "data", "synthetic" if study.synthetic else "survey")
        found[name] = published_frame(written)
    return found


def analysis_sheets(tables: Mapping[str, pd.DataFrame], study: Study, labels: Labels) -> list[PlainSheet]:
    """Arrange the same tables as sheets of the workbook in one language."""
    here = 0 if labels.language == "es" else 1
    found = []
    for number, (name, columns) in enumerate(COLUMNS.items(), start=1):
        table = tables.get(name, pd.DataFrame())
        if table.empty:
            continue
        view = published_rows(table, columns)
        header = [LINE[here], *(labels.column(column) for column in columns)]
        texts = ["status", "reason"]
        if name == "comparisons":
            header.append(CONCLUSION[here])
            texts.insert(0, "conclusion")
        header += [labels.column("status"), labels.column("reason")]
        rows: tuple[tuple[str | float, ...], ...] = tuple(
            (said, *(float(record[column]) for column in columns), *(_text(column, record, labels) for column in texts))
            for said, record in zip(line_names(name, table, study, labels), view.to_dict("records"), strict=True)
        )
        found.append(PlainSheet(f"A{number:03d}", TITLES[name][here], tuple(header), rows))
    return found


def line_names(name: str, table: pd.DataFrame, study: Study, labels: Labels) -> list[str]:
    """Name every line of one of the tables in words."""
    say = {"comparisons": _comparison, "models": _term, "tests": _test}[name]
    return [say(record, study, labels) for record in table.to_dict("records")]


def _comparison(record: Mapping[Any, Any], study: Study, labels: Labels) -> str:
    between = str(record["between"])
    names = list(record)
    within = [str(name) for name in names[names.index("indicator") + 1 : names.index("between")]]
    groups = [_group(between, str(record[side]), labels) for side in ("group_a", "group_b")]
    said = f"{labels.indicator(str(record['indicator']))}. {labels.breakdown(between)}: " + (
        f" {_word('against', labels)} ".join(groups)
    )
    where = [f"{labels.breakdown(by)}: {labels.category(by, str(record[by]))}" for by in within if record[by] != WHOLE]
    kind = [_word("ratio", labels)] if record["kind"] == "ratio" else []
    return "; ".join([said, *where, *kind])


def _group(between: str, code: str, labels: Labels) -> str:
    if code in (REST, WHOLE):
        return _word("rest" if code == REST else "whole", labels)
    return labels.category(between, code)


def _term(record: Mapping[Any, Any], study: Study, labels: Labels) -> str:
    spec = next((model for model in study.analyses.models if model.name == record["model"]), None)
    title = str(record["model"]) if spec is None or spec.label is None else spec.label.get(labels.language)
    term, code, reference = (str(record[column]) for column in ("term", "code", "reference"))
    if term == CONSTANT:
        return f"{title}. {_word('constant', labels)}"
    variable = labels.dictionary.variables.get(term)
    if variable is None or not code:
        return f"{title}. {term if variable is None else variable.label.get(labels.language)}".rstrip(". ")
    listed = labels.dictionary.code_lists[str(variable.codes)].codes
    codes = [listed[one].label.get(labels.language) if one in listed else one for one in (code, reference)]
    return f"{title}. {variable.label.get(labels.language)}: " + f" {_word('against', labels)} ".join(codes)


def _test(record: Mapping[Any, Any], study: Study, labels: Labels) -> str:
    return " × ".join(labels.breakdown(str(record[side])) for side in ("rows", "columns"))


def _text(column: str, record: Mapping[Any, Any], labels: Labels) -> str:
    if column == "status":
        return labels.status(str(record["status"]))
    if column == "conclusion":
        return CONCLUSIONS[str(record["conclusion"])][0 if labels.language == "es" else 1]
    return str(record[column] or "")


def _word(name: str, labels: Labels) -> str:
    return WORDS[name][0 if labels.language == "es" else 1]


def hidden_lines(name: str, table: pd.DataFrame, hidden_groups: Sequence[bool]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which lines may show no number: hidden, of a hidden group, or the constant beside a hidden term.

    Parameters
    ----------
    name : str
        Which table.
    table : DataFrame
        As it may be published.
    hidden_groups : sequence of bool
        Comparisons of which a group is a hidden row of the estimates.

    Returns
    -------
    (lines,) bool
    """
    hidden = table["status"].isin(["withheld", "confidential", "empty"]).to_numpy(dtype=bool)
    if name == "comparisons":
        hidden = hidden | np.array(hidden_groups, dtype=bool)
    if name == "models":
        for column in ("model", ["model", "term"]):
            of_model = table.groupby(column, sort=False)["status"].transform(lambda held: (held == "withheld").any())
            constant = (table["term"] == CONSTANT) if column == "model" else True
            hidden = hidden | (of_model.astype(bool) & constant).to_numpy(dtype=bool)
    return np.asarray(hidden, dtype=bool)
