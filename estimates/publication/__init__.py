"""Publication standards by name: which estimates may be printed, with what mark, and which rule said so."""

from __future__ import annotations

from estimates.publication.standards import (
    DEFAULT_STANDARD,
    STANDARDS,
    Assessment,
    JointAssessment,
    assess,
    assess_all,
    table_publishable,
)

__all__ = [
    "DEFAULT_STANDARD",
    "STANDARDS",
    "Assessment",
    "JointAssessment",
    "assess",
    "assess_all",
    "table_publishable",
]
