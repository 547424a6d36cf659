"""What a study says about giving its microdata away: who allowed it, what is kept, how it is protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.dictionary import Label


@dataclass(frozen=True)
class Joined:
    """A code of a coarser list, and the codes of the dictionary that it stands for."""

    code: str
    label: Label
    of: tuple[str, ...]


@dataclass(frozen=True)
class PublicVariable:
    """One variable of a public file.

    Parameters
    ----------
    name : str
        Name in the file; that of the dictionary unless the values were changed.
    source : str
        Variable of the dictionary.
    label : Label or None
        Name for people; the source's when None.
    codes : tuple of Joined
        Coarser codes; empty where codes are kept.
    bands : tuple of float
        Lowest value of each band of a number; values below the first are in the first.
    bottom, top : float or None
        Smaller and larger numbers become these.
    """

    name: str
    source: str
    label: Label | None = None
    codes: tuple[Joined, ...] = ()
    bands: tuple[float, ...] = ()
    bottom: float | None = None
    top: float | None = None

    @property
    def changed(self) -> bool:
        """Whether values differ from those of the dictionary's variable."""
        return bool(self.codes or self.bands) or self.bottom is not None or self.top is not None


@dataclass(frozen=True)
class PublicFile:
    """One file: the rows of a level.

    Parameters
    ----------
    name, level : str
        Name of the file and level of its rows; rows without weight are never in it.
    label : Label
        What a row is.
    variables : tuple of PublicVariable
        What is kept, in the order of the file. Everything else stays in the house.
    keys : tuple of str
        Variables that somebody may know of a person: rows that look alike in them are a class. From what may be hidden
        first to what must stay.
    sensitive : tuple of str
        Variables that must differ within a class.
    of : str or None
        File of the families whose members the rows are. Rows carry the family's number only where enough families have
        the same members.
    held : tuple of str
        Variables whose cells keep their weighted totals, in the weights and in every replicate.
    held_from : str or None
        File that estimates those totals (the first phase); known totals when None.
    """

    name: str
    level: str
    label: Label
    variables: tuple[PublicVariable, ...]
    keys: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    of: str | None = None
    held: tuple[str, ...] = ()
    held_from: str | None = None

    def variable(self, name: str) -> PublicVariable:
        """Return a variable of the file by its name there."""
        return next(item for item in self.variables if item.name == name)


@dataclass(frozen=True)
class PublicLimits:
    """What must hold before a file is given away.

    Parameters
    ----------
    k, l : int
        Least rows of a class, and least different values of what is sensitive in it.
    individual, household, whole : float
        Largest risk of a row, of a family, and of a file on average.
    common : float
        Share of the population from which a value tells nothing of anybody, so that a class may have it alone.
    rows, strata : int
        Least rows and sampling strata that share a weight.
    step : float
        Multiple to which weights are rounded.
    psus : int
        Least PSUs in a unit of the replicates.
    places : tuple of str
        Variables that tell where a row is, of the first file: units of replicates lie inside them.
    far : float
        How far an estimate of the file may lie from the published one, in published standard errors.
    errors : (float, float)
        Between what multiples of the published standard error that of the file must lie.
    """

    k: int = 5
    l: int = 2  # noqa: E741 - the name that the literature gives it
    individual: float = 0.1
    household: float = 0.2
    whole: float = 0.03
    common: float = 0.95
    rows: int = 5
    strata: int = 3
    step: float = 1.0
    psus: int = 6
    places: tuple[str, ...] = ()
    far: float = 0.5
    errors: tuple[float, float] = (0.6, 1.6)


@dataclass(frozen=True)
class PublicUse:
    """The decision of a study about public-use files, and how they are made.

    Parameters
    ----------
    permitted : bool
        Nothing is made otherwise.
    by : str
        Who decided.
    date : str
        When: year, month, day.
    reason : Label
        On what grounds.
    seed : int
        Of every draw: order of rows, numbers, joining of PSUs. It must be kept in the house.
    limits : PublicLimits
        What must hold.
    files : tuple of PublicFile
        In the order in which they are written.
    """

    permitted: bool
    by: str
    date: str
    reason: Label
    seed: int = 0
    limits: PublicLimits = field(default_factory=PublicLimits)
    files: tuple[PublicFile, ...] = ()


def public_use_from(data: Mapping[str, Any] | None) -> PublicUse | None:
    """Build the decision from the entry ``public_use`` of a study whose shape was checked; None without one."""
    if data is None:
        return None
    return PublicUse(
        permitted=data["permitted"], by=data["by"], date=data["date"], reason=_label(data["reason"]),
        seed=int(data.get("seed", 0)), limits=_limits(data.get("limits") or {}),
        files=tuple(_file(name, item) for name, item in (data.get("files") or {}).items()),
    )  # fmt: skip


def _limits(data: Mapping[str, Any]) -> PublicLimits:
    default = PublicLimits()
    low, high = data.get("errors", default.errors)
    return PublicLimits(
        k=data.get("k", default.k), l=data.get("l", default.l), individual=data.get("individual", default.individual),
        household=data.get("household", default.household), whole=data.get("global", default.whole),
        common=data.get("common", default.common),
        rows=data.get("rows", default.rows), strata=data.get("strata", default.strata),
        step=float(data.get("step", default.step)), psus=data.get("psus", default.psus),
        places=tuple(data.get("places") or ()), far=float(data.get("far", default.far)),
        errors=(float(low), float(high)),
    )  # fmt: skip


def _file(name: str, data: Mapping[str, Any]) -> PublicFile:
    return PublicFile(
        name=name, level=data["level"], label=_label(data["label"]),
        variables=tuple(_variable(key, item or {}) for key, item in data["variables"].items()),
        keys=tuple(data["keys"]), sensitive=tuple(data.get("sensitive") or ()), of=data.get("of"),
        held=tuple(data.get("held") or ()), held_from=data.get("held_from"),
    )  # fmt: skip


def _variable(name: str, data: Mapping[str, Any]) -> PublicVariable:
    codes: Mapping[str, Any] = data.get("codes") or {}
    bands: Sequence[float] = data.get("bands") or ()
    return PublicVariable(
        name=name, source=data.get("from", name), label=None if "label" not in data else _label(data["label"]),
        codes=tuple(Joined(code, _label(item["label"]), tuple(item["from"])) for code, item in codes.items()),
        bands=tuple(float(value) for value in bands), bottom=data.get("bottom"), top=data.get("top"),
    )  # fmt: skip


def _label(data: Mapping[str, Any]) -> Label:
    return Label(es=data["es"], en=data["en"])
