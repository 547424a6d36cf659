"""Stage `validate`: printed figures, a second engine and the table's own logic against the estimates."""

from __future__ import annotations

from estimates.disclosure.edition_rules import rule_of, with_edition_rules
from estimates.disclosure.release import audit_release
from estimates.disclosure.release_cells import release_cells
from estimates.disclosure.rounded_release import with_rounding
from estimates.extrapolation import sampled_places
from estimates.reconciliation import reconcile
from estimates.release_view import release_view
from estimates.study_design import study_design
from estimates.table_checks import TableCheck, check_table
from pipeline.calibration_files import study_calibrations
from pipeline.denominator_files import read_denominators
from pipeline.estimate_files import breakdown_columns, read_estimates, read_every_estimate
from pipeline.microdata_files import read_microdata
from pipeline.published_file import read_published, read_published_ranks
from pipeline.release_changes import study_changes
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.validation_figures import recompute_headlines
from pipeline.validation_page import write_pages
from pipeline.validation_results import Validation, check_weights, refuse
from pipeline.weight_files import read_record, read_weights, write_json


def run(run: Run) -> None:
    """Validate the estimates of one study.

    Parameters
    ----------
    run : Run
        Reads the results of ``ingest``, ``weight`` and ``estimate`` and the study's ``published.csv``; leaves
        ``validation.json`` and ``validation_<language>.html`` with every check, also when one fails, and
        ``changes.csv`` with what differs from the last signed release.

    Raises
    ------
    DataError
        After the page is written: a printed figure that differs without explanation, a figure on which
        the two engines differ, weights or domains that do not add up. An earlier release that was altered.
    """
    loaded = load_study(run.study_folder, run.project)
    study, dictionary = loaded.study, loaded.dictionary
    microdata = read_microdata(run.input("ingest"), dictionary)
    weights = read_weights(run.input("weight"), microdata)
    frame = read_estimates(run.input("estimate") / "estimates.csv")
    breakdowns = breakdown_columns(frame)
    # A second engine and the sums of domains know the places sampled only.
    sampled = sampled_places(frame, study.extrapolation, dictionary)
    at, ranked = run.study_folder / "published.csv", run.study_folder / "published_ranks.csv"
    published = read_published(at, dictionary, shown=f"{study.name}/{at.name}")
    ranks = read_published_ranks(ranked, dictionary, shown=f"{study.name}/{ranked.name}")
    design = study_design(study, microdata)
    totals = [name for name, one in dictionary.indicators.items() if one.statistic in ("total", "count")]
    # The reader of all editions is the one to fear, so the audit takes the rows of all of them.
    every = read_every_estimate(run.input("estimate"))
    cells = release_cells(study, dictionary, microdata, design, weights, every)
    cells, rule = with_edition_rules(every, cells, rule_of(study), study.editions)
    attacked = audit_release(every, with_rounding(cells, every, study, dictionary), rule)
    disclosure = TableCheck("disclosure_audit", int(attacked.cell.size), int(attacked.exposed.sum()))
    validation = Validation(
        study.name,
        tuple(reconcile([*published, *ranks], frame, breakdowns)),
        tuple(
            recompute_headlines(
                study, dictionary, microdata, design, weights, sampled, breakdowns, published,
                study_calibrations(run.input("weight"), study, dictionary, microdata),
                read_denominators(
                    [run.study_folder, *(path.parent for path in loaded.files.paths)], study, dictionary
                ),
            )
        ),
        (
            *check_weights(weights, read_record(run.input("weight"))), *check_table(sampled, breakdowns, totals),
            disclosure,
        ),
    )
    write_json(run.output / "validation.json", validation.as_record())
    changes = study_changes(run.study_folder, release_view(frame, study, dictionary), breakdowns, run.project.schemas)
    changes.rows.to_csv(run.output / "changes.csv", index=False, lineterminator="\n", encoding="utf-8")
    coarsen = read_record(run.input("estimate")).get("disclosure", {}).get("coarsen", [])
    write_pages(run.output, validation, changes, study, dictionary, run.project.templates, coarsen)
    write_json(run.output / "record.json", validation.summary())
    refuse(validation)
