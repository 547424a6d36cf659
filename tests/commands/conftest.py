"""A small made-up country, brought to its release once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.new_study import new_study
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages

SMALL = Path(__file__).resolve().parent.parent / "data" / "small_country"


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the study ``small_country``, its files in it, and ``build`` with its release."""
    place = tmp_path_factory.mktemp("commands")
    shutil.copytree(SMALL, place / "small_country", ignore=shutil.ignore_patterns("*.py"))
    request = Request(Project(root), place / "small_country", place, place / "build", "en")
    run_stages(request, "disseminate", Progress(quiet=True))
    return place


@pytest.fixture
def lands(tmp_path: Path) -> Callable[[int], Path]:
    """Make as many tiny studies as asked for, each with a published figure of its own, in a folder of theirs."""

    def made(count: int) -> Path:
        for number in range(count):
            name = f"land_{number:02d}"
            new_study(name, tmp_path / "lands", "en")
            folder = tmp_path / "lands" / name
            (folder / "persons.csv").write_text(PERSONS, encoding="utf-8")
            text = (folder / "study.yaml").read_text(encoding="utf-8").replace("0" * 64, HASH)
            (folder / "study.yaml").write_text(text, encoding="utf-8")
            figure = FIGURE.replace("VALUE", str(1000 + number))
            (folder / "figures.yaml").write_text(figure, encoding="utf-8")
        return tmp_path / "lands"

    return made


PERSONS = "hhid,person,stratum,psu,weight,sex,age\n" + "".join(
    f"{household},{person},{household % 2 + 1},{household % 8 // 2 + 1},{50 + household},{'MF'[person % 2]},"
    f"{(7 * household + 13 * person) % 80}\n"
    for household in range(48)
    for person in range(1, 4)
)
HASH = hashlib.sha256(PERSONS.encode()).hexdigest()
FIGURE = """published:
  - figure: displaced_persons
    value: VALUE
    definition: {es: "Personas inventadas", en: "Invented persons"}
    comparability: {es: "Ninguna", en: "None"}
    source: "An invented office"
"""
