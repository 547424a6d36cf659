"""The questionnaire: accepted by pyxform, never a formula, and its conditions mean what they mean here."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from lxml import etree

from pipeline.dictionary_file import load_dictionary
from pipeline.project import Project
from pipeline.questionnaire import form_of, write_questionnaire
from pipeline.questionnaire_xpath import NotTranslatable, Translator
from pipeline.study_files import load_study
from surveys.columns import Columns
from surveys.derivation import derive
from surveys.dictionary import Code, CodeList, Dictionary, Label, LevelSpec, MissingKind, Variable
from surveys.expressions import parse
from surveys.microdata import LevelData, Microdata

STUDIES = ["slv_2018", "bol_2019", "lapop_slv_2018", "chl_enusc_2019", "ecu_2017_06"]
AREA, AGE, ANSWERS = (None, "1", "2"), (None, 3.0, 15.0, 40.0), (None, "1", "2", "1 2", "")
TEXT = Label("texto", "text")


def dictionary() -> Dictionary:
    lists = {
        "yes_no": CodeList("yes_no", TEXT, {code: Code(code, TEXT) for code in ("1", "2")}),
        "bands": CodeList("bands", TEXT, {code: Code(code, TEXT) for code in ("01", "02")}),
    }
    derived = {
        "adult": ("yes_no", "age >= 18"),
        "band": ("bands", "band(age, 0, 18)"),
        "state": ("yes_no", "case(area == '1', '1', age < 18, '2')"),
        "victim": ("yes_no", "area == '1' and answered(events, '2')"),
    }
    variables = {
        "household_id": Variable("household_id", "household", "text", TEXT),
        "area": Variable("area", "household", "code", TEXT, codes="yes_no", question=TEXT),
        "age": Variable("age", "household", "integer", TEXT, range=(0, 115), question=TEXT),
        "events": Variable("events", "household", "multiple", TEXT, codes="yes_no", question=TEXT),
        **{
            name: Variable(name, "household", "code", TEXT, codes=codes, derive=text)
            for name, (codes, text) in derived.items()
        },
    }
    return Dictionary(
        levels={"household": LevelSpec("household", ("household_id",), None, TEXT)},
        code_lists=lists,
        variables=variables,
        missing_kinds={"blank": MissingKind("blank", TEXT)},
    )


ROWS = list(itertools.product(AREA, AGE, ANSWERS))


def microdata() -> Microdata:
    frame = pd.DataFrame(
        {
            "household_id": [str(number) for number in range(len(ROWS))],
            "area": pd.Categorical([row[0] for row in ROWS], categories=["1", "2"]),
            "age": np.array([np.nan if row[1] is None else row[1] for row in ROWS]),
        }
    )
    for code in ("1", "2"):
        # On a device an unanswered multiple question and one without any answer are the same.
        frame[f"events__{code}"] = [np.nan if not row[2] else float(code in row[2].split()) for row in ROWS]
    return Microdata({"household": LevelData("household", ("household_id",), None, frame)})


def on_device(xpath: str, row: tuple[str | None, float | None, str | None]) -> object:
    root = etree.Element("data")
    for name, value in zip(("area", "age", "events"), row, strict=True):
        etree.SubElement(root, name).text = f"{value:g}" if isinstance(value, float) else value
    functions = {
        (None, "selected"): lambda _, nodes, code: code in (nodes[0].text or "").split(),
        (None, "abs"): lambda _, value: abs(float("nan" if value == "" else value)),
        (None, "if"): lambda _, test, yes, no: yes if test else no,
    }
    written = re.sub(r"\$\{(\w+)\}", r"/data/\1", xpath)
    # In XPath 1.0 `if` is no function name that the parser refuses; the device has it.
    return root.getroottree().xpath(written, extensions=functions)


CONDITIONS = [
    "area == '1'",
    "area != '1'",
    "area == 1",
    "not area == '1'",
    "not (area == '1' or age < 18)",
    "age >= 4 and age < 18",
    "area in ['1', '2']",
    "area not in ['2']",
    "area != '1' or age > 10",
    "missing(age)",
    "known(area) and not missing(age)",
    "not (known(area) and age == 15)",
    "answered(events, '2')",
    "not answered(events, '2')",
    "age + 5 > 18",
    "not (age * 2 - 1 <= 29)",
    "0 < age < 18",
    "not 0 < age < 18",
    "area == '2' and not (age != 15)",
    "answered(events, '1') or answered(events, '2')",
    "10 <= age",
    "'1' == area",
    "abs(age - 15) < 1",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_true_on_the_device_exactly_where_it_is_true_here(text: str) -> None:
    names = dictionary()
    here = parse(text).evaluate(Columns(microdata(), "household", names)).is_true()
    xpath = Translator(names).condition(text)
    assert [bool(on_device(xpath, row)) for row in ROWS] == here.tolist(), xpath


@pytest.mark.parametrize("name", ["adult", "band", "state", "victim"])
def test_a_formula_gives_the_same_code_on_the_device(name: str) -> None:
    names = dictionary()
    here = derive(microdata(), names, [name]).levels["household"].frame[name].astype(object)
    xpath = Translator(names).calculation(names.variables[name])
    found = [on_device(xpath, row) for row in ROWS]
    assert [value or None for value in found] == [None if pd.isna(value) else value for value in here], xpath


@pytest.mark.parametrize("text", ["why(age, 'blank')", "area", "not area", "band(age, 0, 18) == 2"])
def test_what_a_device_cannot_say_is_not_said_wrongly(text: str) -> None:
    with pytest.raises(NotTranslatable):
        Translator(dictionary()).condition(text)


@pytest.mark.parametrize("study", STUDIES)
def test_pyxform_accepts_the_questionnaire_of_every_study(study: str, root: Path, tmp_path: Path) -> None:
    from pyxform.xls2xform import convert

    path = tmp_path / "questionnaire.xlsx"
    said = write_questionnaire(path, load_study(root / "surveys" / "studies" / study, Project(root)))
    warnings: list[str] = []
    form = etree.fromstring(convert(path, validate=False, warnings=warnings).xform.encode())
    assert warnings == []
    languages = form.xpath("//*[local-name()='translation']/@lang")
    assert languages == ["Español (es)", "English (en)"]
    assert said["questions"] == len(
        form.xpath(
            "//*[local-name()='input' or local-name()='select1' or local-name()='select']"
            "[not(contains(@ref, '/voluntary') or contains(@ref, '/reference_period') or "
            "contains(@ref, 'household_id'))]"
        )
    )


def test_the_form_of_el_salvador_asks_what_the_study_maps(root: Path, tmp_path: Path) -> None:
    loaded = load_study(root / "surveys" / "studies" / "slv_2018", Project(root))
    said = write_questionnaire(tmp_path / "first.xlsx", loaded)
    write_questionnaire(tmp_path / "second.xlsx", loaded)
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    assert said["untranslated"] == []
    sheet = openpyxl.load_workbook(tmp_path / "first.xlsx")["survey"]
    columns = [cell.value for cell in sheet[1]]
    rows = {row[1]: dict(zip(columns, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert rows["literate"]["relevant"] == "${age} >= 10"
    assert rows["age"]["constraint"] == ". >= 0 and . <= 115"
    assert rows["move_causes"]["type"] == "select_multiple move_cause"
    assert rows["move_causes"]["required"] is None, "a victim may remain silent"
    assert rows["displaced"]["type"] == "calculate"
    kinds = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert kinds.count("begin_repeat") == kinds.count("end_repeat") == 2


def test_no_cell_is_a_formula_and_no_text_is_a_reference(root: Path, tmp_path: Path) -> None:
    import dataclasses

    loaded = load_study(root / "surveys" / "studies" / "slv_2018", Project(root))
    hostile = Label('=HYPERLINK("http://x","${age}")', "+cmd|' /C calc'!A0 ${missing_name}")
    variables = dict(loaded.dictionary.variables)
    variables["sex"] = dataclasses.replace(variables["sex"], question=hostile)
    study = dataclasses.replace(loaded.study, title=Label("=1+1", "=1+1"))
    changed = dataclasses.replace(
        loaded, study=study, dictionary=dataclasses.replace(loaded.dictionary, variables=variables)
    )
    path = tmp_path / "hostile.xlsx"
    write_questionnaire(path, changed)
    for sheet in openpyxl.load_workbook(path):
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    from pyxform.xls2xform import convert

    assert "missing_name" in convert(path, validate=False).xform


def test_variables_that_nobody_asks_are_computed_or_filled_in(root: Path) -> None:
    names = load_dictionary(root / "data_dictionary.yaml", None)
    asked = [one for one in names.variables.values() if one.question is not None and one.derive is None]
    form = form_of(names, asked, title=TEXT, name="all", version="1")
    kinds = {row["name"]: row["type"] for row in form.survey}
    assert kinds["displaced"] == "calculate" and kinds["interview_group"] == "hidden"
    assert {row["list_name"] for row in form.choices} == {
        row["type"].split(" ")[1] for row in form.survey if row["type"].startswith("select_")
    }
