"""What tests of every kind share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parent.parent
_ABSENT = "needs the real files of ../shared/data (or of the folder that CARACTERIZA_SHARED names), which are not here"


def shared_folder() -> Path | None:
    """Return the folder of reference texts and data beside the checkout, if it is there."""
    for candidate in (os.environ.get("CARACTERIZA_SHARED"), ROOT.parent / "shared"):
        if candidate and (Path(candidate) / "data").is_dir():
            return Path(candidate).resolve()
    return None


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of reference texts and data; the test is skipped, and said to be, where it is absent."""
    folder = shared_folder()
    if folder is None:
        pytest.skip(_ABSENT)
    return folder


@pytest.fixture(scope="session")
def shared_data(shared: Path) -> Path:
    """Folder of real files; the test is skipped, and said to be, where it is absent."""
    return shared / "data"


@pytest.fixture
def generator() -> np.random.Generator:
    """A generator of random numbers that starts the same in every test."""
    return np.random.default_rng(20180101)


@pytest.fixture
def small_sample(generator: np.random.Generator) -> pd.DataFrame:
    """An invented sample: 4 strata of 5 PSUs of 6 persons, with unequal weights, a 0/1 and a number."""
    stratum = np.repeat(np.arange(4), 30)
    psu = np.repeat(np.arange(20), 6)
    moved = generator.random(120) < 0.15 + 0.05 * stratum
    return pd.DataFrame(
        {
            "stratum": stratum.astype(str),
            "psu": psu.astype(str),
            "weight": generator.uniform(50, 150, 120),
            "sex": generator.choice(["1", "2"], 120),
            "moved": moved.astype(float),
            "income": generator.lognormal(5, 1, 120),
        }
    )


@pytest.fixture(autouse=True)
def _same_language_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the language of whoever runs the tests out of them."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was skipped, and why: a green line must not hide what was not looked at."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    reasons: dict[str, list[str]] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)
    terminalreporter.section("not looked at", sep="-", yellow=True)
    for reason, tests in reasons.items():
        terminalreporter.line(f"{len(tests)} tests: {reason}")
        for name in sorted({test.split("::")[0] for test in tests}):
            terminalreporter.line(f"    {name}")
