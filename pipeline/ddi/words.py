"""Fixed texts of DDI documents, in Spanish and English."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "es": {
        "mark": "DATOS SINTÉTICOS",
        "synthetic": "DATOS SINTÉTICOS: los microdatos son inventados y ninguna fila describe a una persona real.",
        "abstract": "Encuesta de hogares para caracterizar a las personas desplazadas internamente por la violencia: "
        "cuántas son, desde cuándo, quiénes son, qué necesitan y dónde están.",
        "keywords": "desplazamiento interno; violencia; movilidad interna; necesidades de protección; hogares",
        "universe_of_study": "Familias que residen en viviendas particulares de los lugares de la muestra, y sus "
        "miembros.",
        "data_kind": "Microdatos de encuesta por muestreo",
        "data_kind_synthetic": "Microdatos sintéticos con la estructura de una encuesta por muestreo",
        "cross_section": "Corte transversal",
        "sampling": "Muestra probabilística; el estudio no describe más.",
        "weighting": "Los factores se forman por pasos:",
        "cleaning": "Cada código se comprueba contra el diccionario; lo que falta conserva su motivo y nada se imputa.",
        "errors": "Error estándar por réplicas (jackknife de unidades, con las escalas del archivo replicates) en los "
        "archivos de uso público; por linealización en las cifras publicadas.",
        "confidentiality": "Los microdatos son confidenciales. Está prohibido intentar reconocer a personas o "
        "familias, "
        "enlazar estas filas con otros archivos para hacerlo, y difundir lo que se reconozca.",
        "cite": "Cítese el título, quien lo elaboró y el año.",
        "disclaimer": "Quien elaboró el archivo no responde de lo que otros concluyan con él.",
        "version": "Versión 1", "missing": "Un valor menor que cero dice por qué falta:",
        "universe": "Se pregunta donde:", "joined": "Códigos unidos de la variable",
        "derived": "Calculada:",
        "leads": "dirige", "produces": "elabora", "validates": "valida", "receives": "recibe",
    },
    "en": {
        "mark": "SYNTHETIC DATA",
        "synthetic": "SYNTHETIC DATA: the microdata are invented and no row describes a real person.",
        "abstract": "Household survey to characterize persons internally displaced by violence: how many they are, "
        "since "
        "when, who they are, what they need and where they are.",
        "keywords": "internal displacement; violence; internal mobility; protection needs; households",
        "universe_of_study": "Families living in private dwellings of the places of the sample, and their members.",
        "data_kind": "Sample survey microdata",
        "data_kind_synthetic": "Synthetic microdata with the structure of a sample survey",
        "cross_section": "Cross-section",
        "sampling": "Probability sample; the study describes no more.",
        "weighting": "Weights are made in steps:",
        "cleaning": "Every code is checked against the dictionary; what is missing keeps its reason and nothing is "
        "imputed.",
        "errors": "Standard errors by replicates (jackknife of units, with the scales of the file replicates) in the "
        "public-use files; by linearization in published figures.",
        "confidentiality": "The microdata are confidential. It is forbidden to try to recognize persons or families, "
        "to "
        "link these rows with other files for it, and to spread what is recognized.",
        "cite": "Cite the title, who made it and the year.",
        "disclaimer": "Who made the file does not answer for what others conclude with it.",
        "version": "Version 1", "missing": "A value below zero says why it is missing:",
        "universe": "Asked where:", "joined": "Joined codes of the variable",
        "derived": "Computed:",
        "leads": "leads", "produces": "produces", "validates": "validates", "receives": "receives",
    },
}
STEPS: dict[str, dict[str, str]] = {
    "es": {
        "given": "factor dado por la oficina", "base": "inverso de la probabilidad de selección",
        "unknown_eligibility": "elegibilidad desconocida", "nonresponse": "ajuste por falta de respuesta",
        "calibrate": "calibración a totales conocidos", "trim": "recorte de extremos", "two_phase": "segunda fase",
        "inherit": "factor heredado", "weight_sharing": "factor compartido", "pool": "rondas reunidas",
    },
    "en": {
        "given": "weight given by the office", "base": "inverse of the selection probability",
        "unknown_eligibility": "unknown eligibility", "nonresponse": "adjustment for nonresponse",
        "calibrate": "calibration to known totals", "trim": "trimming of extremes", "two_phase": "second phase",
        "inherit": "inherited weight", "weight_sharing": "shared weight", "pool": "rounds pooled",
    },
}
