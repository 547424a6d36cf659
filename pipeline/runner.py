"""Runs the stages of one study that are not fresh, and publishes each whole or not at all."""

from __future__ import annotations

import importlib
import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline import run_log
from pipeline.atomic import publish_folder, recover, remove_folder, sync_below, temporary_beside, tidy, write_text
from pipeline.freshness import Freshness, Ingredients, freshness
from pipeline.locks import study_lock
from pipeline.manifest import NAME, Manifest, environment, output_hashes, read_manifest, write_manifest
from pipeline.private_store.private_files import refuse_other_key
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.provenance.kept_definitions import keep_definitions
from pipeline.provenance.retired import refuse_retired
from pipeline.run import Run
from pipeline.stages import STAGES, Stage, needed_for
from pipeline.stages_beside import Beside, may_run_beside
from pipeline.unknown_files import set_unknown_aside
from surveys.problems import Language, Message, Problem, ProblemsFound, StudyError

StageFunction = Callable[[Run], None]

EARLIER_ROUND_ABSENT = Message(
    "earlier_round_absent",
    "there is no study '{since}' beside this one, nor in surveys/studies. Correct `since:`.",
    "no hay un estudio '{since}' junto a este ni en surveys/studies. Corrija `since:`.",
)
ROUNDS_IN_CIRCLE = Message(
    "rounds_in_circle",
    "each of these studies names the next as its earlier round: {rounds}. Only a later round names an earlier one.",
    "cada uno de estos estudios nombra al siguiente como ronda anterior: {rounds}. Solo una ronda posterior nombra a "
    "una anterior.",
)


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    Parameters
    ----------
    project : Project
        The checkout.
    study_folder : Path
        The study's folder; its name is the study's.
    data : Path
        Folder of source files.
    build : Path
        Folder of all results; those of the study are in ``build/<study>``.
    language : {"es", "en"}
        Language of what is said on the terminal.
    """

    project: Project
    study_folder: Path
    data: Path
    build: Path
    language: Language

    @property
    def study_name(self) -> str:
        """Name of the study."""
        return self.study_folder.name

    @property
    def results(self) -> Path:
        """Folder of the study's results."""
        return self.build / self.study_name

    @property
    def ingredients(self) -> Ingredients:
        """What the study is made from."""
        return Ingredients(self.project, self.study_name, self.study_folder, self.data, self.results)


def load_stage(stage: Stage) -> StageFunction:
    """Return the function of a stage; its module is imported only now."""
    function: StageFunction = importlib.import_module(stage.module).run
    return function


def run_stages(
    request: Request,
    target: str,
    progress: Progress,
    *,
    stages: Mapping[str, Stage] = STAGES,
    load: Callable[[Stage], StageFunction] = load_stage,
    before: tuple[str, ...] = (),
) -> list[str]:
    """Bring a target up to date, after the estimates of the earlier rounds that the study compares itself with.

    Parameters
    ----------
    request : Request
        Study, folders and language.
    target : str
        A stage, or ``study`` for all.
    progress : Progress
        Says what is done.
    stages : mapping of str to Stage
        The stages there are.
    load : callable
        Returns the function of a stage.
    before : tuple of str
        Studies whose run asked for this one as their earlier round.

    Returns
    -------
    list of str
        Names of the stages of this study that ran; empty when everything was fresh.

    Raises
    ------
    ProblemsFound
        A stage found the study or its data at fault. What was published before stays.
    """
    needed = needed_for(target, dict(stages))
    if any(stage.rounds for stage in needed):
        _run_earlier_rounds(request, progress, stages, load, before)
    _private_folder(request.results)
    mark_as_ours(request.build)
    ran: list[str] = []
    with study_lock(request.results, progress, request.language), _beside(progress) as beside:
        recover(request.results)
        tidy(request.build)
        refuse_retired(request.results, request.study_name)
        ingredients = request.ingredients
        earlier: dict[str, Manifest] = {}
        for stage in needed:
            beside.wait_for(stage.after)
            for name in stage.after:
                made = None if name in earlier else read_manifest(request.results / name)
                earlier |= {} if made is None else {name: made}
            state = freshness(stage, ingredients.key(stage, earlier), request.results / stage.name)
            sealed_with = {} if state.manifest is None else state.manifest.key.get("parameters", {})
            refuse_other_key(f"{request.study_name}/{stage.name}", sealed_with.get("sealed_with"), ingredients.store)
            if state.fresh and state.manifest is not None:
                run_log.found(request.results, stage.name, request.project.root)
                remove_folder(failed_folder(request.results, stage.name))
                earlier[stage.name] = state.manifest
                continue
            work = partial(_run_stage, request, stage, state, ingredients, load=load)
            ran.append(stage.name)
            if load is load_stage and may_run_beside(stage, needed):
                beside.start(
                    stage.name, getattr(stage, request.language), partial(work, progress=Progress(quiet=True)),
                    partial(_run_shown, request, stage, progress, work),
                )  # fmt: skip
            else:
                earlier[stage.name] = _run_shown(request, stage, progress, work)
        beside.wait()
    return ran


@contextmanager
def _beside(progress: Progress) -> Iterator[Beside]:
    """Hold the lock until the stage that runs beside has ended, whatever becomes of the others."""
    beside = Beside(progress)
    try:
        yield beside
    finally:
        beside.leave()


def _run_shown(
    request: Request, stage: Stage, progress: Progress, work: Callable[..., Manifest]
) -> Manifest:
    with progress.doing(stage.name, getattr(stage, request.language)):
        return work(progress=progress)


def _run_earlier_rounds(
    request: Request,
    progress: Progress,
    stages: Mapping[str, Stage],
    load: Callable[[Stage], StageFunction],
    before: tuple[str, ...],
) -> None:
    """Bring the estimates of earlier rounds up to date; a fresh one costs a look at its files."""
    chain = (*before, request.study_name)
    for name in request.ingredients.rounds:
        beside = request.study_folder.parent / name
        folder = beside if (beside / "study.yaml").is_file() else request.project.studies / name
        where = f"{request.study_name}/study.yaml  change"
        if not (folder / "study.yaml").is_file():
            raise StudyError([Problem(EARLIER_ROUND_ABSENT, where, {"since": name})])
        if name in chain:
            raise StudyError([Problem(ROUNDS_IN_CIRCLE, where, {"rounds": " - ".join((*chain, name))})])
        run_stages(
            replace(request, study_folder=folder), "estimate", progress, stages=stages, load=load, before=chain
        )  # fmt: skip


def _private_folder(results: Path) -> None:
    """Make the folder of a study's results for its owner alone; one that was open is closed."""
    results.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(PermissionError):  # it belongs to somebody else, who has opened it to us
        results.chmod(0o700)


def mark_as_ours(build: Path) -> None:
    """Mark the folder of results as something that can be made again, for ``make clean`` and backups."""
    tag = build / "CACHEDIR.TAG"
    if not tag.exists():
        write_text(tag, "Signature: 8a477f597d28d172789f06886806bc55\n# Results of Caracteriza.\n")


def failed_folder(results: Path, stage: str) -> Path:
    """Where a stage that failed leaves its findings and the reason."""
    return results / f"{stage}.failed"


def _run_stage(
    request: Request,
    stage: Stage,
    state: Freshness,
    ingredients: Ingredients,
    *,
    progress: Progress,
    load: Callable[[Stage], StageFunction],
) -> Manifest:
    before = os.umask(0o077)  # microdata are for the eyes of whoever runs this
    folder = temporary_beside(request.results / stage.name)
    entry = run_log.started(stage.name, state.reason)
    try:
        folder.mkdir()
        run = Run(
            project=request.project, study_name=request.study_name, study_folder=request.study_folder,
            data=request.data, build=request.results, language=request.language, progress=progress,
            stage=stage.name, output=folder, reads=stage.after,
        )
        with warnings.catch_warnings(record=True) as warned:
            load(stage)(run)
        entry = run_log.with_warnings(entry, warned)
        manifest = Manifest(
            stage.name, request.study_name, state.key, output_hashes(folder), environment(ingredients.packages)
        )
        keep_definitions(request.results, ingredients.definition_files(), state.key["inputs"])
        sync_below(folder)
        write_manifest(folder, manifest)
        _set_aside(request, stage, state, progress)
        publish_folder(folder, request.results / stage.name)
        remove_folder(failed_folder(request.results, stage.name))
        run_log.finished(request.results, entry, "done", request.project.root)
        return manifest
    except BaseException as error:
        # whatever goes wrong here must not hide what went wrong before
        with suppress(OSError):
            _keep_findings(request, stage, folder, error)
            run_log.finished(request.results, entry, "failed", request.project.root)
        raise
    finally:
        with suppress(OSError):
            remove_folder(folder)
        os.umask(before)


def _set_aside(request: Request, stage: Stage, state: Freshness, progress: Progress) -> None:
    """Keep what is not ours in a folder that is about to be replaced, and say where it is now."""
    aside = request.results / f"{stage.name}.unknown"
    for path in set_unknown_aside(request.results / stage.name, state.manifest, aside):
        told = {"es": "no lo hizo esta etapa; está ahora en", "en": "was not made by this stage; it is now in"}
        progress.line(f"    {path.name}: {told[request.language]} {path}")


def _keep_findings(request: Request, stage: Stage, folder: Path, error: BaseException) -> None:
    """Leave the findings of a failed stage beside the last good result, without microdata."""
    place = failed_folder(request.results, stage.name)
    kept = temporary_beside(place)
    kept.mkdir()
    if isinstance(error, ProblemsFound):
        for path in sorted([*folder.glob("findings*"), *folder.glob("validation*")]):
            path.rename(kept / path.name)
        said = {language: error.text(language) for language in ("es", "en")}
    else:
        said = dict.fromkeys(("es", "en"), type(error).__name__)
    (kept / NAME).write_text(json.dumps({"stage": stage.name, "problems": said}, ensure_ascii=False, indent=1))
    publish_folder(kept, place)
