"""The signing of a validated release: who has signed, who still has to, and one signature more."""

from __future__ import annotations

import datetime
from pathlib import Path

from pipeline.progress import Progress
from pipeline.releases import TABLE, record_release
from pipeline.runner import Request, run_stages
from pipeline.signatures import read_signatures, release_hash, validators, write_signature
from pipeline.stages import RELEASE, STAGES
from pipeline.study_files import load_study
from pipeline.weight_files import read_record


def sign(request: Request, progress: Progress, institution: str, person: str) -> str:
    """Sign the present release for one institution, or tell the state of all signatures.

    Parameters
    ----------
    request : Request
        The study; its report and validation are brought up to date first, so that what is signed is what is there.
    progress : Progress
        Says what is done.
    institution : str
        As in ``working_group``; empty to sign nothing.
    person : str
        Who signs for it.

    Returns
    -------
    str
        The hash of the release, and a line for each institution that validates.

    Raises
    ------
    ProblemsFound
        A validation that does not pass, an institution that does not validate, a person without a name.
    """
    for target in ("report", "validate"):
        run_stages(request, target, progress)
    loaded = load_study(request.study_folder, request.project)
    present = release_hash(request.results)
    if institution:
        today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
        write_signature(
            request.study_folder, loaded.study,
            {"institution": institution, "person": person, "date": today, "release": present},
        )  # fmt: skip
    signatures = read_signatures(request.study_folder, request.project.schemas)
    spanish = request.language == "es"
    lines = [f"{'Publicación' if spanish else 'Release'} {present}"]
    for name in validators(loaded.study):
        own = [one for one in signatures if one.institution == name]
        signed = next((one for one in own if one.release == present), None)
        if signed is not None:
            said = f"firmó {signed.person}, {signed.date}" if spanish else f"signed by {signed.person}, {signed.date}"
        elif own:
            said = "firmó otra publicación; firme de nuevo" if spanish else "signed another release; must sign again"
        else:
            said = "falta su firma" if spanish else "has not signed"
        lines.append(f"  {name}: {said}")
    return "\n".join(lines)


def finish(request: Request, progress: Progress) -> list[Path]:
    """Make the signed edition, and keep it in the study's folder for later releases to be compared with.

    Parameters
    ----------
    request : Request
        The study.
    progress : Progress
        Says what is done.

    Returns
    -------
    list of Path
        The folder of the edition and the folder that keeps its published table.

    Raises
    ------
    ProblemsFound
        A signature is missing or of another release, a change has no reason, an earlier release was altered.
    """
    run_stages(request, RELEASE.name, progress, stages={**STAGES, RELEASE.name: RELEASE})
    edition = request.results / RELEASE.name
    record = read_record(edition)
    kept = record_release(
        request.study_folder, {TABLE: (edition / TABLE).read_bytes()}, record["release"], record["signatures"]
    )
    return [edition, kept.folder]
