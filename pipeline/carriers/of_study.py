"""Which carrier a study asks for under `scan:`, and the scan that its estimates are then made with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from estimates.tabulate import Scan
from pipeline.carriers.settings import MEMORY, ScanSettings
from pipeline.private_store.private_files import folder_for_reading
from surveys.microdata import Microdata
from surveys.study import Study

# Rows of a level up to which `automatic` sums them where they are; beyond, they are laid down and streamed.
IN_MEMORY = 20_000_000


@contextmanager
def scan_of_study(study: Study, microdata: Microdata, output: Path) -> Iterator[Scan | None]:
    """Open the scan that a study asks for.

    Parameters
    ----------
    study : Study
        Its ``scan:`` names a carrier, how sums are held and what memory an engine may use.
    microdata : Microdata
        Decides for ``automatic``, by the rows of its largest level.
    output : Path
        Temporary folder of the stage, which goes with it when it is killed; rows are laid down in a private folder
        inside, or in memory when results are sealed, and removed again.

    Yields
    ------
    Scan or None
        None where the rows are summed in memory.

    Raises
    ------
    StudyError
        A carrier that is not installed.
    """
    asked = study.settings.get("scan") or {}
    carrier, exact = asked.get("carrier", "automatic"), asked.get("sums") == "decimal"
    rows = max((len(level.frame) for level in microdata.levels.values()), default=0)
    if not exact and (carrier == "memory" or (carrier == "automatic" and rows <= IN_MEMORY)):
        yield None
        return
    # Only who asks for a carrier waits for its libraries.
    from pipeline.carriers.study_scan import StudyScan

    if carrier == "spark":
        from pipeline.carriers.distributed import LOCAL, spark

        settings = ScanSettings("engine", exact, connect=spark(asked.get("master", LOCAL)))
    else:
        settings = ScanSettings(carrier, exact, asked.get("memory", MEMORY))
    with tempfile.TemporaryDirectory(prefix=".scan-", dir=folder_for_reading() or output) as scratch:
        yield StudyScan(settings, Path(scratch))
