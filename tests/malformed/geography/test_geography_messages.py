"""Code systems of places that a study takes for one another: the exact words of every refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.project import Project
from pipeline.study_files import load_study
from surveys.problems import StudyError

GOOD = Path(__file__).resolve().parents[1] / "data" / "good"
CASES = Path(__file__).parent / "cases"
AREAS = """level,name,within_level,within,census,iso_3166_2,ocha_pcode
department,Ahuachapán,,,01,SV-AH,SV01
department,San Salvador,,,06,SV-SS,SV10
department,La Paz,,,08,SV-PA,SV06
district,Ahuachapán,department,01,0101,,
district,San Salvador,department,06,0614,,
"""
CENSUS = {"01": ("Ahuachapán", "SV-AH"), "06": ("San Salvador", "SV-SS"), "08": ("La Paz", "SV-PA")}
CASE = {
    # The digits of the P-codes: SV06 is La Paz, census code 06 is San Salvador.
    "p_codes_as_census": {"SV01": ("Ahuachapán", None), "SV10": ("San Salvador", None), "SV06": ("La Paz", None)},
    "digits_of_p_codes": {"01": ("Ahuachapán", None), "10": ("San Salvador", None), "06": ("La Paz", None)},
    "zeros_lost": {"1": ("Ahuachapán", None), "6": ("San Salvador", None), "8": ("La Paz", None)},
    "iso_of_another": {**CENSUS, "06": ("San Salvador", "SV-SV")},
}


def study(home: Path, areas: str | None, codes: dict[str, tuple[str, str | None]], lists: str) -> Path:
    made = home / "good"
    made.mkdir()
    text = (GOOD / "study.yaml").read_text(encoding="utf-8")
    for name in ("households", "persons", "areas"):
        text = text.replace(f"HASH-{name}.csv", "0" * 64)
    (made / "study.yaml").write_text(f"{text}\ngeography:\n  file: areas.csv\n  lists: {lists}\n", encoding="utf-8")
    (made / "mapping.yaml").write_text((GOOD / "mapping.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    lines = ["code_lists:", "  place:", "    label: {es: Lugar, en: Place}", "    codes:"]
    for code, (name, sdmx) in codes.items():
        exchanged = "" if sdmx is None else f", sdmx: {sdmx}"
        lines.append(f'      "{code}": {{label: {{es: "{name}", en: "{name}"}}{exchanged}}}')
    (made / "dictionary.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if areas is not None:
        (made / "areas.csv").write_text(areas, encoding="utf-8")
    return made


def told(made: Path) -> str:
    with pytest.raises(StudyError) as raised:
        load_study(made, Project.here())
    return f"{raised.value.text('en')}\n----\n{raised.value.text('es')}\n"


def expected(case: str) -> str:
    return (CASES / f"{case}.expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(CASE))
def test_a_list_in_another_code_system_is_refused(case: str, tmp_path: Path) -> None:
    assert told(study(tmp_path, AREAS, CASE[case], "{place: {level: department, codes: census}}")) == expected(case)


@pytest.mark.parametrize(("case", "lists"), [
    ("unknown_names", "{nowhere: {level: department, codes: census}}"),
    ("unknown_level", "{place: {level: province, codes: census}}"),
    ("unknown_system", "{place: {level: district, codes: ocha_pcode}}"),
])  # fmt: skip
def test_names_that_lead_nowhere(case: str, lists: str, tmp_path: Path) -> None:
    assert told(study(tmp_path, AREAS, CENSUS, lists)) == expected(case)


@pytest.mark.parametrize(("case", "areas"), [
    ("file_absent", None),
    ("file_shape", "level,name\ndepartment,Ahuachapán\n"),
    ("file_codes", AREAS.replace(",01,SV-AH", ",1,SV-AH").replace("SV06", "SV10")),
    ("file_parent", AREAS.replace("department,06,0614", "department,6,0614")),
])  # fmt: skip
def test_divisions_that_do_not_hold_together(case: str, areas: str | None, tmp_path: Path) -> None:
    assert told(study(tmp_path, areas, CENSUS, "{place: {level: department, codes: census}}")) == expected(case)


@pytest.mark.parametrize(("codes", "lists"), [
    (CENSUS, "{place: {level: department, codes: census}}"),
    ({"SV01": ("AHUACHAPAN", None), "SV10": ("San Salvador (central)", None), "SV06": ("La Paz", None)},
     "{place: {level: department, codes: ocha_pcode}}"),
])  # fmt: skip
def test_lists_that_are_what_they_say_are_taken(
    codes: dict[str, tuple[str, str | None]], lists: str, tmp_path: Path
) -> None:
    assert load_study(study(tmp_path, AREAS, codes, lists), Project.here()).study.settings["geography"]
