"""The synthetic country: the same to the byte, near the published facts, and with a truth to compare with."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.project import Project
from pipeline.study_files import load_study
from pipeline.yaml_files import read_yaml
from surveys.synthetic import Population, draw, population
from surveys.synthetic.events import origins
from surveys.synthetic.numbers import choose, uniform
from surveys.synthetic.parameters import values_of
from surveys.synthetic.persons import persons
from surveys.synthetic.sample import draw_sample
from surveys.synthetic.situation import settlement, situation
from surveys.synthetic.truth import studied, truth

DRAWS = 40


@pytest.fixture(scope="module")
def parameters(root: Any) -> Mapping[str, Any]:
    return dict(read_yaml(root / "surveys" / "studies" / "slv_2018" / "country.yaml").data)


@pytest.fixture(scope="module")
def country(parameters: Mapping[str, Any]) -> Population:
    return population(parameters, seed=parameters["country_seed"])


@pytest.fixture(scope="module")
def tables(parameters: Mapping[str, Any], country: Population) -> dict[str, pd.DataFrame]:
    return draw(parameters, seed=1, country=country)


def _digest(frames: Mapping[str, pd.DataFrame]) -> str:
    text = "".join(frame.to_csv(index=False) for frame in frames.values())
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def test_same_seed_gives_the_same_bytes(parameters: Mapping[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    assert _digest(draw(parameters, seed=1)) == _digest(tables)


def test_another_seed_gives_another_sample_of_the_same_country(
        parameters: Mapping[str, Any], country: Population, tables: dict[str, pd.DataFrame]) -> None:
    others = [draw(parameters, seed=seed, country=country)["families"] for seed in range(2, 8)]
    first = tables["families"]
    assert all(other["family"].tolist() != first["family"].tolist() for other in others)
    both = first.merge(pd.concat(others).drop_duplicates("family"), on="family", suffixes=("_1", "_2"))
    both = both[(both["listing_result_1"] == "1") & (both["listing_result_2"] == "1")]
    assert len(both) > 100
    assert (both["moved_1"] == both["moved_2"]).all()
    assert (both["cause_3_1"].fillna("") == both["cause_3_2"].fillna("")).all()


def test_members_do_not_depend_on_which_families_are_asked_for(country: Population) -> None:
    few = persons(country, np.array([5, 70_000, 900_000]))
    many = persons(country, np.arange(69_990, 70_010))
    for name, column in few.items():
        if name != "row":
            assert (column[few["family"] == 70_000] == many[name][many["family"] == 70_000]).all(), name


def test_numbers_are_uniform_and_of_different_questions_independent() -> None:
    unit = np.arange(200_000)
    first, second = uniform(7, "first", unit), uniform(7, "second", unit)
    counts = np.bincount((first * 100).astype(int), minlength=100)
    assert ((counts - 2000) ** 2 / 2000).sum() < 160  # chi squared, 99 degrees of freedom, far tail
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.01


def test_choose_takes_categories_as_often_as_their_weights() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    assert np.bincount(choose(u, np.array([1.0, 2.0, 7.0]))).tolist() == [1000, 2000, 7000]
    assert (choose(np.array([0.0, 0.999]), np.array([[0.0, 1.0], [1.0, 0.0]])) == [1, 0]).all()


def test_a_name_is_a_fact_or_an_assumption() -> None:
    twice = {"facts": {"size": {"value": 1}}, "assumptions": {"size": {"value": 2}}}
    with pytest.raises(ValueError, match="size"):
        values_of(twice)


def test_every_fact_has_its_source_and_every_assumption_its_reason(parameters: Mapping[str, Any]) -> None:
    for name, entry in parameters["facts"].items():
        assert entry["mark"] in {"F", "D", "R"} and entry["source"], name
    for name, entry in parameters["assumptions"].items():
        assert entry["why"], name


def test_territory_adds_up_to_the_census(parameters: Mapping[str, Any]) -> None:
    rows = parameters["municipalities"]
    assert len(rows) == 262 == len({row[0] for row in rows})
    assert len({row[4] for row in rows}) == 44
    assert sum(row[2] for row in rows) == 5_744_113
    department = {row[0][:2] for row in rows}
    assert department == {f"{number:02d}" for number in range(1, 15)}
    assert sum(row[2] for row in rows if row[0][:2] == "06") == 1_567_156
    assert all(0 <= row[3] <= row[2] for row in rows)


def test_size_of_the_country(country: Population) -> None:
    assert country.size.mean() == pytest.approx(3.52, abs=0.01)
    assert country.size.sum() == pytest.approx(6_500_000, rel=0.003)


def test_funnel_is_the_published_one_within_sampling_error(country: Population) -> None:
    drawn = [draw_sample(country, seed=seed) for seed in range(DRAWS)]
    counts = np.array([[sample.listed.sum(), country.says_moved[sample.family[sample.listed]].sum(),
                        (sample.group == 1).sum(),
                        ((sample.group == 1) & (sample.result == 1)).sum(),
                        ((sample.group == 2) & (sample.result == 1)).sum()] for sample in drawn])
    published = np.array([41_650, 9_272, 466, 431, 254])
    assert (np.abs(counts.mean(axis=0) - published) < 2 * counts.std(axis=0)).all()


def test_recorded_probabilities_recover_the_municipalities(country: Population) -> None:
    """Weighted by what was recorded of both draws alone, families and groups have no bias beyond Monte Carlo error."""
    studied = country.places.studied[country.municipality]
    true = np.array([studied.sum(), (studied & ~country.says_violence).sum()], dtype=float)
    found = []
    for seed in range(DRAWS):
        sample = draw_sample(country, seed=100 + seed)
        weight = 1 / sample.segment_probability
        drawn = sample.group == 2
        response = weight.sum() / weight[sample.listed].sum()
        found.append([weight.sum(), response * (weight[drawn] / sample.interview_probability[drawn]).sum()])
        assert (sample.interview_probability[sample.group == 1] == 1).all()
        assert np.isnan(sample.interview_probability[~sample.listed]).all()
        assert (sample.listing_result[~sample.listed] != 1).all()
    error = np.std(found, axis=0) / np.sqrt(DRAWS)
    assert (np.abs(np.mean(found, axis=0) - true) < 4 * error).all()


def test_inclusion_probabilities_are_kept(country: Population) -> None:
    """Segments come as often as they were promised, on average over strata and sizes."""
    hits = np.zeros(country.places.segment_families.size)
    promised = 0.0
    for seed in range(DRAWS):
        sample = draw_sample(country, seed=300 + seed)
        hits[sample.segments] += 1
        promised += 1 / DRAWS * sample.segments.size
    assert (sample.inclusion > 0).all() and (sample.inclusion <= 1).all()
    assert hits.sum() / DRAWS == pytest.approx(promised)
    size = country.places.segment_census
    studied = country.places.studied[country.places.segment_municipality]
    large = studied & (size > np.median(size[studied]))
    share = size[large].sum() / size[studied].sum()
    assert hits[large].sum() / hits[studied].sum() == pytest.approx(share, abs=0.02)


def test_shares_among_movers(country: Population, tables: dict[str, pd.DataFrame]) -> None:
    movers = tables["families"][tables["families"]["moved"] == "1"]
    assert (tables["families"].loc[tables["families"]["listing_result"] != "1", "moved"] == "NR").all()
    for column, share in (("cause_1", 0.57), ("cause_2", 0.40), ("cause_3", 0.0503)):
        error = np.sqrt(1.8 * share * (1 - share) / len(movers))
        assert abs((movers[column] == "1").mean() - share) < 3 * error, column
    marks = [(movers[f"cause_{code}"] == "1").to_numpy() for code in range(1, 9)]
    given = np.sum(marks, axis=0)
    assert (given >= 1).all()
    assert (given > 1).any()


def test_truth_is_near_the_published_facts(country: Population) -> None:
    table = {(str(name), str(domain)): (float(value), float(said))
             for name, domain, value, said in truth(country).to_numpy().tolist()}
    published = {("direct_victimisation", ""): (0.87, 0.01), ("preventive_move", ""): (0.11, 0.01),
                 ("displacement_triggers.1", ""): (0.69, 0.01), ("displacement_triggers.2", ""): (0.24, 0.01),
                 ("whole_family_moved", ""): (0.70, 0.01), ("home_abandoned", ""): (0.42, 0.015),
                 ("reported_to_state", ""): (0.29, 0.01), ("mean_age", "displaced=1"): (30, 0.5),
                 ("mean_age", "displaced=2"): (33, 0.5), ("female_share", "displaced=1"): (0.54, 0.01),
                 ("female_share", "displaced=2"): (0.53, 0.01), ("female_headship", "displaced=1"): (0.40, 0.01),
                 ("female_headship", "displaced=2"): (0.42, 0.01), ("dependency_ratio", "displaced=1"): (0.45, 0.03),
                 ("dependency_ratio", "displaced=2"): (0.57, 0.03), ("repeated_displacement", ""): (0.339, 0.01)}
    for key, (value, near) in published.items():
        assert table[key][1] == pytest.approx(value, abs=near), key
    real, said = table["displacement_prevalence", ""]
    assert real > said  # something is always kept back
    shares = [table[f"origin_municipalities.{code}", ""][0]
              for code in ("0617", "0607", "1217", "0618", "0210", "0614")]
    assert shares == sorted(shares, reverse=True)
    by_year = np.array([table[f"displacement_by_year.{year}", ""] for year in range(2006, 2017)])
    assert by_year.sum(axis=0) == pytest.approx([1.0, 1.0])
    homicides = np.array(list(country.values["homicides"].values()), dtype=float)
    assert by_year[:, 0] == pytest.approx(homicides / homicides.sum(), abs=0.01)
    assert by_year[0, 1] < by_year[0, 0]  # distant years are remembered less


def test_answers_hang_together(tables: dict[str, pd.DataFrame]) -> None:
    families, members, moves = tables["families"], tables["persons"], tables["moves"]
    assert families["family"].is_unique
    assert not members.duplicated(["family", "person"]).any()
    assert not moves.duplicated(["family", "person", "move"]).any()
    interviewed = families[families["result"] == "1"]
    assert set(members["family"]) == set(interviewed["family"])
    assert members[members["relationship"] == "1"]["family"].is_unique
    size = members.groupby("family").size()
    assert (size == interviewed.set_index("family")["family_size"].astype(int).loc[size.index]).all()
    assert (families.groupby("segment")["stratum"].nunique() == 1).all()
    assert (families.groupby("stratum")["segment"].nunique() >= 2).all()
    movers = members[members["moved"] == "1"].merge(families[["family", "moved"]], on="family")
    assert (movers["moved_y"] == "1").all()
    joined = moves.merge(members[["family", "person", "age"]], on=["family", "person"])
    assert (2016 - joined["age"] <= joined["year"].astype(int)).all()


def test_situation_has_the_declared_shares_and_hangs_together(country: Population) -> None:
    displaced = np.flatnonzero(country.displaced)
    others = np.flatnonzero(~country.displaced)[:40_000]
    for families, group in ((displaced, "displaced"), (others, "other")):
        now = situation(country, families)
        for name, lack in country.values["lacks"].items():
            error = np.sqrt(lack[group] * (1 - lack[group]) / families.size)
            assert abs((now[name] == lack["answer"]).mean() - lack[group]) < 4 * error, name
        short = np.stack([now[name] == 1 for name in ("food_short", "threatened")])
        assert np.corrcoef(short)[0, 1] > 0.03  # lacks of one family go together
    kind, year = settlement(country, displaced)
    assert ((kind == 1) == (year == 0)).all()
    assert (year[kind > 1] > country.year[displaced][kind > 1]).all() and year.max() <= 2016
    returned = displaced[kind == 2]
    assert returned.size > 100
    assert (origins(country, returned) == country.municipality[returned]).all()


@pytest.mark.slow
@pytest.mark.parametrize("study", ["slv_2018", "slv_update"])
def test_stored_truth_and_known_totals_are_a_recount_of_the_population(root: Path, study: str) -> None:
    folder = root / "surveys" / "studies" / study
    parameters = load_study(folder, Project(root)).country()
    country = population(parameters, seed=parameters["country_seed"])
    inside = studied(country)
    counted = truth(country).merge(truth(country, within=inside), how="left", on=["indicator", "domain"],
                                   suffixes=("", "_studied"))
    blank = {"value_studied": "", "reportable_studied": ""}
    stored = pd.read_csv(folder / "truth.csv", dtype={"domain": str}, keep_default_na=False, na_values=blank)
    assert stored[["indicator", "domain"]].to_numpy().tolist() == counted[["indicator", "domain"]].to_numpy().tolist()
    for column in ("value", "reportable", "value_studied", "reportable_studied"):
        assert stored[column].to_numpy() == pytest.approx(counted[column].to_numpy(), rel=1e-9, nan_ok=True), column
    # By hand, not by the functions that wrote the files.
    prevalence = stored.set_index(["indicator", "domain"]).loc[("displacement_prevalence", "")]
    assert prevalence["reportable_studied"] == pytest.approx(country.says_violence[inside].mean(), rel=1e-9)
    places = pd.read_csv(folder / "truth_municipalities.csv", dtype={"municipality": str, "municipality_2024": str})
    home = country.municipality
    for column, flag in (("displaced", country.displaced), ("displaced_reportable", country.says_violence),
                         ("moved_reportable", country.says_moved)):
        assert places[column].sum() == flag.sum()
        soyapango = country.places.code[home] == "0617"
        assert places.set_index("municipality").loc["0617", column] == (flag & soyapango).sum()
    assert places["persons"].sum() == country.size.sum() and places["municipality_2024"].nunique() == 44
    totals = pd.read_csv(folder / "population_totals.csv", dtype={"cell": str})
    by_margin = totals.groupby("margin")["total"].sum()
    assert by_margin["families"] == by_margin["families_by_area"] == inside.sum()
    assert by_margin["persons_by_area"] == country.size[inside].sum()


def test_truth_of_a_part_counts_that_part(country: Population) -> None:
    inside = studied(country)
    whole, part, rest = (
        {(str(name), str(domain)): np.array([value, said], dtype=float)
         for name, domain, value, said in truth(country, within=within).to_numpy().tolist()}
        for within in (None, inside, ~inside))
    for name in ("households", "displaced_households", "displaced_persons", "persons"):
        assert (part[name, ""] + rest[name, ""] == whole[name, ""]).all(), name
    # The municipalities studied are among those chosen for their violence.
    assert (part["displacement_prevalence", ""] > rest["displacement_prevalence", ""]).all()


def test_a_later_round_keeps_the_ground_and_shares_half_of_the_segments(root: Path, country: Population) -> None:
    loaded = load_study(root / "surveys" / "studies" / "slv_update", Project(root))
    parameters = loaded.country()
    later = population(parameters, seed=parameters["country_seed"])
    assert later.families != country.families
    for name in ("code", "segment_municipality", "segment_area", "segment_census", "segment_cut"):
        assert (getattr(later.places, name) == getattr(country.places, name)).all(), name
    assert (later.places.segment_families != country.places.segment_families).any()
    first = draw_sample(country, seed=int(later.values["first_round_seed"]))
    second = draw_sample(later, seed=5)
    assert first.segments.size == second.segments.size
    assert np.isin(second.segments, first.segments).mean() == pytest.approx(0.5, abs=0.08)
    tables = draw(parameters, seed=5, country=later)["families"]
    old = draw({}, seed=int(later.values["first_round_seed"]), country=country)["families"]
    common = set(tables["segment"]) & set(old["segment"])
    assert len(common) == np.isin(second.segments, first.segments).sum()
    assert set(tables["year"].dropna()) <= {"NR", *(str(year) for year in range(2017, 2027))}


def test_a_later_round_keeps_the_inclusion_probabilities(root: Path, country: Population) -> None:
    parameters = load_study(root / "surveys" / "studies" / "slv_update", Project(root)).country()
    later = population(parameters, seed=parameters["country_seed"])
    hits = np.zeros(later.places.segment_families.size)
    for number in range(DRAWS):
        drawn = draw_sample(replace(later, values={**later.values, "first_round_seed": number}), seed=number + 1)
        hits[drawn.segments] += 1
    size = later.places.segment_census
    inside = later.places.studied[later.places.segment_municipality]
    large = inside & (size > np.median(size[inside]))
    assert hits[large].sum() / hits[inside].sum() == pytest.approx(size[large].sum() / size[inside].sum(), abs=0.02)


@pytest.mark.slow
def test_a_million_families_in_under_a_minute(parameters: Mapping[str, Any]) -> None:
    start = time.perf_counter()
    country = population(parameters, seed=3, families=1_000_000)
    truth(country)
    assert time.perf_counter() - start < 60
