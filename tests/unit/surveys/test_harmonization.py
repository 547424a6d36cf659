"""Recodes, reasons, joins, distinct levels, wide files and multiple-response sets, on tables of a few rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from surveys.dictionary import (
    Code,
    CodeList,
    Dictionary,
    Label,
    LevelSpec,
    MissingKind,
    Variable,
)
from surveys.findings import Finding
from surveys.harmonization import Harmonized, harmonize
from surveys.mapping import mapping_from
from surveys.source_filter import FilterError, filter_columns, matching_rows
from surveys.source_rows import needed_columns
from surveys.source_table import SourceTable

L = Label("x", "x")
KINDS = ("skipped", "refused", "dont_know", "blank", "undocumented")


def code_list(name: str, *codes: str) -> CodeList:
    return CodeList(name, L, {code: Code(code, L) for code in codes})


def variable(name: str, level: str, kind: Any, codes: str | None = None) -> Variable:
    return Variable(name, level, kind, L, codes)


DICTIONARY = Dictionary(
    levels={"household": LevelSpec("household", ("hid",), None, L),
            "person": LevelSpec("person", ("hid", "pid"), "household", L)},
    code_lists={"sex": code_list("sex", "1", "2"), "dep": code_list("dep", "01", "07"),
                "cause": code_list("cause", "1", "2", "3")},
    variables={item.name: item for item in (
        variable("hid", "household", "text"), variable("area", "household", "code", "sex"),
        variable("weight", "household", "number"), variable("psu", "household", "text"),
        variable("causes", "household", "multiple", "cause"),
        variable("pid", "person", "text"), variable("sex", "person", "code", "sex"),
        variable("dep", "person", "code", "dep"), variable("age", "person", "integer"))},
    missing_kinds={name: MissingKind(name, L) for name in KINDS})


def text(*cells: str | None) -> np.ndarray[Any, Any]:
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out


def source(
    name: str = "s", *, decimal: str = ".", labels: Any = None, reasons: Any = None, **columns: Any
) -> SourceTable:
    made = {
        key: np.asarray(cells, dtype=float)
        if all(isinstance(cell, (int, float)) for cell in cells)
        else text(*cells)
        for key, cells in columns.items()
    }
    rows = len(next(iter(made.values())))
    return SourceTable(name, rows, made, {key: text(*cells) for key, cells in (reasons or {}).items()},
                       labels or {}, decimal=decimal)


def household(variables: dict[str, Any], *tables: SourceTable, level: dict[str, Any] | None = None,
              critical: Sequence[str] = ()) -> Harmonized:
    mapping = mapping_from({"levels": {"household": {
        "source": "s", "variables": {"hid": {"from": "h"}, **variables}, **(level or {})}}})
    return harmonize(mapping, {table.name: table for table in tables}, DICTIONARY, critical=set(critical),
                     secret=b"secret")


def column(made: Harmonized, name: str, level: str = "household") -> list[Any]:
    assert made.microdata is not None, made.findings
    values = made.microdata.levels[level].frame[name].astype(object)
    return [None if value is None or value != value else value for value in values]


def why(made: Harmonized, name: str, level: str = "household") -> list[str]:
    assert made.microdata is not None
    return ["" if reason == 0 else KINDS[reason - 1] for reason in made.microdata.levels[level].why[name]]


def found(made: Harmonized, rule: str) -> list[Finding]:
    return [finding for finding in made.findings if finding.rule == rule]


def test_recode_missing_blank_and_undocumented() -> None:
    made = household({"area": {"from": "z", "recode": {"U": "1", "R": "2"}, "missing": {"9": "dont_know"}}},
                     source(h=list("abcde"), z=["U", "R", "9", None, "77"]))
    assert column(made, "area") == ["1", "2", None, None, None]
    assert why(made, "area") == ["", "", "dont_know", "blank", "undocumented"]
    assert [(f.value, f.count, f.severity) for f in found(made, "undocumented_code")] == [("77", 1, "warning")]
    assert made.undocumented == {"area": {"77": 1}}


def test_what_a_recode_does_not_name_is_not_let_through() -> None:
    made = household({"area": {"from": "z", "recode": {"1": "2"}}}, source(h=["a", "b"], z=[1, 2]))
    assert column(made, "area") == ["2", None]
    assert why(made, "area") == ["", "undocumented"]


def test_an_undocumented_code_of_a_design_variable_is_an_error() -> None:
    made = household({"area": {"from": "z"}}, source(h=["a"], z=["5"]), critical=["area"])
    assert found(made, "undocumented_code")[0].severity == "error"


def test_words_of_persons_are_not_shown() -> None:
    made = household({"area": {"from": "z"}}, source(h=["a"], z=["Juana vive aqui"]))
    assert [f.value for f in found(made, "undocumented_code")] == [""]
    assert "Juana" not in "".join(f.text("es") + f.text("en") for f in made.findings)


@pytest.mark.parametrize(
    ("cell", "code"), [("07. Santa Cruz", "07"), ("7.Santa Cruz", None), ("01", "01"), ("x", None)]
)
def test_code_prefix_looks_in_the_list_before_dropping_zeros(cell: str, code: str | None) -> None:
    mapping = mapping_from({"levels": {
        "household": {"source": "s", "variables": {"hid": {"from": "h"}}},
        "person": {"source": "s", "variables": {"hid": {"from": "h"}, "pid": {"constant": 1},
                                                "dep": {"from": "d", "code_prefix": True}}}}})
    made = harmonize(mapping, {"s": source(h=["a"], d=[cell])}, DICTIONARY, critical=(), secret=b"x")
    assert column(made, "dep", "person") == [code]


def test_zeros_are_dropped_when_the_list_has_none() -> None:
    made = household({"area": {"from": "z", "code_prefix": True}}, source(h=["a"], z=["02.Rural"]))
    assert column(made, "area") == ["2"]


def test_reasons_of_the_file() -> None:
    table = source(h=list("abcd"), z=[1, float("nan"), float("nan"), float("nan")],
                   reasons={"z": [None, "a", "b", "98"]})
    made = household({"area": {"from": "z", "missing": {"a": "dont_know", "b": "refused"}}}, table)
    assert why(made, "area") == ["", "dont_know", "refused", "blank"]
    assert [(f.value, f.count) for f in found(made, "unmapped_reason")] == [("98", 1)]


def test_a_study_may_take_a_user_missing_code_as_an_answer() -> None:
    table = source(h=["a", "b"], z=[1, float("nan")], reasons={"z": [None, "9"]})
    made = household({"area": {"from": "z", "recode": {"1": "1", "9": "2"}}}, table)
    assert column(made, "area") == ["1", "2"]


def test_numbers_with_a_decimal_comma() -> None:
    table = source(h=list("abcd"), w=["1,5", "2", "1.234,5", None], decimal=",")
    made = household({"weight": {"from": "w"}}, table, critical=["weight"])
    assert column(made, "weight") == [1.5, 2.0, None, None]
    assert [(f.count, f.severity) for f in found(made, "unparsable_number")] == [(1, "error")]
    assert why(made, "weight") == ["", "", "undocumented", "blank"]


def test_infinite_numbers_and_scale() -> None:
    made = household({"weight": {"from": "w", "scale": 1e-6}}, source(h=["a", "b"], w=[2_000_000, np.inf]))
    assert column(made, "weight") == [2.0, None]
    assert found(made, "infinite_number")[0].count == 1


def test_keys_and_psu_are_built() -> None:
    made = household({"hid": {"build": ["h", "w"], "separator": "/"}, "psu": {"build": ["h", "z"]}},
                     source(h=["1", "1"], w=[3, 4], z=["a", None]))
    assert column(made, "hid") == ["1/3", "1/4"]
    assert column(made, "psu") == ["1-a", None]


def test_row_number_is_that_of_the_file_whatever_the_filter() -> None:
    made = household(
        {"hid": {"row_number": True}}, source(h=["x", "y", "z"], wave=[1, 2, 2]), level={"where": "wave == 2"}
    )
    assert column(made, "hid") == ["2", "3"]


def test_answers_in_columns() -> None:
    made = household({"causes": {"answers": {"1": "p", "2": "q"}, "yes": [1], "no": [2]}},
                     source(h=list("abc"), p=[1, 2, float("nan")], q=[2, 1, float("nan")]))
    assert [column(made, f"causes__{code}") for code in "123"] == [[1, 0, None], [0, 1, None], [None] * 3]
    assert why(made, "causes") == ["", "", "blank"]


def test_a_blank_can_mean_not_chosen() -> None:
    made = household({"causes": {"answers": {"1": "p", "2": "q"}, "yes": ["x"], "no": [""]}},
                     source(h=["a", "b"], p=["x", None], q=[None, None]))
    assert column(made, "causes__2") == [0, None]


def test_mentions_in_slots() -> None:
    made = household({"causes": {"slots": ["p", "q"], "code_prefix": True}},
                     source(h=list("abc"), p=["1.a", "3.c", None], q=["3.c", None, None]))
    assert [column(made, f"causes__{code}") for code in "123"] == [[1, 0, None], [0, 0, None], [1, 1, None]]


def test_join_many_to_one() -> None:
    made = household({"area": {"from": "z"}}, source(h=["a", "b", "c"], g=["1", "2", "1"]),
                     source("g", g=["1", "2", "9"], z=["1", "2", "1"]), level={"join": [{"source": "g", "on": ["g"]}]})
    assert column(made, "area") == ["1", "2", "1"]
    assert found(made, "join_unused")[0].count == 1


def test_join_duplicates_are_refused_on_both_sides() -> None:
    made = household({"area": {"from": "z"}}, source(h=["a", "b"], g=["1", "1"], z=["1", "2"]),
                     source("g", g=["1", "1"]), level={"join": [{"source": "g", "on": ["g"]}]})
    finding = found(made, "join_duplicates")[0]
    assert (finding.severity, finding.count, finding.details["left"]) == ("error", 1, 1)


def test_the_columns_of_a_join_come_from_the_first_source_that_has_them() -> None:
    mapping = mapping_from({"levels": {"household": {
        "source": "s", "join": [{"source": "g", "on": ["g"]}],
        "variables": {"hid": {"from": "h"}, "area": {"from": "z"}}}}})
    assert needed_columns(mapping.levels["household"]) == {"s": (("g",), ("h", "z")), "g": (("g",), ("h", "z"))}


def test_a_distinct_level_counts_disagreements() -> None:
    made = household({"area": {"from": "z"}, "weight": {"from": "w"}},
                     source(h=["a", "b", "a", "b"], z=[None, "1", "2", "2"], w=[5, 6, 5, 6]), level={"distinct": True})
    assert column(made, "hid") == ["a", "b"]
    assert column(made, "area") == ["2", "1"]
    assert column(made, "weight") == [5.0, 6.0]
    assert [(f.variable, f.count) for f in found(made, "disagrees_within_key")] == [("area", 1)]


def test_a_wide_file_becomes_rows() -> None:
    mapping = mapping_from({"levels": {
        "household": {"source": "s", "variables": {"hid": {"from": "h"}}},
        "person": {"source": "s", "variables": {"hid": {"from": "h"}, "sex": {"from": "sexo"}},
                   "wide": {"positions": 2, "columns": {"sexo": "sexo_{i}", "age": "edad_{i}"}, "key": "pid",
                            "present_if": "sexo_{i}"}}}})
    table = source(h=["a", "b"], sexo_1=["1", "2"], sexo_2=[None, "1"], edad_1=[30, 40], edad_2=[float("nan"), 5])
    made = harmonize(mapping, {"s": table}, DICTIONARY, critical=(), secret=b"x")
    assert made.microdata is not None
    assert column(made, "pid", "person") == ["1", "1", "2"]
    assert column(made, "sex", "person") == ["1", "2", "1"]
    assert column(made, "age", "person") == [30, 40, 5]
    assert made.microdata.levels["person"].parent_row is not None
    assert made.microdata.levels["person"].parent_row.tolist() == [0, 1, 1]


def test_repeated_keys_give_no_microdata_and_hashed_names() -> None:
    made = household({}, source(h=["a", "a", None]))
    assert made.microdata is None
    assert {f.rule for f in made.findings} == {"key_repeated", "key_repeated_row", "key_missing"}
    assert len(found(made, "key_repeated_row")[0].key) == 8


def test_labels_of_the_file() -> None:
    table = source(h=["a"], z=["1"], labels={"z": {"1": "Hombre", "2": "Mujer", "8": "Otro"}})
    made = household({"area": {"from": "z", "recode": {"1": "1", "2": "2"}}}, table)
    assert [(f.value, f.severity) for f in found(made, "label_not_mapped")] == [("8", "note")]


@pytest.mark.parametrize(("condition", "rows"), [
    ("wave == '2018'", [0]), ("wave == 2018", [0]), ("wave != 2018", [1]), ("wave in [2018, 2023]", [0, 1]),
    ("not (wave == 2018) and known(wave)", [1]), ("missing(wave)", [2]), ("column('año.1') == 'x'", [0, 2])])
def test_filters(condition: str, rows: list[int]) -> None:
    table = SourceTable("s", 3, {"wave": np.array([2018, 2023, np.nan]), "año.1": text("x", "y", "x")})
    assert np.flatnonzero(matching_rows(condition, table)).tolist() == rows


@pytest.mark.parametrize("condition", ["wave > 3", "__import__('os')", "wave", "wave ==", "f(wave) == 1", "1 == wave",
                                       "a == b", "(" * 300])
def test_filters_are_not_programs(condition: str) -> None:
    with pytest.raises(FilterError):
        filter_columns(condition)
