"""What the sample design of a study is refused for."""

from __future__ import annotations

from surveys.problems import Message

MISSING = Message(
    "design_missing",
    "{missing} of {rows} {rows|row|rows} have no {role}; every row needs one. Map another column, or write "
    "`unavailable:` "
    "with the reason and the fallback.",
    "{missing} de {rows} {rows|fila|filas} no tienen {role}; cada fila necesita uno. Asigne otra columna, o escriba "
    "`unavailable:` con el motivo y la alternativa.",
)
NOT_NESTED = Message(
    "psu_not_nested",
    "{count} {count|PSU number appears|PSU numbers appear} in more than one stratum; each PSU must lie in one "
    "stratum. If the numbers "
    "are "
    "reused from stratum to stratum, write `nested: true`; if not, correct the stratum or the PSU column.",
    "{count} {count|número de UPM aparece|números de UPM aparecen} en más de un estrato; cada UPM debe estar "
    "en un solo estrato. Si los "
    "números "
    "se repiten de estrato en estrato, escriba `nested: true`; si no, corrija la columna de estrato o de "
    "UPM.",
)
LONELY = Message(
    "lonely_psu",
    "{count} {count|stratum has|strata have} a single PSU ({names}); a variance needs two. Choose "
    "`lonely_psu: certainty`, "
    "`centred` or "
    "`collapsed` and say why in the study.",
    "{count} {count|estrato tiene|estratos tienen} una sola UPM ({names}); una varianza necesita dos. Elija "
    "`lonely_psu: "
    "certainty`, "
    "`centred` o `collapsed` y diga por qué en el estudio.",
)
POLICY = Message(
    "lonely_psu_policy",
    "the policy '{policy}' for strata with one PSU is not known; it must be one of {known}.",
    "la regla '{policy}' para estratos con una sola UPM no existe; debe ser una de {known}.",
)
POPULATION_VARIES = Message(
    "psu_population_varies",
    "psu_population is missing, infinite, not a number or not constant in {count} {count|stratum|strata}; it "
    "must be one "
    "number per "
    "stratum: how many PSUs the frame holds there.",
    "psu_population falta, es infinito, no es un número o no es constante en {count} "
    "{count|estrato|estratos}; debe ser un "
    "número "
    "por estrato: cuántas UPM tiene el marco.",
)
POPULATION_SMALL = Message(
    "psu_population_small",
    "psu_population is smaller than the number of PSUs in the sample in {count} {count|stratum|strata}; it "
    "must be the "
    "number of "
    "PSUs in the frame, not a sampling fraction.",
    "psu_population es menor que el número de UPM de la muestra en {count} {count|estrato|estratos}; debe ser "
    "el número de "
    "UPM en "
    "el marco, no una fracción de muestreo.",
)
LENGTHS = Message(
    "design_lengths",
    "{role} has {found} {found|row|rows} where the data have {expected}; both must describe the same rows.",
    "{role} tiene {found} {found|fila|filas} y los datos tienen {expected}; ambos deben describir las mismas filas.",
)
NO_ROWS = Message(
    "design_empty",
    "there are no rows; a design needs at least one PSU. Check the `where` of the mapping.",
    "no hay filas; un diseño necesita al menos una UPM. Revise el `where` del mapping.",
)
