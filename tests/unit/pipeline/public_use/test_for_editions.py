"""An edition gets the microdata formats that it names, and no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.public_use.for_editions import write_microdata_formats
from pipeline.runner import Request, run_stages
from pipeline.study_files import LoadedStudy, load_study
from surveys.problems import StudyError

DATA = Path(__file__).resolve().parents[3] / "data"


@pytest.fixture(scope="module")
def brought(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedStudy, dict[str, Path]]:
    place = tmp_path_factory.mktemp("editions")
    folder = place / "small_country"
    shutil.copytree(DATA / "small_country", folder)
    entry = (DATA / "small_country_public" / "public_use.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text((folder / "study.yaml").read_text(encoding="utf-8") + "\n" + entry, "utf-8")
    run_stages(Request(Project(root), folder, folder, place / "build", "en"), "estimate", Progress(quiet=True))
    results = place / "build" / "small_country"
    stages = {"ingest": results / "ingest", "weight": results / "weight", "estimates": results / "estimate"}
    return load_study(folder, Project(root)), stages


@pytest.mark.parametrize(
    ("formats", "held"),
    [
        (("csv",), {}),
        (("public_use",), {"public_use": "persons_es.sav"}),
        (("public_use", "ddi"), {"public_use": "protection_es.md", "ddi": "ddi_persons_es.xml"}),
        (("ddi", "csv"), {"ddi": "ddi_household_en.xml"}),
    ],
)
def test_what_is_asked_for_is_written(
    brought: tuple[LoadedStudy, dict[str, Path]], tmp_path: Path, formats: tuple[str, ...], held: dict[str, str]
) -> None:
    loaded, stages = brought
    written = write_microdata_formats(tmp_path, loaded, formats, **stages)
    assert set(written) == set(held)
    assert all(name in written[key] for key, name in held.items())
    assert {path.name for path in tmp_path.iterdir()} == {name for names in written.values() for name in names}


def test_a_study_that_permits_none_is_refused(
    brought: tuple[LoadedStudy, dict[str, Path]], root: Path, tmp_path: Path
) -> None:
    _, stages = brought
    plain = load_study(DATA / "small_country", Project(root))
    with pytest.raises(StudyError, match="no public-use file"):
        write_microdata_formats(tmp_path, plain, ("public_use",), **stages)
    assert list(tmp_path.iterdir()) == []
