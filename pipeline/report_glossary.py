"""The glossary: terms of the project and of the study, in alphabetical order of each language."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from surveys.study import Study


def glossary_of(templates: Path, study: Study, language: str) -> tuple[tuple[str, str], ...]:
    """Pairs of term and meaning: ``glossary.yaml`` of the templates, and ``report: glossary:`` of the study.

    A term of the study with the same name replaces that of the project.
    """
    ours: Sequence[Mapping[str, Any]] = yaml.safe_load((templates / "glossary.yaml").read_text(encoding="utf-8"))
    terms = {str(entry[language]["term"]): str(entry[language]["meaning"]) for entry in ours}
    terms |= {entry.term.get(language): entry.meaning.get(language) for entry in study.report.glossary}
    return tuple(sorted(terms.items(), key=lambda pair: _sorted_as(pair[0])))


def _sorted_as(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
