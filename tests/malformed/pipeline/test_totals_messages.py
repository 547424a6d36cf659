"""The exact words for totals that cannot be made or added, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.carriers.totals_files import write_totals
from pipeline.carriers.totals_verbs import merge_totals
from pipeline.command import main
from surveys.problems import DataError, filled
from tests.carriers.test_partial_totals import totals


def told(folders: list[Path], build: Path) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        merge_totals(folders, build)
    english, spanish = (re.sub(r"\s+", " ", caught.value.text(language)).strip() for language in ("en", "es"))
    return english, spanish


def test_none_named(tmp_path: Path) -> None:
    assert told([], tmp_path) == (
        'TOTALS no totals to add were named. Write TOTALS="folder folder": folders that `make totals` has written.',
        'TOTALS no se nombraron totales que sumar. Escriba TOTALS="carpeta carpeta": carpetas que `make totals` '
        "escribió.",
    )


def test_damaged(tmp_path: Path) -> None:
    write_totals(totals(part="north"), tmp_path / "north")
    (tmp_path / "north" / "person_0.parquet").unlink()
    english, spanish = told([tmp_path / "north"], tmp_path / "build")
    assert english.endswith(
        "this folder of totals is not whole: 'person_0.parquet' is absent or not what its record says. Ask for it "
        "again, or run `make totals` again."
    )
    assert spanish.endswith(
        "esta carpeta de totales no está completa: 'person_0.parquet' falta o no es lo que dice su registro. Pídala "
        "otra vez, o ejecute de nuevo `make totals`."
    )
    assert not (tmp_path / "build" / "merged_totals").exists()


@pytest.mark.parametrize(
    ("second", "english", "spanish"),
    [
        (
            {"part": "south", "lonely_psu": "certainty"},
            "x/south this part was summed for another plan: other indicators, breakdowns, codes or rules of "
            "publication. Sum all parts with the same `tabulation:` and `publication:`.",
            "x/south esta parte se sumó para otro plan: otros indicadores, desgloses, códigos o reglas de "
            "publicación. Sume todas las partes con la misma `tabulation:` y `publication:`.",
        ),
        (
            {"part": "south", "dictionary": "other"},
            "x/south this part was summed with another data dictionary. Sum all parts with the same "
            "data_dictionary.yaml.",
            "x/south esta parte se sumó con otro diccionario de datos. Sume todas las partes con el mismo "
            "data_dictionary.yaml.",
        ),
        (
            {"part": "north"},
            "x/north this part is named twice; its people would count double. Name it once, or give parts different "
            "names with PART=.",
            "x/north esta parte se nombra dos veces; su gente contaría doble. Nómbrela una vez, o dé a las partes "
            "nombres distintos con PART=.",
        ),
        (
            {"part": "south", "psu_population": True},
            "south this part says of a stratum another number of PSUs in the frame than the others, or none where "
            "they have one. Correct `psu_population` in the study of that part.",
            "south esta parte dice de un estrato otro número de UPM en el marco que las demás, o ninguno donde ellas "
            "lo tienen. Corrija `psu_population` en el estudio de esa parte.",
        ),
    ],
)
def test_parts_that_cannot_be_added(tmp_path: Path, second, english: str, spanish: str) -> None:
    from dataclasses import replace

    write_totals(totals(part="north"), tmp_path / "one")
    other = totals(part=second["part"], lonely_psu=second.get("lonely_psu", "centred"))
    if "dictionary" in second:
        other = replace(other, about=other.about | {"dictionary": second["dictionary"]})
    if "psu_population" in second:
        other = replace(other, psu_population=dict.fromkeys(other.psus.strata, 50.0))
    write_totals(other, tmp_path / "two")
    assert told([tmp_path / "one", tmp_path / "two"], tmp_path / "build") == (english, spanish)


def test_the_name_of_a_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for language, words in (
        ("en", "'../x' cannot be the name of a part; small letters, digits, `_` and `-` are expected, such as "
               "north_2018. Write PART= that way."),
        ("es", "'../x' no puede ser el nombre de una parte; se esperan minúsculas, dígitos, `_` y `-`, como "
               "norte_2018. Escriba PART= de esa forma."),
    ):  # fmt: skip
        words_typed = ["totals", "--study", "slv_2018", "--part", "../x", "--build", str(tmp_path)]
        assert main([*words_typed, "--language", language]) == 1
        assert words in re.sub(r"\s+", " ", "".join(capsys.readouterr()))


def test_a_number_too_large(tmp_path: Path) -> None:
    from pipeline.carriers.refusals import TOO_LARGE, TooLarge

    details = vars(TooLarge("income", 8))
    english, spanish = (filled(text, details) for text in (TOO_LARGE.en, TOO_LARGE.es))
    assert english == (
        "exact sums are not possible: 'income' holds a number of more than 8 digits before the decimal point. Give "
        "the variable a larger unit in mapping.yaml, or take the indicator out of `tabulation:`."
    )
    assert spanish == (
        "no se puede sumar exactamente: 'income' tiene un número de más de 8 dígitos antes del punto decimal. Dé a la "
        "variable una unidad mayor en mapping.yaml, o quite el indicador de `tabulation:`."
    )
