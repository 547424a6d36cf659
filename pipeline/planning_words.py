"""The forecast of a planned sample as a page, in Spanish or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from estimates.publication.standards import STANDARDS
from pipeline.report_numbers import plain
from surveys.problems import Language
from surveys.sampling.plan import SamplePlan

Name = Callable[[str, str], str]

WORDS: Mapping[Language, Mapping[str, str]] = {
    "es": {
        "title": "Lo que la muestra permitirá publicar",
        "synthetic": "El estudio es un ensayo con datos sintéticos.",
        "intro": "Antes del trabajo de campo: {drawn} unidades en {segments} segmentos de {strata} estratos; "
        "se espera que "
        "responda el {response}\u00a0%. Cada fila "
        "se juzga con la norma de publicación del estudio ({standards}) y con el "
        "mínimo de {cases} casos para los datos sensibles. La probabilidad dice cuántas de cien muestras posibles "
        "dejarían publicar la cifra.",
        "picture": "Cuadro de signos: qué cifras se podrán publicar, por indicador y dominio, con el "
        "coeficiente de variación",
        "summary": "De {all} cifras previstas, {reliable} serían fiables, {weak} poco fiables y {none} no se "
        "publicarían.",
        "columns": "Dominio|Respuestas|Casos|Esperado|CV|Semiamplitud|Efecto de diseño|Publicación|Probabilidad",
        "expects": "Fuente de lo esperado: {source}.",
        "targets": "Tamaño necesario para las metas",
        "target_columns": "Indicador|Dominio|Meta|Efecto de diseño|Unidades necesarias|Unidades previstas|Se alcanza",
        "cv": "CV de {value}\u00a0%",
        "half_width": "± {value} puntos",
        "log_cv": "CV logarítmico de {value}\u00a0%",
        "yes": "sí",
        "no": "no",
        "allocation": "Reparto de la muestra",
        "allocation_columns": "Estrato|Unidades en el marco|Segmentos previstos|Proporcional|Raíz cuadrada|Igual",
        "stages": "Segmentos o familias por segmento",
        "stages_text": "Con {budget} {currency}: {segment} por segmento y {unit} por familia, para {indicator} "
        "(correlación {rho}). El mejor número de familias por segmento es {best}.",
        "stages_columns": "Familias por segmento|Segmentos|Familias|Efecto de diseño|Muestra efectiva|Eficiencia",
        "change": "Cambio que mostraría la próxima ronda",
        "change_columns": "Indicador|Ahora|Después|Segmentos comunes|Potencia|Unidades por ronda para 80 %",
        "rule": "Casos esperados por la regla de planificación: unidades × respuesta × elementos por "
        "unidad × prevalencia.",
        "reliable": "Fiable",
        "weak": "Poco fiable",
        "withheld": "No se publica",
        "confidential": "Confidencial",
        "whole": "Total",
        "stratum": "Estrato",
        "sign": "\u00a0%",
    },
    "en": {
        "title": "What the sample will be able to publish",
        "synthetic": "The study is a trial on synthetic data.",
        "intro": "Before fieldwork: {drawn} units in {segments} segments of {strata} strata; {response}% are "
        "expected to "
        "answer. Each row is judged by the study's publication standard ({standards}) and by the minimum of {cases} "
        "cases for sensitive data. The chance says how many of a hundred possible samples would let the figure be "
        "published.",
        "picture": "Table of signs: which figures can be published, by indicator and domain, with the "
        "coefficient of variation",
        "summary": "Of {all} figures planned, {reliable} would be reliable, {weak} weak and {none} not published.",
        "columns": "Domain|Answers|Cases|Expected|CV|Half-width|Design effect|Publication|Chance",
        "expects": "Source of what is expected: {source}.",
        "targets": "Size needed for the targets",
        "target_columns": "Indicator|Domain|Target|Design effect|Units needed|Units planned|Reached",
        "cv": "CV of {value}%",
        "half_width": "± {value} points",
        "log_cv": "logarithmic CV of {value}%",
        "yes": "yes",
        "no": "no",
        "allocation": "Allocation of the sample",
        "allocation_columns": "Stratum|Units in the frame|Segments planned|Proportional|Square root|Equal",
        "stages": "Segments or families per segment",
        "stages_text": "With {budget} {currency}: {segment} a segment and {unit} a family, for {indicator} "
        "(correlation {rho}). The best number of families per segment is {best}.",
        "stages_columns": "Families per segment|Segments|Families|Design effect|Effective sample|Efficiency",
        "change": "Change that the next round would show",
        "change_columns": "Indicator|Now|Then|Common segments|Power|Units a round for 80%",
        "rule": "Expected cases by the planning rule: units × response × elements per unit × prevalence.",
        "reliable": "Reliable",
        "weak": "Weak",
        "withheld": "Withheld",
        "confidential": "Confidential",
        "whole": "Total",
        "stratum": "Stratum",
        "sign": "%",
    },
}


def forecast_text(
    plan: SamplePlan,
    table: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    *,
    language: Language,
    domain: Name,
    indicator: Callable[[str], str],
    facts: Mapping[str, str],
) -> str:
    """Return the forecast as Markdown.

    Parameters
    ----------
    plan : SamplePlan
        The plan.
    table : DataFrame
        From `pipeline.planning_forecast.publishable`.
    tables : mapping of str to DataFrame
        ``required``, ``allocation``, ``stages`` and ``change``; empty ones are left out.
    language : {"es", "en"}
        Language of the page.
    domain, indicator : callable
        Names of a domain (group, code) and of an indicator.
    facts : mapping
        ``standards``, ``cases``, ``synthetic`` (empty for real data), and the fields of ``stages_text``.
    """
    words = WORDS[language]
    whole = table[table["group"] == ""]
    strata = str(len(plan.strata))
    segments = plain(float(whole["segments"].iloc[0]), 0) if len(whole) else plain(plan.segments, 0)
    drawn = plain(float(whole["drawn"].iloc[0]), 0) if len(whole) else plain(plan.segments * plan.per_segment, 0)
    lines = [f"# {words['title']}", ""]
    if facts["synthetic"]:
        lines += [f"**{words['synthetic']}**", ""]
    lines += [
        words["intro"].format(
            drawn=drawn,
            segments=segments,
            strata=strata,
            response=plain(100 * plan.response, 0),
            standards=", ".join(_standard(name, language) for name in facts["standards"].split(", ")),
            cases=facts["cases"],
        ),
        "",
    ]
    status = table["status"].value_counts()
    good, weak = int(status.get("reliable", 0)), int(status.get("weak", 0))
    lines += [
        words["summary"].format(all=len(table), reliable=good, weak=weak, none=len(table) - good - weak),
        "",
        words["rule"],
        "",
        f"![{words['picture']}](forecast_{language}.svg)",
        "",
    ]
    for one in plan.expectations:
        rows = table[table["indicator"] == one.indicator]
        lines += [f"## {inert(indicator(one.indicator))}", ""]
        if one.source is not None:
            lines += [words["expects"].format(source=inert(one.source.get(language))), ""]
        lines += [*_grid(words["columns"], [_forecast_row(row, words, domain) for row in _records(rows)]), ""]
    for name, heading, columns, writer in (
        ("required", "targets", "target_columns", _target_row),
        ("allocation", "allocation", "allocation_columns", _allocation_row),
        ("stages", "stages", "stages_columns", _stage_row),
        ("change", "change", "change_columns", _change_row),
    ):
        if len(tables[name]):
            lines += [f"## {words[heading]}", ""]
            if name == "stages":
                lines += [words["stages_text"].format(**facts), ""]
            rows_of = [writer(row, words, domain, indicator) for row in _records(tables[name])]
            lines += [*_grid(words[columns], rows_of), ""]
    return "\n".join(lines).rstrip() + "\n"


def inert(text: str) -> str:
    """Keep a text of the study from being read as Markdown or HTML."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def percent(value: float, decimals: int = 1) -> str:
    """Write a fraction as a percentage without its sign."""
    return plain(100 * value, decimals) if np.isfinite(value) else ""


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _grid(columns: str, rows: list[list[str]]) -> list[str]:
    names = columns.split("|")
    lines = ["| " + " | ".join(names) + " |", "|---" + "|---:" * (len(names) - 1) + "|"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def _amount(value: float, kind: str, words: Mapping[str, str]) -> str:
    if kind == "prop":
        return percent(value, 1 if value >= 0.1 else 2) + words["sign"]
    return plain(value, 0 if abs(value) >= 100 else 1)


def _forecast_row(row: Mapping[str, object], words: Mapping[str, str], domain: Name) -> list[str]:
    number = {name: float(str(row[name])) for name in ("n", "cases", "expected", "cv", "half_width", "deff", "chance")}
    kind = str(row["kind"])
    return [
        inert(domain(str(row["group"]), str(row["code"]))),
        plain(number["n"], 0),
        plain(number["cases"], 0),
        _amount(number["expected"], kind, words),
        percent(number["cv"]) + words["sign"],
        _amount(number["half_width"], kind, words),
        plain(number["deff"], 2),
        words[str(row["status"])],
        percent(number["chance"], 0) + words["sign"],
    ]


def _target_row(
    row: Mapping[str, object], words: Mapping[str, str], domain: Name, indicator: Callable[[str], str]
) -> list[str]:
    target = words[str(row["kind"])].format(value=percent(float(str(row["target"])), 1))
    return [
        inert(indicator(str(row["indicator"]))),
        inert(domain(str(row["group"]), str(row["code"]))),
        target,
        plain(float(str(row["deff"])), 2),
        plain(float(str(row["needed"])), 0),
        plain(float(str(row["drawn"])), 0),
        words["yes"] if row["reached"] else words["no"],
    ]


def _allocation_row(
    row: Mapping[str, object], words: Mapping[str, str], domain: Name, indicator: Callable[[str], str]
) -> list[str]:
    return [
        inert(domain("stratum", str(row["stratum"]))),
        *(
            plain(float(str(row[name])), 0)
            for name in ("population", "planned", "proportional", "square_root", "equal")
        ),
    ]


def _stage_row(
    row: Mapping[str, object], words: Mapping[str, str], domain: Name, indicator: Callable[[str], str]
) -> list[str]:
    number = {name: float(str(value)) for name, value in row.items()}
    return [
        plain(number["per_segment"], 0),
        plain(number["segments"], 0),
        plain(number["units"], 0),
        plain(number["deff"], 2),
        plain(number["effective"], 0),
        percent(number["efficiency"], 0) + words["sign"],
    ]


def _change_row(
    row: Mapping[str, object], words: Mapping[str, str], domain: Name, indicator: Callable[[str], str]
) -> list[str]:
    return [
        inert(indicator(str(row["indicator"]))),
        *(percent(float(str(row[name])), 2) + words["sign"] for name in ("now", "then")),
        *(percent(float(str(row[name])), 0) + words["sign"] for name in ("overlap", "power")),
        plain(float(str(row["needed"])), 0),
    ]


def _standard(name: str, language: str) -> str:
    known = STANDARDS.get(name)
    return name if known is None else known.es if language == "es" else known.en
