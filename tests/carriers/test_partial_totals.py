"""Parts kept as files and added up are the whole, to the bit, and what cannot be added is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimates.tabulate import tabulate
from pipeline.carriers.merging import DifferentParts, estimates_of, merged
from pipeline.carriers.partial_totals import level_totals, psu_list
from pipeline.carriers.refusals import TooLarge
from pipeline.carriers.totals_files import NOTE, Totals, read_totals, write_totals
from surveys.design import Design
from tests.carriers.conftest import survey

JUDGED = {
    "standards": ["cepal_2023"], "planned": [], "interval": "korn_graubard", "deff": "without_replacement",
    "lonely_psu": "centred",
}  # fmt: skip


def totals(rows=None, part="whole", study="x", lonely_psu="centred", **options) -> Totals:
    """Totals of some rows of the invented survey, as an office that holds only these rows would make them."""
    measures, codings, plan, design, weight = survey(**options)
    names = {by: tuple(some) for some, breakdowns in plan for by in breakdowns}
    rows = np.arange(design.rows) if rows is None else rows
    held = np.unique(design.psu[rows])
    number = np.full(design.psus, -1)
    number[held] = np.arange(held.size)
    strata, stratum = np.unique(design.stratum_of_psu[held], return_inverse=True)
    mine = Design(
        psu=number[design.psu[rows]], stratum_of_psu=stratum,
        stratum_names=tuple(design.stratum_names[place] for place in strata), lonely_psu="centred",
    )  # fmt: skip
    psus = psu_list(study, mine.stratum_names, stratum, held.tolist())
    cut = {
        m.name: replace(
            m, numerator=m.numerator[rows], denominator=None if m.denominator is None else m.denominator[rows],
            universe=None if m.universe is None else m.universe[rows],
        )
        for m in measures
    }  # fmt: skip
    coded = {name: replace(coding, codes=coding.codes[rows]) for name, coding in codings.items()}
    level = level_totals(cut, names, coded, mine, weight[rows], psus)
    about = {"study": study, "part": part, "synthetic": True, "dictionary": "d", "left_out": [],
             "judged": JUDGED | {"lonely_psu": lonely_psu}}  # fmt: skip
    return Totals(about, psus, None, {"person": level})


def same(one: Totals, two: Totals) -> None:
    assert one.psus.strata == two.psus.strata
    assert np.array_equal(one.psus.psu, two.psus.psu)
    for level in one.levels:
        for mine, theirs in zip(one.levels[level].tables, two.levels[level].tables, strict=True):
            assert mine.equals(theirs)
    pd.testing.assert_frame_equal(estimates_of(one)[0], estimates_of(two)[0], check_exact=True)


@pytest.mark.parametrize("how", ["by stratum", "by rows of one PSU"])
def test_any_cut_adds_up_to_the_same_bits(how):
    _, _, _, design, _ = survey()
    stratum = design.stratum_of_psu[design.psu]
    group = stratum % 3 if how == "by stratum" else np.arange(design.rows) % 3
    parts = [totals(np.flatnonzero(group == place), f"part{place}") for place in range(3)]
    one, two = merged(parts), merged(parts[::-1])
    same(one, two)
    same(merged([totals()]), replace(one, about=one.about))


def test_a_run_resumes_from_what_is_merged_already(tmp_path):
    _, _, _, design, _ = survey()
    parts = [totals(np.flatnonzero(design.psu % 3 == place), f"part{place}") for place in range(3)]
    write_totals(merged(parts[:2]), tmp_path / "so_far")
    same(merged([read_totals(tmp_path / "so_far"), parts[2]]), merged(parts))


def test_merged_totals_give_the_estimates_of_the_rows():
    measures, codings, plan, design, weight = survey()
    rows = tabulate("x", measures, codings, plan, design, weight, method="plain").frame
    found, _ = estimates_of(merged([totals()]))
    assert len(found) == len(rows)
    keys = ["indicator", "area", "sex", "age", "place"]
    both = rows.merge(found, on=keys, suffixes=("", "_merged"))
    for column in ("estimate", "se", "df", "n", "n_psu", "cases", "population"):
        assert both[f"{column}_merged"].to_numpy(float) == pytest.approx(
            both[column].to_numpy(float), rel=1e-10, abs=1e-12, nan_ok=True
        ), column
    assert both["status"].equals(both["status_merged"])


def test_files_are_private_the_same_bytes_and_come_back(tmp_path):
    for name in ("one", "two"):
        write_totals(totals(), tmp_path / name)
    first, second = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600}
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
    assert "no para publicar" in (tmp_path / "one" / NOTE).read_text(encoding="utf-8")
    back = read_totals(tmp_path / "one")
    same(back, totals())
    assert back.plan == totals().plan


def test_numbers_of_psus_are_not_those_of_the_office(tmp_path):
    write_totals(totals(), tmp_path / "one")
    assert read_totals(tmp_path / "one").psus.psu.min() > 10**6


def test_strata_of_different_studies_stay_apart():
    both = merged([totals(study="a"), totals(study="b")])
    assert len(both.psus.strata) == 12
    assert both.psus.psu.size == 2 * totals().psus.psu.size


def test_what_differs_is_named():
    part = totals(part="one")
    other_plan = totals(part="two", lonely_psu="certainty")
    other_dictionary = replace(part, about=part.about | {"dictionary": "e", "part": "two"})
    for second, what in ((other_plan, "plan"), (other_dictionary, "dictionary"), (part, "part")):
        with pytest.raises(DifferentParts) as found:
            merged([part, second])
        assert found.value.what == what
    framed = replace(part, psu_population=dict.fromkeys(part.psus.strata, 50.0), about=part.about | {"part": "two"})
    with pytest.raises(DifferentParts) as found:
        merged([part, framed])
    assert found.value.what == "psu_population"


@pytest.mark.parametrize("damage", ["cut", "absent", "renamed"])
def test_a_damaged_folder_is_refused(tmp_path: Path, damage):
    folder = tmp_path / "one"
    write_totals(totals(), folder)
    victim = folder / "person_0.parquet"
    if damage == "cut":
        victim.write_bytes(victim.read_bytes()[:-1])
    elif damage == "absent":
        victim.unlink()
    else:
        record = json.loads((folder / "totals.json").read_text())
        record["sha256"]["../one/psus.parquet"] = record["sha256"].pop("psus.parquet")
        (folder / "totals.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match="parquet"):
        read_totals(folder)


def test_a_number_too_large_for_exact_sums_is_refused():
    measures, codings, plan, design, weight = survey()
    names = {by: tuple(some) for some, breakdowns in plan for by in breakdowns}
    psus = psu_list("x", design.stratum_names, design.stratum_of_psu, list(range(design.psus)))
    with pytest.raises(TooLarge, match="weight: 7"):
        level_totals({m.name: m for m in measures}, names, codings, design, weight * 1e9, psus)
