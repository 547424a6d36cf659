"""The order of the stages."""

from __future__ import annotations

from pipeline.stages import STAGES, needed_for


def test_a_target_needs_what_it_reads_and_no_more() -> None:
    assert [stage.name for stage in needed_for("estimate")] == ["ingest", "weight", "estimate"]
    assert [stage.name for stage in needed_for("plan")] == ["plan"]
    assert [stage.name for stage in needed_for("study")] == list(STAGES)


def test_every_stage_comes_after_what_it_reads() -> None:
    names = list(STAGES)
    assert all(names.index(one) < names.index(name) for name, stage in STAGES.items() for one in stage.after)
