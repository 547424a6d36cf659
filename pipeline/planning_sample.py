"""The sample plan of a study: checked, forecast, judged, and written as tables, pages and a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.planning_forecast import label_of, publishable
from pipeline.planning_picture import Cell, draw_forecast
from pipeline.planning_selection import draw_segments
from pipeline.planning_words import WORDS, forecast_text, percent
from pipeline.report_numbers import plain
from pipeline.run import Run
from pipeline.study_files import LoadedStudy
from pipeline.table_labels import Labels
from surveys.problems import Language, StudyError
from surveys.sampling.forecast import STRATUM, WHOLE, change_power, required, segments_by_stratum
from surveys.sampling.plan import SamplePlan, plan_from
from surveys.sampling.plan_checks import plan_problems
from surveys.sampling.stages import best_two_stage, two_stage_choices


def write_sample_plan(run: Run, loaded: LoadedStudy) -> dict[str, Any]:
    """Forecast the planned sample of a study, if it has a plan.

    Parameters
    ----------
    run : Run
        Leaves ``forecast.csv``, ``sizes.csv``, ``allocation.csv``, ``stages.csv``, ``change.csv``, and for every
        language ``forecast_<language>.md`` and ``.svg``; with a frame also ``selected_segments.csv``.
    loaded : LoadedStudy
        The study.

    Returns
    -------
    dict
        What was done, for the record; empty without a plan.

    Raises
    ------
    StudyError
        Every fault of the plan.
    DesignError
        A frame that does not hold together.
    """
    settings = loaded.study.settings.get("plan")
    if settings is None:
        return {}
    plan = plan_from(settings)
    problems = plan_problems(plan, loaded.dictionary, loaded.files.study.where)
    if problems:
        raise StudyError(problems)
    table = publishable(plan, loaded.study.publication, loaded.dictionary)
    tables = {
        "required": required(plan),
        "allocation": allocations(plan),
        "stages": _stages(plan),
        "change": change_power(plan),
    }
    for name, data in (
        ("forecast", table),
        ("sizes", tables["required"]),
        ("allocation", tables["allocation"]),
        ("stages", tables["stages"]),
        ("change", tables["change"]),
    ):
        data.to_csv(run.output / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")
    for language in loaded.study.languages:
        _page(run, loaded, plan, table, tables, "es" if language == "es" else "en")
    record: dict[str, Any] = {
        "segments": plan.segments,
        "drawn": float(plan.segments * plan.per_segment),
        "rows": len(table),
        "by_status": {str(name): int(count) for name, count in table["status"].value_counts().sort_index().items()},
    }
    if plan.frame is not None:
        where = loaded.files.study.where(("plan", "frame"))
        folders = [loaded.files.folder, *(path.parent for path in loaded.files.paths)]
        folder = next((one for one in folders if (one / plan.frame.file).is_file()), loaded.files.folder)
        selection, record["selection"] = draw_segments(folder, plan.frame, segments_by_stratum(plan), where=where)
        selection.sample.to_csv(
            run.output / "selected_segments.csv", index=False, float_format="%.17g", lineterminator="\n"
        )
    return record


def allocations(plan: SamplePlan) -> pd.DataFrame:
    """Compare the planned allocation of segments with proportional, square-root and equal ones."""
    free = {name: replace(one, segments=None) for name, one in plan.strata.items()}
    least = {"least": int(plan.allocation.get("least", 2))}
    methods: Mapping[str, Mapping[str, Any]] = {
        "proportional": {"method": "proportional"},
        "square_root": {"method": "power", "power": 0.5},
        "equal": {"method": "equal"},
    }
    table = pd.DataFrame(
        {
            "stratum": list(plan.strata),
            "population": [one.population for one in plan.strata.values()],
            "planned": list(segments_by_stratum(plan).values()),
        }
    )
    total = int(table["planned"].sum())
    for name, method in methods.items():
        other = replace(plan, strata=free, segments=total, allocation={**method, **least})
        table[name] = list(segments_by_stratum(other).values())
    return table


def _stages(plan: SamplePlan) -> pd.DataFrame:
    rho = next((one.rho for one in plan.expectations if one.rho), None)
    if plan.costs is None or rho is None:
        return pd.DataFrame(columns=["per_segment", "segments", "units", "cost", "deff", "effective", "efficiency"])
    money = {"budget": _budget(plan), "segment_cost": plan.costs.segment, "unit_cost": plan.costs.unit, "rho": rho}
    best = round(best_two_stage(**money).per_segment)
    tried = {5, 10, 20, 40, 80, 120, 200, max(best, 1), max(round(plan.per_segment), 1)}
    return two_stage_choices(sorted(tried), **money)


def _budget(plan: SamplePlan) -> float:
    if plan.costs is None:
        return float("nan")
    return plan.costs.budget or plan.segments * (plan.costs.segment + plan.costs.unit * plan.per_segment)


def _page(
    run: Run,
    loaded: LoadedStudy,
    plan: SamplePlan,
    table: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    language: Language,
) -> None:
    labels, words = Labels(loaded.dictionary, language), WORDS[language]

    def domain(group: str, code: str) -> str:
        if group == "" or code == WHOLE:
            return words["whole"]
        own = label_of(group, code, plan)
        if own is not None:
            return own
        variable = loaded.dictionary.variables[loaded.dictionary.breakdowns[group].variable]
        return loaded.dictionary.code_lists[str(variable.codes)].codes[code].label.get(language)

    def heading(group: str) -> str:
        return words["stratum"] if group == STRATUM else labels.breakdown(group)

    def full(group: str, code: str) -> str:
        return domain(group, code) if group == "" else f"{heading(group)}: {domain(group, code)}"

    facts = {
        "standards": ", ".join(loaded.study.publication.standards),
        "cases": str(loaded.study.publication.minimum_cases),
        "synthetic": "yes" if loaded.study.synthetic else "",
        **_stage_facts(plan, labels.indicator),
    }
    text = forecast_text(plan, table, tables, language=language, domain=full, indicator=labels.indicator, facts=facts)
    (run.output / f"forecast_{language}.md").write_text(text, encoding="utf-8")
    picture = _picture(run, table, labels, domain, heading, words)
    (run.output / f"forecast_{language}.svg").write_text(picture, encoding="utf-8")


def _stage_facts(plan: SamplePlan, indicator: Callable[[str], str]) -> dict[str, str]:
    one = next((one for one in plan.expectations if one.rho), None)
    if plan.costs is None or one is None or one.rho is None:
        return {}
    best = best_two_stage(budget=_budget(plan), segment_cost=plan.costs.segment, unit_cost=plan.costs.unit, rho=one.rho)
    return {
        "budget": plain(_budget(plan), 0),
        "currency": plan.costs.currency,
        "segment": plain(plan.costs.segment, 2),
        "unit": plain(plan.costs.unit, 2),
        "rho": plain(one.rho, 3),
        "best": plain(best.per_segment, 0),
        "indicator": indicator(one.indicator),
    }


def _picture(
    run: Run,
    table: pd.DataFrame,
    labels: Labels,
    domain: Callable[[str, str], str],
    heading: Callable[[str], str],
    words: Mapping[str, str],
) -> str:
    names = list(dict.fromkeys(table["indicator"]))
    rows: list[tuple[str, bool]] = []
    at: dict[tuple[str, str], int] = {}
    for group in dict.fromkeys(table["group"]):
        if group != "":
            rows.append((heading(group), True))
        for place in dict.fromkeys(zip(table["group"], table["code"], strict=True)):
            if place[0] == group:
                at[place] = len(rows)
                rows.append((domain(*place), False))
    cells = [
        Cell(
            at[str(row["group"]), str(row["code"])],
            names.index(str(row["indicator"])),
            str(row["status"]),
            percent(float(row["cv"]), 0) + words["sign"] if np.isfinite(row["cv"]) else "",
        )
        for row in table.to_dict("records")
    ]
    fonts = run.project.root / "report_templates" / "fonts"
    columns = [labels.indicator(name) for name in names]
    return draw_forecast(rows, columns, cells, {**words, "alt": words["picture"]}, fonts)
