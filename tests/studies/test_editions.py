"""A small country with three editions: what each folder holds and says, and that all together give nothing away."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF

from estimates.disclosure.release import shown_rows
from estimates.protection import NUMBER_COLUMNS
from pipeline.attack_study import Known, attack_editions, attack_folder
from pipeline.editions.rows import edition_release, editions_of
from pipeline.estimate_files import read_estimates
from pipeline.import_proof.engines import Which, find_postgresql
from pipeline.import_proof.proving import Proof, prove
from pipeline.import_proof.questions import Question
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.release import Release
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study
from surveys.dictionary import Label

DATA = Path(__file__).resolve().parent.parent / "data"
NAMES = ("public", "census_office", "group")
ENGINES: tuple[Which, ...] = ("postgresql", "duckdb")
QUESTIONS = [
    Question(
        Label("¿Cuántos pobres hay en cada región?", "How many poor are there in each region?"),
        'SELECT l.name_es AS label, 100 * o."OBS_VALUE" AS value FROM observations o '
        'JOIN "CL_SMALL_REGION" l ON l.code = o."SMALL_REGION" WHERE o."INDICATOR" = \'small_poverty\' '
        "AND o.\"SEX\" = '_T' AND o.\"SMALL_REGION\" <> '_T' ORDER BY 1",
    )
]


def bring(root: Path, place: Path) -> Path:
    """Run the small country, with editions, up to its editions."""
    folder = place / "small_country"
    shutil.copytree(DATA / "small_country", folder)
    extra = (DATA / "small_country_public" / "editions.yaml").read_text(encoding="utf-8")
    published = (folder / "published.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in published if "sex=" not in line]  # not public here
    (folder / "published.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    with (folder / "study.yaml").open("a", encoding="utf-8") as file:
        file.write(extra)
    run_stages(Request(Project(root), folder, folder, place / "build", "en"), "editions", Progress(quiet=True))
    return place / "build" / "small_country"


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bring(root, tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="module")
def known(root: Path, results: Path) -> Known:
    return Known(load_study(results.parents[1] / "small_country", Project(root)), results)


def text_of(path: Path) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def test_each_edition_has_what_it_asked_for(results: Path) -> None:
    folder = results / "editions"
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == sorted(NAMES)
    around = {"catalogue.jsonld", "ro-crate-metadata.json", "SHA256SUMS"}
    office = {path.name for path in (folder / "census_office").iterdir()}
    wanted = {"sdmx_data.csv", "estimates.csv", "csv-metadata.json", "datapackage.json", "report_es.pdf"}
    assert wanted | around <= office
    assert not any(name.endswith((".px", ".parquet")) for name in office)
    group = {path.name for path in (folder / "group").iterdir()}
    assert {"letter_es.pdf", "small_country_es.xlsx", "estimates.csv"} | around <= group
    assert not any(name.endswith("_en.xlsx") or name.startswith(("letter_en", "report", "sdmx")) for name in group)
    for name in NAMES:
        for line in (folder / name / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
            value, path = line.split("  ", 1)
            assert hashlib.sha256((folder / name / path).read_bytes()).hexdigest() == value


def test_the_public_edition_is_what_was_disseminated(results: Path) -> None:
    for path in (results / "disseminate").iterdir():
        if path.name not in ("manifest.json", "record.json", "SHA256SUMS"):
            assert (results / "editions" / "public" / path.name).read_bytes() == path.read_bytes(), path.name
    public = read_estimates(results / "editions" / "public" / "estimates.csv")
    office = read_estimates(results / "editions" / "census_office" / "estimates.csv")
    assert "sex" not in public.columns
    assert "sex" in office.columns
    assert len(office) > len(public)


def test_rows_of_other_editions_are_in_no_public_stage(results: Path) -> None:
    for stage in ("estimate", "disseminate"):
        assert "sex" not in pd.read_csv(results / stage / "estimates.csv", nrows=1).columns
    further = read_estimates(results / "estimate" / "estimates_of_editions.csv")
    assert (further["sex"] != "_T").all()
    assert (results / "estimate" / "estimates_of_editions.csv").stat().st_mode & 0o077 == 0


def test_a_row_has_the_same_fate_in_every_edition_but_for_rounding(results: Path, known: Known) -> None:
    public = read_estimates(results / "editions" / "public" / "estimates.csv").assign(sex="_T")
    keys = ["indicator", "small_region", "sex"]
    for name in ("census_office", "group"):
        other = read_estimates(results / "editions" / name / "estimates.csv")
        both = public.merge(other, on=keys, suffixes=("", "_other"))
        assert len(both) == len(public)
        assert (both["status"] == both["status_other"]).all()
        if name == "census_office":
            for column in NUMBER_COLUMNS:
                pd.testing.assert_series_equal(both[column], both[f"{column}_other"], check_names=False)
    rounded = read_estimates(results / "editions" / "group" / "estimates.csv")
    totals = rounded[rounded["indicator"] == "small_displaced_total"]["estimate"].dropna()
    assert len(totals)
    assert (totals % 5000 == 0).all()


def test_the_stricter_rule_holds_in_every_edition(known: Known) -> None:
    cells, rule = known.ruled_cells
    assert rule.cases_of_cell is not None
    told = cells.cases_of_row[cells.cases_of_row >= 0]
    assert set(rule.cases_of_cell[told].tolist()) == {12}  # every row is in the edition that asks for most
    shown = shown_rows(known.frame)
    for of_row in (cells.cases_of_row, cells.rest_of_row):
        told = of_row[shown & (of_row >= 0)]
        victims = told[cells.victim[told]]
        assert cells.count[victims].min() >= 12


def test_the_attacker_of_all_editions_learns_nothing(results: Path, known: Known) -> None:
    found = attack_editions({name: results / "editions" / name for name in NAMES}, known)
    assert set(found) == {*NAMES, "all"}
    for name, one in found.items():
        assert one.leaks == (), name
        assert one.files
    assert found["all"].cells
    assert found["all"].told is not None
    assert found["all"].told.sum() == shown_rows(known.frame).sum()


def test_the_attacker_finds_a_row_of_another_edition(results: Path, known: Known, tmp_path: Path) -> None:
    shutil.copy(results / "editions" / "census_office" / "estimates.csv", tmp_path / "estimates.csv")
    public = editions_of(known.loaded.study)[0]
    found = attack_folder(tmp_path, known.loaded, known.results, edition=public, known=known)
    assert {leak.kind for leak in found.leaks} == {"row_of_another_edition"}


def test_letters_say_what_must_be_said(results: Path) -> None:
    folder = results / "editions"
    spanish = text_of(folder / "census_office" / "letter_es.pdf")
    for said in (
        "Edición para el censo", "Censo que no existe", "BORRADOR", "sintéticos", "menos de 12 casos", "Oficina que no",
        "sdmx_data.csv", "sha256sum -c SHA256SUMS", "se protegieron juntas",
    ):  # fmt: skip
        assert said in spanish, said
    english = text_of(folder / "public" / "letter_en.pdf")
    for said in ("Public edition", "Quote the source.", "creativecommons.org", "DRAFT", "anyone may read it"):
        assert said in english, said
    assert "múltiplos de 5000" in text_of(folder / "group" / "letter_es.pdf").replace(",", "")


# What DCAT-AP 3.0 makes mandatory, class by class, as its application profile lists it.
MANDATORY = {
    DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset),
    DCAT.CatalogRecord: (FOAF.primaryTopic, DCTERMS.modified),
    DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
    DCAT.Distribution: (DCAT.accessURL,),
    FOAF.Agent: (FOAF.name,),
}


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_records_have_all_that_is_mandatory(results: Path, name: str) -> None:
    folder = results / "editions" / name
    graph = Graph().parse(folder / "catalogue.jsonld", publicID="https://example.org/edition/")
    for kind, properties in MANDATORY.items():
        things = list(graph.subjects(RDF.type, kind))
        assert things, kind
        for thing in things:
            for wanted in properties:
                assert list(graph.objects(thing, wanted)), (kind, wanted)
    distributions = set(graph.subjects(RDF.type, DCAT.Distribution))
    dataset = next(iter(graph.subjects(RDF.type, DCAT.Dataset)))
    assert set(graph.objects(dataset, DCAT.distribution)) == distributions
    languages = {str(text.language) for text in graph.objects(dataset, DCTERMS.title) if hasattr(text, "language")}
    assert languages == {"es", "en"}
    for one in distributions:
        address = str(next(graph.objects(one, DCAT.accessURL)))
        assert (folder / address.removeprefix("https://example.org/edition/")).is_file()
    rights = {"public": "PUBLIC", "census_office": "RESTRICTED", "group": "NON_PUBLIC"}
    access = f"http://publications.europa.eu/resource/authority/access-right/{rights[name]}"
    assert (dataset, DCTERMS.accessRights, URIRef(access)) in graph


def test_crates_name_every_file(results: Path) -> None:
    for name in NAMES:
        folder = results / "editions" / name
        graph = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
        held = {item["@id"] for item in next(one for one in graph if one["@id"] == "./")["hasPart"]}
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        assert files - held == {"SHA256SUMS", "ro-crate-metadata.json"}


def test_two_runs_give_the_same_bytes(root: Path, results: Path, tmp_path: Path) -> None:
    again = bring(root, tmp_path)
    files = [path for path in sorted((results / "editions").rglob("*")) if path.is_file()]
    for path in files:
        other = again / "editions" / path.relative_to(results / "editions")
        assert other.read_bytes() == path.read_bytes(), path.name


def test_a_reader_of_analyses_sees_those_of_the_edition(known: Known) -> None:
    table = pd.DataFrame({
        "indicator": ["small_poverty", "small_income"], "between": ["small_region", "sex"], "estimate": [1.0, 2.0],
        "status": ["reliable", "reliable"], "reason": ["", ""],
    })  # fmt: skip
    public, office, _ = editions_of(known.loaded.study)
    release = Release(known.loaded, known.frame, {}, known.results / "none.json", final=False)
    kept = [edition_release(one, release, known.frame, {"comparisons": table}).analyses["comparisons"]
            for one in (public, office)]  # fmt: skip
    assert [len(one) for one in kept] == [1, 2]


def pages_of(results: Path) -> dict[str, Path]:
    return {language: results / "report" / f"report_{language}.html" for language in ("es", "en")}


def proof_with(results: Path, folder: Path, which: Which) -> Proof:
    if which == "postgresql" and find_postgresql() is None:
        pytest.skip("PostgreSQL is not installed: the import into it was not proved")
    return prove(folder, QUESTIONS, pages_of(results), which=which)


@pytest.mark.parametrize("which", ENGINES)
def test_an_edition_is_imported_and_answers_as_the_report(results: Path, which: Which) -> None:
    proof = proof_with(results, results / "editions" / "census_office", which)
    assert proof.engine == {"postgresql": "PostgreSQL", "duckdb": "DuckDB"}[which]
    assert [one for one in proof.checks if not one.passed] == []
    assert {one.table for one in proof.checks} >= {"observations", "estimates", "labels"}
    added = {one.what.en: one.of for one in proof.checks if one.table == "observations"}
    assert added["values of the parts add up to the total"] > 0
    assert added["populations of the parts add up to that of the total"] > 0
    assert added["SDMX and CSV tell the same numbers"] > 0
    assert len(proof.answers[0].lines) == 3
    assert proof.answers[0].passed
    assert proof.failed == 0


def line_changed(number: int, old: str, new: str) -> Callable[[list[str]], list[str]]:
    def change(lines: list[str]) -> list[str]:
        assert old in lines[number]
        return [*lines[:number], lines[number].replace(old, new, 1), *lines[number + 1 :]]

    return change


def value_changed(lines: list[str]) -> list[str]:
    """Ten more in the first total that has parts: its own number, its place in the file and its form stay."""
    at = next(place for place, line in enumerate(lines) if ",small_persons,_T,_T," in line)
    cells = lines[at].split(",")
    column = lines[0].split(",").index("OBS_VALUE")
    cells[column] = repr(float(cells[column]) + 10)
    return [*lines[:at], ",".join(cells), *lines[at + 1 :]]


DAMAGES: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "altered value": (value_changed, "values of the parts add up to the total"),
    "code not in list": (line_changed(2, ",A,ZZZ,", ",A,ZZX,"), "codes of their lists"),
    "doubled key": (lambda lines: [*lines, lines[1]], "key not doubled"),
    "empty code": (line_changed(2, ",A,ZZZ,", ",,ZZZ,"), "required cells filled"),
    "text for a number": (line_changed(1, ",2016,", ",2016,x"), "types and shapes of values"),
    "column unknown": (line_changed(0, "CONF_STATUS", "CONF"), "columns as the metadata describe them"),
    "other structure": (line_changed(1, "(1.0)", "(9.0)"), "required cells filled"),
    "rows lost": (lambda lines: [lines[0], *lines[5:]], "SDMX and CSV tell the same numbers"),
}


@pytest.mark.parametrize("which", ENGINES)
@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_edition_fails(results: Path, tmp_path: Path, case: str, which: Which) -> None:
    damage, expected = DAMAGES[case]
    folder = tmp_path / "edition"
    shutil.copytree(results / "editions" / "census_office", folder)
    path = folder / "sdmx_data.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(damage(lines)) + "\n", encoding="utf-8")
    proof = proof_with(results, folder, which)
    assert expected in {one.what.en for one in proof.checks if not one.passed}


@pytest.mark.parametrize("which", ENGINES)
def test_an_answer_that_the_report_does_not_print_fails(results: Path, which: Which) -> None:
    if which == "postgresql" and find_postgresql() is None:
        pytest.skip("PostgreSQL is not installed: the import into it was not proved")
    wrong = [Question(QUESTIONS[0].ask, QUESTIONS[0].sql.replace("100 *", "101 *")),
             Question(QUESTIONS[0].ask, "SELECT nothing FROM nowhere")]  # fmt: skip
    proof = prove(results / "editions" / "census_office", wrong, pages_of(results), which=which)
    assert [one.passed for one in proof.answers] == [False, False]
    assert proof.failed == 2
