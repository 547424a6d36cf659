"""Selection from a frame: what is recorded, repeated and refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveys.problems import DesignError
from surveys.sampling.coordination import coordinated_pareto, coordinated_simple, permanent_numbers
from surveys.sampling.frames import METHODS, select


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "segment": [f"s{i}" for i in range(10)],
            "place": ["06"] * 6 + ["02"] * 4,
            "families": [100.0, 80, 120, 60, 90, 900, 50, 70, 60, 40],
            "area": list("uurruurrru"),
        }
    )


def draw(random: np.random.Generator, table: pd.DataFrame | None = None, **options: object):  # type: ignore[no-untyped-def]
    asked = {"sample": {"06": 3, "02": 2}, "unit": "segment", "stratum": "place", "size": "families", **options}
    sample = asked.pop("sample")
    return select(frame() if table is None else table, sample, random=random, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_what_is_recorded(method: str) -> None:
    found = draw(np.random.default_rng(3), method=method, pairs=True)
    assert found.sample["place"].value_counts().to_dict() == {"06": 3, "02": 2}
    assert found.probability.sum() == pytest.approx(5)
    assert (found.sample["base_weight"] * found.sample["probability"]).tolist() == pytest.approx([1.0] * 5)
    assert found.seed == 3
    for name, rows in found.order.items():
        joint = found.joint[name]
        assert joint is not None and np.diag(joint) == pytest.approx(found.probability[rows])


@pytest.mark.parametrize("method", METHODS)
def test_the_recorded_state_draws_the_same_sample_again(method: str) -> None:
    random = np.random.default_rng(3)
    random.random(17)
    first = draw(random, method=method)
    again = np.random.Generator(np.random.PCG64())
    again.bit_generator.state = dict(first.state)
    pd.testing.assert_frame_equal(first.sample, draw(again, method=method).sample)


def test_a_very_large_segment_is_taken_with_certainty() -> None:
    for seed in range(20):
        found = draw(np.random.default_rng(seed))
        row = found.sample[found.sample["segment"] == "s5"]
        assert len(row) == 1 and bool(row["certainty"].iloc[0]) and float(row["base_weight"].iloc[0]) == 1.0


def test_sorting_spreads_a_systematic_sample_over_areas() -> None:
    table = pd.DataFrame({"segment": [f"s{i}" for i in range(40)], "area": ["u", "r"] * 20})
    for seed in range(25):
        found = select(
            table, {"": 10}, unit="segment", method="systematic", order=("area",), random=np.random.default_rng(seed)
        )
        assert found.sample["area"].value_counts().to_dict() == {"u": 5, "r": 5}


def changed(column: str, rows: list[int], value: object) -> pd.DataFrame:
    table = frame().astype(object)
    table.loc[rows, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "options", "codes"),
    [
        (changed("segment", [1, 2], "s0"), {}, ["frame_duplicate"]),
        (changed("families", [1, 7], None), {}, ["frame_size_missing", "frame_size_missing"]),
        (changed("families", [1], 0), {}, ["frame_size_missing"]),
        (changed("families", [1], "many"), {}, ["frame_size_missing"]),
        (changed("segment", [4], ""), {}, ["frame_blank"]),
        (changed("place", [4], None), {}, ["frame_blank", "frame_stratum_unasked"]),
        (frame(), {"sample": {"06": 3, "02": 5}}, ["sample_exceeds_stratum"]),
        (frame(), {"sample": {"06": 0, "02": 2}}, ["sample_not_whole"]),
        (frame(), {"sample": {"06": 3, "02": 2, "09": 1}}, ["frame_stratum_absent"]),
        (frame(), {"sample": {"06": 3}}, ["frame_stratum_unasked"]),
        (frame(), {"certainty": False}, ["probability_above_one"]),
        (frame(), {"size": "hogares"}, ["frame_column"]),
    ],
)
def test_refuses_a_frame_that_does_not_hold_together(
    table: pd.DataFrame, options: dict[str, object], codes: list[str]
) -> None:
    with pytest.raises(DesignError) as caught:
        draw(np.random.default_rng(1), table, **options)
    assert [one.message.code for one in caught.value.problems] == codes
    text = caught.value.text("en") + caught.value.text("es")
    assert "{" not in text and "s0" not in text


def test_permanent_numbers_stay_with_their_units() -> None:
    first = permanent_numbers(["a", "b", "c"], np.random.default_rng(1))
    earlier = pd.Series(first, index=["a", "b", "c"])
    second = permanent_numbers(["c", "d", "a"], np.random.default_rng(2), earlier=earlier)
    assert second[0] == first[2] and second[2] == first[0]
    assert second[1] not in first


def test_a_new_round_keeps_or_avoids_the_last_one() -> None:
    number = permanent_numbers(range(40), np.random.default_rng(5))
    first = set(coordinated_simple(number, 10).tolist())
    assert first <= set(coordinated_simple(number, 15).tolist())
    assert not first & set(coordinated_simple(number, 15, coordination="avoid").tolist())
    pi = np.full(40, 0.25)
    assert set(coordinated_pareto(number, pi).tolist()) == first


def test_refuses_broken_permanent_numbers() -> None:
    for code, bad in (
        ("permanent_numbers_outside", lambda: coordinated_simple([0.1, np.nan], 1)),
        ("permanent_numbers_duplicate", lambda: permanent_numbers(["a", "a"], np.random.default_rng(1))),
    ):
        with pytest.raises(DesignError) as caught:
            bad()
        assert caught.value.problems[0].message.code == code
