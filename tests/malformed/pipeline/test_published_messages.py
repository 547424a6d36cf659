"""The exact words for a `published.csv` that cannot be read, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.published_file import read_published, read_published_ranks
from surveys.dictionary import Breakdown, Code, CodeList, Dictionary, Indicator, Label, Variable
from surveys.problems import StudyError

SEX = Label("Sexo", "Sex")
DICTIONARY = Dictionary(
    code_lists={"sex": CodeList("sex", SEX, {"1": Code("1", SEX), "2": Code("2", SEX)})},
    variables={"sex": Variable("sex", "person", "code", SEX, codes="sex")},
    breakdowns={"sex": Breakdown("sex", "sex", SEX)},
    indicators={"poverty": Indicator("poverty", "person", "proportion", "x", "percent", SEX)},
)
RANKS = "indicator,domain,rank,among,where,explanation\n"
HEADER = "indicator,domain,value,scale,digits,tolerance,where,explanation\n"


@pytest.mark.parametrize(
    ("text", "place", "english", "spanish"),
    [
        (
            "indicator,value\n",
            "p.csv:1",
            "The columns are indicator, value, but indicator, domain, value, scale, digits, tolerance, "
            "where, explanation were "
            "expected. Write the first line again.",
            "Las columnas son indicator, value, pero se esperaban indicator, domain, value, scale, digits, "
            "tolerance, where, "
            "explanation. Escriba de nuevo la primera línea.",
        ),
        (
            f'{HEADER}poverty,,"37,2",100,1,0,,\n',
            "p.csv:2",
            "'37,2' in column 'value' is not a number; a decimal point and no thousands sign are expected. "
            "Correct it.",
            "'37,2' en la columna 'value' no es un número; se espera punto decimal y ningún signo de "
            "millares. Corríjalo.",
        ),
        (
            f"{HEADER}povrety,,37.2,100,1,0,,\n",
            "p.csv:2",
            "There is no indicator 'povrety' in the dictionary. Correct the name, or add the indicator to "
            "dictionary.yaml.",
            "No existe el indicador 'povrety' en el diccionario. Corrija el nombre, o agregue el indicador a "
            "dictionary.yaml.",
        ),
        (
            f"{HEADER}poverty,,37.2,100,1,0,,\npoverty,sex=3,37.2,100,1,0,,\n",
            "p.csv:3",
            "'sex=3' is not a domain; breakdowns of the dictionary with one of their codes are expected, "
            "such as "
            "`sex=2;area=1`. Correct it, or leave it empty for the total.",
            "'sex=3' no es un dominio; se esperan desagregaciones del diccionario con uno de sus códigos, "
            "como "
            "`sex=2;area=1`. Corríjalo, o déjelo vacío para el total.",
        ),
    ],
)
def test_message(tmp_path: Path, text: str, place: str, english: str, spanish: str) -> None:
    path = tmp_path / "published.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        read_published(path, DICTIONARY, shown="p.csv")
    assert raised.value.text("en") == f"{place}\n  {english}"
    assert raised.value.text("es") == f"{place}\n  {spanish}"


def test_a_study_without_printed_figures_has_none(tmp_path: Path) -> None:
    assert read_published(tmp_path / "published.csv", DICTIONARY, shown="p.csv") == []


def test_a_figure_is_read(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(f"{HEADER}poverty,sex=2,37.20,100,1,0.1,Page 3,\n", encoding="utf-8")
    (figure,) = read_published(tmp_path / "p.csv", DICTIONARY, shown="p.csv")
    assert (figure.indicator, dict(figure.domain), figure.value, figure.scale) == ("poverty", {"sex": "2"}, 37.2, 100)
    assert (figure.digits, figure.tolerance, figure.where, figure.explanation) == (1, 0.1, "Page 3", "")


def test_a_rank_is_read(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"{RANKS}poverty,sex=2,1,domains,Page 3,\n", encoding="utf-8")
    (figure,) = read_published_ranks(tmp_path / "r.csv", DICTIONARY, shown="r.csv")
    assert (figure.value, figure.among, dict(figure.domain), figure.where) == (1.0, "domains", {"sex": "2"}, "Page 3")


def test_a_rank_among_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"{RANKS}poverty,,1,places,Page 3,\n", encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        read_published_ranks(tmp_path / "r.csv", DICTIONARY, shown="r.csv")
    assert raised.value.text("en") == (
        "r.csv:2\n  'places' in column 'among' is neither `parts` (of one distribution) nor `domains` (of one "
        "indicator). Correct it.")
    assert raised.value.text("es") == (
        "r.csv:2\n  'places' en la columna 'among' no es `parts` (de una distribución) ni `domains` (de un indicador). "
        "Corríjalo.")
