"""Stage `plan`: who takes part, what the sample will be able to say, and the questionnaire."""

from __future__ import annotations

import json
from typing import Any

from pipeline.plan_words import plan_text
from pipeline.planning_group import decisions_of, group_problems
from pipeline.planning_sample import write_sample_plan
from pipeline.questionnaire import write_questionnaire
from pipeline.run import Run
from pipeline.study_files import load_study
from surveys.problems import StudyError
from surveys.study import Role, Study


def run(run: Run) -> None:
    """Write the plan of one study.

    Parameters
    ----------
    run : Run
        Reads the study folder; leaves ``plan.json``, ``plan_<language>.md``, ``questionnaire.xlsx`` and, where the
        study plans its sample, the forecast of `pipeline.planning_sample.write_sample_plan`.

    Raises
    ------
    StudyError
        Faults of the working group, its decisions or the sample plan.
    """
    loaded = load_study(run.study_folder, run.project)
    problems = group_problems(loaded.study, loaded.dictionary, loaded.files.study.where)
    if problems:
        raise StudyError(problems)
    plan = plan_of(loaded.study)
    sample = write_sample_plan(run, loaded)
    questionnaire = write_questionnaire(run.output / "questionnaire.xlsx", loaded)
    plan["files"] = sorted(path.name for path in run.output.iterdir() if path.name != "record.json")
    _write_json(run, "plan.json", plan)
    for language in loaded.study.languages:
        text = plan_text(plan, "es" if language == "es" else "en")
        (run.output / f"plan_{language}.md").write_text(text, encoding="utf-8")
    _write_json(run, "record.json", {"working_group": len(plan["working_group"]), "planned": plan["planned"],
                                     "decisions": len(plan["decisions"]), "sample": sample,
                                     "questionnaire": questionnaire})


def plan_of(study: Study) -> dict[str, Any]:
    """Return the plan as plain values: identity, working group, design roles, planned domains, standards."""
    return {
        "study": study.name,
        "title": {"es": study.title.es, "en": study.title.en},
        "country": study.country,
        "year": study.year,
        "synthetic": study.synthetic,
        "working_group": [
            {"institution": member.institution, "role": member.role, "validates": list(member.validates)}
            for member in study.working_group
        ],
        "decisions": decisions_of(study),
        "design": {
            "level": study.design.level,
            "nested": study.design.nested,
            "lonely_psu": study.design.lonely_psu,
            "stratum": _role(study.design.stratum),
            "psu": _role(study.design.psu),
            "psu_population": _role(study.design.psu_population),
        },
        "planned": list(study.publication.planned),
        "standards": list(study.publication.standards),
        "indicators": sorted({name for one in study.tabulation for name in one.indicators}),
    }


def _role(role: Role) -> dict[str, Any]:
    if role.unavailable is None:
        return {"variable": role.variable}
    return {"unavailable": {"es": role.unavailable.es, "en": role.unavailable.en}, "fallback": role.fallback}


def _write_json(run: Run, name: str, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    (run.output / name).write_text(text + "\n", encoding="utf-8")
