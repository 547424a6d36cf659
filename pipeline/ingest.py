"""Stage ingest: declared source files to checked, harmonized microdata."""

from __future__ import annotations

from pipeline.ingest_records import ingest_record, stop_on_errors, write_findings, write_json
from pipeline.microdata_files import write_microdata
from pipeline.run import Run
from pipeline.source_reading import read_sources
from pipeline.study_files import load_study
from surveys.checks import check_microdata, critical_variables
from surveys.findings import ordered
from surveys.harmonization import harmonize
from surveys.universes import mark_skipped, with_derived


def run(run: Run) -> None:
    """Read, harmonize and check the microdata of a study.

    Parameters
    ----------
    run : Run
        Study folder, data folder and output folder.

    Raises
    ------
    StudyError, DictionaryError
        The study folder does not hold together.
    DataError
        A source file is not what the study declares, or a check of severity error failed; ``findings.csv``
        is written first.
    """
    # Load
    loaded = load_study(run.study_folder, run.project)
    sources = read_sources(run, loaded)

    # Compute
    run.say(es="Armonizando", en="Harmonizing")
    made = harmonize(loaded.mapping, sources.tables, loaded.dictionary, secret=sources.secret,
                     critical=critical_variables(loaded.study))
    findings = made.findings
    microdata = made.microdata
    if microdata is not None:
        run.say(es="Revisando", en="Checking")
        microdata = mark_skipped(microdata, loaded.dictionary)
        findings += check_microdata(
            with_derived(microdata, loaded.dictionary), loaded.study, loaded.dictionary
        )
    findings = ordered(findings)

    # Save
    write_json(run.output / "study.resolved.json", loaded.resolved())
    write_findings(findings, run.output, run.language)
    write_json(run.output / "record.json", ingest_record(loaded, sources, made, microdata, findings))
    stop_on_errors(findings, loaded, run)
    assert microdata is not None  # without microdata there is a finding of severity error
    write_microdata(microdata, run.output)
