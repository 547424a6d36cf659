"""A folder like a fresh clone, with an environment that counts as ready and a small demonstration."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock", "data_dictionary.yaml")
FOLDERS = ("caracteriza", "docs", "estimates", "pipeline", "report_templates", "surveys", "weights")


@pytest.fixture(scope="module")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the checkout; its demonstration is a small study under the name of the large one."""
    place = tmp_path_factory.mktemp("tutorial") / "caracteriza"
    place.mkdir()
    for name in FILES:
        shutil.copy2(root / name, place / name)
    for name in FOLDERS:
        # times of files are kept, so that what numba compiled for the checkout serves here too
        shutil.copytree(root / name, place / name, copy_function=shutil.copy2)
    demonstration = place / "surveys" / "studies" / "slv_2018"
    shutil.rmtree(demonstration)
    small = root / "tests" / "data" / "small_country"
    shutil.copytree(small, demonstration, ignore=shutil.ignore_patterns("*.py"))
    text = (demonstration / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("study: small_country", "study: slv_2018").replace("languages: [es, en]", "languages: [en]")
    (demonstration / "study.yaml").write_text(text, encoding="utf-8")
    (place / "data").mkdir()
    for path in small.glob("*.csv"):
        shutil.copy(path, place / "data" / path.name)
    _environment(place)
    return place


def _environment(place: Path) -> None:
    """Lend the clone the environment that runs the tests, with the stamps that ``environment.sh`` would write."""
    own = Path(sys.prefix)
    (place / ".venv").mkdir()
    for path in own.iterdir():
        if path.name in ("bin", "lib", "lib64", "include", "share", "pyvenv.cfg"):
            (place / ".venv" / path.name).symlink_to(path)
    wanted = 'eval "$(sed -n "/^wanted() {/,/^}/p" pipeline/environment.sh)"; wanted "$1"'
    for kind, lock in (("run", "requirements.lock"), ("dev", "requirements-dev.lock")):
        command = ["sh", "-c", wanted, "sh", lock]
        stamp = subprocess.run(command, cwd=place, capture_output=True, text=True, check=True).stdout
        (place / ".venv" / f"{kind}.stamp").write_text(stamp, encoding="utf-8")


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What a user's shell has, without what the tests set for themselves."""
    dropped = ("PYTHONPATH", "LANGUAGE", "STUDY", "DATA", "BUILD", "MAKEFLAGS", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    # A test must not fetch anything: were the environment not ready, the command would fail instead.
    return {**kept, "LANG": "C.UTF-8", "PIP_NO_INDEX": "1"}
