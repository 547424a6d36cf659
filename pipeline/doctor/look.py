"""``make doctor``: everything that is looked at, in order, and the answer."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.answers.answer import Answer
from pipeline.doctor.checks import BAD, Check, told
from pipeline.doctor.environment import environment_checks, index_check
from pipeline.doctor.machine import machine_checks
from pipeline.doctor.programs import program_checks
from pipeline.doctor.results import result_checks, study_checks


def looked_at(root: Path, build: Path, data: Path, *, online: bool = False) -> list[Check]:
    """Look at the machine, the environment and the results.

    Parameters
    ----------
    root : Path
        The checkout.
    build, data : Path
        Folder of results and folder of source files.
    online : bool
        Whether the package index is asked too; nothing else touches a network.

    Returns
    -------
    list of Check
        Before there is an environment, without the states of studies.
    """
    checks = machine_checks(root, build, data)
    if online:
        checks.append(index_check(root))
    checks += environment_checks(root) + result_checks(build)
    # only the environment's own Python knows what the results were made with
    if Path(sys.prefix).resolve() == (root / ".venv").resolve() and build.is_dir():
        checks += study_checks(root, build, data)
    return checks + program_checks()


def tell(checks: list[Check], answer: Answer) -> None:
    """Put the checks into an answer; what is missing is a problem."""
    answer.say(told(checks, answer.language))
    answer.result["checks"] = [check.as_data() for check in checks]
    answer.problems += [check.problem() for check in checks if check.state == BAD]
