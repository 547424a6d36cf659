"""Fixed texts of the protection report, in Spanish and English."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "es": {
        "title": "Informe de protección de los archivos de uso público",
        "synthetic": "**DATOS SINTÉTICOS.** Los microdatos son inventados; ninguna fila describe a una persona real.",
        "decided": "Permitido por {by} el {date}: {reason}.",
        "what": "Qué se entrega",
        "what_text": "Cada archivo existe en SPSS (`.sav`) y Stata (`.dta`), uno por idioma, y en Parquet y CSV con "
        "los "
        "nombres en ambos idiomas. Un valor menor que cero dice por qué falta; -9 es un valor oculto para proteger a "
        "las personas. No hay identificadores directos, ni estrato, ni unidad primaria de muestreo, ni lugar más "
        "detallado que el que se ve, ni fecha, ni texto libre. Las filas llevan números al azar y están en ese orden.",
        "file": "Archivo", "rows": "Filas", "variables": "Variables", "replicates": "Réplicas", "holds": "Contenido",
        "changed": "Variables agrupadas",
        "changed_none": "Ninguna.",
        "changed_row": "`{name}` del archivo {file}: {detail}.",
        "risk": "Riesgo que queda",
        "risk_text": "Las filas iguales en las llaves forman una clase; un valor oculto es una categoría más y no un "
        "comodín. El riesgo de una fila es la media de uno entre el número de personas iguales en la población, según "
        "los factores; el de una familia, que se encuentre a alguno de sus miembros; el global, la media del archivo.",
        "measure": "Medida", "found": "Hallado", "limit": "Límite",
        "smallest": "Menor clase (k)", "different": "Menos valores sensibles distintos (l)",
        "individual": "Mayor riesgo de una fila", "household": "Mayor riesgo de una familia",
        "whole": "Riesgo global", "weight_strata": "Menos estratos que comparten un factor",
        "unit_psus": "Menos UPM en una unidad de réplica", "unit_strata": "Menos estratos en una unidad de réplica",
        "certain": "Personas halladas con certeza", "right": "Aciertos de quien conoce todas las llaves",
        "fewest": "Menos filas posibles para una persona",
        "trial": "Prueba de reidentificación: alguien conoce las llaves de todas las personas de la muestra, sabe que "
        "están en ella, y nombra al azar una de las filas posibles. Es el peor caso; nadie sabe quién está en una "
        "muestra. Frente a toda la población, los aciertos esperados son el riesgo global.",
        "loss": "Información que se pierde",
        "loss_text": "Valores ocultos, y factores sustituidos por la media de filas parecidas de varios estratos.",
        "variable": "Variable", "hidden": "Valores ocultos", "share": "Parte (%)",
        "weight_change": "Cambio medio del factor (%)",
        "families": "Personas con el número de su familia",
        "compared": "Frente a lo publicado",
        "compared_text": "Cifras que pueden calcularse con los archivos, con los factores y las réplicas, junto a las "
        "publicadas, sin la extensión más allá de los lugares de la muestra. La distancia se da en errores estándar "
        "publicados; el cociente es el error estándar del archivo entre el publicado. {within} de {all} están dentro "
        "de "
        "lo declarado (distancia hasta {far}, cociente entre {low} y {high}). Todas están en "
        "`public_use_comparison.csv`; aquí, las cifras clave.",
        "figure": "Cifra", "published": "Publicado", "se": "Error estándar", "public": "Archivo",
        "public_se": "Su error estándar", "distance": "Distancia", "ratio": "Cociente",
        "absent": "Cifras clave que los archivos no pueden dar: {names}.",
        "cells": "Celdas que la publicación oculta",
        "cells_text": "{attacked} celdas ocultas tocan variables de estos archivos. Ninguna puede contarse "
        "directamente ni por diferencia entre un código agrupado y las celdas publicadas.",
        "use": "Cómo usar los factores",
        "use_text": "El error estándar es la raíz de la suma de escala por el cuadrado de la diferencia entre la cifra "
        "de cada réplica y la del factor completo; las escalas están en `replicates_<archivo>.csv`. En R: "
        "`svrepdesign(weights = ~weight, repweights = \"replicate_[0-9]+\", type = \"JKn\", scale = 1, rscales = "
        "escalas$scale, combined.weights = TRUE, mse = TRUE)`. Los grados de libertad son {df}.",
        "limits": "Lo que no protege",
        "limits_text": "- Quien sabe que una familia está en la muestra y conoce de ella más que las llaves puede "
        "reconocerla. Las llaves son un supuesto de quien decidió.\n"
        "- Las filas de una unidad de réplica vienen de varios segmentos del mismo lugar mostrado: se sabe que están "
        "juntas, no dónde.\n"
        "- La protección frente a los cuadros publicados se prueba cuadro por cuadro: no se prueban sumas que cruzan "
        "varios cuadros a la vez ni celdas con dos variables agrupadas.\n"
        "- No se protege contra quien tenga otra edición de estos microdatos ni la semilla, que no debe salir.\n"
        "- Lo que una clase entera tiene en común en una variable que no se declaró sensible se ve.",
    },
    "en": {
        "title": "Protection report of the public-use files",
        "synthetic": "**SYNTHETIC DATA.** The microdata are invented; no row describes a real person.",
        "decided": "Permitted by {by} on {date}: {reason}.",
        "what": "What is given",
        "what_text": "Each file exists for SPSS (`.sav`) and Stata (`.dta`), one for each language, and as Parquet "
        "and CSV "
        "with names in both languages. A value below zero says why it is missing; -9 is a value hidden to protect "
        "people. There is no direct identifier, stratum or primary sampling unit, no place finer than what is seen, no "
        "date and no free text. Rows carry random numbers and stand in that order.",
        "file": "File", "rows": "Rows", "variables": "Variables", "replicates": "Replicates", "holds": "Content",
        "changed": "Variables made coarser",
        "changed_none": "None.",
        "changed_row": "`{name}` of the file {file}: {detail}.",
        "risk": "Risk that remains",
        "risk_text": "Rows alike in the keys are a class; a hidden value is one more category and no joker. The risk "
        "of a "
        "row is the mean of one over the number of such persons in the population, by the weights; that of a family, "
        "that some member is found; the global one, the mean of the file.",
        "measure": "Measure", "found": "Found", "limit": "Limit",
        "smallest": "Smallest class (k)", "different": "Fewest different sensitive values (l)",
        "individual": "Largest risk of a row", "household": "Largest risk of a family",
        "whole": "Global risk", "weight_strata": "Fewest strata that share a weight",
        "unit_psus": "Fewest PSUs in a replicate unit", "unit_strata": "Fewest strata in a replicate unit",
        "certain": "Persons found with certainty", "right": "Right claims of somebody who knows all keys",
        "fewest": "Fewest possible rows for a person",
        "trial": "Trial of re-identification: somebody knows the keys of everybody in the sample, knows that they are "
        "in "
        "it, and names one of the possible rows at random. It is the worst case; nobody knows who is in a sample. "
        "Against the whole population the expected right claims are the global risk.",
        "loss": "Information lost",
        "loss_text": "Values hidden, and weights replaced by the mean of like rows of several strata.",
        "variable": "Variable", "hidden": "Values hidden", "share": "Share (%)",
        "weight_change": "Mean change of the weight (%)",
        "families": "Persons with the number of their family",
        "compared": "Beside what was published",
        "compared_text": "Figures that the files can give, with weights and replicates, beside the published ones, "
        "without "
        "the extension beyond the places sampled. The distance is in published standard errors; the ratio is the "
        "standard error of the file over the published one. {within} of {all} are within what was declared (distance "
        "up to {far}, ratio between {low} and {high}). All are in `public_use_comparison.csv`; here, the key figures.",
        "figure": "Figure", "published": "Published", "se": "Standard error", "public": "File",
        "public_se": "Its standard error", "distance": "Distance", "ratio": "Ratio",
        "absent": "Key figures that the files cannot give: {names}.",
        "cells": "Cells that the release hides",
        "cells_text": "{attacked} hidden cells touch variables of these files. None can be counted directly, or by the "
        "difference between a coarser code and the cells that are published.",
        "use": "How to use the weights",
        "use_text": "The standard error is the root of the sum of scale times the squared difference between the "
        "figure of "
        "each replicate and that of the full weight; the scales are in `replicates_<file>.csv`. In R: "
        "`svrepdesign(weights = ~weight, repweights = \"replicate_[0-9]+\", type = \"JKn\", scale = 1, rscales = "
        "scales$scale, combined.weights = TRUE, mse = TRUE)`. Degrees of freedom are {df}.",
        "limits": "What it does not protect",
        "limits_text": "- Who knows that a family is in the sample, and more of it than the keys, may recognize it. "
        "The "
        "keys are an assumption of whoever decided.\n"
        "- Rows of one replicate unit come from several segments of one place shown: that they belong together is "
        "known, where they are is not.\n"
        "- Protection against the published tables is tried table by table: sums across several tables at once, and "
        "cells with two coarser variables, are not tried.\n"
        "- There is no protection against who holds another edition of these microdata, or the seed, which must not "
        "leave the house.\n"
        "- What a whole class has in common in a variable that was not declared sensitive can be seen.",
    },
}
