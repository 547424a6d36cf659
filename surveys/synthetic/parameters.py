"""Facts and assumptions of a country, as plain values by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def values_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Flatten ``facts`` and ``assumptions``; no name may be both.

    Parameters
    ----------
    parameters : mapping
        ``facts`` and ``assumptions``: name to an entry with ``value``.

    Raises
    ------
    ValueError
        When a name is declared twice.
    """
    facts, assumptions = parameters["facts"], parameters["assumptions"]
    both = sorted(set(facts) & set(assumptions))
    if both:
        raise ValueError(f"declared as fact and as assumption: {', '.join(both)}")
    return {name: entry["value"] for group in (facts, assumptions) for name, entry in group.items()}
