"""The language to speak."""

from __future__ import annotations

import os

from surveys.problems import Language


def language_of(asked: str | None) -> Language:
    """Return ``es`` or ``en``: what was asked for, otherwise what the system speaks."""
    for text in (asked, os.environ.get("LC_ALL"), os.environ.get("LC_MESSAGES"), os.environ.get("LANG")):
        if text:
            return "es" if text.lower().startswith("es") else "en"
    return "en"
