"""From the places sampled to the whole country: how totals are extended, and the warning that goes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from surveys.dictionary import Dictionary, Label
from surveys.expression_checks import nearest
from surveys.problems import Message, Problem

Where = Callable[[tuple[str | int, ...]], str]
ExtrapolationMethod = Literal["ratio"]

PLACE_UNKNOWN = Message(
    "extrapolation_place",
    "there is no breakdown '{name}'. The nearest is '{nearest}'; correct the name under `places:`.",
    "no existe la desagregación '{name}'. La más parecida es '{nearest}'; corrija el nombre en `places:`.")
LEVEL_UNKNOWN = Message(
    "extrapolation_level",
    "there is no level '{name}' ({known}). Name the level whose units `from:` and `to:` count.",
    "no existe el nivel '{name}' ({known}). Nombre el nivel cuyas unidades cuentan `from:` y `to:`.")


@dataclass(frozen=True)
class Extrapolation:
    """How totals of the sampled places are extended to the country.

    Parameters
    ----------
    use : bool
        Off, totals stop at the places sampled.
    method : {"ratio"}
        Every total times ``to`` over ``start``.
    level : str
        Level whose units both numbers count.
    start, to : float
        Units in the places sampled, and in all.
    places : tuple of str
        Breakdowns by place: their rows are never extended, because the ratio is that of the whole country.
    warning : Label
        Printed beside every extended number.
    tolerance : float
        Largest relative distance of the weighted count of ``level`` from ``start``.
    """

    use: bool
    method: ExtrapolationMethod
    level: str
    start: float
    to: float
    places: tuple[str, ...]
    warning: Label
    tolerance: float = 0.02

    @property
    def factor(self) -> float:
        """What extended totals are multiplied by."""
        return self.to / self.start if self.use else 1.0


def extrapolation_from(data: Mapping[str, Any] | None) -> Extrapolation | None:
    """Read the entry ``extrapolation`` of a study whose shape was checked; None where there is none."""
    if data is None:
        return None
    places: Sequence[str] = data.get("places") or ()
    return Extrapolation(
        use=data["use"] == "on", method=data["method"], level=data["level"], start=float(data["from"]),
        to=float(data["to"]), places=tuple(places), warning=Label(data["warning"]["es"], data["warning"]["en"]),
        tolerance=float(data.get("tolerance", 0.02)),
    )  # fmt: skip


def extrapolation_problems(found: Extrapolation | None, dictionary: Dictionary, where: Where) -> Iterator[Problem]:
    """Find the names of an extrapolation that lead nowhere.

    Parameters
    ----------
    found : Extrapolation or None
        As the study declares it.
    dictionary : Dictionary
        Levels and breakdowns.
    where : callable
        Path inside ``study.yaml`` to the place shown.

    Yields
    ------
    Problem
    """
    if found is None:
        return
    if found.level not in dictionary.levels:
        yield Problem(LEVEL_UNKNOWN, where(("extrapolation", "level")), {
            "name": found.level, "known": ", ".join(dictionary.levels)})
    for number, name in enumerate(found.places):
        if name not in dictionary.breakdowns:
            yield Problem(PLACE_UNKNOWN, where(("extrapolation", "places", number)), {
                "name": name, "nearest": nearest(name, dictionary.breakdowns)})
