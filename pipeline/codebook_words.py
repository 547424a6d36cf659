"""Headings of the codebook in both languages, and the look of its page."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "Libro de códigos", "contents": "Contenido", "variables": "Variables",
        "code_lists": "Listas de códigos",
        "indicators": "Indicadores", "breakdowns": "Desagregaciones", "rules": "Reglas de consistencia",
        "missing": "Tipos de dato faltante", "code": "Código", "label": "Etiqueta", "name": "Nombre",
        "variable": "Variable", "level": "Nivel", "statistic": "Estadístico", "of": "Numerador o variable",
        "over": "Denominador", "universe": "Universo", "unit": "Unidad", "definition": "Definición",
        "sensitive": "Sensible", "yes": "Sí", "type": "Tipo", "question": "Pregunta", "derive": "Se calcula como",
        "code_list": "Lista de códigos", "codes": "Códigos", "range": "Rango", "disclosure": "Confidencialidad",
        "severity": "Gravedad", "if": "Si", "then": "Entonces", "message": "Mensaje",
        "error": "Error", "warning": "Advertencia", "note": "Nota",
        "type_code": "Código", "type_number": "Número", "type_integer": "Número entero", "type_text": "Texto",
        "type_multiple": "Respuesta múltiple",
        "disclosure_identifier": "Identifica a la unidad", "disclosure_key": "Clave para reidentificar",
        "disclosure_sensitive": "Sensible", "disclosure_open": "Abierta",
        "total": "Total", "count": "Conteo", "mean": "Media", "proportion": "Proporción", "ratio": "Razón",
        "distribution": "Distribución",
        "quantile": "Cuantil", "gini": "Coeficiente de Gini", "quintile_share_ratio": "Razón de quintiles",
        "poverty": "Pobreza", "rate": "Tasa", "function": "Función de totales", "survival": "Supervivencia",
        "standardized": "Media estandarizada", "parameters": "Parámetros",
    },
    "en": {
        "title": "Codebook", "contents": "Contents", "variables": "Variables", "code_lists": "Code lists",
        "indicators": "Indicators", "breakdowns": "Breakdowns", "rules": "Consistency rules",
        "missing": "Kinds of missing value", "code": "Code", "label": "Label", "name": "Name",
        "variable": "Variable", "level": "Level", "statistic": "Statistic", "of": "Numerator or variable",
        "over": "Denominator", "universe": "Universe", "unit": "Unit", "definition": "Definition",
        "sensitive": "Sensitive", "yes": "Yes", "type": "Type", "question": "Question", "derive": "Computed as",
        "code_list": "Code list", "codes": "Codes", "range": "Range", "disclosure": "Disclosure",
        "severity": "Severity", "if": "If", "then": "Then", "message": "Message",
        "error": "Error", "warning": "Warning", "note": "Note",
        "type_code": "Code", "type_number": "Number", "type_integer": "Whole number", "type_text": "Text",
        "type_multiple": "Multiple response",
        "disclosure_identifier": "Identifies the unit", "disclosure_key": "Key for re-identification",
        "disclosure_sensitive": "Sensitive", "disclosure_open": "Open",
        "total": "Total", "count": "Count", "mean": "Mean", "proportion": "Proportion", "ratio": "Ratio",
        "distribution": "Distribution",
        "quantile": "Quantile", "gini": "Gini coefficient", "quintile_share_ratio": "Quintile share ratio",
        "poverty": "Poverty", "rate": "Rate", "function": "Function of totals", "survival": "Survival",
        "standardized": "Standardized mean", "parameters": "Parameters",
    },
}

PAGE_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;"
    "background:#fff}h1,h2{line-height:1.2}h2{margin-top:3rem;border-bottom:2px solid #1f4e79}"
    "table{border-collapse:collapse;width:100%;margin:1.5rem 0}"
    "caption{text-align:left;font-weight:600;padding:.3rem 0}"
    "th,td{border-bottom:1px solid #d0d0d0;padding:.3rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}tbody th{font-weight:500;width:14rem}thead th{background:#eef3f8}a{color:#1f4e79}"
)
