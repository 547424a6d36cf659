"""Stage `public_use`: the public-use files of a study, their documentation and the report of their protection."""

from __future__ import annotations

from pipeline.ddi.writing import document_public_use, write_ddi
from pipeline.open_tables import write_checksums
from pipeline.public_use.writing import refuse_unless_permitted, write_public_use
from pipeline.run import Run
from pipeline.study_files import load_study
from pipeline.weight_files import write_json


def run(run: Run) -> None:
    """Write the public-use files of one study.

    Parameters
    ----------
    run : Run
        Reads microdata, weights and estimates; leaves the files in all formats, ``ddi_<file>_<language>.xml``, the
        protection report, ``record.json`` and ``SHA256SUMS``.

    Raises
    ------
    StudyError
        The study does not permit it.
    DataError
        What is to be protected is not; see `pipeline.public_use.judging`.
    """
    loaded = load_study(run.study_folder, run.project)
    refuse_unless_permitted(loaded)
    stages = {name: run.input(name) for name in ("ingest", "weight", "estimate")}
    made = write_public_use(
        run.output, loaded, ingest=stages["ingest"], weight=stages["weight"], estimates=stages["estimate"]
    )
    write_ddi(run.output, loaded, document_public_use(made, loaded), ingest=stages["ingest"])
    record = {
        built.file.name: {"rows": made.judged[built.file.name].rows, "hidden": made.judged[built.file.name].hidden}
        for built in made.files
    }
    write_json(run.output / "record.json", {"files": record, "cells_attacked": made.attacked})
    write_checksums(run.output)
