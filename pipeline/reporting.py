"""Stage `report`: the published estimates as a PDF and a page, in every language of the study."""

from __future__ import annotations

from estimates.protection import published_view
from pipeline.analysis_files import read_analyses
from pipeline.estimate_files import read_estimates
from pipeline.report_files import read_records, write_report
from pipeline.report_model import build_report
from pipeline.report_words import load_words
from pipeline.run import Run
from pipeline.study_files import load_study


def run(run: Run) -> None:
    """Write the report of one study.

    Parameters
    ----------
    run : Run
        Reads the estimates and the records of the stages before; leaves ``report_<language>.pdf`` and
        ``report_<language>.html`` for each language, and ``record.json``.
    """
    loaded = load_study(run.study_folder, run.project)
    frame = published_view(read_estimates(run.input("estimate") / "estimates.csv"))
    analyses = read_analyses(run.input("estimate"))
    records = read_records({stage: run.input(stage) for stage in ("ingest", "weight", "estimate")})
    templates = run.project.templates
    for language in loaded.study.languages:
        report = build_report(frame, loaded.study, loaded.dictionary, records, load_words(templates, language),
                              fonts=templates / "fonts", analyses=analyses,
                              folder=run.study_folder)
        write_report(run.output, report, templates)
