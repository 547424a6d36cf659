"""A published figure traced back to its question: said from what ran, and without a hidden number."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimates.protection import HIDDEN_STATUSES, NUMBER_COLUMNS
from estimates.publication.standards import STANDARDS
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.hashing import file_hash
from pipeline.provenance import explain as module
from pipeline.provenance.explain import explain
from pipeline.provenance.explanation import Explanation
from pipeline.provenance.formulas import read_formulas
from pipeline.provenance.stage_records import stage_records
from pipeline.report_words import load_words
from surveys.problems import DataError, Problem, StudyError
from surveys.statistic_options import STATISTICS


def explained(study: Any, indicator: str, domain: str = "", language: Any = "en") -> Explanation:
    asked = study.request
    return explain(study.results, asked.study_folder, asked.project, indicator, domain, language)


def test_every_part_is_said_and_comes_from_what_ran(finished: Any) -> None:
    text = explained(finished, "small_poverty", "sex=2").text()
    flat = " ".join(text.split())
    row = read_estimates(finished.results / "estimate" / "estimates.csv")
    row = row[(row["indicator"] == "small_poverty") & (row["sex"] == "2") & (row["small_region"] == "_T")].iloc[0]
    for said in (
        "SYNTHETIC DATA", f"{100 * row['estimate']:.1f}%", f"Unweighted base: {row['n']:,.0f}",
        f"PSUs with a base: {row['n_psu']:,.0f}", f"Degrees of freedom: {row['df']:.0f}",
        "comes from the column", "Σ w y / Σ w, y ∈ {0, 1}", "Woodruff (1971)",
        "Taylor linearization", "Korn and Graubard, exact", "ECLAC 2023",
    ):  # fmt: skip
        assert said in flat, said
    for source in ("households.csv", "persons.csv"):
        assert file_hash(finished.request.data / source) in flat
    manifest = json.loads((finished.results / "estimate" / "manifest.json").read_text())
    for value in (manifest["key"]["code"], manifest["key"]["inputs"]["data_dictionary.yaml"],
                  *(record.seal for record in stage_records(finished.results, ("ingest", "weight", "estimate")))):
        assert value in flat
    assert len([line for line in text.splitlines() if "(whole); run on" in line]) == 3


def test_it_speaks_spanish(finished: Any) -> None:
    text = " ".join(explained(finished, "small_poverty", "sex=2", "es").text().split())
    for said in ("DATOS SINTÉTICOS", "LO QUE SE PREGUNTÓ", "viene de la columna", "Base sin ponderar",
                 "Fuente: Woodruff", "ESTADO Y REGLA QUE LO FIJÓ", "Linealización de Taylor", "(íntegra); ejecutada"):
        assert said in text, said


def test_names_codes_and_labels_are_all_understood(finished: Any) -> None:
    label = finished.loaded.dictionary.indicators["small_poverty"].label
    told = explained(finished, "small_poverty", "sex=2").text()
    for indicator in (label.es, label.en, label.en.upper()):
        for domain in ("sex=2", "sex=Mujer", " Sexo = MUJER ", "sex=F", "sex=2,small_region=_T"):
            assert explained(finished, indicator, domain).text() == told, (indicator, domain)


def test_no_explanation_tells_a_hidden_number(finished: Any) -> None:
    internal = read_estimates(finished.results / "estimate" / "estimates.csv")
    columns = breakdown_columns(internal)
    shown = internal[~internal["status"].isin(HIDDEN_STATUSES)]
    open_numbers = {f"{v:.6g}" for name in NUMBER_COLUMNS for v in shown[name] if np.isfinite(v)}
    hidden = internal[internal["status"].isin(HIDDEN_STATUSES)]
    assert len(hidden) > 5
    for row in hidden.to_dict("records"):
        domain = ",".join(f"{name}={row[name]}" for name in columns if row[name] != "_T")
        text = explained(finished, row["indicator"], domain).text()
        assert text.count("not published") == 2  # instead of the figure, and of the sample behind it
        base = text.partition("THE SAMPLE BEHIND THE FIGURE")[2].partition("WEIGHTING")[0]
        assert not re.search(r"\d", base), base
        numbers = {f"{float(n.replace(',', '')):.6g}" for n in re.findall(r"\d[\d,]*\.?\d*", text)}
        own = {f"{row[name]:.6g}" for name in ("estimate", "se", "ci_low", "ci_high", "population")
               if np.isfinite(row[name])} - open_numbers  # fmt: skip
        own |= {f"{100 * row['estimate']:.1f}"} if row["unit"] == "percent" and row["estimate"] else set()
        assert not {n for n in own if "." in n} & numbers, (row["indicator"], domain)
        assert "(disclosure:" in text or "(cepal_2023:" in text


@pytest.mark.parametrize(
    ("indicator", "domain", "code", "words"),
    [
        ("small_povrty", "", "explain_indicator_unknown", "small_poverty"),
        ("small_poverty", "sex", "explain_domain_form", "sex=1"),
        ("small_poverty", "sexx=1", "explain_breakdown_unknown", "DOMAIN=; sex"),
        ("small_poverty", "sex=9", "explain_code_unknown", "1 (Male), 2 (Female)"),
        ("small_displaced", "sex=1", "explain_not_tabulated", "DOMAIN=; small_region; sex × small_region"),
    ],
)
def test_what_is_unknown_is_told_with_the_nearest(
    finished: Any, indicator: str, domain: str, code: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        explained(finished, indicator, domain)
    (problem,) = caught.value.problems
    assert problem.message.code == code
    assert words in caught.value.text("en")
    assert problem.text("es") != problem.text("en")


def test_it_says_what_ran_when_the_dictionary_of_today_says_something_else(own: Any) -> None:
    before = explained(own, "small_poverty").text()
    path = own.request.study_folder / "dictionary.yaml"
    label = own.loaded.dictionary.indicators["small_poverty"].label.en
    path.write_text(path.read_text().replace(label, "Something else altogether"))
    after = explained(own, "small_poverty").text()
    assert "Changed since then: dictionary.yaml" in after
    assert after.replace("Changed since then: dictionary.yaml. What follows is what ran, not what these files say "
                         "today.\n", "") == before
    shutil.rmtree(own.results / ".definitions")
    with pytest.raises(DataError) as caught:
        explained(own, "small_poverty")
    assert [problem.message.code for problem in caught.value.problems] == ["explain_definitions_changed"]


def test_a_study_that_todays_program_cannot_read_says_which_can(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise StudyError([Problem(module.NOT_BUILT, "small_country/study.yaml", {"study": "small_country"})])

    then = json.loads((own.results / "estimate" / "manifest.json").read_text())["key"]["code"]
    monkeypatch.setattr(module.Ingredients, "code", then)
    monkeypatch.setattr(module, "kept_study", refused)
    with pytest.raises(StudyError):
        explained(own, "small_poverty")  # the same program: the fault is told as it is
    monkeypatch.setattr(module.Ingredients, "code", "another")
    with pytest.raises(DataError) as caught:
        explained(own, "small_poverty")
    assert caught.value.problems[0].message.code == "explain_other_program"
    assert "explique con el programa de entonces (commit " in caught.value.text("es")
    monkeypatch.undo()
    monkeypatch.setattr(module.Ingredients, "code", "another")
    assert "The program changed since" in explained(own, "small_poverty").text()


def test_a_kept_text_that_was_edited_is_not_believed(own: Any) -> None:
    for path in (own.results / ".definitions").iterdir():
        path.write_bytes(path.read_bytes() + b"\n# edited\n")
    assert "Changed" not in explained(own, "small_poverty").text()  # those of today are still those that ran


def test_nothing_is_explained_from_an_edited_table(own: Any) -> None:
    table = own.results / "estimate" / "estimates.csv"
    table.write_text(table.read_text().replace("small_poverty", "small_povertx"))
    with pytest.raises(DataError) as caught:
        explained(own, "small_poverty")
    assert [problem.message.code for problem in caught.value.problems] == ["explain_altered"]
    (own.results / "estimate" / "manifest.json").unlink()
    with pytest.raises(DataError) as caught:
        explained(own, "small_poverty")
    assert [problem.message.code for problem in caught.value.problems] == ["explain_not_built"]


def test_every_reason_of_every_standard_has_words(root: Path) -> None:
    codes = {"small_cell", "complementary", "rounded", "known_total", "extrapolated", "interval_not_certified",
             "no_degrees_of_freedom", "lonely_psu_collapsed", "zero_denominator", "not_estimable"}  # fmt: skip
    for name in STANDARDS:
        tree = ast.parse(Path(str(importlib.import_module(f"estimates.publication.{name}").__file__)).read_text())
        codes |= {
            str(node.elts[2].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[2], ast.Constant)
            and isinstance(node.elts[1], ast.Constant) and node.elts[2].value
        }  # fmt: skip
    assert len(codes) > 35
    for language in ("es", "en"):
        words = load_words(root / "report_templates", language)
        assert sorted(code for code in codes if f"why_{code}" not in words) == []


def test_formulas_that_are_shown_are_in_symbols_and_have_a_source(root: Path) -> None:
    formulas = read_formulas(root)
    assert {name.removeprefix("statistic:") for name in formulas if name.startswith("statistic:")} == set(STATISTICS)
    tree = ast.parse((root / "pipeline" / "provenance" / "explain_methods.py").read_text())
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    used = [text for text in texts if text in formulas]
    assert len(used) >= 9
    for name in [*used, *(f"statistic:{one}" for one in STATISTICS)]:
        assert formulas[name].source, name
        odd = set(re.findall(r"[a-z]{4,}", formulas[name].formula))
        assert odd <= {"stage"} | ({"first"} if "collapsed" in name else set()), (name, odd)
