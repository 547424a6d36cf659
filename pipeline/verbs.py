"""What each target of the command line does; a new one is a function and a line of `VERBS`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.answers.answer import Answer
from pipeline.import_proof.verb import import_proof_verb
from pipeline.problem_texts import STUDY_NOT_FOUND
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.provenance.verbs import bill_verb, explain_verb, key_verb, retire_verb, verify_verb
from pipeline.runner import Request, run_stages
from pipeline.sources import is_published_only
from pipeline.stages import EDITIONS, FACTSHEETS, PUBLIC_USE, STAGES, Stage
from surveys.problems import Language, Problem, StudyError


@dataclass(frozen=True)
class Call:
    """One call of the command line.

    Parameters
    ----------
    options : Namespace
        What was typed, see `pipeline.answers.command_parser`.
    project : Project
        The checkout.
    language : {"es", "en"}
        Language of what is said.
    progress : Progress
        Says how far it is, on standard error.
    answer : Answer
        Takes what is said, made and found.
    """

    options: argparse.Namespace
    project: Project
    language: Language
    progress: Progress
    answer: Answer

    @property
    def build(self) -> Path:
        """Folder of results."""
        return Path(self.options.build).resolve()

    @property
    def data(self) -> Path:
        """Folder of source files."""
        return Path(self.options.data).resolve()

    @property
    def folder(self) -> Path:
        """Folder of the study that was asked for."""
        return find_study(self.project, self.options.study)

    def request(self, study: str | None = None) -> Request:
        """Gather what a run of a study needs; of the study that was asked for, unless another is named."""
        folder = self.folder if study is None else find_study(self.project, study)
        return Request(self.project, folder, self.data, self.build, self.language)


def find_study(project: Project, name: str) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    project : Project
        The checkout.
    name : str
        Name of a study of the project, or the path of a study folder anywhere.

    Raises
    ------
    StudyError
        No folder with a ``study.yaml`` there; the message names the studies there are.
    """
    ours = project.studies / name
    for folder in (ours, Path(name)) if "/" not in name else (Path(name).expanduser(),):
        if (folder / "study.yaml").is_file():
            return folder.resolve()
    known = sorted(path.parent.name for path in project.studies.glob("*/study.yaml"))
    raise StudyError([Problem(STUDY_NOT_FOUND, f"STUDY={name}", {"known": ", ".join(known) or "-"})])


def _stages(call: Call, last: str = "") -> None:
    target, request = call.options.target, call.request()
    call.answer.result |= {"study": request.study_name, "ran": [], "results": str(request.results)}
    if is_published_only(request.study_folder):
        from pipeline.harmonized import published_study

        call.answer.made(published_study(request, target))
        return
    ran = run_stages(request, last or target, call.progress)
    call.answer.result["ran"] = ran
    if not ran:
        call.progress.line("Todo está al día." if call.language == "es" else "Everything is up to date.")
    call.answer.made([*results_of(request.results, target), *([request.results / last] if last else [])])


def _disseminate(call: Call) -> None:
    if not call.options.final:
        # What is disseminated is what each audience receives.
        _stages(call, EDITIONS)
        return
    from pipeline.signing import finish

    request = call.request()
    call.answer.made(finish(request, call.progress))
    call.answer.result |= {"study": request.study_name, "results": str(request.results)}


def _factsheets(call: Call) -> None:
    _beside(call, FACTSHEETS)


def _public_use(call: Call) -> None:
    from pipeline.public_use.writing import refuse_unless_permitted
    from pipeline.study_files import load_study

    refuse_unless_permitted(load_study(call.folder, call.project))
    _beside(call, PUBLIC_USE)


def _beside(call: Call, stage: Stage) -> None:
    """Run a stage that is no part of `study`, and those that it reads."""
    request = call.request()
    ran = run_stages(request, stage.name, call.progress, stages={**STAGES, stage.name: stage})
    call.answer.made([request.results / stage.name])
    call.answer.result |= {"study": request.study_name, "ran": ran, "results": str(request.results)}


def _list(call: Call) -> None:
    from pipeline.listing import listing, states

    found = states(call.project, call.data, call.build, call.language)
    call.answer.say(listing(found))
    call.answer.result["studies"] = [one.as_data() for one in found]


def _new_study(call: Call) -> None:
    from pipeline.new_study import new_study

    at = Path(call.options.at) if call.options.at else call.project.studies
    call.answer.say(new_study(call.options.name, at, call.language))
    call.answer.result["folder"] = str((at.expanduser() / call.options.name).resolve())


def _attack(call: Call) -> None:
    from pipeline.attack_study import attack_results

    earlier = Path(call.options.earlier).resolve() if call.options.earlier else None
    call.answer.say(attack_results(call.folder, call.project, call.build, call.language, earlier))
    call.answer.result["study"] = call.folder.name


def _sign(call: Call) -> None:
    from pipeline.signing import sign, signing_state

    request = call.request()
    call.answer.say(sign(request, call.progress, call.options.institution, call.options.person))
    call.answer.result |= signing_state(request)


def _totals(call: Call) -> None:
    from pipeline.control_totals import check_totals, write_template

    verb = write_template if call.options.target == "totals-template" else check_totals
    call.answer.say(verb(call.folder, call.project, call.language))
    call.answer.result["study"] = call.folder.name


def _part_totals(call: Call) -> None:
    from pipeline.carriers.totals_verbs import make_totals

    call.answer.made([make_totals(call.request(), call.progress, call.options.part)])


def _merge_totals(call: Call) -> None:
    from pipeline.carriers.totals_verbs import merge_totals

    folders = [Path(name) for name in call.options.totals.split()]
    call.answer.made([merge_totals(folders, call.build)])


def _dictionary(call: Call) -> None:
    from pipeline.codebook import write_codebook
    from pipeline.dictionary_file import load_dictionary
    from pipeline.study_files import load_study

    if not call.options.study:
        call.answer.made(write_codebook(load_dictionary(call.project.dictionary), call.build / "dictionary"))
        return
    place = call.build / "dictionary" / call.folder.name
    call.answer.made(write_codebook(load_study(call.folder, call.project).dictionary, place))


def _harmonized(call: Call) -> None:
    from pipeline.harmonized import harmonized

    names = call.options.studies.replace(",", " ").split()
    call.answer.made(harmonized(call.project, call.request, names, call.progress))


def _studies(call: Call) -> None:
    from pipeline.answers.command_parser import whole_number
    from pipeline.many_studies.run import run_many

    names = call.options.studies.replace(",", " ").split()
    jobs = whole_number("--jobs", call.options.jobs) if call.options.jobs else 0
    until = call.options.until or "study"
    found = run_many(call.project, call.request, names, call.progress, jobs=jobs, until=until)
    call.answer.problems += found.problems
    call.answer.made(found.files)
    failed = sum(outcome.state == "failed" for outcome in found.outcomes)
    call.answer.result |= {
        "studies": [outcome.as_data() for outcome in found.outcomes],
        "done": len(found.outcomes) - failed,
        "failed": failed,
    }


def _completion(call: Call) -> None:
    from pipeline.completion.scripts import how_to_load, write_completion

    written = write_completion(call.project, call.build / "completion")
    call.answer.made(written)
    call.answer.say(how_to_load(written, call.language))


def _doctor(call: Call) -> None:
    from pipeline.doctor.look import looked_at, tell

    tell(looked_at(call.project.root, call.build, call.data, online=call.options.online), call.answer)


def _bench(call: Call) -> None:
    from pipeline.bench import bench

    text = bench(call.request(), call.progress)
    call.answer.say(text)
    rows = (line.split("\t") for line in text.splitlines())
    call.answer.result["seconds"] = {name: float(seconds) for name, seconds in rows}


VERBS: dict[str, Callable[[Call], None]] = {
    "study": _stages,
    **dict.fromkeys(STAGES, _stages),
    "disseminate": _disseminate,
    "list": _list,
    "new-study": _new_study,
    "dictionary": _dictionary,
    "totals-template": _totals,
    "totals-check": _totals,
    "totals": _part_totals,
    "merge-totals": _merge_totals,
    "bench": _bench,
    "attack": _attack,
    "harmonized": _harmonized,
    "studies": _studies,
    "doctor": _doctor,
    "completion": _completion,
    "sign": _sign,
    "factsheets": _factsheets,
    "public-use": _public_use,
    "import-proof": import_proof_verb,
    "explain": explain_verb,
    "verify": verify_verb,
    "retire": retire_verb,
    "key": key_verb,
    "sbom": bill_verb,
}


def results_of(results: Path, target: str) -> list[Path]:
    """Return what to show a user after a target: the documents of the report, or the folder of the stage."""
    if target in ("study", "report"):
        documents = sorted(path for path in (results / "report").glob("*") if path.suffix in {".pdf", ".html"})
        if documents:
            return documents
    return [results / ("report" if target == "study" else target)]
