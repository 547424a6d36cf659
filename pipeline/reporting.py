"""Stage `report`: the published estimates as a report and a brief, in every language of the study."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pipeline.report_files import write_report
from pipeline.report_material import read_material
from pipeline.report_model import build_report
from pipeline.run import Run
from pipeline.study_files import load_study


def run(run: Run) -> None:
    """Write the report of one study.

    Parameters
    ----------
    run : Run
        Reads the estimates and the records of the stages before; leaves ``report_<language>.pdf``,
        ``report_<language>.html`` and the two pages of ``brief_<language>.pdf`` for each language.
    """
    loaded = load_study(run.study_folder, run.project)
    templates = run.project.templates
    # The compiler of one language works while the pictures of the next are drawn.
    with ThreadPoolExecutor(1) as writer:
        written = [writer.submit(write_report, run.output, build_report(material, templates), templates)
                   for material in read_material(run, loaded)]
        for done in written:
            done.result()
