"""The import names belong to this checkout and to nobody else."""

from __future__ import annotations

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from pipeline.project import PACKAGES

NAMES = ("caracteriza", *PACKAGES)


@pytest.mark.parametrize("name", NAMES)
def test_no_other_distribution_owns_the_name(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"caracteriza"}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_leads_to_this_checkout(name: str, root: Path) -> None:
    assert importlib.import_module(name).__file__ == str(root / name / "__init__.py")


def test_no_package_below_tests(root: Path) -> None:
    assert list((root / "tests").rglob("__init__.py")) == []
