"""Rounding instead of further suppression: nothing is recovered, and fewer rows are hidden than by suppression."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from estimates.disclosure.audit import ProtectionRule, audit, public_knowledge
from estimates.disclosure.cells import LinkedCells, RoundedRows
from estimates.disclosure.release import COMPLEMENTARY, audit_release, protect_release, shown_rows
from estimates.disclosure.release_cells import release_cells
from estimates.disclosure.rounded_release import refuse_small_base, with_rounding
from estimates.disclosure.rounding import round_to, rounding_interval
from estimates.disclosure.suppression import row_prices, suppress
from estimates.protection import published_view
from estimates.release_view import analyses_view, kinds_of, release_view, victim_rows
from estimates.study_design import study_design
from estimates.study_estimates import estimate_study
from pipeline.attack import Attack, attack_release
from pipeline.estimate_files import breakdown_columns
from pipeline.microdata_files import read_microdata
from pipeline.open_tables import write_open_tables
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.report_labels import Labels as ReportLabels
from pipeline.report_methods import methods_sections
from pipeline.report_words import load_words
from pipeline.runner import Request, run_stages
from pipeline.study_files import LoadedStudy, load_study
from pipeline.table_labels import Labels
from pipeline.weight_files import read_weights
from pipeline.workbook import write_workbook
from surveys.analyses import Analyses, IndependenceSpec, ModelSpec
from surveys.problems import StudyError
from surveys.study import Study

HERE = Path(__file__).resolve().parent.parent / "data" / "small_country"
Crossed = Callable[[NDArray[np.int64]], LinkedCells]
Draw = Callable[..., NDArray[np.int64]]
RULE = ProtectionRule(10, 5)
BASE = 2000


@dataclass(frozen=True)
class Release:
    """A study that rounds, its estimates with primary rules only, and their cells, exact and rounded."""

    loaded: LoadedStudy
    study: Study
    frame: pd.DataFrame
    exact: LinkedCells
    rounded: LinkedCells


def rounding(study: Study, base: int) -> Study:
    return replace(study, publication=replace(study.publication, rounding_base=base))


@pytest.fixture(scope="module")
def release(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    place = tmp_path_factory.mktemp("rounded")
    folder = place / "small_country"
    shutil.copytree(HERE, folder)
    run_stages(Request(Project(root), folder, folder, place, "en"), "weight", Progress(quiet=True))
    loaded = load_study(folder, Project(root))
    microdata = read_microdata(place / "small_country" / "ingest", loaded.dictionary)
    weights = read_weights(place / "small_country" / "weight", microdata)
    design = study_design(loaded.study, microdata)
    frame = estimate_study(loaded.study, loaded.dictionary, microdata, design, weights)
    withheld = frame["status"] == "withheld"
    frame.loc[withheld, ["status", "reason"]] = ["weak", ""]
    cells = release_cells(loaded.study, loaded.dictionary, microdata, design, weights, frame)
    study = rounding(loaded.study, BASE)
    return Release(loaded, study, frame, cells, with_rounding(cells, frame, study, loaded.dictionary))


def written(folder: Path, release: Release, view: pd.DataFrame) -> Path:
    folder.mkdir()
    names = breakdown_columns(view)
    labels = Labels(release.loaded.dictionary, "es"), Labels(release.loaded.dictionary, "en")
    write_open_tables(folder, view, names, labels)
    write_workbook(folder / "small_en.xlsx", view, names, labels[1], title="t", banner="", metadata={}, year=2016)
    return folder


def attacked(folder: Path, release: Release, frame: pd.DataFrame) -> Attack:
    return attack_release(folder, frame, release.rounded, RULE, release.loaded.dictionary, study=release.study)


def test_fewer_rows_are_hidden_than_by_suppression(release: Release) -> None:
    hidden = {
        name: int((protect_release(release.frame, cells, RULE).frame["reason"] == COMPLEMENTARY).sum())
        for name, cells in (("exact", release.exact), ("rounded", release.rounded))
    }
    assert hidden["rounded"] < hidden["exact"], hidden


@pytest.mark.parametrize(("shape", "families"), [((6, 4), 466), ((14, 6), 466), ((14, 6), 2000)], ids=str)
def test_tables_of_the_2018_size_keep_more_rows(
    shape: tuple[int, int], families: int, crossed: Crossed, draw: Draw
) -> None:
    cells = crossed(draw(shape, families, 1))
    count = cells.count[cells.cases_of_row].astype(np.float64)
    low, high = rounding_interval(round_to(count, 5), 5)
    far = np.full(count.size, np.inf)
    told = RoundedRows(np.ones(count.size, dtype=bool), {"cases": low, "base": -far, "rest": -far},
                       {"cases": high, "base": far, "rest": far}, 100)  # fmt: skip
    shown, reasons = ~cells.primary[cells.cases_of_row], [""] * count.size
    price = row_prices(np.zeros(count.size, dtype=np.int64), cells.count[cells.cases_of_row])
    exact = suppress(cells, shown, reasons, price, RULE)
    rounded = suppress(replace(cells, rounded=told), shown, reasons, price, RULE)
    assert rounded.rows.sum() < exact.rows.sum()
    assert not rounded.last.exposed.any()


def test_nothing_is_recovered_from_rounded_figures(release: Release) -> None:
    protected = protect_release(release.frame, release.rounded, RULE)
    found = audit_release(protected.frame, release.rounded, RULE)
    assert found.cell.size > 0
    assert not found.exposed.any()
    low, high = public_knowledge(release.rounded, shown_rows(protected.frame), [""] * len(release.frame), RULE)
    full = audit(release.rounded, low, high, RULE, full=True)
    assert not full.exact.any()
    truth = release.rounded.count[full.cell]
    assert ((full.low <= truth + 1e-6) & (truth <= full.high + 1e-6)).all(), "the attacker knows nothing false"


def test_primary_rules_alone_are_not_enough_even_when_rounded(release: Release) -> None:
    assert audit_release(release.frame, release.exact, RULE).exposed.any()
    cells = release.rounded
    assert cells.rounded is not None
    nothing = replace(cells, rounded=replace(cells.rounded, rows=np.zeros(len(release.frame), dtype=bool)))
    np.testing.assert_array_equal(
        audit_release(release.frame, nothing, RULE).exposed, audit_release(release.frame, release.exact, RULE).exposed
    )


def test_figures_about_victims_are_multiples_and_all_others_exact(release: Release) -> None:
    dictionary = release.loaded.dictionary
    frame = protect_release(release.frame, release.rounded, RULE).frame
    view, exact = release_view(frame, release.study, dictionary), published_view(frame)
    rows = victim_rows(frame, dictionary)
    pd.testing.assert_frame_equal(view[~rows], exact[~rows])
    shown = rows & view["estimate"].notna().to_numpy()
    assert shown.sum() > 3
    some, kinds = view[shown], kinds_of(frame, dictionary)[shown]
    for name in ("n", "cases"):
        assert (some[name] % 5 == 0).all()
    assert some[["deff", "df", "n_psu"]].isna().all(axis=None)
    assert (some["population"] % BASE == 0).all()
    assert not some["reason"].str.contains(":").any(), "no reason that bounds a count"
    for name in ("estimate", "se", "ci_low", "ci_high"):
        total = np.where(kinds == "total", some[name], some[name] * some["population"])
        np.testing.assert_allclose(total / BASE, np.round(total / BASE), atol=1e-9)
    np.testing.assert_allclose(some["cv"], some["se"] / some["estimate"])
    assert ((some["ci_low"] <= some["estimate"]) & (some["estimate"] <= some["ci_high"])).all()
    assert view.loc[~shown & rows, "estimate"].isna().all()


def test_the_attack_on_finished_files_passes_and_finds_an_unrounded_number(release: Release, tmp_path: Path) -> None:
    frame = protect_release(release.frame, release.rounded, RULE).frame
    view = release_view(frame, release.study, release.loaded.dictionary)
    good = attacked(written(tmp_path / "good", release, view), release, frame)
    assert good.leaks == ()
    assert set(good.figures) == {"estimates.csv", "small_en.xlsx"}
    bad = attacked(written(tmp_path / "bad", release, published_view(frame)), release, frame)
    assert {(leak.kind, leak.file) for leak in bad.leaks} == {
        ("not_rounded", "estimates.csv"), ("not_rounded", "small_en.xlsx")}  # fmt: skip
    place = int(np.flatnonzero(victim_rows(frame, release.loaded.dictionary) & view["estimate"].notna())[0])
    for column in ("estimate", "se", "ci_low", "n", "cases", "population", "deff"):
        one = view.copy()
        one.loc[one.index[place], column] = frame[column].iloc[place]
        found = attacked(written(tmp_path / column, release, one), release, frame)
        assert {leak.kind for leak in found.leaks} == {"not_rounded"}, column


def test_an_unrounded_total_is_found_in_a_page(release: Release, tmp_path: Path) -> None:
    frame = protect_release(release.frame, release.rounded, RULE).frame
    dictionary = release.loaded.dictionary
    shown = (frame["indicator"] == "small_displaced_total") & frame["status"].isin(["reliable", "weak"])
    exact = round(float(frame.loc[shown, "estimate"].iloc[0]))
    rounded = round(float(release_view(frame, release.study, dictionary).loc[shown, "estimate"].iloc[0]))
    for name, number in (("exact", exact), ("rounded", rounded)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.html").write_text(f"<p>{number:,} persons</p>", encoding="utf-8")
    assert [leak.kind for leak in attacked(tmp_path / "exact", release, frame).leaks][-1:] == ["number_in_text"]
    kinds = {leak.kind for leak in attacked(tmp_path / "rounded", release, frame).leaks}
    assert "number_in_text" not in kinds


def test_a_base_that_weights_see_through_is_refused_with_the_least_that_would_do(release: Release) -> None:
    study = rounding(release.study, 500)
    with pytest.raises(StudyError) as refused:
        refuse_small_base(release.frame, study, release.loaded.dictionary, where="study.yaml:40  publication")
    assert [refused.value.text(language) for language in ("en", "es")] == [
        "study.yaml:40  publication\n  rounding weighted totals about victims to 500 gives counts back: the largest "
        "mean weight behind them is 289.6, and a total must hide 5 persons or families. Write "
        "`rounding_base: 1450` or more.",
        "study.yaml:40  publication\n  redondear a 500 los totales ponderados sobre víctimas devuelve los números de "
        "casos: el mayor factor medio detrás de ellos es 289.6, y un total debe ocultar 5 personas o familias. Escriba "
        "`rounding_base: 1450` o más.",
    ]
    refuse_small_base(release.frame, rounding(study, 1450), release.loaded.dictionary, where="")
    refuse_small_base(release.frame, release.loaded.study, release.loaded.dictionary, where="")


def test_analyses_of_victims_lose_their_numbers(release: Release) -> None:
    variables = release.loaded.dictionary.variables
    marked = replace(variables["small_displaced_person"], disclosure="sensitive")
    dictionary = replace(release.loaded.dictionary, variables={**variables, "small_displaced_person": marked})
    study = replace(release.study, analyses=Analyses(
        models=(ModelSpec("open", "linear", "small_poor == '1'", ("age",), "person"),
                ModelSpec("victims", "linear", "small_displaced_person == '1'", ("age",), "person")),
        independence=(IndependenceSpec("sex", "small_region", "person"),
                      IndependenceSpec("sex", "small_region", "person", "small_displaced_person == '1'")),
    ))  # fmt: skip
    tables = {
        "comparisons": pd.DataFrame({
            "indicator": ["small_poverty", "small_displaced"], "between": "sex", "estimate": [0.1, 0.2],
            "conclusion": "higher", "status": "reliable", "reason": ""}),
        "models": pd.DataFrame({
            "model": ["open", "victims"], "coefficient": [0.1, 0.2], "status": "reliable", "reason": ""}),
    }  # fmt: skip
    view = analyses_view(tables, study, dictionary)
    assert view["comparisons"]["estimate"].tolist()[0] == 0.1
    assert np.isnan(view["comparisons"]["estimate"].iloc[1])
    assert view["comparisons"]["conclusion"].tolist() == ["higher", "withheld"]
    assert view["models"]["reason"].tolist() == ["", "disclosure:rounded"]
    assert analyses_view(tables, release.loaded.study, dictionary)["models"].equals(tables["models"])


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_methods_annex_says_how_figures_are_rounded(root: Path, release: Release, language: str) -> None:
    words = load_words(root / "report_templates", language)
    labels = ReportLabels(release.loaded.dictionary, words)
    said = words.say("rounded", base="2,000")
    texts = {
        study.publication.rounding_base: [text for section in methods_sections(study, {}, labels, ())
                                          for text in section.paragraphs]
        for study in (release.study, release.loaded.study)
    }  # fmt: skip
    assert said in texts[BASE]
    assert said not in texts[None]
