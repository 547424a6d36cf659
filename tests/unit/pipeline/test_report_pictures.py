"""Pyramids and flow diagrams: the same bytes, hidden rows without a trace, and a description that only states."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.report_blocks import Chart, Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_pyramid import build_pyramid
from pipeline.report_routes import build_routes
from pipeline.report_words import load_words
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.study import DesignRoles, Exhibit, Publication, ReportPlan, Role, Study

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "report_templates"
L = Label("x", "x")


def codes(name: str, *labels: tuple[str, str]) -> CodeList:
    listed = {str(n): Code(str(n), Label(es, en)) for n, (es, en) in enumerate(labels, start=1)}
    return CodeList(name, L, listed)


LISTS = {
    "sex": codes("sex", ("Hombre", "Man"), ("Mujer", "Woman")),
    "group": codes("group", ("Desplazadas", "Displaced"), ("Las demás", "The others")),
    "age": codes("age", ("0 a 14", "0 to 14"), ("15 a 64", "15 to 64"), ("65 y más", "65 and over")),
    "region": codes("region", ("Occidente", "West"), ("Oriente", "East")),
    "route": CodeList("route", L, {code: Code(code, Label(code, code)) for code in ("11", "12", "21", "22")}),
}
DICTIONARY = Dictionary(
    code_lists=LISTS,
    variables={name: Variable(name, "person", "code", Label(name, name), codes=name) for name in LISTS},
    breakdowns={name: Breakdown(name, name, Label(name, name)) for name in LISTS},
    indicators={name: Indicator(name, "person", "distribution", of, "percent", Label(name, name))
                for name, of in (("ages", "age"), ("routes", "route"))},
)  # fmt: skip


def row(indicator: str, estimate: float, status: str = "reliable", **domain: str) -> dict[str, object]:
    hidden = status in ("withheld", "confidential")
    value = np.nan if hidden else estimate
    return {
        "study": "s", "indicator": indicator, "sex": "_T", "group": "_T", **domain, "estimate": value, "se": value / 10,
        "ci_low": value * 0.8, "ci_high": value * 1.2, "cv": 0.1, "deff": 1.0, "df": 30.0, "n": 100.0, "n_psu": 9.0,
        "cases": 40.0, "population": 1000.0, "unit": "percent", "status": status, "reason": "",
    }  # fmt: skip


def material(rows: list[dict[str, object]], language: str = "en") -> Material:
    unknown = Role(unavailable=L, fallback="none")
    study = Study("s", L, "ZZZ", 2016, {}, DesignRoles("person", unknown, unknown, unknown), (), (), Publication(),
                  ReportPlan())  # fmt: skip
    return Material(pd.DataFrame(rows), Labels(DICTIONARY, load_words(TEMPLATES, language)), "95", TEMPLATES / "fonts",
                    study)  # fmt: skip


PYRAMID = Exhibit("pyramid", ("ages",), ("sex", "group"))
ROUTES = Exhibit("routes", ("routes",), (), None, {"origin": "region", "destination": "region"})
PLACE = Place("Figure 1", "chart-1", "Ages")


def ages(hidden: float = 0.5) -> list[dict[str, object]]:
    return [row(f"ages.{age}", hidden if age == 3 and sex == "1" else share / 10, sex=sex, group=group,
                status="confidential" if age == 3 and sex == "1" else "reliable")
            for sex in "12" for group in "12" for age, share in enumerate((3, 6, 1), start=1)]  # fmt: skip


def chart(exhibit: Exhibit, rows: list[dict[str, object]], language: str = "en") -> Chart:
    build = build_pyramid if exhibit.kind == "pyramid" else build_routes
    found = build(exhibit, material(rows, language), PLACE).block
    assert isinstance(found, Chart)
    return found


def test_a_pyramid_stands_beside_that_of_the_others() -> None:
    found = chart(PYRAMID, ages())
    assert "<svg" in found.svg and "style=" not in found.svg
    said = "Ages. Displaced, Man: the age group with the highest estimate is 15 to 64, with 60.0% ("
    assert found.alt.startswith(said)
    assert found.alt.count("highest estimate") == 4
    assert "65" not in found.alt.replace("95%", "")
    assert found.svg == chart(PYRAMID, ages()).svg


def test_no_bar_depends_on_a_hidden_share() -> None:
    bare = [{**item, "estimate": 0.9, "ci_low": 0.8, "ci_high": 0.99} if item["status"] == "confidential" else item
            for item in ages()]  # fmt: skip
    assert chart(PYRAMID, bare).svg == chart(PYRAMID, ages()).svg
    assert "§" in [note.mark for note in chart(PYRAMID, bare).notes]


ROWS = [row("routes.11", 0.5), row("routes.12", 0.3, "weak"), row("routes.21", 0.15, "confidential"),
        row("routes.22", 0.05)]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), [
    ("en", "3 published routes. The largest is from West to West, with 50.0% ("),
    ("es", "3 rutas publicadas. La mayor es la de Occidente a Occidente, con 50.0\u00a0% ("),
])  # fmt: skip
def test_a_flow_diagram_shows_the_routes_that_may_be_shown(language: str, said: str) -> None:
    found = chart(ROUTES, ROWS, language)
    assert said in found.alt
    changed = [{**item, "estimate": 0.77} if item["status"] == "confidential" else item for item in ROWS]
    assert chart(ROUTES, changed, language).svg == found.svg
    assert re.search(r"\b1\b", found.notes[0].text), "how many have no band is said"


def test_the_table_of_a_flow_diagram_has_the_same_numbers() -> None:
    built = build_routes(ROUTES, material(ROWS), PLACE)
    assert built.data is not None
    table = built.data(Place("Table A1", "table-a1", "Routes"))
    assert isinstance(table, Results)
    assert [line[1] for line in table.rows] == ["50.0", "30.0", "5.0"]


def test_without_a_publishable_route_there_is_no_drawing() -> None:
    hidden = [row(f"routes.{code}", 0.2, "withheld") for code in ("11", "12")]
    found = chart(ROUTES, hidden)
    assert found.svg == "" and "0.2" not in found.alt
