"""Tables of gaps, of criteria and of routes: what is printed, what is hidden, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipeline.report_blocks import Material, Place, Results
from pipeline.report_criteria import build_criteria, build_gaps
from pipeline.report_flows import build_flows, build_matrix
from pipeline.report_labels import Labels
from pipeline.report_words import load_words
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.study import Exhibit
from surveys.study_entries import study_from

PLACE = Place("Table 1", "table-1", "Title")


def label(text: str) -> Label:
    return Label(text, text)


def codes(name: str, **given: str) -> CodeList:
    return CodeList(name, label(name), {code[1:]: Code(code[1:], label(text)) for code, text in given.items()})


def indicator(name: str, of: str, statistic: str = "proportion", criterion: str | None = None) -> Indicator:
    return Indicator(name, "household", statistic, of, "percent", label(name), criterion=criterion)


DICTIONARY = Dictionary(
    code_lists={item.name: item for item in (
        codes("yes_no", c1="Yes", c2="No"), codes("region", c1="West", c2="East"),
        codes("iasc_criterion", c1="Safety", c2="Living standard"),
        codes("route", c11="West - West", c12="West - East"))},
    variables={name: Variable(name, "household", "code", label(name), codes=listed) for name, listed in
               (("fled", "yes_no"), ("origin", "region"), ("home", "region"), ("route", "route"))},
    breakdowns={"fled": Breakdown("fled", "fled", label("Fled"), {"1": label("Displaced"), "2": label("Others")}),
                "origin": Breakdown("origin", "origin", label("Origin"))},
    indicators={item.name: item for item in (
        indicator("unsafe", "x", criterion="1"), indicator("hungry", "x", criterion="2"),
        indicator("hidden", "x", criterion="2"), indicator("only_theirs", "x", criterion="2"),
        indicator("routes", "route", "distribution"), indicator("homes", "home", "distribution"))},
)  # fmt: skip


def row(name: str, estimate: float, status: str = "reliable", origin: str = "_T") -> dict[str, object]:
    return {"study": "s", "indicator": name, "origin": origin, "estimate": estimate, "se": 0.01,
            "ci_low": estimate - 0.02, "ci_high": estimate + 0.02, "cv": 0.1, "n": 120.0, "unit": "percent",
            "status": status, "reason": ""}  # fmt: skip


def gap(name: str, conclusion: str, status: str = "reliable") -> dict[str, object]:
    return {"study": "s", "indicator": name, "between": "fled", "group_a": "1", "group_b": "2", "kind": "difference",
            "estimate_a": 0.5, "estimate_b": 0.3, "estimate": 0.2, "se": 0.05, "ci_low": 0.1, "ci_high": 0.3,
            "p_adjusted": 0.01, "minimum_detectable": 0.1, "unit": "percent", "conclusion": conclusion,
            "status": status, "reason": "withheld_side" if status == "withheld" else ""}  # fmt: skip


@pytest.fixture(scope="module")
def material(root: Path) -> Material:
    frame = pd.DataFrame([
        row("only_theirs", 0.9), row("routes.11", 0.2), row("routes.12", 0.6),
        row("homes.1", 0.8, origin="1"), row("homes.2", 0.2, "withheld", origin="1"), row("homes.1", 0.1, origin="2"),
        row("homes.2", 0.9, origin="2")])  # fmt: skip
    gaps = pd.DataFrame([gap("unsafe", "higher"), gap("hungry", "no_difference_shown"),
                         gap("hidden", "withheld", "withheld")])  # fmt: skip
    study = study_from({"study": "s", "title": {"es": "s", "en": "s"}, "country": "SLV", "year": 2018, "sources": {},
                        "design": {"level": "household", "stratum": "a", "psu": "b", "lonely_psu": "fail"},
                        "weighting": []})  # fmt: skip
    templates = root / "report_templates"
    return Material(frame, Labels(DICTIONARY, load_words(templates, "en")), "95", templates / "fonts", study,
                    {"comparisons": gaps})  # fmt: skip


def built(exhibit: Exhibit, material: Material) -> Results:
    build = {"criteria": build_criteria, "gaps": build_gaps, "matrix": build_matrix, "flows": build_flows}[exhibit.kind]
    block = build(exhibit, material, PLACE).block
    assert isinstance(block, Results)
    return block


def test_criteria_are_in_order_with_what_only_the_displaced_were_asked(material: Material) -> None:
    table = built(Exhibit("criteria", (), ("fled",)), material)
    assert [line[0] for line in table.rows] == [
        "1. Safety", "unsafe", "2. Living standard", "hungry", "hidden", "only_theirs"]
    assert table.rows[1][1:4] == ("50.0", "30.0", "20.0")
    assert table.rows[4][1:] == ("‡", "", "", "", "")
    assert table.rows[5][1:3] == ("90.0", "–")
    assert table.columns[1:3] == ("Displaced", "Others")
    assert table.sentences == (
        "Lacks compared: 2. Greater among displaced families: 1; smaller: 0; without a difference that the sample can "
        "show: 1.",)


def test_criteria_may_be_chosen(material: Material) -> None:
    table = built(Exhibit("criteria", (), ("fled",), options={"criteria": ["1"]}), material)
    assert [line[0] for line in table.rows] == ["1. Safety", "unsafe"]


def test_gaps_say_what_differs_and_name_the_rest(material: Material) -> None:
    table = built(Exhibit("gaps", ("hungry", "unsafe", "hidden"), ("fled",)), material)
    assert [line[0] for line in table.rows] == ["hungry", "unsafe", "hidden"]
    assert len(table.sentences) == 2
    assert table.sentences[1] == "The sample shows no difference in: hungry."


def test_routes_come_largest_first(material: Material) -> None:
    table = built(Exhibit("flows", ("routes",)), material)
    assert [line[0] for line in table.rows] == ["West - East", "West - West"]


def test_a_matrix_of_shares_hides_what_is_hidden(material: Material) -> None:
    table = built(Exhibit("matrix", ("homes",), ("origin",)), material)
    assert table.columns[1:] == ("West", "East")
    assert table.rows[0] == ("West", "80.0 (1.00)", "‡")
    assert table.rows[1][1] == "10.0 (1.00)"
