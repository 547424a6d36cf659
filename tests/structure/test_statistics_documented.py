"""Every statistic that the dictionary accepts has a formula, a source and a reference test that exists."""

from __future__ import annotations

import re
from pathlib import Path

from estimates.figures import FIGURES
from estimates.measures import KINDS
from surveys.indicator_checks import EXAMPLES
from surveys.statistic_options import STATISTICS


def rows(root: Path) -> dict[str, list[str]]:
    text = (root / "estimates" / "README.md").read_text(encoding="utf-8")
    section = text.split("## Statistics of the dictionary", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {cell[0].strip(" `"): cell for cell in cells}


def test_every_statistic_has_a_row_with_formula_source_file_and_test(root: Path) -> None:
    assert list(rows(root)) == list(STATISTICS)
    for name, (_, formula, source, files, tests) in rows(root).items():
        assert formula, name
        assert re.search(r"\d{4}", source), f"{name}: a source has a year"
        for file in re.findall(r"`([^`]+)`", files):
            assert (root / "estimates" / file).is_file(), file
        for file in re.findall(r"`([^`]+)`", tests):
            assert (root / file).is_file(), file
            assert "def test_" in (root / file).read_text(encoding="utf-8"), file


def test_every_statistic_is_estimated_in_one_way(root: Path) -> None:
    assert {*KINDS, *FIGURES} == set(STATISTICS)
    assert not set(KINDS) & set(FIGURES)


def test_every_needed_entry_has_an_example() -> None:
    needed = {entry for entries in STATISTICS.values() for entry in entries.needed}
    assert needed - set(EXAMPLES) == {"over"}


def test_every_statistic_is_in_the_manual(root: Path) -> None:
    manual = (root / "surveys" / "README.md").read_text(encoding="utf-8")
    assert [name for name in STATISTICS if f"`{name}`" not in manual] == []
