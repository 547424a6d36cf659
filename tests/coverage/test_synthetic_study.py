"""Headline figures of the synthetic study over sixty draws: no bias, and intervals that hold the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.certify_draws import headline_figures, repeated
from pipeline.certify_synthetic import synthetic_coverage
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.study_files import load_study

pytestmark = pytest.mark.slow
DRAWS = 60


def test_headline_figures_of_the_study(root: Path) -> None:
    found = repeated("slv_2018", DRAWS, 90_000, Progress(quiet=True))
    loaded = load_study(root / "surveys" / "studies" / "slv_2018", Project(root))
    assert len(found.judged) == len(headline_figures(loaded)) > 20
    for judged in found.judged:
        assert judged.draws == DRAWS, judged.name
        # Twenty-three figures at three errors each: a short run must not cry wolf.
        assert abs(judged.relative_bias) < max(0.02, 3.5 * judged.bias_error), judged.name
        assert judged.coverage + 3.5 * judged.coverage_error >= 0.94, judged.name
        assert 0.7 < judged.se_ratio < 1.5, judged.name
    mean = sum(judged.coverage for judged in found.judged) / len(found.judged)
    assert 0.93 < mean < 0.985


def test_lines_name_the_figure_its_error_and_its_gate() -> None:
    lines, table = synthetic_coverage("slv_update", 20, 1, Progress(quiet=True))
    bias = {line.name: line for line in lines if "relative bias" in line.name}
    for line in bias.values():
        assert line.value is not None and line.error is not None
        assert abs(line.value) < max(0.02, 4 * line.error), line.name
    assert len(table.rows) == 6
    coverage = [line for line in lines if "coverage" in line.name]
    assert len(coverage) == 6
    assert all("±" in line.measured and line.error is not None for line in coverage)
