"""Why a calibration is refused."""

from __future__ import annotations

from surveys.problems import Message

CELL_MISSING = Message(
    "cell_missing",
    "{count} {count|unit|units} with weight {count|has|have} no value for margin '{margin}' ({variables}); every unit "
    "must lie in a cell. Impute the variable, or write `missing: leave` if such units belong to none of its cells.",
    "{count} {count|unidad|unidades} con factor no {count|tiene|tienen} valor para el margen '{margin}' "
    "({variables}); toda unidad debe estar en una celda. Impute la variable, o escriba `missing: leave` si esas "
    "unidades no pertenecen a ninguna de sus celdas.",
)
CELL_WITHOUT_TOTAL = Message(
    "cell_without_total",
    "Margin '{margin}': {count} {count|unit|units} of the sample {count|lies|lie} in cell '{cell}', for which there "
    "is no total. Add the total, or join the cell with another.",
    "Margen '{margin}': {count} {count|unidad|unidades} de la muestra {count|está|están} en la celda '{cell}', de la "
    "que no hay total. Agregue el total, o una la celda con otra.",
)
CELL_WITHOUT_UNITS = Message(
    "cell_without_units",
    "Margin '{margin}', cell '{cell}': the total is {total}, but no unit of the sample with weight lies in it; nobody "
    "can stand for it. Join the cell with another in the dictionary and in the totals.",
    "Margen '{margin}', celda '{cell}': el total es {total}, pero ninguna unidad de la muestra con factor está en "
    "ella; nadie puede representarla. Una la celda con otra en el diccionario y en los totales.",
)
BOUNDS_TOO_NARROW = Message(
    "bounds_too_narrow",
    "No factors between {low} and {high} meet the totals{domain}. Bounds [{wider_low}, {wider_high}] would do. Within "
    "the present bounds these totals must give way: {conflicts}.",
    "Ningún factor entre {low} y {high} cumple los totales{domain}. Los límites [{wider_low}, {wider_high}] "
    "bastarían. Con los límites actuales deben ceder estos totales: {conflicts}.",
)
TOTALS_CONFLICT = Message(
    "totals_conflict",
    "No weights, however large or small, meet all totals{domain}. These stand in the way (total; nearest that can be "
    "met together with the others): {conflicts}. Correct them, or join their cells with others.",
    "Ningún factor, por grande o pequeño que sea, cumple todos los totales{domain}. Estos lo impiden (total; el más "
    "cercano que se puede cumplir con los demás): {conflicts}. Corríjalos, o una sus celdas con otras.",
)
NOT_CONVERGED = Message(
    "calibration_not_converged",
    "The {distance} calibration did not converge{domain}, though weights that meet the totals exist: factors between "
    "{wider_low} and {wider_high} would do. Use `distance: truncated` or `logit` with such bounds.",
    "La calibración {distance} no convergió{domain}, aunque hay factores que cumplen los totales: bastan factores "
    "entre {wider_low} y {wider_high}. Use `distance: truncated` o `logit` con esos límites.",
)
NEGATIVE_WEIGHTS = Message(
    "calibration_negative",
    "Linear calibration makes {count} of {rows} weights negative; nobody stands for less than nobody. Use `distance: "
    "truncated` or `logit` with bounds, or `raking`.",
    "La calibración lineal vuelve negativos {count} de {rows} factores; nadie representa a menos que nadie. Use "
    "`distance: truncated` o `logit` con límites, o `raking`.",
)
BOUNDS_WRONG = Message(
    "bounds_wrong",
    "The distance '{distance}' with bounds '{bounds}' cannot be. Logit and truncated need bounds around 1, "
    "such as [0.4, 3]; linear and raking have none.",
    "La distancia '{distance}' con límites '{bounds}' no puede ser. Logit y truncated necesitan límites "
    "alrededor de 1, como [0.4, 3]; linear y raking no los tienen.",
)
