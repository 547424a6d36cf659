"""A folder of products described as an RO-Crate, read back by the library of the format's own authors."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from pipeline.manifest import NAME
from pipeline.provenance.crate import METADATA, about_crate, write_crate
from surveys.dictionary import Label


@pytest.fixture
def products(finished: Any, tmp_path: Path) -> Path:
    """The products of the small country, in two folders, without the manifest of the stage."""
    folder = tmp_path / "products"
    shutil.copytree(finished.results / "disseminate", folder, ignore=shutil.ignore_patterns(NAME))
    shutil.copytree(finished.results / "report", folder / "report of study", ignore=shutil.ignore_patterns(NAME))
    return folder


def test_the_library_reads_every_file_with_its_hash(finished: Any, products: Path) -> None:
    names = {"estimates.csv": Label("Las estimaciones", "The estimates")}
    write_crate(products, about_crate(finished.loaded, finished.results, final=False), names)
    crate = ROCrate(products)
    described = {entity.id: entity for entity in crate.data_entities}
    there = {path.relative_to(products).as_posix() for path in products.rglob("*") if path.is_file()}
    assert {identifier.replace("%20", " ") for identifier in described} == there - {METADATA, "SHA256SUMS"}
    for identifier, entity in described.items():
        content = (products / identifier.replace("%20", " ")).read_bytes()
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
        assert entity["contentSize"] == str(len(content))
    assert described["estimates.csv"]["name"] == "The estimates"
    assert described["estimates.csv"]["alternateName"] == "Las estimaciones"
    assert crate.root_dataset["creativeWorkStatus"] == "Draft"
    assert "SYNTHETIC DATA" in crate.root_dataset["description"] and "BORRADOR" in crate.root_dataset["description"]


def test_the_run_is_told_by_seals_and_sources_stay_outside(finished: Any, products: Path) -> None:
    about = about_crate(finished.loaded, finished.results, final=True, licence="https://example.org/licence")
    write_crate(products, about)
    crate = ROCrate(products)
    actions = {entity.id: entity for entity in crate.contextual_entities if entity.type == "CreateAction"}
    assert set(actions) == {"#stage-ingest", "#stage-weight", "#stage-estimate", "#publication"}
    assert actions["#stage-estimate"]["identifier"] == f"sha256:{about.stages[2].seal}"
    sources = {entity.id for entity in actions["#stage-ingest"]["object"]}
    assert sources == {f"#source-{name}" for name in finished.loaded.study.sources}
    assert {entity.id for entity in actions["#publication"]["result"]} == {e.id for e in crate.data_entities}
    assert crate.root_dataset["license"].id == "https://example.org/licence"
    assert crate.root_dataset["creativeWorkStatus"] == "Published"


def test_hashes_of_internal_files_are_not_told(finished: Any, products: Path) -> None:
    """The hash of the internal table would let somebody try out what its hidden cells hold."""
    text = write_crate(products, about_crate(finished.loaded, finished.results, final=False)).read_text()
    for stage in ("ingest", "weight", "estimate"):
        manifest = json.loads((finished.results / stage / NAME).read_text())
        public = {hashlib.sha256(path.read_bytes()).hexdigest() for path in products.rglob("*") if path.is_file()}
        assert [name for name, value in manifest["outputs"].items() if value in text and value not in public] == []


def test_equal_folders_give_equal_bytes_and_a_second_write_changes_nothing(finished: Any, products: Path) -> None:
    about = about_crate(finished.loaded, finished.results, final=False)
    first = write_crate(products, about).read_bytes()
    assert write_crate(products, about).read_bytes() == first
