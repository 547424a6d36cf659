"""Published figures and counts of cells that do not hold: the exact words in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.harmonized import published_study
from pipeline.harmonized_files import read_harmonized
from pipeline.project import Project
from pipeline.runner import Request
from pipeline.yaml_files import YamlDocument
from surveys.harmonized_figures import harmonized_list
from surveys.problems import ProblemsFound

HERE = Path(__file__).parent
STUDY = """study: hushed
published_only: true
title: {es: Callado, en: Hushed}
country: HND
year: 2018
"""
CELLS = """cells:
  people:
    label: {es: Personas, en: Persons}
    unit: persons
    file: people.csv
    sha256: "SHA"
    count: n
    by:
      sex: {column: sex, label: {es: Sexo, en: Sex}, codes: {"1": {es: Varón, en: Men}, "2": {es: Mujeres, en: Women}}}
    tables: [[TABLE]]
    totals: [{value: 30, source: INE}, {where: {sex: "2"}, value: TOTAL, source: INE}]
"""


def request(tmp_path: Path, study: str, figures: str | None) -> Request:
    folder = tmp_path / "hushed"
    folder.mkdir()
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    if figures is not None:
        (folder / "figures.yaml").write_text(figures, encoding="utf-8")
    return Request(Project.here(), folder, tmp_path, tmp_path / "build", "en")


def told(error: ProblemsFound) -> str:
    return f"{error.text('en')}\n----\n{error.text('es')}\n"


def expected(name: str) -> str:
    return (HERE / "figures" / f"{name}.expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(path.stem for path in (HERE / "figures").glob("*.yaml")))
def test_figures_that_do_not_hold(case: str, tmp_path: Path) -> None:
    text = (HERE / "figures" / f"{case}.yaml").read_text(encoding="utf-8")
    with pytest.raises(ProblemsFound) as raised:
        published_study(request(tmp_path, STUDY, text), "study")
    assert told(raised.value) == expected(case)


def test_a_study_that_says_nothing(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        published_study(request(tmp_path, STUDY, None), "study")
    assert told(raised.value) == expected("no_figures")


@pytest.mark.parametrize("target", ["ingest", "weight", "estimate", "plan"])
def test_a_stage_that_needs_microdata(target: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound) as raised:
        published_study(request(tmp_path, STUDY, None), target)
    assert told(raised.value) == expected("no_stage").replace("TARGET", target)


def test_a_topic_that_does_not_exist() -> None:
    label = {"es": "a", "en": "a"}
    data = {
        "title": label,
        "studies": ["x"],
        "topics": {"magnitude": label, "causes": label},
        "indicators": {"people": {"topic": "magnitud", "unit": "persons", "label": label, "definition": label}},
    }
    document = YamlDocument(data, "surveys/harmonized.yaml", {})
    _, problems = harmonized_list(data, document.where)
    assert [told(ProblemsFound(problems))] == [expected("topic")]


def test_the_common_list_holds() -> None:
    assert len(read_harmonized(Project.here()).indicators) > 20


@pytest.mark.parametrize(
    ("case", "table", "total", "lines"),
    [
        ("cells_total", "sex", 21, ["1,10", "2,20"]),
        ("cells_code", "sex", 20, ["1,10", "7,20"]),
        ("cells_count", "sex", 20, ["1,-10", "2,x"]),
        ("cells_count_one", "sex", 20, ["1,10.5", "2,20"]),
        ("cells_breakdown", "age", 20, ["1,10", "2,20"]),
    ],
)
def test_cells_that_do_not_hold(case: str, table: str, total: int, lines: list[str], tmp_path: Path) -> None:
    from pipeline.hashing import file_hash

    path = tmp_path / "people.csv"
    path.write_text("\n".join(["sex,n", *lines, ""]), encoding="utf-8")
    cells = CELLS.replace("SHA", file_hash(path)).replace("TABLE", table).replace("TOTAL", str(total))
    with pytest.raises(ProblemsFound) as raised:
        published_study(request(tmp_path, STUDY + cells, None), "study")
    assert told(raised.value) == expected(case)


def test_cells_that_hold_become_tables(tmp_path: Path) -> None:
    from pipeline.hashing import file_hash

    path = tmp_path / "people.csv"
    path.write_text("sex,n\n1,10\n2,15\n2,5\n", encoding="utf-8")
    cells = CELLS.replace("SHA", file_hash(path)).replace("TABLE", "sex").replace("TOTAL", "20")
    files = published_study(request(tmp_path, STUDY + cells, None), "study")
    series = next(file for file in files if file.name == "series.csv").read_text(encoding="utf-8")
    assert series.splitlines()[1:] == ["hushed,people,sex,1,,,10,persons", "hushed,people,sex,2,,,20,persons"]
