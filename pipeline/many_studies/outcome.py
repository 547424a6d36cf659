"""What became of one study of many, as plain data that processes hand to one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FAILED, DONE, FRESH, PUBLISHED, ABSENT = "failed", "done", "fresh", "published", "absent"


@dataclass(frozen=True)
class Outcome:
    """What became of one study.

    Parameters
    ----------
    study : str
        Its name.
    folder : str
        Its folder.
    state : str
        ``done`` (stages ran), ``fresh`` (nothing was left to do), ``published`` (published figures only), ``absent``
        (its source files are not here) or ``failed``.
    ran : tuple of str
        Stages that ran.
    seconds : float
        Time it took.
    problems : tuple of mapping
        As `pipeline.answers.answer.problem_as_data` gives them.
    """

    study: str
    folder: str
    state: str
    ran: tuple[str, ...] = ()
    seconds: float = 0.0
    problems: tuple[Mapping[str, Any], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


def outcome_from(data: Mapping[str, Any]) -> Outcome:
    """Build an outcome from what another process wrote."""
    return Outcome(
        data["study"], data["folder"], data["state"], tuple(data["ran"]), float(data["seconds"]),
        tuple(data["problems"]),
    )  # fmt: skip
