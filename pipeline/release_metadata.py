"""What a release says of itself: study, sources with hashes, validation, and whether data are synthetic."""

from __future__ import annotations

import hashlib
from pathlib import Path

from surveys.dictionary import Label
from surveys.problems import Language
from surveys.study import Study

SYNTHETIC = {
    "es": "DATOS SINTÉTICOS: generados para demostración; no describen a personas reales.",
    "en": "SYNTHETIC DATA: generated for demonstration; they describe no real person.",
}
DRAFT = {
    "es": "BORRADOR: aún sin la firma de quienes validan.",
    "en": "DRAFT: not yet signed by those who validate.",
}
NAMES = {
    "es": {
        "study": "Estudio",
        "title": "Título",
        "period": "Periodo de referencia",
        "producer": "Productor",
        "source": "Fuente",
        "licence": "Licencia",
        "validation": "Validación (SHA-256 de validation.json)",
        "edition": "Edición",
        "synthetic": "Aviso",
    },
    "en": {
        "study": "Study",
        "title": "Title",
        "period": "Reference period",
        "producer": "Producer",
        "source": "Source",
        "licence": "Licence",
        "validation": "Validation (SHA-256 of validation.json)",
        "edition": "Edition",
        "synthetic": "Notice",
    },
}


def languages_of(study: Study) -> tuple[Language, ...]:
    """Languages in which the study is published."""
    spoken: tuple[Language, ...] = ("es", "en")
    return tuple(language for language in spoken if language in study.languages)


def banner(study: Study, language: Language, *, draft: bool = False) -> str:
    """Line for every sheet and page; empty when the data are real and all who validate have signed."""
    return " ".join([DRAFT[language]] * draft + [SYNTHETIC[language]] * study.synthetic)


def notices(study: Study, *, draft: bool = False) -> dict[str, Label]:
    """Name what must be read before any number: that data are synthetic, that the edition is a draft."""
    told = {"synthetic": Label(SYNTHETIC["es"], SYNTHETIC["en"])} if study.synthetic else {}
    return told | ({"draft": Label(DRAFT["es"], DRAFT["en"])} if draft else {})


def describe(study: Study, language: Language, validated: Path, *, draft: bool = False) -> dict[str, str]:
    """Metadata of a release in one language, by printed name.

    Parameters
    ----------
    study : Study
        The study.
    language : {"es", "en"}
        Language of names and texts.
    validated : Path
        Result of the validation stage; its hash ties the release to what was checked.
    draft : bool
        Not yet signed by all who validate.
    """
    names = NAMES[language]
    said = {names["study"]: study.name, names["title"]: study.title.get(language)}
    if study.reference_period is not None:
        said[names["period"]] = study.reference_period.get(language)
    if study.producer is not None:
        said[names["producer"]] = study.producer.get(language)
    for source in study.sources.values():
        said[f"{names['source']}: {source.name}"] = (
            f"{source.file} (SHA-256 {source.sha256})" if source.file else source.format
        )
        if source.licence is not None:
            said[f"{names['licence']}: {source.name}"] = source.licence.get(language)
    if validated.is_file():
        said[names["validation"]] = hashlib.sha256(validated.read_bytes()).hexdigest()
    if draft:
        said[names["edition"]] = DRAFT[language]
    if study.synthetic:
        said[names["synthetic"]] = SYNTHETIC[language]
    return said
