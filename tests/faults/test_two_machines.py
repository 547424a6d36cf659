"""Two machines give the same bytes: another folder, time zone, language, hash seed, umask, processor and cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.hashing import file_hash, files_below

#: Files that tell who ran what and when; nothing that is published is among them.
LOGS = {"run_log.jsonl"}
ONE = {"TZ": "UTC", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
# Libraries of linear algebra and of arrays choose instructions by processor: here they are told of an old one.
OTHER = {
    "TZ": "Pacific/Kiritimati", "LANG": "es_SV.UTF-8", "LC_ALL": "es_SV.UTF-8", "LANGUAGE": "es",
    "PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "3", "OPENBLAS_CORETYPE": "Prescott",
    "ARROW_USER_SIMD_LEVEL": "NONE", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
}  # fmt: skip


def made(
    root: Path, place: Path, inside: Path, variables: Mapping[str, str], umask: str, cores: set[int]
) -> dict[str, str]:
    """Hashes of everything that a whole run of the small country leaves."""
    study = inside / "small_country"
    shutil.copytree(root / "tests" / "data" / "small_country", study)
    environment = {name: value for name, value in os.environ.items() if name[:3] != "LC_"}
    environment |= {"PYTHONPATH": str(root), "HOME": str(place), **variables}
    command = [sys.executable, "-m", "pipeline", "study", "--study", str(study), "--data", str(study),
               "--build", str(place / "results")]  # fmt: skip
    done = subprocess.run(
        ["sh", "-c", f'umask {umask}; exec "$@"', "sh", *command], cwd=inside, env=environment, capture_output=True,
        text=True, check=False, timeout=900, preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    results = place / "results" / "small_country"
    return {
        path.relative_to(results).as_posix(): file_hash(path) for path in files_below(results) if path.name not in LOGS
    }


@pytest.mark.slow  # tests/studies/test_small_country.py makes the same bytes twice on one machine
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux to take cores away from a process")
def test_two_machines_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "another" / "place"
    (other / "deep").mkdir(parents=True)
    one.mkdir()
    cores = sorted(os.sched_getaffinity(0))
    first = made(root, one, one, ONE, "022", set(cores))
    second = made(root, other, other / "deep", OTHER, "077", set(cores[:1]))
    assert {"report/report_es.pdf", "disseminate/estimates.csv", "validate/validation.json"} <= set(first)
    assert [name for name in sorted({*first, *second}) if first.get(name) != second.get(name)] == []
