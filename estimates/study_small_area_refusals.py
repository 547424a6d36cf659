"""Why a small-area model of a study is refused, in words for its authors."""

from __future__ import annotations

from surveys.problems import Message

FEW_AREAS = Message(
    "small_areas_few_areas",
    "the model '{name}' has {coefficients} coefficients and {areas} {areas|area|areas} with a usable sample. More "
    "areas than coefficients are needed: take fewer covariates, or smaller areas.",
    "el modelo '{name}' tiene {coefficients} coeficientes y {areas} {areas|área|áreas} con muestra utilizable. Hacen "
    "falta más áreas que coeficientes: use menos covariables, o áreas menores.")
DEPENDENT = Message(
    "small_areas_dependent",
    "the covariates of the model '{name}' depend on one another in the areas with sample, or do not vary there (a "
    "share that is 1 in all of them, for instance). Leave one of them out.",
    "las covariables del modelo '{name}' dependen unas de otras en las áreas con muestra, o no varían en ellas (una "
    "proporción que es 1 en todas, por ejemplo). Quite una.")
FEW_VARIANCES = Message(
    "small_areas_few_variances",
    "in the model '{name}' only {areas} {areas|area has|areas have} a sampling variance above 0, and {least} are "
    "needed to smooth variances. Take larger areas.",
    "en el modelo '{name}' solo {areas} {areas|área tiene|áreas tienen} varianza muestral mayor que 0, y hacen falta "
    "{least} para suavizar varianzas. Use áreas mayores.")
UNKNOWN_COVARIATE = Message(
    "small_areas_covariate_unknown",
    "the model '{name}' lacks a covariate of some area after its transformation. Correct the file of known numbers.",
    "al modelo '{name}' le falta una covariable de alguna área después de transformarla. Corrija el archivo de números "
    "conocidos.")
NOT_POSITIVE = Message(
    "small_areas_variance_not_positive",
    "the model '{name}' meets a sampling variance that is not above 0. Write `smoothing: design_effect` or "
    "`smoothing: log_linear`.",
    "el modelo '{name}' encuentra una varianza muestral que no es mayor que 0. Escriba `smoothing: design_effect` o "
    "`smoothing: log_linear`.")
REFUSALS = {
    "few_areas": FEW_AREAS, "dependent": DEPENDENT, "few_variances": FEW_VARIANCES,
    "unknown_covariate": UNKNOWN_COVARIATE, "variance_not_positive": NOT_POSITIVE,
}  # fmt: skip
