"""The words of the side-by-side tables and of the pages of studies without microdata, in Spanish and English."""

from __future__ import annotations

from collections.abc import Mapping

from surveys.problems import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "es": {
        "alone": "Cifras publicadas",
        "foreword": "Cómo leer las cifras",
        "reading": "Cada columna es un estudio y cada fila una cifra de una lista común. Los estudios preguntan "
        "a otras "
        "personas, en otros lugares y por otro número de años: antes de comparar dos celdas, léanse sus notas, que "
        "llevan el número entre corchetes. Los estudios publicaron sus cifras sin error de muestreo; solo lo "
        "estimado aquí lleva "
        "intervalo. Ninguna diferencia entre países está probada aquí.",
        "reading_many": "Cada fila es un estudio y cada columna una cifra de una lista común.",
        "reading_alone": "De este estudio no hay microdatos en el proyecto: nada se estima. Aquí está lo que se "
        "publicó, con su "
        "definición, su período, lo que limita la comparación y dónde está impreso.",
        "reading_cells": "Las cifras de este estudio son recuentos: se suman las celdas de un archivo publicado "
        "y el resultado "
        "debe ser igual a los totales impresos; si no lo es, no hay tablas. Un recuento no tiene error de muestreo, "
        "pero sí otros.",
        "reading_synthetic": "La columna marcada SINTÉTICO sale de un país inventado y no describe a El "
        "Salvador: ensaya el "
        "proceso. Lo que se publicó en 2018 está en la columna de al lado.",
        "banner": "CONTIENE DATOS SINTÉTICOS",
        "banner_long": "Las columnas marcadas SINTÉTICO provienen de un país inventado. No describen a ninguna "
        "persona real y "
        "no deben citarse.",
        "no_error": "publicado sin error",
        "synthetic": "SINTÉTICO",
        "published": "publicado",
        "estimated": "estimado",
        "counted": "recuento",
        "not_found": "sin cifra",
        "not_found_long": "Sin cifra en las fuentes leídas.",
        "about": "cerca de {value}",
        "at_least": "más de {value}",
        "figure": "Cifra",
        "definition": "Definición",
        "period": "Período de referencia",
        "comparability": "Comparabilidad",
        "caution": "Cuidado",
        "source": "Fuente",
        "derived": "Calculado",
        "precision": "Precisión",
        "interval": "intervalo del 95 %: {low} a {high}",
        "weak": "estimación poco precisa",
        "withheld": "No se publica: la precisión no alcanza la norma.",
        "confidential": "No se publica, para proteger a las personas encuestadas.",
        "empty": "Sin casos en la muestra.",
        "notes": "Notas de cada celda",
        "studies": "Cómo se hizo cada estudio",
        "own_estimate": "Estimación propia del proyecto con el diseño del estudio.",
        "own_synthetic": "Estimación sobre un sorteo de un país inventado. No se compara con otros países.",
        "own_source": "Caracteriza, estudio {study}",
        "producer": "Elaboró",
        "cells_by": "{what}, por {by}",
        "and": "y",
        "total": "Total",
        "checked": "Sumas comprobadas con los totales publicados: {totals}.",
        "all_cells": "todas las celdas",
        "country": "País",
        "sheet_side": "Lado a lado",
        "sheet_cells": "Celdas",
        "sheet_studies": "Estudios",
        "columns": "Cifra|Estudio|País|Año|Clase|Sintético|Valor|Exactitud|Unidad|Límite inferior|Límite "
        "superior|Error|"
        "Definición|Período|Comparabilidad|Fuente|Dirección|Calculado",
        "study": "Estudio",
        "topic": "Tema",
        "exact": "exacto",
        "about_word": "aproximado",
        "at_least_word": "mínimo",
        "yes": "sí",
        "no": "no",
        "unit_persons": "personas",
        "unit_households": "hogares o familias",
        "unit_percent": "%",
        "unit_number": "número",
        "unit_years": "años",
        "unit_text": "texto",
    },
    "en": {
        "alone": "Published figures",
        "foreword": "How to read the figures",
        "reading": "Each column is a study and each row a figure of a common list. The studies ask other people, "
        "in other "
        "places and about another number of years: before comparing two cells, read their notes, which carry the "
        "number in "
        "brackets. The studies published their figures without a sampling error; only what is estimated here has "
        "an interval. "
        "No difference between countries is tested here.",
        "reading_many": "Each row is a study and each column a figure of a common list.",
        "reading_alone": "The project has no microdata of this study: nothing is estimated. Here is what was "
        "published, with its "
        "definition, its period, what limits comparison and where it is printed.",
        "reading_cells": "The figures of this study are counts: the cells of a published file are added up and "
        "the result must "
        "equal the printed totals; otherwise there are no tables. A count has no sampling error, but has others.",
        "reading_synthetic": "The column marked SYNTHETIC comes from an invented country and does not describe "
        "El Salvador: it "
        "tries the process. What was published in 2018 is in the column beside it.",
        "banner": "HOLDS SYNTHETIC DATA",
        "banner_long": "The columns marked SYNTHETIC come from an invented country. They describe no real person "
        "and must not be "
        "quoted.",
        "no_error": "published without error",
        "synthetic": "SYNTHETIC",
        "published": "published",
        "estimated": "estimated",
        "counted": "count",
        "not_found": "no figure",
        "not_found_long": "No figure in the sources read.",
        "about": "about {value}",
        "at_least": "more than {value}",
        "figure": "Figure",
        "definition": "Definition",
        "period": "Reference period",
        "comparability": "Comparability",
        "caution": "Care",
        "source": "Source",
        "derived": "Computed",
        "precision": "Precision",
        "interval": "95% interval: {low} to {high}",
        "weak": "not a precise estimate",
        "withheld": "Not published: its precision does not meet the standard.",
        "confidential": "Not published, to protect the persons surveyed.",
        "empty": "No cases in the sample.",
        "notes": "Notes on each cell",
        "studies": "How each study was made",
        "own_estimate": "The project's own estimate under the study's design.",
        "own_synthetic": "Estimate from one draw of an invented country. Not to be compared with other countries.",
        "own_source": "Caracteriza, study {study}",
        "producer": "Produced by",
        "cells_by": "{what}, by {by}",
        "and": "and",
        "total": "Total",
        "checked": "Sums checked against the published totals: {totals}.",
        "all_cells": "all cells",
        "country": "Country",
        "sheet_side": "Side by side",
        "sheet_cells": "Cells",
        "sheet_studies": "Studies",
        "columns": "Figure|Study|Country|Year|Kind|Synthetic|Value|Exactness|Unit|Lower limit|Upper "
        "limit|Error|Definition|"
        "Period|Comparability|Source|Address|Computed",
        "study": "Study",
        "topic": "Topic",
        "exact": "exact",
        "about_word": "approximate",
        "at_least_word": "minimum",
        "yes": "yes",
        "no": "no",
        "unit_persons": "persons",
        "unit_households": "households or families",
        "unit_percent": "%",
        "unit_number": "number",
        "unit_years": "years",
        "unit_text": "text",
    },
}
COUNTRIES: Mapping[Language, Mapping[str, str]] = {
    "es": {"SLV": "El Salvador", "HND": "Honduras", "MEX": "México", "GTM": "Guatemala", "BOL": "Bolivia",
           "CHL": "Chile", "ECU": "Ecuador"},
    "en": {"SLV": "El Salvador", "HND": "Honduras", "MEX": "Mexico", "GTM": "Guatemala", "BOL": "Bolivia",
           "CHL": "Chile", "ECU": "Ecuador"},
}
