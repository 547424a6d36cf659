"""Every statistic that the dictionary accepts has a formula, a source and a reference test that exists."""

from __future__ import annotations

import re
from pathlib import Path

from estimates.figures import FIGURES
from estimates.measures import KINDS
from surveys.indicator_checks import EXAMPLES
from surveys.statistic_options import STATISTICS

# Words by which reference tests speak of a statistic, where it is not its name.
WORDS = {"distribution": "prop", "function": "formula|function", "quintile_share_ratio": "quintile"}


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
            # Held against something that is not ours, in a test that speaks of it.
            assert file.startswith(("tests/reference/", "tests/literature/")), file
            text = (root / file).read_text(encoding="utf-8")
            assert "def test_" in text and re.search("expected|[Pp]rinted", text), file
            assert re.search(WORDS.get(name, name), text), f"{name}: {file} never mentions it"


def test_every_statistic_is_computed_by_two_engines(root: Path) -> None:
    """The identity test asks for every statistic of the list, so a new one without plain loops fails there."""
    text = (root / "tests" / "identities" / "test_second_engine.py").read_text(encoding="utf-8")
    assert "{item.statistic for item in INDICATORS} == set(STATISTICS)" in text


def test_every_statistic_is_estimated_in_one_way(root: Path) -> None:
    assert {*KINDS, *FIGURES} == set(STATISTICS)
    assert not set(KINDS) & set(FIGURES)


def test_every_needed_entry_has_an_example() -> None:
    needed = {entry for entries in STATISTICS.values() for entry in entries.needed}
    assert needed - set(EXAMPLES) == {"over"}


def test_every_statistic_is_in_the_manual(root: Path) -> None:
    manual = (root / "surveys" / "README.md").read_text(encoding="utf-8")
    assert [name for name in STATISTICS if f"`{name}`" not in manual] == []
