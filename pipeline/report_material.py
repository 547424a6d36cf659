"""What the documents of a study are made from, read from the published results of the stages before."""

from __future__ import annotations

from collections.abc import Iterator

from estimates.release_view import analyses_view, release_view
from pipeline.analysis_files import read_analyses
from pipeline.estimate_files import read_estimates
from pipeline.report_blocks import Material
from pipeline.report_files import read_records
from pipeline.report_labels import Labels
from pipeline.report_words import load_words
from pipeline.run import Run
from pipeline.study_files import LoadedStudy


def read_material(run: Run, loaded: LoadedStudy) -> Iterator[Material]:
    """Read the material of each language of a study.

    Parameters
    ----------
    run : Run
        Of a stage that reads ``ingest``, ``weight`` and ``estimate``.
    loaded : LoadedStudy
        The study and its dictionary.

    Yields
    ------
    Material
        Of the published view only: hidden rows have no numbers.
    """
    frame = release_view(read_estimates(run.input("estimate") / "estimates.csv"), loaded.study, loaded.dictionary)
    tables = analyses_view(read_analyses(run.input("estimate")), loaded.study, loaded.dictionary)
    records = read_records({stage: run.input(stage) for stage in ("ingest", "weight", "estimate")})
    confidence = f"{100 * float(records.get('estimate', {}).get('methods', {}).get('confidence', 0.95)):g}"
    templates = run.project.templates
    for language in loaded.study.languages:
        labels = Labels(loaded.dictionary, load_words(templates, language))
        yield Material(frame, labels, confidence, templates / "fonts", loaded.study, tables, records, run.study_folder)
