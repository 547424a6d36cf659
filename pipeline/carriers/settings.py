"""How rows are to be summed: by whom, in what numbers and in how much memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    # Only who asks for a carrier waits for its libraries.
    from pipeline.carriers.engines import Engine
    from pipeline.carriers.scan_table import ScanTable

Carrier = Literal["automatic", "memory", "streamed", "duckdb", "engine"]
Connect = Callable[["ScanTable"], AbstractContextManager["Engine"]]
# Of DuckDB; the process around it takes some 300 MB more.
MEMORY = "700MB"


@dataclass(frozen=True)
class ScanSettings:
    """How a study wants its rows summed.

    Parameters
    ----------
    carrier : {"automatic", "memory", "streamed", "duckdb", "engine"}
        ``automatic`` streams, the fastest at every size measured, and lets DuckDB sort what is not sorted.
    exact : bool
        Whether sums are decimals, the same to the last bit from every carrier.
    memory : str
        What DuckDB may use, such as ``1GB``.
    connect : callable, optional
        Opens the engine of ``engine``.
    """

    carrier: Carrier = "automatic"
    exact: bool = False
    memory: str = MEMORY
    connect: Connect | None = None
