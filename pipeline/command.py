"""The command line behind the make targets."""

from __future__ import annotations

import argparse
import errno
import os
import traceback
from collections.abc import Sequence
from pathlib import Path

from pipeline.problem_texts import DISK_TROUBLE, INTERNAL_ERROR, INTERRUPTED, STUDY_NOT_FOUND
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.sources import is_published_only
from pipeline.stages import FACTSHEETS, STAGES
from surveys.problems import Language, Problem, ProblemsFound, StudyError

DONE, PROBLEMS, USAGE, MACHINE, INTERNAL = 0, 1, 2, 3, 70


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line; those of the process by default.

    Returns
    -------
    int
        0 done, 1 the study or its data have problems, 2 wrong use, 3 trouble with the disk, 70 a fault of ours,
        130 interrupted.
    """
    # Sums in several threads differ in their last digits from machine to machine, and stages share the cores already.
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    options = _parser().parse_args(arguments)
    language = language_of(options.language)
    progress = Progress()
    try:
        return _do(options, language, progress)
    except ProblemsFound as found:
        progress.line("\n" + found.text(language))
        return PROBLEMS
    except KeyboardInterrupt:
        progress.line("\n" + Problem(INTERRUPTED, "", {}).text(language).strip())
        return 130
    except OSError as trouble:
        if trouble.errno not in _DISK:
            return _internal(trouble, language, progress)
        details = {"trouble": os.strerror(trouble.errno or 0)}
        progress.line("\n" + Problem(DISK_TROUBLE, str(trouble.filename or options.build), details).text(language))
        return MACHINE
    except Exception as error:  # the last net: users see where, never the values that caused it
        return _internal(error, language, progress)


_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO}


def language_of(asked: str | None) -> Language:
    """Return ``es`` or ``en``: what was asked for, otherwise what the system speaks."""
    for text in (asked, os.environ.get("LC_ALL"), os.environ.get("LC_MESSAGES"), os.environ.get("LANG")):
        if text:
            return "es" if text.lower().startswith("es") else "en"
    return "en"


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


def _do(options: argparse.Namespace, language: Language, progress: Progress) -> int:
    project = Project.here()
    build = Path(options.build).resolve()
    if options.target == "list":
        from pipeline.listing import listing

        print(listing(project, Path(options.data).resolve(), build, language))
    elif options.target == "new-study":
        from pipeline.new_study import new_study

        print(new_study(options.name, Path(options.at) if options.at else project.studies, language))
    elif options.target == "attack":
        from pipeline.attack_study import attack_results

        folder = find_study(project, options.study)
        earlier = Path(options.earlier).resolve() if options.earlier else None
        print(attack_results(folder, project, build, language, earlier))
    elif options.target == "sign" or (options.target == "disseminate" and options.final):
        from pipeline.signing import finish, sign

        request = Request(project, find_study(project, options.study), Path(options.data).resolve(), build, language)
        if options.target == "sign":
            print(sign(request, progress, options.institution, options.person))
        else:
            for path in finish(request, progress):
                print(_shown(path))
    elif options.target in ("totals-template", "totals-check"):
        from pipeline.control_totals import check_totals, write_template

        verb = write_template if options.target == "totals-template" else check_totals
        print(verb(find_study(project, options.study), project, language))
    elif options.target == "factsheets":
        request = Request(project, find_study(project, options.study), Path(options.data).resolve(), build, language)
        run_stages(request, FACTSHEETS.name, progress, stages={**STAGES, FACTSHEETS.name: FACTSHEETS})
        print(_shown(request.results / FACTSHEETS.name))
    elif options.target == "dictionary":
        for path in _codebook(project, options.study, build):
            print(_shown(path))
    elif options.target == "harmonized":
        from pipeline.harmonized import harmonized

        data = Path(options.data).resolve()
        names = options.studies.replace(",", " ").split()
        for path in harmonized(
            project, lambda name: Request(project, find_study(project, name), data, build, language), names, progress
        ):
            print(_shown(path))
    else:
        folder = find_study(project, options.study)
        request = Request(project, folder, Path(options.data).resolve(), build, language)
        if is_published_only(folder):
            from pipeline.harmonized import published_study

            for path in published_study(request, options.target):
                print(_shown(path))
        elif options.target == "bench":
            from pipeline.bench import bench

            print(bench(request, progress))
        else:
            ran = run_stages(request, options.target, progress)
            if not ran:
                progress.line("Todo está al día." if language == "es" else "Everything is up to date.")
            for path in results_of(request.results, options.target):
                print(_shown(path))
    return DONE


def _codebook(project: Project, study: str, build: Path) -> tuple[Path, ...]:
    from pipeline.codebook import write_codebook
    from pipeline.dictionary_file import load_dictionary
    from pipeline.study_files import load_study

    if not study:
        return write_codebook(load_dictionary(project.dictionary), build / "dictionary")
    folder = find_study(project, study)
    return write_codebook(load_study(folder, project).dictionary, build / "dictionary" / folder.name)


def results_of(results: Path, target: str) -> list[Path]:
    """Return what to show a user after a target: the documents of the report, or the folder of the stage."""
    if target in ("study", "report"):
        documents = sorted(path for path in (results / "report").glob("*") if path.suffix in {".pdf", ".html"})
        if documents:
            return documents
    return [results / ("report" if target == "study" else target)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__, allow_abbrev=False)
    others = (
        "list", "new-study", "dictionary", "totals-template", "totals-check", "bench", "attack", "harmonized", "sign",
        "factsheets",
    )  # fmt: skip
    parser.add_argument("target", choices=("study", *STAGES, *others))
    parser.add_argument("--study", default="", help="name of a study, or path of a study folder")
    parser.add_argument("--studies", default="", help="studies to put side by side, for harmonized")
    parser.add_argument("--data", default="data", help="folder of source files")
    parser.add_argument("--build", default="build", help="folder of results")
    parser.add_argument("--language", help="es or en")
    parser.add_argument("--name", default="", help="name of a new study")
    parser.add_argument("--earlier", default="", help="folder of an earlier release, for attack")
    parser.add_argument("--institution", default="", help="who signs, as in working_group, for sign")
    parser.add_argument("--person", default="", help="in whose name it signs, for sign")
    parser.add_argument("--final", action="store_true", help="the signed edition, for disseminate")
    parser.add_argument("--at", default="", help="folder in which a new study is made")
    return parser


def _shown(path: Path) -> str:
    """Write a path as short as it can be from where the user is."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _internal(error: Exception, language: Language, progress: Progress) -> int:
    """Say where our code failed; the text of the error is left out because it may quote a value of the data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = "\n".join(f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:])
    details = {"kind": type(error).__name__, "frames": where}
    progress.line("\n" + Problem(INTERNAL_ERROR, "Caracteriza", details).text(language))
    if os.environ.get("CARACTERIZA_DEBUG"):
        traceback.print_exception(error)
    return INTERNAL
