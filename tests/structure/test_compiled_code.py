"""Compiled code is kept beside its source, and only a change of that very file makes it anew."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

TAKEN_IN = ("scan_pack.py", "scan_vectors.py")


def test_the_fold_is_compiled_again_when_what_it_takes_in_changes(root: Path) -> None:
    room = root / "estimates"
    taken_in = ("scan_kernel.py", *TAKEN_IN)
    digest = hashlib.sha256(b"".join((room / name).read_bytes() for name in taken_in)).hexdigest()[:12]
    line = f"# Compiled with scan_kernel, scan_pack and scan_vectors as of {digest}."
    path = room / "carried" / "totals_kernel.py"
    assert line in path.read_text(encoding="utf-8").splitlines(), f"write into {path.name}: {line}"


@pytest.mark.parametrize("walk", ["scan_kernel.py", "scan_dense.py", "replication/plan_kernel.py"])
def test_a_walk_is_compiled_again_when_what_it_takes_in_changes(root: Path, walk: str) -> None:
    room = root / "estimates"
    digest = hashlib.sha256(b"".join((room / name).read_bytes() for name in TAKEN_IN)).hexdigest()[:12]
    line = f"# Compiled with scan_pack and scan_vectors as of {digest}."
    assert line in (room / walk).read_text(encoding="utf-8").splitlines(), f"write into estimates/{walk}: {line}"
