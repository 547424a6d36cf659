"""The fixed phrases of the report in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Words:
    """Phrases by key.

    Parameters
    ----------
    language : str
        ``es`` or ``en``.
    phrases : mapping
        Texts by key; ``terms`` holds the glossary as pairs.
    """

    language: str
    phrases: Mapping[str, Any]

    def __getitem__(self, key: str) -> str:
        """Return a phrase as written."""
        return str(self.phrases[key])

    def __contains__(self, key: str) -> bool:
        """Tell whether the phrase exists."""
        return key in self.phrases

    def say(self, key: str, **places: object) -> str:
        """Fill the places of a phrase; values are data and are never read as a phrase."""
        return self[key].format(**places)

    def either(self, key: str, otherwise: str) -> str:
        """Return the phrase, or the given text where there is none."""
        return self[key] if key in self.phrases else otherwise

    @property
    def terms(self) -> tuple[tuple[str, str], ...]:
        """Glossary in alphabetical order of this language, as written."""
        return self.pairs("terms")

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        """Pairs of phrases under a key; none where the key is unknown."""
        return tuple((str(first), str(second)) for first, second in self.phrases.get(key, ()))


def load_words(templates: Path, language: str) -> Words:
    """Read the phrases of one language: ``words.yaml`` of the template folder and every file in its ``words``.

    Raises
    ------
    ValueError
        The same phrase stands in two files.
    """
    phrases: dict[str, Any] = {}
    for path in (templates / "words.yaml", *sorted((templates / "words").glob("*.yaml"))):
        for key, phrase in (_read(path, path.stat().st_mtime_ns)[language] or {}).items():
            if key in phrases:
                raise ValueError(f"report_templates: the phrase '{key}' of {path.name} stands in another file too")
            phrases[key] = phrase
    return Words(language, phrases)


@cache
def _read(path: Path, changed: int) -> Mapping[str, Any]:
    """Read one file of phrases; once for both languages, and again when it changed."""
    content: Mapping[str, Any] = yaml.CSafeLoader(path.read_text(encoding="utf-8")).get_single_data()
    return content
