"""Ways to run the invented study and to look at what it left."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.hashing import file_hash, files_below

SCRIPT = Path(__file__).with_name("fake_study.py")
ROOT = SCRIPT.parents[2]


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The invented study, in this process."""
    spec = importlib.util.spec_from_file_location("fake_study", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(fake: ModuleType, tmp_path: Path) -> Path:
    """The invented study on disk, never run."""
    return fake.make(tmp_path / "here")


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start the invented study in a process of its own."""

    def started(folder: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(SCRIPT), str(folder), *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    return started


@pytest.fixture
def results() -> Callable[[Path], dict[str, str]]:
    """Hashes of everything that a run publishes, manifests included; logs hold the time of day and stay out."""

    def looked(folder: Path) -> dict[str, str]:
        place = folder / "build" / "tiny"
        return {
            path.relative_to(place).as_posix(): file_hash(path)
            for path in files_below(place)
            if path.name != "run_log.jsonl"
        }

    return looked
