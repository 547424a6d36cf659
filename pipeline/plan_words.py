"""The plan of a study as a page, in Spanish or English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.problems import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "es": {
        "synthetic": "Los datos de este estudio son sintéticos.",
        "group": "Grupo de trabajo",
        "nobody": "El estudio no nombra instituciones (`working_group:`).",
        "leads": "dirige",
        "produces": "produce",
        "validates": "valida",
        "receives": "recibe",
        "everything": "todo",
        "decisions": "Decisiones",
        "forecast": "Lo que la muestra permitirá publicar: `forecast_es.md`.",
        "questionnaire": "Cuestionario para el levantamiento con dispositivos (XLSForm): `questionnaire.xlsx`.",
        "design": "Diseño de la muestra",
        "stratum": "Estrato",
        "psu": "Unidad primaria de muestreo (UPM)",
        "psu_population": "UPM del estrato en el marco",
        "unavailable": "no disponible: {reason}. En su lugar: {fallback}.",
        "none": "nada",
        "single_stratum": "un solo estrato",
        "household": "el hogar",
        "lonely_psu": "Estrato con una sola UPM",
        "fail": "se detiene la ejecución",
        "certainty": "se cuenta como de inclusión forzosa, sin varianza",
        "centred": "se centra en la media de todas las UPM",
        "collapsed": "se une a otro estrato, y se informa a cuál",
        "domains": "Dominios previstos",
        "national": "Solo el total nacional.",
        "indicators": "Indicadores",
        "standards": "Norma de publicación",
    },
    "en": {
        "synthetic": "The data of this study are synthetic.",
        "group": "Working group",
        "nobody": "The study names no institutions (`working_group:`).",
        "leads": "leads",
        "produces": "produces",
        "validates": "validates",
        "receives": "receives",
        "everything": "everything",
        "decisions": "Decisions",
        "forecast": "What the sample will be able to publish: `forecast_en.md`.",
        "questionnaire": "Questionnaire for collection on devices (XLSForm): `questionnaire.xlsx`.",
        "design": "Sample design",
        "stratum": "Stratum",
        "psu": "Primary sampling unit (PSU)",
        "psu_population": "PSUs of the stratum in the frame",
        "unavailable": "unavailable: {reason}. In its place: {fallback}.",
        "none": "nothing",
        "single_stratum": "one single stratum",
        "household": "the household",
        "lonely_psu": "Stratum with a single PSU",
        "fail": "the run stops",
        "certainty": "counted as included with certainty, without variance",
        "centred": "centred on the mean of all PSUs",
        "collapsed": "joined to another stratum, and said to which",
        "domains": "Planned domains",
        "national": "The national total only.",
        "indicators": "Indicators",
        "standards": "Publication standard",
    },
}


def plan_text(plan: Mapping[str, Any], language: Language) -> str:
    """Return the plan of `pipeline.planning.plan_of` as Markdown."""
    words = WORDS[language]
    lines = [f"# {_inert(plan['title'][language])}", "", f"{plan['country']} · {plan['year']}", ""]
    if plan["synthetic"]:
        lines += [f"**{words['synthetic']}**", ""]
    lines += [f"## {words['group']}", "", *_group(plan["working_group"], words), ""]
    if plan.get("decisions"):
        lines += [f"## {words['decisions']}", "", *_decisions(plan["decisions"], language), ""]
    files = plan.get("files", ())
    pointers = [words["forecast"]] if f"forecast_{language}.md" in files else []
    pointers += [words["questionnaire"]] if "questionnaire.xlsx" in files else []
    lines += [text for pointer in pointers for text in (pointer, "")]
    lines += [f"## {words['design']}", "", *_design(plan["design"], words, language), ""]
    lines += [f"## {words['domains']}", "", *([f"- `{name}`" for name in plan["planned"]] or [words["national"]]), ""]
    lines += [f"## {words['indicators']}", "", *[f"- `{name}`" for name in plan["indicators"]], ""]
    lines += [f"## {words['standards']}", "", *[f"- `{name}`" for name in plan["standards"]]]
    return "\n".join(lines) + "\n"


def _group(members: list[dict[str, Any]], words: Mapping[str, str]) -> list[str]:
    if not members:
        return [words["nobody"]]
    lines = []
    for member in members:
        what = ", ".join(f"`{name}`" for name in member["validates"])
        if member["role"] == "validates" and not what:
            what = words["everything"]
        lines.append(f"- {_inert(member['institution'])}: {words[member['role']]}" + (f" ({what})" if what else ""))
    return lines


def _decisions(decisions: list[dict[str, Any]], language: Language) -> list[str]:
    lines = []
    for one in decisions:
        who = "; ".join(_inert(name) for name in one["by"])
        lines.append(f"- {one['date']}: {_inert(one['decision'][language])}" + (f" ({who})" if who else ""))
    return lines


def _design(design: Mapping[str, Any], words: Mapping[str, str], language: Language) -> list[str]:
    lines = []
    for role in ("stratum", "psu", "psu_population"):
        said = design[role]
        if "variable" in said:
            text = f"`{said['variable']}`"
        else:
            fallback = words[said["fallback"] or "none"]
            text = words["unavailable"].format(reason=_inert(said["unavailable"][language]), fallback=fallback)
        lines.append(f"- {words[role]}: {text}")
    return [*lines, f"- {words['lonely_psu']}: {words[design['lonely_psu']]}"]


def _inert(text: str) -> str:
    """Keep a text of the study from being read as Markdown or HTML."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
