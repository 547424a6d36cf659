"""Public-use files of a small country: made only when permitted, protected in their bytes, refused when they tell."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from estimates.study_design import study_design
from pipeline.attack_public_use import attack_public_use, refuse_public_leaks
from pipeline.microdata_files import read_microdata
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.public_use.building import BuiltFile, build_files
from pipeline.runner import Request, run_stages
from pipeline.stages import PUBLIC_USE, STAGES
from pipeline.study_files import LoadedStudy, load_study
from pipeline.weight_files import read_weights
from surveys.microdata import Microdata
from surveys.problems import DataError, ProblemsFound, StudyError

DATA = Path(__file__).resolve().parents[1] / "data"
Made = tuple[LoadedStudy, Path, Microdata, tuple[BuiltFile, ...]]


def study(to: Path, change: Callable[[str], str] = lambda text: text) -> Path:
    folder = to / "small_country"
    shutil.copytree(DATA / "small_country", folder)
    entry = change((DATA / "small_country_public" / "public_use.yaml").read_text(encoding="utf-8"))
    path = folder / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + entry, encoding="utf-8")
    return folder


def make(root: Path, folder: Path, build: Path) -> Path:
    stages = {**STAGES, PUBLIC_USE.name: PUBLIC_USE}
    request = Request(Project(root), folder, folder, build, "en")
    run_stages(request, PUBLIC_USE.name, Progress(quiet=True), stages=stages)
    return build / folder.name / PUBLIC_USE.name


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("public")
    folder = make(root, study(place), place / "build")
    loaded = load_study(place / "small_country", Project(root))
    microdata = read_microdata(folder.parent / "ingest", loaded.dictionary)
    plan = loaded.study.public_use
    assert plan is not None
    files = build_files(plan, loaded.study, loaded.dictionary, microdata, study_design(loaded.study, microdata),
                        read_weights(folder.parent / "weight", microdata))  # fmt: skip
    return loaded, folder, microdata, files


def leaks(made: Made, folder: Path) -> set[str]:
    loaded, _, microdata, files = made
    plan = loaded.study.public_use
    assert plan is not None
    return {leak.kind for leak in attack_public_use(folder, files, plan, microdata)}


def test_every_format_is_there_and_the_attack_learns_nothing(made: Made) -> None:
    names = {path.name for path in made[1].iterdir()}
    for name in ("families", "persons"):
        assert {f"{name}.csv", f"{name}.parquet", *(f"{name}_{language}.{ending}" for language in ("es", "en")
                                                   for ending in ("sav", "dta"))} <= names  # fmt: skip
    assert leaks(made, made[1]) == set()


def test_two_runs_give_the_same_bytes_and_another_seed_another_order(made: Made, root: Path, tmp_path: Path) -> None:
    again = make(root, study(tmp_path), tmp_path / "build")
    assert {path.name: path.read_bytes() for path in again.iterdir() if path.name != "manifest.json"} == {
        path.name: path.read_bytes() for path in made[1].iterdir() if path.name != "manifest.json"}  # fmt: skip
    other = make(root, study(tmp_path / "other", lambda text: text.replace("seed: 7", "seed: 8")), tmp_path / "b")
    one, two = (pd.read_csv(folder / "persons.csv") for folder in (again, other))
    assert not one.equals(two)
    kept = ["sex", "years", "small_poor", "small_displaced_person"]
    assert one[kept].value_counts().sort_index().equals(two[kept].value_counts().sort_index())


def test_rows_and_numbers_do_not_tell_the_order(made: Made) -> None:
    for built in made[3]:
        order = np.argsort(np.argsort(built.row))
        assert abs(np.corrcoef(built.number, order)[0, 1]) < 4 / np.sqrt(order.size)


def test_no_variable_of_the_sample_and_no_identifier_is_in_a_file(made: Made) -> None:
    table = pd.read_csv(made[1] / "persons.csv")
    plain = [name for name in table.columns if not name.startswith("replicate_")]
    assert plain == ["persons_id", "families_id", "sex", "years", "small_poor", "small_displaced_person", "weight"]
    assert (table["families_id"] != -9).mean() > 0
    given = table.loc[table["families_id"] > 0, "families_id"]
    families = pd.read_csv(made[1] / "families.csv").set_index("families_id")
    assert set(given) <= set(families.index)


def test_labels_and_reasons_survive_in_every_format(made: Made) -> None:
    for language, sex, hidden in (("es", "Mujer", "Oculto"), ("en", "Female", "Hidden")):
        frame, about = pyreadstat.read_sav(made[1] / f"persons_{language}.sav", user_missing=True)
        assert about.variable_value_labels["sex"][2.0] == sex
        assert about.file_label.startswith(("DATOS SINTÉTICOS", "SYNTHETIC DATA"))
        gaps = about.missing_ranges["families_id"]
        assert gaps == [{"lo": -9.0, "hi": -1.0}]
        assert about.variable_value_labels["families_id"][-9.0].startswith(hidden)
        stata, said = pyreadstat.read_dta(made[1] / f"persons_{language}.dta", user_missing=True)
        assert said.variable_value_labels["families_id"]["i"].startswith(hidden)
        assert (stata["families_id"] == "i").tolist() == (frame["families_id"] == -9).tolist()
    field = pq.read_schema(made[1] / "persons.parquet").field("sex")
    assert "Mujer" in field.metadata[b"codes"].decode() and "Female" in field.metadata[b"codes"].decode()


def test_top_codes_hold(made: Made) -> None:
    income = pd.read_csv(made[1] / "families.csv")["income"]
    assert income.max() == 900 and income[income >= 0].min() >= 0


def test_the_report_says_that_data_are_synthetic_what_was_done_and_what_is_not_protected(made: Made) -> None:
    for language, words in (("es", ("DATOS SINTÉTICOS", "Lo que no protege", "Riesgo global")),
                            ("en", ("SYNTHETIC DATA", "What it does not protect", "Global risk"))):  # fmt: skip
        text = (made[1] / f"protection_{language}.md").read_text(encoding="utf-8")
        assert all(word in text for word in words)
        assert "{" not in text
    compared = pd.read_csv(made[1] / "public_use_comparison.csv")
    assert compared.set_index("indicator").loc["small_poverty", "key_figure"].any()
    assert compared.loc[compared["key_figure"], "within"].all()


@pytest.mark.parametrize(
    ("damage", "kind"),
    [
        (lambda table: table.assign(psu=1), "undeclared_column"),
        (lambda table: table.assign(years=np.arange(len(table)) % 200), "class_too_small"),
        (lambda table: table.assign(small_displaced_person=table["years"].map({4: 1}).fillna(2)), "sensitive_alone"),
        (lambda table: table.assign(weight=table["weight"] + 1), "formats_differ"),
        (lambda table: table.assign(families_id="HH-00000017x"), "formats_differ"),
    ],
)
def test_the_attack_has_teeth(
    made: Made, tmp_path: Path, damage: Callable[[pd.DataFrame], pd.DataFrame], kind: str
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(made[1], folder)
    table = damage(pd.read_csv(folder / "persons.csv"))
    if table["families_id"].dtype == object or table["families_id"].dtype.kind not in "if":
        table["families_id"] = 5
    table.to_csv(folder / "persons.csv", index=False)
    found = leaks(made, folder)
    assert kind in found
    with pytest.raises(DataError, match="leak"):
        refuse_public_leaks(attack_public_use(folder, made[3], made[0].study.public_use, made[2]), "small_country")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "code", "words"),
    [
        ("k: 5", "k: 300", "public_use_limit", "breaks its limit of rows that look alike"),
        ("individual: 0.2", "individual: 0.000001", "public_use_limit", "risk of a row"),
        ("psus: 3, far: 1, errors: [0.4, 2.5]", "psus: 3, far: 1, errors: [5, 6]", "public_use_far", "small_poverty"),
        ("keys: [years, sex, small_poor]", "keys: [years]", "public_use_tells_cells", "cells that the release hides"),
    ],
)
def test_files_that_break_a_limit_are_refused(
    root: Path, tmp_path: Path, before: str, after: str, code: str, words: str
) -> None:
    def change(text: str) -> str:
        text = text.replace(before, after)
        if code == "public_use_tells_cells":
            text = text.replace("        small_poor:\n", "        small_poor:\n        small_motive_given:\n")
        return text

    with pytest.raises(DataError) as raised:
        make(root, study(tmp_path, change), tmp_path / "build")
    assert code in {problem.message.code for problem in raised.value.problems}
    assert words in raised.value.text("en") and raised.value.text("es") != raised.value.text("en")
    assert not (tmp_path / "build" / "small_country" / "public_use").exists()


@pytest.mark.parametrize(("first", "second", "told"), [('"1"', '"2", "3"', True), ('"1", "2", "3"', '"4"', False)])
def test_joined_codes_that_give_a_hidden_cell_back_are_refused(
    root: Path, tmp_path: Path, first: str, second: str, told: bool
) -> None:
    """The release hides cells by region; a coarser region of which all but one cell is printed tells that one."""
    zone = (
        "        zone: {from: small_region, label: {es: Z, en: Z}, codes: {"
        f'"1": {{label: {{es: A, en: A}}, from: [{first}]}}, "2": {{label: {{es: B, en: B}}, from: [{second}]}}}}}}\n'
    )

    def change(text: str) -> str:
        return text.replace("        small_poor:\n", "        small_poor:\n" + zone)

    folder = study(tmp_path, change)
    if not told:
        dictionary = folder / "dictionary.yaml"
        text = dictionary.read_text(encoding="utf-8")
        fourth = '      "4": {label: {es: "Isla", en: "Island"}}\n'
        after = "  small_motive:\n    label"
        dictionary.write_text(text.replace(after, fourth + after), encoding="utf-8")
        assert (make(root, folder, tmp_path / "build") / "persons.csv").is_file()
        return
    with pytest.raises(DataError) as raised:
        make(root, folder, tmp_path / "build")
    assert {problem.message.code for problem in raised.value.problems} == {"public_use_tells_cells"}
    assert "'zone'" in raised.value.text("en") and "small_region=" in raised.value.text("en")


@pytest.mark.parametrize("change", [lambda text: "", lambda text: re.sub("permitted: true", "permitted: false", text)])
def test_nothing_is_made_without_permission(root: Path, tmp_path: Path, change: Callable[[str], str]) -> None:
    with pytest.raises(StudyError) as raised:
        make(root, study(tmp_path, change), tmp_path / "build")
    assert [problem.message.code for problem in raised.value.problems] == ["public_use_not_permitted"]
    assert "permitted: true" in raised.value.text("es")
    assert not (tmp_path / "build" / "small_country" / "public_use").exists()


def test_shipped_studies_decide(root: Path) -> None:
    """The synthetic study permits it, and microdata of others are never given away."""
    decided = {}
    for name in ("slv_2018", "slv_update", "bol_2019"):
        try:
            plan = load_study(root / "surveys" / "studies" / name, Project(root)).study.public_use
        except ProblemsFound as found:  # pragma: no cover - the text is what a reader needs
            pytest.fail(found.text("en"))
        decided[name] = plan is not None and plan.permitted
    assert decided == {"slv_2018": True, "slv_update": False, "bol_2019": False}
