"""Stage `estimate`: every indicator of the plan, in every domain, with its design-based precision."""

from __future__ import annotations

import os
from dataclasses import replace

from estimates.disclosure.edition_rules import hide_small, in_public, refuse_small_bases, rule_of, with_edition_rules
from estimates.disclosure.release import protect_release
from estimates.disclosure.release_cells import release_cells
from estimates.disclosure.rounded_release import with_rounding
from estimates.extrapolation import check_start, extend, extend_comparisons
from estimates.study_analyses import analyse_study
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.analysis_files import write_analyses
from pipeline.calibration_files import calibration_record, study_calibrations
from pipeline.carriers.of_study import scan_of_study
from pipeline.change_tables import change_tables
from pipeline.denominator_files import read_denominators
from pipeline.estimate_files import FURTHER, estimation_record, without_unused, write_estimates
from pipeline.microdata_files import read_microdata
from pipeline.office_tables import office_tables
from pipeline.run import Run
from pipeline.small_area_tables import small_area_tables
from pipeline.study_files import load_study
from pipeline.weight_files import read_weights, write_json


def run(run: Run) -> None:
    """Estimate what the study tabulates.

    Parameters
    ----------
    run : Run
        Reads the microdata of ``ingest`` and the weights of ``weight``; leaves ``estimates.csv`` (internal:
        confidential rows keep their numbers, see `estimates.protection.published_view`),
        ``estimates_of_editions.csv`` with the rows that the public edition does not hold, ``comparisons.csv``,
        ``models.csv``, ``tests.csv``, ``verdicts.csv`` and ``table_verdicts.csv``, ``change.csv``, ``trend.csv``,
        ``trend_tests.csv`` and ``external_series.csv``, and ``record.json``. ``round_totals.npz`` is for a later
        round of the same survey, and is never published.
    """
    loaded = load_study(run.study_folder, run.project)
    microdata = read_microdata(run.input("ingest"), loaded.dictionary)
    weights = read_weights(run.input("weight"), microdata)
    design = study_design(loaded.study, microdata, where=loaded.files.study.where(("design",)))
    folders = [run.study_folder, *(path.parent for path in loaded.files.paths)]
    denominators = read_denominators(folders, loaded.study, loaded.dictionary)
    study = loaded.study
    check_start(study.extrapolation, weights, loaded.files.study.where(("extrapolation",)))
    calibrations = study_calibrations(run.input("weight"), study, loaded.dictionary, microdata)
    with scan_of_study(study, microdata, run.output) as scan:
        frame = estimate_study(study, loaded.dictionary, microdata, design, weights, denominators, calibrations, scan)
    cells = release_cells(study, loaded.dictionary, microdata, design, weights, frame)
    printed = extend(frame, study.extrapolation, loaded.dictionary)
    refuse_small_bases(printed, study, loaded.dictionary, loaded.files.study.where)
    rule = rule_of(study)
    # All editions are protected as one release; each is then a part of its rows.
    together, rule = with_edition_rules(frame, cells, rule, study.editions)
    frame = hide_small(frame, cells, together)
    protected = protect_release(frame, with_rounding(together, printed, study, loaded.dictionary), rule)
    public = in_public(frame, study.editions)
    further = extend(without_unused(protected.frame[~public]), study.extrapolation, loaded.dictionary)
    frame = protected.frame if public.all() else without_unused(protected.frame[public])
    protected = replace(protected, frame=frame)
    analyses = analyse_study(study, loaded.dictionary, microdata, design, weights, frame, calibrations)
    # The sample speaks first; only then is anything carried beyond the places sampled.
    frame = extend(frame, study.extrapolation, loaded.dictionary)
    analyses["comparisons"] = extend_comparisons(analyses["comparisons"], study.extrapolation, loaded.dictionary)
    if protected.coarsen:
        joined = ", ".join(dict.fromkeys(f"{item['indicator']} ({item['by']})" for item in protected.coarsen))
        run.say(
            es=f"Casi todo queda oculto en: {joined}. Conviene unir códigos de sus desgloses.",
            en=f"Nearly all is hidden in: {joined}. Joining codes of their breakdowns would show more.",
        )
    write_estimates(run.output / "estimates.csv", frame)
    os.chmod(run.output / "estimates.csv", 0o600)
    if len(further):
        write_estimates(run.output / FURTHER, further)
        os.chmod(run.output / FURTHER, 0o600)
    over_time, rounds = change_tables(run, loaded, microdata, design, weights, frame, calibrations)
    write_analyses(run.output, over_time)
    write_analyses(run.output, analyses)
    areas, fitted, joint = small_area_tables(run, loaded, microdata, design, weights, denominators, calibrations)
    write_analyses(run.output, {**areas, **office_tables(run, loaded, areas, joint)})
    calibrated = calibration_record(run.input("weight"), microdata, weights, calibrations)
    record = {**estimation_record(study, design, frame, calibrated), "disclosure": protected.record(),
              "small_areas": fitted, "rounds": rounds}
    write_json(run.output / "record.json", record)
