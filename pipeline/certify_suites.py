"""Levels L1 to L3 of the certification: the test folders that hold identities, references and published tables."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

from pipeline.certificate import Line, Outcome
from pipeline.progress import Progress

FOLDERS = {
    "L1": ("tests/identities", "tests/properties", "tests/enumeration"),
    "L2": ("tests/reference",),
    "L3": ("tests/literature",),
}


def suite(level: str, root: Path, progress: Progress) -> list[Line]:
    """Run the test folders of one level.

    Parameters
    ----------
    level : {"L1", "L2", "L3"}
        Which.
    root : Path
        The checkout.
    progress : Progress
        Where to say how far it is.

    Returns
    -------
    list of Line
        One for each test file, and one for each test that failed or did not run, with its reason.
    """
    folders = [folder for folder in FOLDERS[level] if any((root / folder).rglob("test_*.py"))]
    missing = [
        Line(level, folder, "the folder holds no tests", "", "not run")
        for folder in FOLDERS[level]
        if folder not in folders
    ]
    if not folders:
        return missing
    progress.note(f"{level}: {', '.join(folders)}")
    with tempfile.TemporaryDirectory() as scratch:
        results = Path(scratch) / "results.xml"
        command = [sys.executable, "-m", "pytest", *folders, "-q", "-p", "no:cacheprovider", f"--junitxml={results}"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if not results.exists():
            tail = done.stdout.strip().splitlines()[-1:] or ["no output"]
            return [*missing, Line(level, ", ".join(folders), f"the tests did not run: {tail[0]}", "", "failed")]
        return [*missing, *_lines(level, results)]


def _lines(level: str, results: Path) -> list[Line]:
    # The file was written a moment ago by our own tests.
    cases = list(ElementTree.parse(results).iter("testcase"))
    files: dict[str, list[Outcome]] = defaultdict(list)
    remarks: list[Line] = []
    for case in cases:
        outcome, reason = _outcome(case)
        file = case.get("classname", "")
        files[file].append(outcome)
        if outcome != "passed":
            remarks.append(Line(level, f"{file}: {case.get('name', '')}", reason, "passes", outcome))
    lines = []
    for file, outcomes in sorted(files.items()):
        passed = outcomes.count("passed")
        whole: Outcome = "failed" if "failed" in outcomes else ("passed" if passed else "not run")
        lines.append(Line(level, file, f"{passed} of {len(outcomes)} tests", "all", whole, float(passed)))
    return [*lines, *remarks]


def _outcome(case: ElementTree.Element) -> tuple[Outcome, str]:
    for tag in ("failure", "error"):
        found = case.find(tag)
        if found is not None:
            return "failed", (found.get("message") or "").splitlines()[0][:200] if found.get("message") else tag
    skipped = case.find("skipped")
    if skipped is not None:
        return "not run", skipped.get("message", "")
    return "passed", ""
