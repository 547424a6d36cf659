"""The options of the command line and what is said about wrong ones, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.problems import Message

TARGET_MISSING = Message(
    "usage_target_missing",
    "nothing was asked for. A target was expected: {known}. Write one, as in `python -m pipeline list`.",
    "no se pidió nada. Se esperaba una orden: {known}. Escriba una, como en `python -m pipeline list`.",
)
TARGET_UNKNOWN = Message(
    "usage_target_unknown",
    "there is no target '{name}'. One of these was expected: {known}.\n  {nearest_en}`make help` explains them.",
    "no existe la orden '{name}'. Se esperaba una de estas: {known}.\n  {nearest_es}`make help` las explica.",
)
OPTION_UNKNOWN = Message(
    "usage_option_unknown",
    "'{name}' is not understood here. Options were expected: {known}.\n  {nearest_en}`python -m pipeline --help` "
    "explains them.",
    "no se entiende '{name}' aquí. Se esperaban opciones: {known}.\n  {nearest_es}`python -m pipeline --help` las "
    "explica.",
)
VALUE_MISSING = Message(
    "usage_value_missing",
    "the option {name} must be followed by one value. Write it after the option.",
    "a la opción {name} debe seguirle un valor. Escríbalo después de la opción.",
)
NUMBER_EXPECTED = Message(
    "usage_number_expected",
    "'{value}' is not a number; {name} needs a whole number of at least 1. Correct it.",
    "'{value}' no es un número; {name} necesita un entero de al menos 1. Corríjalo.",
)


@dataclass(frozen=True)
class Option:
    """One option of the command line.

    Parameters
    ----------
    name : str
        As it is typed.
    es, en : str
        What it means.
    standard : str
        Its value where it is not given.
    switch : bool
        Whether it stands alone, without a value.
    """

    name: str
    es: str
    en: str
    standard: str = ""
    switch: bool = False


OPTIONS = (
    Option("--study", "nombre de un estudio, o ruta de una carpeta de estudio",
           "name of a study, or path of a study folder"),
    Option("--studies", "estudios separados por espacios, para harmonized y studies",
           "studies with blanks between them, for harmonized and studies"),
    Option("--jobs", "cuántos estudios a la vez, para studies", "how many studies at a time, for studies"),
    Option("--until", "la etapa hasta la que se llega, para studies", "the stage to go up to, for studies"),
    Option("--data", "carpeta de los archivos de datos", "folder of source files", "data"),
    Option("--build", "carpeta de resultados", "folder of results", "build"),
    Option("--language", "es o en", "es or en"),
    Option("--json", "responde un objeto JSON, para otros programas", "answer one JSON object, for other programs",
           switch=True),
    Option("--name", "nombre de un estudio nuevo", "name of a new study"),
    Option("--at", "carpeta en la que se crea un estudio nuevo", "folder in which a new study is made"),
    Option("--part", "nombre de la parte que se suma, para totals", "name of the part that is summed, for totals"),
    Option("--totals", "carpetas de totales separadas por espacios, para merge-totals",
           "folders of totals with blanks between them, for merge-totals"),
    Option("--edition", "nombre de una edición del estudio, para import-proof",
           "name of an edition of the study, for import-proof"),
    Option("--engine", "postgresql o duckdb, para import-proof", "postgresql or duckdb, for import-proof"),
    Option("--earlier", "carpeta de una publicación anterior, para attack", "folder of an earlier release, for attack"),
    Option("--institution", "quién firma, como en working_group, para sign",
           "who signs, as in working_group, for sign"),
    Option("--person", "en nombre de quién firma, para sign", "in whose name it signs, for sign"),
    Option("--final", "la edición firmada, para disseminate", "the signed edition, for disseminate", switch=True),
    Option("--indicator", "la cifra que se explica, para explain", "the figure to explain, for explain"),
    Option("--domain", "desglose=código, separados por comas, para explain",
           "breakdown=code, with commas between, for explain"),
    Option("--confirm", "el nombre del estudio, para retire", "the name of the study, for retire"),
    Option("--online", "comprueba también el índice de paquetes, para doctor",
           "look at the package index too, for doctor", switch=True),
)  # fmt: skip

HEAD = {
    "es": "python -m pipeline ORDEN [opciones]   (o make ORDEN STUDY=... DATA=... BUILD=... LANGUAGE=es|en JSON=yes)",
    "en": "python -m pipeline TARGET [options]   (or make TARGET STUDY=... DATA=... BUILD=... LANGUAGE=es|en JSON=yes)",
}
TARGETS = {"es": "órdenes", "en": "targets"}
CHOICES = {"es": "opciones", "en": "options"}
NEAREST = {"es": "Lo más parecido es '{name}'. ", "en": "The nearest is '{name}'. "}
