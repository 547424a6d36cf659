"""A study whose recipe has a second phase has the standard errors of R's twophase, and says so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.report_labels import Labels
from pipeline.report_methods import methods_sections
from pipeline.report_words import load_words
from pipeline.runner import Request, run_stages
from pipeline.study_files import load_study

REFERENCE = Path(__file__).parent.parent / "variance"

STUDY = """study: listed_families
title: {es: Familias listadas, en: Listed families}
country: ZZZ
year: 2018
reference_period: {es: "2018", en: "2018"}
producer: {es: Oficina que no existe, en: An office that does not exist}
synthetic: {seed: 704}
languages: [es, en]
sources:
  listing: {file: listing.csv, sha256: "SHA", format: csv, encoding: utf-8, rows: 120}
design:
  level: household
  stratum: stratum
  psu: psu
  nested: false
  psu_population: tp_frame
  lonely_psu: fail
weighting:
  - {step: base, probability: [tp_probability]}
  - {step: two_phase, selected: "tp_chosen == '1'", groups: [tp_group]}
tabulation:
  - {indicators: [tp_total, tp_mean, tp_ratio, tp_displaced], by: [[], [tp_area]]}
publication: {standards: [cepal_2023], planned: [tp_area], minimum_cases: 1}
"""
DICTIONARY = """code_lists:
  tp_area:
    label: {es: Zona, en: Area}
    codes: {"1": {label: {es: a, en: a}}, "2": {label: {es: b, en: b}}}
  tp_group:
    label: {es: Grupo, en: Group}
    codes:
      "1": {label: {es: d1, en: d1}}
      "2": {label: {es: d2, en: d2}}
      "3": {label: {es: o1, en: o1}}
      "4": {label: {es: o2, en: o2}}
variables:
  tp_area: {level: household, type: code, codes: tp_area, label: {es: Zona, en: Area}}
  tp_group: {level: household, type: code, codes: tp_group, label: {es: Grupo, en: Group}}
  tp_chosen: {level: household, type: code, codes: yes_no, label: {es: Seleccionada, en: Drawn}}
  tp_probability: {level: household, type: number, label: {es: Probabilidad, en: Probability}}
  tp_frame: {level: household, type: number, label: {es: Segmentos, en: Segments}}
  tp_members: {level: household, type: number, label: {es: Miembros, en: Members}}
  tp_income: {level: household, type: number, label: {es: Ingreso, en: Income}}
  tp_moved: {level: household, type: number, label: {es: Desplazada, en: Displaced}}
breakdowns:
  tp_area: {variable: tp_area}
indicators:
  tp_total: {level: household, statistic: total, of: tp_income, unit: number, label: {es: Total, en: Total}}
  tp_mean: {level: household, statistic: mean, of: tp_income, unit: number, label: {es: Media, en: Mean}}
  tp_ratio:
    {level: household, statistic: ratio, of: tp_income, over: tp_members, unit: number, label: {es: A, en: B}}
  tp_displaced: {level: household, statistic: total, of: tp_moved, unit: households, label: {es: D, en: D}}
"""
MAPPING = """levels:
  household:
    source: listing
    variables:
      household_id: {from: family}
      stratum: {from: stratum}
      psu: {from: psu}
      tp_area: {from: zone}
      tp_group: {from: group}
      tp_chosen: {from: drawn}
      tp_probability: {from: probability}
      tp_frame: {from: frame}
      tp_members: {from: members}
      tp_income: {from: income}
      tp_moved: {from: displaced}
"""


@pytest.fixture(scope="module")
def build(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("two_phases")
    folder = to / "listed_families"
    folder.mkdir()
    listing = pd.read_csv(REFERENCE / "two_phases.csv")
    listing["zone"] = listing["area"].map({"a": 1, "b": 2})
    listing["group"] = listing["phase2_stratum"].map({"d1": 1, "d2": 2, "o1": 3, "o2": 4})
    listing["drawn"] = listing["chosen"].map({True: 1, False: 2})
    listing["probability"] = 4 / listing["frame"]
    listing.to_csv(folder / "listing.csv", index=False)
    digest = hashlib.sha256((folder / "listing.csv").read_bytes()).hexdigest()
    (folder / "study.yaml").write_text(STUDY.replace("SHA", digest), encoding="utf-8")
    (folder / "dictionary.yaml").write_text(DICTIONARY, encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    run_stages(Request(Project(root), folder, folder, to / "build", "en"), "validate", Progress(quiet=True))
    return to / "build" / "listed_families"


def test_every_row_has_the_error_of_r(build: Path) -> None:
    assert (REFERENCE / "two_phases.expected.csv").read_text().startswith("# R version")
    expected = pd.read_csv(REFERENCE / "two_phases.expected.csv", comment="#")
    expected = expected[expected["case"] == "full.fpc"]
    assert len(expected) == 12
    frame = pd.read_csv(build / "estimate" / "estimates.csv", dtype={"tp_area": str})
    found = frame.set_index(["indicator", "tp_area"])
    for row in expected.itertuples():
        here = found.loc[(f"tp_{row.quantity}", {"a": "1", "b": "2"}.get(row.domain, "_T"))]
        assert here["estimate"] == pytest.approx(row.estimate, rel=1e-10), row
        assert here["se"] == pytest.approx(row.se, rel=1e-8), row


def test_record_and_annex_say_two_phases(build: Path, root: Path) -> None:
    records = {stage: json.loads((build / stage / "record.json").read_text()) for stage in ("weight", "estimate")}
    chosen = int(pd.read_csv(REFERENCE / "two_phases.csv")["chosen"].sum())
    said = records["estimate"]["methods"]["calibration"]
    assert said == {"taken": {}, "ignored": [], "as_known": [],
                    "two_phase": {"household": {"listed": 120, "taken": chosen}}}  # fmt: skip
    study = load_study(build.parent.parent / "listed_families", Project(root))
    for language, phrase in (("en", "sample in two phases"), ("es", "muestra en dos fases")):
        words = load_words(root / "report_templates", language)
        sections = methods_sections(study.study, records, Labels(study.dictionary, words), ())
        assert any(phrase in row[1] for part in sections for row in part.rows)
