"""The signing of a validated release: who has signed, who still has to, and one signature more."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from pipeline.progress import Progress
from pipeline.releases import TABLE, record_release
from pipeline.runner import Request, run_stages
from pipeline.signatures import read_signatures, release_hash, validators, write_signature
from pipeline.stages import FINAL_EDITIONS, RELEASE, STAGES
from pipeline.study_files import load_study
from pipeline.weight_files import read_record
from surveys.problems import Language


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
    return signing_text(signing_state(request), request.language)


def signing_state(request: Request) -> dict[str, Any]:
    """Tell the hash of the present release and who has signed it.

    Parameters
    ----------
    request : Request
        The study, whose stages up to the validation are finished.

    Returns
    -------
    dict
        ``release`` and, under ``institutions``, for each that validates its ``state``: ``signed`` (with ``person`` and
        ``date``), ``signed_another`` or ``not_signed``.
    """
    present = release_hash(request.results)
    signatures = read_signatures(request.study_folder, request.project.schemas)
    found: list[dict[str, str]] = []
    for name in validators(load_study(request.study_folder, request.project).study):
        own = [one for one in signatures if one.institution == name]
        signed = next((one for one in own if one.release == present), None)
        if signed is not None:
            found.append({"institution": name, "state": "signed", "person": signed.person, "date": signed.date})
        else:
            found.append({"institution": name, "state": "signed_another" if own else "not_signed"})
    return {"release": present, "institutions": found}


_STATES: dict[Language, dict[str, str]] = {
    "es": {
        "signed": "firmó {person}, {date}",
        "signed_another": "firmó otra publicación; firme de nuevo",
        "not_signed": "falta su firma",
    },
    "en": {
        "signed": "signed by {person}, {date}",
        "signed_another": "signed another release; must sign again",
        "not_signed": "has not signed",
    },
}


def signing_text(state: dict[str, Any], language: Language) -> str:
    """Say the state of all signatures, one line for each institution."""
    lines = [f"{'Publicación' if language == 'es' else 'Release'} {state['release']}"]
    for one in state["institutions"]:
        lines.append(f"  {one['institution']}: {_STATES[language][one['state']].format_map(one)}")
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
        The folder of the signed edition, that of the editions of each audience, and the one that keeps the published
        table.

    Raises
    ------
    ProblemsFound
        A signature is missing or of another release, a change has no reason, an earlier release was altered.
    """
    known = {**STAGES, RELEASE.name: RELEASE, FINAL_EDITIONS.name: FINAL_EDITIONS}
    run_stages(request, FINAL_EDITIONS.name, progress, stages=known)
    edition = request.results / RELEASE.name
    record = read_record(edition)
    kept = record_release(
        request.study_folder, {TABLE: (edition / TABLE).read_bytes()}, record["release"], record["signatures"]
    )
    return [edition, request.results / FINAL_EDITIONS.name, kept.folder]
