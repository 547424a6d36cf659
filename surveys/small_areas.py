"""What a study asks of small areas: an indicator, its places, what is borrowed for them, and what may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from surveys.dictionary import Label

Transform = Literal["none", "log", "sqrt"]


@dataclass(frozen=True)
class Covariate:
    """A column known in every area: where it comes from, and in what form the model takes it.

    ``over`` is the column it is divided by first, such as homicides over inhabitants.
    """

    name: str
    source: Label
    label: Label | None = None
    transform: Transform = "none"
    over: str | None = None


@dataclass(frozen=True)
class SmallAreas:
    """One area-level model.

    Parameters
    ----------
    name, indicator, areas : str
        Name of the model, indicator estimated, and the breakdown whose codes are the areas.
    reach : {"found", "all"}
        Which areas the sample speaks of: those in which it found somebody, or all, nobody being an answer too (places
        that people come from).
    scale, smoothing, area_variance, benchmark : str
        As in `estimates.small_areas`; ``reml_positive`` takes a positive estimator where restricted likelihood gives 0.
    file : str or None
        CSV of the study folder with a row for each area.
    covariates : tuple of Covariate
        Columns of the file that the model takes, besides a constant.
    size : str or None
        Column of the file by which areas are weighted in the benchmark and numbers are ranked.
    rank_by : {"figure", "number"}
        Whether rates or rates times ``size`` are ranked.
    worst, draws, bootstrap, seed : int
        Size of the group of worst areas, draws of ranks, replicates of the bootstrap (0 for none), and their seed.
    weak_above, hide_above : float
        Relative errors of the publication rule.
    without_sample : {"show", "hide"}
        Whether areas without sample are published, marked. Not where the areas sampled were chosen for what is
        measured: the model then learnt nothing of the others.
    columns : tuple of str
        Columns of the file that are read.
    """

    name: str
    indicator: str
    areas: str
    label: Label | None = None
    reach: Literal["found", "all"] = "found"
    scale: str = "linear"
    smoothing: str = "design_effect"
    area_variance: str = "reml_positive"
    benchmark: str = "ratio"
    file: str | None = None
    covariates: tuple[Covariate, ...] = ()
    size: str | None = None
    rank_by: Literal["figure", "number"] = "figure"
    worst: int = 5
    draws: int = 10_000
    bootstrap: int = 200
    seed: int = 1
    weak_above: float = 0.25
    hide_above: float = 0.5
    without_sample: Literal["show", "hide"] = "show"
    columns: tuple[str, ...] = field(default=())


def small_areas_from(settings: Mapping[str, Any]) -> tuple[SmallAreas, ...]:
    """Build the models of ``small_areas:`` from plain data whose shape was checked."""
    return tuple(_model(name, item) for name, item in (settings.get("small_areas") or {}).items())


def _model(name: str, data: Mapping[str, Any]) -> SmallAreas:
    known, ranking, rule = (data.get(part) or {} for part in ("known", "ranking", "publish"))
    covariates = tuple(
        Covariate(column, _label(item["source"]), _label(item["label"]) if "label" in item else None,
                  item.get("transform", "none"), item.get("over"))
        for column, item in (known.get("covariates") or {}).items()
    )  # fmt: skip
    columns = dict.fromkeys(column for item in covariates for column in (item.name, item.over) if column)
    size = known.get("size")
    return SmallAreas(
        name, data["indicator"], data["areas"], _label(data["label"]) if "label" in data else None,
        data.get("reach", "found"), data.get("scale", "linear"), data.get("smoothing", "design_effect"),
        data.get("area_variance", "reml_positive"), data.get("benchmark", "ratio"), known.get("file"), covariates, size,
        ranking.get("by", "figure"), int(ranking.get("worst", 5)), int(ranking.get("draws", 10_000)),
        int(data.get("bootstrap", 200)), int(data.get("seed", 1)), float(rule.get("weak_above", 0.25)),
        float(rule.get("hide_above", 0.5)), rule.get("without_sample", "show"),
        tuple([*columns, *([size] if size and size not in columns else [])]),
    )  # fmt: skip


def _label(data: Mapping[str, str]) -> Label:
    return Label(es=data["es"], en=data["en"])
