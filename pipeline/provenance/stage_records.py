"""What the stages of a study left as their record: one number for each, and whether its files are still those."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.hashing import file_hash, value_hash
from pipeline.manifest import NAME, Manifest, read_manifest
from pipeline.stages import STAGES


@dataclass(frozen=True)
class StageRecord:
    """One finished stage.

    Parameters
    ----------
    stage : str
        Its name.
    manifest : Manifest
        What it was made from and what it left.
    seal : str
        One hash over inputs, code, packages, parameters and results. It is the same on every machine that makes the
        same results, and tells nothing of them: the hashes of the microdata, which nobody outside knows, are in it.
    """

    stage: str
    manifest: Manifest
    seal: str


def stage_seal(manifest: Manifest) -> str:
    """Return one hash over what a stage was made from and what it left, the machine left out."""
    return value_hash({"stage": manifest.stage, "key": dict(manifest.key), "outputs": dict(manifest.outputs)})


def stage_folders(results: Path) -> tuple[str, ...]:
    """Name the stages that left a folder, in the order in which they run, those beside the study last."""
    there = {path.name for path in results.iterdir() if path.is_dir() and not path.name.startswith(".")}
    there = {name for name in there if (results / name / NAME).exists() or name in STAGES}
    others = sorted(name for name in there if name not in STAGES and not name.endswith(".failed"))
    return (*(name for name in STAGES if name in there), *others)


def stage_records(results: Path, stages: Iterable[str]) -> tuple[StageRecord, ...]:
    """Read the records of the stages that are finished.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    stages : iterable of str
        Names, in the order wanted.

    Returns
    -------
    tuple of StageRecord
        A stage without a whole manifest is left out.
    """
    found = ((name, read_manifest(results / name)) for name in stages)
    return tuple(StageRecord(name, manifest, stage_seal(manifest)) for name, manifest in found if manifest is not None)


def altered_files(results: Path, record: StageRecord) -> tuple[str, ...]:
    """Return the files of a stage whose content is not what its manifest says, or which are not there."""
    folder = results / record.stage
    return tuple(
        path
        for path, expected in record.manifest.outputs.items()
        if not (folder / path).is_file() or file_hash(folder / path) != expected
    )
