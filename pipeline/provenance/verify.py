"""Whether everything a study left is what it was: stages, log of runs, signed releases, checksums of the products."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.manifest import NAME, read_manifest
from pipeline.provenance.log_check import log_problems
from pipeline.provenance.retired import read_proof
from pipeline.provenance.stage_records import StageRecord, altered_files, stage_folders, stage_seal
from pipeline.releases import read_releases
from pipeline.run_log import end_of
from surveys.problems import DataError, Language, Message, Problem, ProblemsFound

SUMS = "SHA256SUMS"

NOTHING_BUILT = Message(
    "nothing_to_verify",
    "this study has no results. Run `make study STUDY={study}` first.",
    "este estudio no tiene resultados. Ejecute antes `make study STUDY={study}`.",
)
MANIFEST_BROKEN = Message(
    "manifest_broken",
    "the manifest of this stage is missing, cut or edited. Run the stage again.",
    "el manifiesto de esta etapa falta, está cortado o fue editado. Ejecute la etapa otra vez.",
)
FILES_DIFFER = Message(
    "stage_files_differ",
    "{count} {count|file is|files are} not what this stage left: {files}. Run the stage again.",
    "{count} {count|archivo no es|archivos no son} lo que esta etapa dejó: {files}. Ejecute la etapa otra vez.",
)
SUMS_DIFFER = Message(
    "checksums_differ",
    "{count} {count|file does|files do} not agree with SHA256SUMS: {files}. Take the folder from a copy.",
    "{count} {count|archivo no coincide|archivos no coinciden} con SHA256SUMS: {files}. Recupere la carpeta de una "
    "copia.",
)


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at.

    Parameters
    ----------
    what : str
        Stage, file or log.
    stands : str
        A hash or number that stands for it.
    problems : tuple of Problem
        What is wrong with it.
    retired : bool
        Its microdata were deleted and are in the proof.
    """

    what: str
    stands: str
    problems: tuple[Problem, ...] = ()
    retired: bool = False

    @property
    def state(self) -> str:
        """``whole``, ``retired`` or ``broken``."""
        return "broken" if self.problems else "retired" if self.retired else "whole"


_WORDS = {
    "es": {"whole": "íntegro", "retired": "retirado", "broken": "ALTERADO", "run_log": "bitácora de ejecuciones"},
    "en": {"whole": "whole", "retired": "retired", "broken": "ALTERED", "run_log": "log of runs"},
}


def verify(results: Path, study_folder: Path) -> tuple[Checked, ...]:
    """Look at everything a study left.

    Parameters
    ----------
    results : Path
        ``build/<study>``.
    study_folder : Path
        Folder of the study, with its signed releases.

    Raises
    ------
    DataError
        There are no results.
    """
    name = study_folder.name
    if not any(results.glob(f"*/{NAME}")):
        raise DataError([Problem(NOTHING_BUILT, name, {"study": name})])
    lines, last = end_of(results)
    log = Checked("run_log", f"{lines} {last[:16]}", tuple(log_problems(results, name)))
    return (*_stages(results, name), *_releases(study_folder), *_sums(results, name), log)


def verified_text(found: Sequence[Checked], language: Language) -> str:
    """Say what was looked at, a line each."""
    words = _WORDS[language]
    return "\n".join(f"{words.get(one.what, one.what):<28} {words[one.state]:<10} {one.stands}" for one in found)


def _stages(results: Path, study: str) -> Iterator[Checked]:
    proof = read_proof(results, study)
    gone = {} if proof is None else proof.files
    for stage in stage_folders(results):
        manifest = read_manifest(results / stage)
        if manifest is None:
            yield Checked(stage, "", (Problem(MANIFEST_BROKEN, f"{study}/{stage}", {}),))
            continue
        record = StageRecord(stage, manifest, stage_seal(manifest))
        retired = {
            path for path, expected in manifest.outputs.items()
            if gone.get(f"{stage}/{path}") == expected and not (results / stage / path).exists()
        }  # fmt: skip
        altered = [path for path in altered_files(results, record) if path not in retired]
        details = {"count": len(altered), "files": ", ".join(altered)}
        problems = (Problem(FILES_DIFFER, f"{study}/{stage}", details),) if altered else ()
        yield Checked(stage, record.seal[:16], problems, bool(retired))


def _releases(study_folder: Path) -> Iterator[Checked]:
    try:
        for one in read_releases(study_folder):
            yield Checked(f"releases/{one.number}", one.seal[:16])
    except ProblemsFound as found:
        yield Checked("releases", "", tuple(found.problems))


def _sums(results: Path, study: str) -> Iterator[Checked]:
    for sums in sorted(results.glob(f"*/**/{SUMS}")):
        folder = sums.parent
        inside = folder.relative_to(results).as_posix()
        if inside.startswith("."):
            continue
        pairs = [line.split("  ", 1) for line in sums.read_text(encoding="utf-8").splitlines()]
        wrong = [path for value, path in pairs if not _same(folder / path, value)]
        details = {"count": len(wrong), "files": ", ".join(wrong)}
        problems = (Problem(SUMS_DIFFER, f"{study}/{inside}/{SUMS}", details),) if wrong else ()
        yield Checked(f"{inside}/{SUMS}", str(len(pairs)), problems)


def _same(path: Path, expected: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == expected

