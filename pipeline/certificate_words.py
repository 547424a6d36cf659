"""What the certificate says, in Spanish: every English sentence with its places, and the same in Spanish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

# A place in braces holds a number, a name or another sentence of this list.
SENTENCES: Mapping[str, str] = MappingProxyType({
    "Certificate of the estimation engine": "Certificado del motor de estimación",
    "Verdict:": "Dictamen:",
    "passed": "aprobado",
    "failed": "reprobado",
    "incomplete": "incompleto",
    "not run": "no ejecutado",
    "reported": "informado",
    "{n} passed": "{n} aprobadas",
    "{n} failed": "{n} reprobadas",
    "{n} not run": "{n} no ejecutadas",
    "{n} reported": "{n} informadas",
    "Simulations: {n} samples of each scenario (ten times as many in A to F), seed {seed}.":
        "Simulaciones: {n} muestras de cada escenario (diez veces más en A a F), semilla {seed}.",
    "Not asked for in this run.": "No se pidió en esta ejecución.",
    "what": "qué",
    "measured": "medido",
    "asked for": "exigido",
    "outcome": "resultado",
    "version": "versión",
    "file": "archivo",
    "Known limits": "Límites conocidos",
    "Versions": "Versiones",
    "Files of reference numbers": "Archivos con números de referencia",
    "this project": "este proyecto",
    "not installed": "no instalado",
    "no version control": "sin control de versiones",
    # levels
    "Numerical floor: certified data of the National Institute of Standards and Technology":
        "Piso numérico: datos certificados del Instituto Nacional de Estándares y Tecnología de los Estados Unidos",
    "Identities, properties and the enumeration of every sample":
        "Identidades, propiedades y enumeración de todas las muestras",
    "R survey and other programs, frozen reference values":
        "R survey y otros programas: valores de referencia guardados",
    "Published tables with standard errors": "Cuadros publicados con errores estándar",
    "Coverage of intervals and bias of variances over drawn samples with a known truth":
        "Cobertura de los intervalos y sesgo de las varianzas en muestras de verdad conocida",
    "Comparisons: false alarms over many domains": "Comparaciones: falsas alarmas en muchos dominios",
    # limits
    "Below about five expected cases with clustering every method can fail, whatever its name; such intervals are "
    "printed as not certified.":
        "Con menos de unos cinco casos esperados y conglomerados, cualquier método puede fallar, se llame como se "
        "llame; esos intervalos se imprimen como no certificados.",
    "At strong clustering (scenarios E and F) the default interval covers about 94 per cent, not 95.":
        "Con conglomeración fuerte (escenarios E y F) el intervalo por defecto cubre cerca del 94 por ciento, no 95.",
    "With thirty PSUs and seven cases (scenario A) the linearized variance is about 3 per cent too small.":
        "Con treinta UPM y siete casos (escenario A) la varianza linealizada es un 3 por ciento menor de lo debido.",
    "Nothing here vouches for the design variables of a survey: a wrong stratum gives a wrong error, exactly computed.":
        "Nada de esto responde por las variables del diseño de una encuesta: un estrato equivocado da un error "
        "equivocado, calculado con exactitud.",
    # L0
    "{data} mean, weights {w}": "{data}: media, pesos {w}",
    "{data} standard deviation, weights {w}": "{data}: desviación estándar, pesos {w}",
    "{n} digits": "{n} dígitos",
    "at least {n}": "al menos {n}",
    "at most {n}": "a lo sumo {n}",
    "within {n} points": "a menos de {n} puntos",
    "within {n}": "dentro de {n}",
    "below {n}": "menos de {n}",
    # L1 to L3
    "{n} of {m} tests": "{n} de {m} pruebas",
    "all": "todas",
    "passes": "aprueba",
    "the folder holds no tests": "la carpeta no tiene pruebas",
    "the tests did not run: {why}": "las pruebas no se ejecutaron: {why}",
    # L4: populations and gates
    "small domain, 30 PSUs": "dominio pequeño, 30 UPM",
    "domain, 60 PSUs": "dominio, 60 UPM",
    "no clustering": "sin conglomeración",
    "mild clustering": "conglomeración leve",
    "strong clustering": "conglomeración fuerte",
    "large PSUs, clustering": "UPM grandes, con conglomeración",
    "multipurpose household survey": "encuesta de hogares de propósitos múltiples",
    "displacement survey of 2018": "encuesta de desplazamiento de 2018",
    "five per cent": "cinco por ciento",
    "twenty per cent": "veinte por ciento",
    "unprotected spring": "manantial sin protección",
    "public tap": "grifo público",
    "tanker truck": "camión cisterna",
    "no electricity": "sin electricidad",
    "toilet elsewhere": "sanitario con descarga a otro lugar",
    "household of 13 or more": "hogar de 13 o más personas",
    "coverage of the default interval": "cobertura del intervalo por defecto",
    "whole interval below the truth": "intervalo entero por debajo de la verdad",
    "relative bias of the variance": "sesgo relativo de la varianza",
    "coverage of Wald's interval, which must fail": "cobertura del intervalo de Wald, que debe fallar",
    "{letter} ({title}): {gate}": "{letter} ({title}): {gate}",
    "{letter} ({title})": "{letter} ({title})",
    "{case}: coverage of {method} against an independent program":
        "{case}: cobertura de {method} frente a un programa independiente",
    "{a} against {b}": "{a} frente a {b}",
    "World Bank imaginary country": "País imaginario del Banco Mundial",
    "the package svy, which brings the population, is not installed; `make bench` installs it":
        "el paquete svy, que trae la población, no está instalado; `make bench` lo instala",
    "{case}: coverage of the default interval": "{case}: cobertura del intervalo por defecto",
    "{case}: coverage of the default interval; fewer than five expected cases: not certified":
        "{case}: cobertura del intervalo por defecto; menos de cinco casos esperados: no certificado",
    "{attribute}, {n} PSUs a stratum": "{attribute}, {n} UPM por estrato",
    "Coverage by scenario, per cent (superpopulation)": "Cobertura por escenario, por ciento (superpoblación)",
    "Coverage by attribute, per cent (World Bank imaginary country)":
        "Cobertura por atributo, por ciento (país imaginario del Banco Mundial)",
    "scenario": "escenario",
    "cases": "casos",
    "true deff": "deff verdadero",
    "bias of variance": "sesgo de la varianza",
    "cv of variance": "cv de la varianza",
    # L4: synthetic studies
    "{figure}: relative bias": "{figure}: sesgo relativo",
    "the country does not count its truth": "el país sintético no cuenta su verdad",
    "{figure}: coverage of the interval": "{figure}: cobertura del intervalo",
    "{study}, all figures together": "{study}, todas las cifras juntas",
    "{figure}: the study's own draw among the draws": "{figure}: la muestra del estudio entre las extracciones",
    "above {n} of them": "por encima del {n} de ellas",
    "above {n} of them: an unusual draw": "por encima del {n} de ellas: una muestra poco común",
    "above {n}": "por encima del {n}",
    "at most {n}: a list without bias fails in {share} of the runs at most, and a bias of {b} is found in nine of ten":
        "a lo sumo {n}: una lista sin sesgo reprueba a lo sumo en el {share} de las ejecuciones, y un sesgo de {b} se "
        "descubre en nueve de diez",
    "{a} to {b}, but for the accident of the draws; above it with the reason":
        "de {a} a {b}, salvo el azar de las extracciones; por encima, con la razón",
    "{n} or more, or three of its errors": "{n} o más, o tres de sus errores",
    "{number}; {why}": "{number}; {why}",
    "{n} cases a draw: the interval is known to be wider than nominal":
        "{n} casos por extracción: se sabe que el intervalo es más ancho que el nominal",
    "conservative: the standard error is {n} of the true one":
        "conservador: el error estándar es {n} respecto del verdadero",
    "wider than its standard error ({n} of the true one): the effective sample is cut to the sample":
        "más ancho que su error estándar ({n} respecto del verdadero): la muestra efectiva se corta en la muestra",
    "Headline figures of {study} over {n} draws (synthetic country)":
        "Cifras principales de {study} en {n} extracciones (país sintético)",
    "figure": "cifra",
    "truth": "verdad",
    "mean": "media",
    "bias": "sesgo",
    "coverage": "cobertura",
    "below": "por debajo",
    "above": "por encima",
    "se / true": "ee / verdadero",
    "default draw": "muestra del estudio",
    "remark": "observación",
    # L4 and L5: small areas
    "{study}, small areas {model}: mean squared error over that of direct figures":
        "{study}, áreas pequeñas {model}: error cuadrático medio sobre el de las cifras directas",
    "{study}, small areas {model}: true five worst among the first ten":
        "{study}, áreas pequeñas {model}: las cinco peores verdaderas entre las diez primeras",
    "{study}, small areas {model}: coverage of 95 % intervals":
        "{study}, áreas pequeñas {model}: cobertura de los intervalos del 95 %",
    "{a} to {b}, but for the accident of the draws": "de {a} a {b}, salvo el azar de las extracciones",
    "at most {n}, but for the accident of the draws": "a lo sumo {n}, salvo el azar de las extracciones",
    "at least {n}, but for the accident of the draws": "al menos {n}, salvo el azar de las extracciones",
    "{a} (± {e}; published figures {b})": "{a} (± {e}; cifras publicadas {b})",
    "{a} (± {e}; all five in {b})": "{a} (± {e}; las cinco en {b})",
    "Fay-Herriot, {n} areas, sampling over area variance {a} to {b}: relative bias of the mean squared error":
        "Fay-Herriot, {n} áreas, varianza muestral sobre la del área de {a} a {b}: sesgo relativo del error "
        "cuadrático medio",
    "Errors of the area model over {n} samples": "Errores del modelo de áreas en {n} muestras",
    "Small areas of {study} over {n} draws (synthetic country)":
        "Áreas pequeñas de {study} en {n} extracciones (país sintético)",
    "areas": "áreas",
    "A estimated 0": "A estimada 0",
    "bias of mse": "sesgo del ecm",
    "worst area": "peor área",
    "bias of g1 + g2": "sesgo de g1 + g2",
    "mse / D": "ecm / D",
    "model": "modelo",
    "areas with sample": "áreas con muestra",
    "mse / direct mse": "ecm / ecm directo",
    "the same, published": "lo mismo, publicado",
    "top five in the first ten": "las cinco peores entre las diez primeras",
    "all five": "las cinco",
    "areas without sample: coverage": "áreas sin muestra: cobertura",
    "estimated / true error": "error estimado / verdadero",
    "median weight of direct": "peso mediano de lo directo",
    "{n} of {m}": "{n} de {m}",
    "{a} to {b}": "{a} a {b}",
    "forbidden by theory: the best linear predictor, which knows the variances, attains {best}":
        "lo prohíbe la teoría: el mejor predictor lineal, que conoce las varianzas, alcanza {best}",
    "forbidden by theory: expected is {known} where all variances are known and {best} where they are not":
        "lo prohíbe la teoría: se espera {known} si se conocen todas las varianzas y {best} si no",
    "the same, best possible": "lo mismo, lo mejor posible",
    "best possible": "lo mejor posible",
    # L4: change between rounds
    "change of {figure}": "cambio de {figure}",
    "{a} to {b}, change of {figure}: relative bias": "de {a} a {b}, cambio de {figure}: sesgo relativo",
    "{a} to {b}, change of {figure}: coverage of the interval":
        "de {a} a {b}, cambio de {figure}: cobertura del intervalo",
    "Change between the synthetic rounds over {n} pairs of samples":
        "Cambio entre las rondas sintéticas en {n} pares de muestras",
    "the same, as if independent": "lo mismo, como si fueran independientes",
    "mean correlation": "correlación media",
    "relative bias": "sesgo relativo",
    # L4: places for offices
    "{study}, offices {choice}: share of the best possible reach that the choice attains":
        "{study}, oficinas {choice}: parte del mejor alcance posible que la elección consigue",
    "{study}, offices {choice}: coverage of the interval of the reach in areas with a figure":
        "{study}, oficinas {choice}: cobertura del intervalo del alcance en las áreas con cifra",
    "Choices of offices of {study} over {n} draws (synthetic country)":
        "Elecciones de oficinas de {study} en {n} extracciones (país sintético)",
    "choice": "elección",
    "offices": "oficinas",
    "chosen, mean": "elegidas, media",
    "share of the best, mean": "parte de lo mejor, media",
    "worst draw": "peor extracción",
    "largest places instead": "si fueran los lugares mayores",
    "the same, in areas with a figure": "lo mismo, en las áreas con cifra",
    "mean width of its interval": "amplitud media de su intervalo",
    "its interval holds the truth": "su intervalo contiene la verdad",
    # L5
    "at least one false alarm in 14 departments, uncorrected":
        "al menos una falsa alarma en 14 departamentos, sin corregir",
    "at least one false alarm in 14 departments, Holm": "al menos una falsa alarma en 14 departamentos, con Holm",
    "power to see 1.1 % become 1.65 % with n = {n}": "potencia para ver que 1.1 % pasa a 1.65 % con n = {n}",
})  # fmt: skip
PLACE = re.compile(r"\{(\w+)\}")


def in_spanish(text: str) -> str:
    """Say a sentence of the certificate in Spanish; numbers, names and what nobody translated stay as they are.

    Parameters
    ----------
    text : str
        One cell, heading or sentence of the English certificate.

    Returns
    -------
    str
        The same in Spanish.
    """
    if text in SENTENCES:
        return SENTENCES[text]
    for pattern, spanish in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            return PLACE.sub(lambda place, held=found: in_spanish(held[place[1]]), spanish)  # type: ignore[misc]  # a place of the sentence
    return text


def _pattern(english: str) -> re.Pattern[str]:
    # Pieces between places are literal; odd pieces are the names of places.
    pieces = PLACE.split(english)
    return re.compile("".join(f"(?P<{p}>.+)" if place % 2 else re.escape(p) for place, p in enumerate(pieces)))


def _literal(english: str) -> int:
    """Length of the literal text; a reason is set apart before "{n} of {m}" can take it for two numbers."""
    text = PLACE.sub("", english)
    return len(text) + (8 if "; " in text else 0)


# The longest literal text first: "at most {n}: a list ..." before "at most {n}".
_PATTERNS = [
    (_pattern(english), spanish)
    for english, spanish in sorted(SENTENCES.items(), key=lambda item: -_literal(item[0]))
    if "{" in english
]
