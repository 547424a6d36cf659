"""Publication standards: edges of each rule, missing numbers and several standards side by side."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.publication import STANDARDS, assess, assess_all, table_publishable
from estimates.publication.eurostat_2019_1700 import required_se

GOOD = {
    "kind": "prop",
    "estimate": 0.4,
    "se": 0.01,
    "n": 5000,
    "cases": 2000,
    "deff": 2.0,
    "df": 100.0,
    "ci_low": 0.38,
    "ci_high": 0.42,
}


def change(**values: object) -> dict[str, object]:
    return {**GOOD, **values}


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_a_precise_estimate_is_never_withheld_or_marked(name: str) -> None:
    result = assess(name, **GOOD)  # type: ignore[arg-type]  # one dict for every parametrized case
    assert result.level[0] in ("reliable", "not_applicable")
    assert result.reason[0] == ""


@pytest.mark.parametrize("name", sorted(STANDARDS))
@pytest.mark.parametrize("kind", ["prop", "total", "mean", "ratio", "count", "size"])
def test_no_standard_shows_what_could_not_be_estimated(name: str, kind: str) -> None:
    result = assess(name, **change(kind=kind, estimate=np.nan, se=np.nan, deff=np.nan))  # type: ignore[arg-type]  # same
    assert result.level[0] == "withheld"
    assert result.reason[0] == "not_estimable"


@pytest.mark.parametrize("name", sorted(STANDARDS))
def test_labels_are_complete(name: str) -> None:
    standard = STANDARDS[name]
    assert standard.id == name and standard.source and standard.version and standard.es and standard.en
    assert all(level.es and level.en for level in standard.levels.values())


@pytest.mark.parametrize(
    ("name", "values", "native", "reason"),
    [
        ("cepal_2023", {"cases": 49}, "poco fiable", "cases_30_49"),
        ("cepal_2023", {"cases": 50}, "fiable", ""),
        ("cepal_2023", {"cases": 29}, "no fiable", "cases_under_30"),
        (
            "cepal_2023",
            {"cases": 0, "estimate": 0.0, "se": 0.0, "deff": np.nan},
            "no fiable",
            "cases_under_30",
        ),
        ("cepal_2023", {"deff": 0.9}, "no fiable", "deff_under_1"),
        ("cepal_2023", {"deff": 0.9, "planned": True}, "fiable", ""),
        ("cepal_2023", {"df": 8.0}, "no fiable", "df_under_9"),
        ("cepal_2023", {"df": 8.0, "planned": True}, "no fiable", "df_under_9"),
        ("cepal_2023", {"df": 8.0, "planned": True, "low_df_justified": True}, "fiable", ""),
        ("cepal_2023", {"n": 100}, "no fiable", "effective_n_under_60"),
        ("cepal_2023", {"kind": "mean", "estimate": 1.0, "se": 0.25}, "poco fiable", "cv_20_to_30"),
        ("cepal_2023", {"kind": "mean", "estimate": 1.0, "se": 0.31}, "no fiable", "cv_over_30"),
        ("cepal_2023", {"kind": "mean", "estimate": 0.0, "se": 0.31}, "no fiable", "cv_over_30"),
        ("cepal_2023", {"kind": "ratio", "estimate": 1.2, "se": 0.3}, "poco fiable", "cv_20_to_30"),
        ("cepal_2023", {"estimate": 0.3, "se": 0.07}, "no fiable", "logcv_over_17_5"),
        ("cepal_2023", {"estimate": 0.7, "se": 0.07}, "poco fiable", "logcv_over_17_5"),
        ("cepal_2020", {"df": 8.0}, "revisar", "df_under_9"),
        ("ine_chile_2020", {"n": 59}, "no fiable", "n_under_60"),
        ("ine_chile_2020", {"estimate": 0.0, "se": 0.0}, "revisar", "zero_or_all"),
        ("ine_chile_2020", {"kind": "total", "estimate": 10.0, "se": 1.5}, "fiable", ""),
        ("ine_chile_2020", {"kind": "total", "estimate": 10.0, "se": 1.6}, "poco fiable", "cv_over_15"),
        ("ine_chile_2020", {"kind": "total", "estimate": 10.0, "se": 3.1}, "no fiable", "cv_over_30"),
        ("ine_chile_economicas_2024", {"n": 25}, "no fiable", "n_under_30"),
        ("ine_chile_economicas_2024", {"n": 25, "planned": True, "target_n": 20}, "fiable", ""),
        ("nchs_prop_2017", {"estimate": 0.0, "se": 0.0, "cases": 0}, "present, review", "zero_or_all"),
        ("nchs_prop_2017", {"n": 20}, "suppress", "effective_n_under_30"),
        ("nchs_prop_2017", {"estimate": 0.5, "se": 0.08}, "suppress", "width_30_points_or_more"),
        ("nchs_prop_2017", {"estimate": 0.05, "se": 0.025}, "suppress", "relative_width_over_130"),
        (
            "nchs_prop_2017",
            {"estimate": 0.95, "se": 0.025},
            "present, footnote complement",
            "complement_width_over_130",
        ),
        (
            "nchs_counts_2023",
            {"kind": "total", "estimate": 100.0, "se": 30.0, "ci_low": 50.0, "ci_high": 180.0},
            "present",
            "",
        ),
        (
            "nchs_counts_2023",
            {"kind": "total", "estimate": 100.0, "se": 50.0, "ci_low": 40.0, "ci_high": 250.0},
            "suppress",
            "relative_width_over_160",
        ),
        ("nchs_counts_2023", {"kind": "total", "cases": 9}, "suppress", "cases_under_10"),
        ("rule_30_30", {"n": 29}, "suppress", "n_under_30"),
        ("rule_30_30", {"se": 0.12}, "footnote", "cv_30_or_more"),
        ("statcan_cv", {"kind": "mean", "estimate": 1.0, "se": 0.34}, "F", "cv_over_33_3"),
        ("statcan_letters", {"kind": "mean", "estimate": 1.0, "se": 0.12}, "C", ""),
        ("abs_rse", {"kind": "mean", "estimate": 1.0, "se": 0.51}, "**", "cv_over_50"),
        ("ons_cv20", {"kind": "mean", "estimate": 1.0, "se": 0.2}, "caution", "cv_20_or_more"),
        ("dhs_cases", {"n": 24}, "*", "n_under_25"),
        ("dhs_cases", {"n": 49}, "( )", "n_25_49"),
        ("inegi_2018", {"kind": "mean", "estimate": 1.0, "se": 0.15}, "moderada", "cv_15_to_30"),
    ],
)
def test_edges(name: str, values: dict[str, object], native: str, reason: str) -> None:
    result = assess(name, **change(**values))  # type: ignore[arg-type]  # one dict for every parametrized case
    assert (result.native[0], result.reason[0]) == (native, reason)


def test_the_stricter_standard_wins_and_is_named() -> None:
    joint = assess_all(
        ["cepal_2023", "nchs_prop_2017", "inegi_2018"],
        kind="prop",
        estimate=[0.011, 0.4],
        se=[0.0035, 0.01],
        n=[2080, 5000],
        cases=[23, 2000],
        deff=[2.4, 2.0],
        df=[24, 100],
    )
    assert joint.level.tolist() == ["withheld", "reliable"]
    assert joint.reason.tolist() == ["cepal_2023:cases_under_30", ""]
    assert joint.by_standard["nchs_prop_2017"].native.tolist() == ["present", "present"]


def test_two_standards_that_bind_alike_are_both_named() -> None:
    joint = assess_all(["cepal_2023", "cepal_2020"], **change(cases=10))  # type: ignore[arg-type]  # one dict
    assert joint.reason.tolist() == ["cepal_2023:cases_under_30;cepal_2020:cases_under_50"]


def test_a_standard_without_opinion_does_not_bind() -> None:
    joint = assess_all(["nchs_prop_2017"], **change(kind="total"))  # type: ignore[arg-type]  # one dict
    assert joint.level.tolist() == ["reliable"]
    assert joint.by_standard["nchs_prop_2017"].level.tolist() == ["not_applicable"]


def test_whole_table_rule() -> None:
    assert table_publishable("ine_chile_2020", ["reliable", "weak"])
    assert not table_publishable("ine_chile_2020", ["reliable", "weak", "withheld"])
    assert not table_publishable("ine_chile_2020", [])
    assert table_publishable("cepal_2023", ["withheld"])


def test_unknown_names_say_what_exists() -> None:
    with pytest.raises(ValueError, match="cepal_2023"):
        assess_all(["dane"], **GOOD)  # type: ignore[arg-type]  # one dict
    with pytest.raises(ValueError, match="no publication standard was named"):
        assess_all([], **GOOD)  # type: ignore[arg-type]  # one dict
    with pytest.raises(ValueError, match="median"):
        assess("cepal_2023", **change(kind="median"))  # type: ignore[arg-type]  # one dict


def test_design_target_of_the_european_regulation() -> None:
    # f(N) = 900 x sqrt(1.44) + 2600 = 3680 households' worth of simple random sample.
    assert required_se(0.2, 1_440_000, target="at_risk_of_poverty_or_exclusion") == pytest.approx(
        np.sqrt(0.16 / 3680)
    )
    assert np.isnan(required_se(0.1, 100_000, target="unemployment"))
