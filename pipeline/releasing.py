"""Stage `release`: the signed edition, without the mark of a draft, once all who validate have signed it."""

from __future__ import annotations

from estimates.release_view import analyses_view, release_view
from pipeline.analysis_files import read_analyses
from pipeline.attack import refuse_leaks, refuse_without_audit
from pipeline.attack_study import attack_folder
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.open_tables import write_checksums
from pipeline.release import Release
from pipeline.release_changes import refuse_unexplained, study_changes
from pipeline.release_files import write_release
from pipeline.releases import read_releases
from pipeline.report_files import write_report
from pipeline.report_material import read_material
from pipeline.report_model import build_report
from pipeline.run import Run
from pipeline.signatures import read_signatures, release_hash, signature_problems
from pipeline.study_files import load_study
from pipeline.weight_files import read_record, write_json
from surveys.problems import DataError


def run(run: Run) -> None:
    """Write the final edition.

    Parameters
    ----------
    run : Run
        Reads what `disseminate` reads, and the signatures; leaves the same files and the reports without the mark
        of a draft, ``changes.csv`` with what changed since the last signed release, and ``record.json`` with the
        hash that was signed and by whom.

    Raises
    ------
    DataError
        Everything at once that keeps it from being final: a signature that is missing, of another release or of
        somebody who does not validate. Then a change without a reason, and a leak.
    """
    loaded = load_study(run.study_folder, run.project)
    study, folder = loaded.study, run.output
    refuse_without_audit(read_record(run.input("validate")), study.name)
    signatures = read_signatures(run.study_folder, run.project.schemas)
    present = release_hash(run.build)
    problems = signature_problems(study, signatures, present)
    if problems:
        raise DataError(problems)
    view = release_view(read_estimates(run.input("estimate") / "estimates.csv"), study, loaded.dictionary)
    changes = study_changes(run.study_folder, view, breakdown_columns(view), run.project.schemas)
    refuse_unexplained(changes, study.name)
    analyses = analyses_view(read_analyses(run.input("estimate")), study, loaded.dictionary)
    written = Release(loaded, view, analyses, run.input("validate") / "validation.json", final=True)
    formats = write_release(folder, written)
    for material in read_material(run, loaded):
        report = build_report(material, run.project.templates, final=True)
        write_report(folder, report, run.project.templates)
    changes.rows.to_csv(folder / "changes.csv", index=False, lineterminator="\n", encoding="utf-8")
    earlier = [release.folder for release in read_releases(run.study_folder)]
    attacked = attack_folder(folder, loaded, run.build, earlier=earlier)
    refuse_leaks(attacked, study.name)
    signed = [{"institution": one.institution, "person": one.person, "date": one.date} for one in signatures]
    record = {"release": present, "signatures": signed, "changes": changes.record(), "formats": formats,
              "attack": attacked.record()}
    write_json(folder / "record.json", record)
    write_checksums(folder)
