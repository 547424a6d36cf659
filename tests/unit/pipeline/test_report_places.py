"""The exhibits by place: maps of estimates, and where offices should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from estimates.protection import NUMBER_COLUMNS
from pipeline.project import Project
from pipeline.report_blocks import Chart, Material, Place, Results
from pipeline.report_labels import Labels
from pipeline.report_map import build_map
from pipeline.report_offices import build_offices, build_offices_map
from pipeline.report_words import load_words
from pipeline.study_files import load_study
from pipeline.verbs import find_study
from surveys.study import Exhibit

PROJECT = Project.here()
LOADED = load_study(find_study(PROJECT, "slv_2018"), PROJECT)
PLACE = Place("Figure 1", "chart-1", "Displaced families by department")
CODES = list(LOADED.dictionary.codes_of("department"))


def frame(statuses: dict[str, str]) -> pd.DataFrame:
    rows = []
    for place, code in enumerate(["_T", *CODES]):
        value = 0.01 + 0.001 * place
        status = statuses.get(code, "reliable")
        hidden = status in ("withheld", "confidential")
        numbers = dict.fromkeys(NUMBER_COLUMNS, np.nan if hidden else value)
        rows.append(
            {
                "study": "slv_2018",
                "indicator": "displacement_prevalence",
                "department": code,
                **numbers,
                "unit": "percent",
                "status": status,
                "reason": "",
            }
        )
    return pd.DataFrame(rows)


def office_tables() -> dict[str, pd.DataFrame]:
    codes = list(LOADED.dictionary.codes_of("municipality_2024"))
    chosen, given = np.isin(np.arange(44), range(10)), np.isin(np.arange(44), range(8, 18))
    places = pd.DataFrame(
        {
            "study": "slv_2018",
            "choice": "local_offices",
            "place": codes,
            "chosen": chosen.astype(float),
            "given": given.astype(float),
            "frequency": np.where(chosen, 0.85, 0.04),
        }
    )
    shared = {"study": "slv_2018", "choice": "local_offices", "areas": 262.0, "areas_unknown": 242.0, "draws": 200.0}
    lists = pd.DataFrame(
        [
            {
                **shared,
                "list": "chosen",
                "offices": 10.0,
                "value": 0.937,
                "ci_low": np.nan,
                "ci_high": np.nan,
                "known_value": 0.951,
                "known_low": 0.942,
                "known_high": 0.968,
                "regret": 0.005,
                "regret_low": 0.0,
                "regret_high": 0.014,
            },
            {
                **shared,
                "list": "given",
                "offices": 10.0,
                "value": 0.813,
                "ci_low": np.nan,
                "ci_high": np.nan,
                "known_value": 0.844,
                "known_low": 0.821,
                "known_high": 0.859,
                "regret": 0.13,
                "regret_low": 0.109,
                "regret_high": 0.151,
            },
            {**shared, "list": "best", "offices": 8.0, "value": 0.89},
            {**shared, "list": "best", "offices": 9.0, "value": 0.91},
        ]
    )
    return {"offices": places, "office_lists": lists}


def material(language: str, statuses: dict[str, str] | None = None) -> Material:
    words = load_words(PROJECT.templates, language)
    return Material(
        frame(statuses or {}),
        Labels(LOADED.dictionary, words),
        "95",
        PROJECT.templates / "fonts",
        LOADED.study,
        office_tables(),
        {},
        LOADED.files.folder,
    )


def test_a_map_states_its_finding_and_has_its_table() -> None:
    exhibit = Exhibit("map", ("displacement_prevalence",), ("department",))
    built = build_map(exhibit, material("en", {"06": "weak", "05": "withheld", "14": "confidential"}), PLACE)
    assert isinstance(built.block, Chart)
    assert "12 published values" in built.block.alt
    assert "Morazán" in built.block.alt
    assert not any(name in built.block.alt for name in ("La Libertad", "La Unión"))
    assert [note.mark for note in built.block.notes] == ["", "†", "‡", "§"]
    assert built.data is not None
    assert len([row for group in built.data(PLACE).groups for row in group.rows]) == 15  # type: ignore[union-attr]


def test_a_map_without_a_shown_value_is_not_drawn() -> None:
    exhibit = Exhibit("map", ("displacement_prevalence",), ("department",))
    built = build_map(exhibit, material("es", dict.fromkeys(["_T", *CODES], "withheld")), PLACE)
    assert isinstance(built.block, Chart)
    assert built.block.svg == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "within reach: 93.7% if areas without a figure are like the others; in areas with a figure, 95.1% "
                "(interval 94.2% to 96.8%).",
                "they lose 13.0 percentage points on average (10.9 to 15.1); the chosen ones lose 0.5",
                "10 are chosen in at least 80 of 100 draws, and 2 are on the list compared too",
                "With 9 offices well placed, 90%",
            ),
        ),
        (
            "es",
            (
                "población afectada: 93.7\u00a0%, si las áreas sin cifra son como las demás; en las áreas con cifra, "
                "95.1\u00a0% (intervalo de 94.2\u00a0% a 96.8\u00a0%).",
                "13.0 puntos porcentuales (de 10.9 a 15.1)",
                "10 lo son en al menos 80 de cada 100 sorteos, y 2 están",
                "Con 9 oficinas bien puestas",
            ),
        ),
    ],
)
def test_a_choice_says_what_it_reaches_and_what_the_list_loses(language: str, words: tuple[str, ...]) -> None:
    exhibit = Exhibit("offices", (), (), None, {"choice": "local_offices"})
    block = build_offices(exhibit, material(language), PLACE).block
    assert isinstance(block, Results)
    said = " ".join(block.sentences)
    assert [text for text in words if text not in said] == []
    assert len(block.rows) == 18
    assert [row[1] for row in block.rows[:10]] == ["yes" if language == "en" else "sí"] * 10
    assert any("242" in note.text and "262" in note.text for note in block.notes)


def test_where_every_area_has_a_figure_the_whole_has_an_interval() -> None:
    exhibit = Exhibit("offices", (), (), None, {"choice": "local_offices"})
    bare = material("en")
    lists = bare.tables["office_lists"].assign(ci_low=0.926, ci_high=0.948, areas_unknown=0.0)
    block = build_offices(exhibit, replace(bare, tables={**bare.tables, "office_lists": lists}), PLACE).block
    assert isinstance(block, Results)
    assert "within reach: 93.7% (interval 92.6% to 94.8%)." in block.sentences[0]
    assert not any("no published figure" in note.text for note in block.notes)


def test_the_map_of_offices_marks_chosen_and_listed_places() -> None:
    exhibit = Exhibit("offices_map", (), (), None, {"choice": "local_offices"})
    built = build_offices_map(exhibit, material("en"), PLACE)
    assert isinstance(built.block, Chart)
    bare = material("en")
    tables = {**bare.tables, "offices": bare.tables["offices"].assign(chosen=0.0, given=0.0)}
    unmarked = build_offices_map(exhibit, replace(bare, tables=tables), PLACE).block
    assert isinstance(unmarked, Chart)
    assert len(built.block.svg) > len(unmarked.svg)
    assert built.block.alt.startswith("The 10 offices chosen")
