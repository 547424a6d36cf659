"""The command line behind the make targets."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.answers.answer import Answer
from pipeline.answers.command_parser import UsageError, help_text, typed_language, understood
from pipeline.answers.spoken import language_of
from pipeline.private_store.process import keep_memory_private
from pipeline.problem_texts import DISK_TROUBLE, INTERNAL_ERROR, INTERRUPTED
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.verbs import VERBS, Call
from surveys.problems import Problem, ProblemsFound

DONE, PROBLEMS, USAGE, MACHINE, INTERNAL, STOPPED = 0, 1, 2, 3, 70, 130


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
        130 interrupted. With ``--json`` standard output holds one object as ``answers/answer.schema.json`` describes
        it and nothing else; the code is the same.
    """
    # Sums in several threads differ in their last digits from machine to machine, and stages share the cores already.
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    keep_memory_private()
    words = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(typed_language(words))
    answer = Answer("", language)
    if "--json" not in words:
        code = _answered(words, answer, Progress())
        if answer.said or answer.files:
            print(answer.text())
        return code
    with _nothing_else_on_standard_output() as said:
        code = _answered(words, answer, Progress())
    answer.say(said.getvalue())
    print(answer.as_json(code))
    return code


_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG, errno.EIO}


def _answered(words: list[str], answer: Answer, progress: Progress) -> int:
    """Do what was asked, tell what is wrong on standard error and in the answer, and return the exit code."""
    code, build = DONE, ""
    try:
        options = understood(words, VERBS)
        answer.command, build = options.target, options.build
        if options.help:
            answer.say(help_text(VERBS, answer.language))
        else:
            VERBS[options.target](Call(options, Project.here(), answer.language, progress, answer))
        if answer.problems:
            code = PROBLEMS
            progress.line("\n" + "\n".join(problem.text(answer.language) for problem in answer.problems))
    except ProblemsFound as found:
        code = USAGE if isinstance(found, UsageError) else PROBLEMS
        answer.problems += found.problems
        progress.line("\n" + found.text(answer.language))
    except KeyboardInterrupt:
        code = STOPPED
        answer.problems.append(Problem(INTERRUPTED, "", {}))
        progress.line("\n" + answer.problems[-1].text(answer.language).strip())
    except Exception as error:  # the last net: users see where, never the values that caused it
        answer.problems.append(problem_of(error, build))
        code = MACHINE if answer.problems[-1].message is DISK_TROUBLE else INTERNAL
        progress.line("\n" + answer.problems[-1].text(answer.language))
    return code


@contextlib.contextmanager
def _nothing_else_on_standard_output() -> Iterator[io.StringIO]:
    """Take in what is printed meanwhile; what libraries write past Python goes to standard error."""
    said = io.StringIO()
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(said):
            yield said
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def problem_of(error: Exception, build: str) -> Problem:
    """Tell an error that nobody foresaw: the disk refused, or our code failed.

    Parameters
    ----------
    error : Exception
        What was raised. Its text is left out because it may quote a value of the data.
    build : str
        Folder of results, named where the error names no file.

    Returns
    -------
    Problem
        Where our code failed, or why the disk refused.
    """
    if isinstance(error, OSError) and error.errno in _DISK:
        return Problem(DISK_TROUBLE, str(error.filename or build), {"trouble": os.strerror(error.errno or 0)})
    frames = traceback.extract_tb(error.__traceback__)
    where = "\n".join(f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:])
    if os.environ.get("CARACTERIZA_DEBUG"):
        traceback.print_exception(error)
    return Problem(INTERNAL_ERROR, "Caracteriza", {"kind": type(error).__name__, "frames": where})
