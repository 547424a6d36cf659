"""Where source files are looked for, and what a study file declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.sources import declared, find_source


@pytest.mark.parametrize("place", ["a.csv", "mine/a.csv", "elsewhere/a.csv"])
def test_places(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("x")
    assert find_source(tmp_path, "mine", "a.csv") == tmp_path / place


def test_the_reader_looks_in_the_same_places(tmp_path: Path) -> None:
    from pipeline.readers.reading import locate

    for place in ("a.csv", "mine/b.csv", "elsewhere/c.csv", "elsewhere/deep/d.csv"):
        (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / place).write_text("x")
    for file in ("a.csv", "b.csv", "c.csv", "deep/d.csv"):
        assert find_source(tmp_path, "mine", file).resolve() == locate(file, tmp_path, "mine")


def test_absent(tmp_path: Path) -> None:
    assert not find_source(tmp_path / "nowhere", "mine", "a.csv").exists()


def test_the_cache_follows_the_content(tmp_path: Path) -> None:
    study, cache = tmp_path / "study.yaml", tmp_path / "build" / ".declared.json"
    study.write_text('study: x\nextends: y\nsources: {p: {file: a.csv, sha256: "12"}}\n')
    first = declared(study, cache)
    assert (first.extends, [one.file for one in first.sources]) == ("y", ["a.csv"])
    assert declared(study, cache) == first
    study.write_text("study: x\nsources: {p: {file: b.csv}, q: {format: synthetic}}\n")
    second = declared(study, cache)
    assert (second.extends, [one.file for one in second.sources]) == (None, ["b.csv"])
    cache.write_text("{half")
    assert declared(study, cache) == second
