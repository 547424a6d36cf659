"""The certificate says what failed, what did not run and why, in both of its forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from estimates.simulation.repeated_draws import DrawnFigure, judge
from pipeline.certificate import LEVELS, LIMITS, Certificate, Line, Table, certificate_json
from pipeline.certificate_page import certificate_page
from pipeline.certificate_words import SENTENCES, in_spanish
from pipeline.certify import certify, main
from pipeline.certify_area_draws import SHOWN, DrawnAreas
from pipeline.certify_areas import synthetic_areas
from pipeline.certify_change import COLUMNS as CHANGE_COLUMNS
from pipeline.certify_offices import COLUMNS as OFFICE_COLUMNS
from pipeline.certify_simulations import superpopulation_coverage
from pipeline.certify_synthetic import figure_lines
from pipeline.progress import Progress


def certificate(*lines: Line) -> Certificate:
    table = Table("Coverage <by scenario>", ("scenario", "wald"), [("A", "87.3")])
    return Certificate(7, 100, {"numpy": "2"}, {"file.csv": "ab12"}, lines, [table])


PASSED = Line("L0", "digits of <mean>", "15.0 digits", "at least 14", "passed", 15.0)
FAILED = Line("L4", "coverage", "90.0%", "at least 94.5%", "failed", 0.9, 0.001)
NOT_RUN = Line("L4", "imaginary country", "the package svy is not installed", "", "not run")


def test_one_failure_fails_and_one_gap_leaves_it_incomplete() -> None:
    assert certificate(PASSED).verdict == "passed"
    assert certificate(PASSED, NOT_RUN).verdict == "incomplete"
    assert certificate(PASSED, NOT_RUN, FAILED).verdict == "failed"


def test_json_holds_every_number() -> None:
    content = json.loads(certificate_json(certificate(PASSED, FAILED)))
    assert content["verdict"] == "failed"
    assert content["lines"][1]["value"] == 0.9
    assert content["data_sha256"] == {"file.csv": "ab12"}
    assert content["seed"] == 7 and content["replicates"] == 100


def test_the_page_is_whole_and_escapes_names() -> None:
    page = certificate_page(certificate(PASSED, NOT_RUN))
    assert "digits of &lt;mean&gt;" in page and "Coverage &lt;by scenario&gt;" in page
    assert "the package svy is not installed" in page
    assert "incomplete" in page and "ab12" in page
    assert page.count("<table>") == page.count("</table>")


def test_a_level_runs_and_writes_both_files(tmp_path) -> None:
    assert main(["--build", str(tmp_path), "--levels", "L0"]) == 0
    content = json.loads((tmp_path / "certificate" / "certificate.json").read_text(encoding="utf-8"))
    assert content["verdict"] == "passed"
    assert len(content["lines"]) == 16
    assert any(name.endswith("svyciprop.expected.csv") for name in content["data_sha256"])
    assert "NumAcc4" in (tmp_path / "certificate" / "certificate_en.html").read_text(encoding="utf-8")


def test_false_alarms_are_held_and_the_seed_decides() -> None:
    one, other = (certify(["L5"], replicates=400, seed=11, progress=Progress(quiet=True)) for _ in range(2))
    assert one.lines == other.lines
    holm = next(line for line in one.lines if "Holm" in line.name)
    assert holm.value is not None and holm.value <= 0.10


# Names of methods, files, programs and studies are the same in both languages.
SAME = re.compile(r"[\d\s.,%±:()+/=-]*|[a-z]+_[a-z_]+|wald|arcsine|logit|wilson|jeffreys|n|deff|D / A")


def test_every_sentence_of_a_certificate_is_there_in_spanish() -> None:
    """Everything that the levels computed here can say, and what is said of draws."""
    made = certify(["L0", "L5"], replicates=400, seed=11, progress=Progress(quiet=True))
    coverage = superpopulation_coverage(
        Path(__file__).parents[2] / "coverage" / "superpopulation.expected.csv", 20, 3, Progress(quiet=True)
    )
    estimate = np.array([1.0, 1.2, 0.9, 1.1])
    judged = judge(DrawnFigure("displaced_persons", 1.0, estimate, estimate, estimate - 3, estimate + 3, estimate * 40))
    few = judge(DrawnFigure("displaced sex=1", 1.0, estimate, estimate, estimate - 3, estimate + 3, estimate * 9))
    lines = [*made.lines, *coverage.lines, *figure_lines("slv_2018", judged), *figure_lines("slv_2018", few)]
    texts = [text for line in lines for text in (line.name, line.measured, line.limit, line.outcome)]
    texts += [text for table in (*coverage.tables, *made.tables) for text in (table.title, *table.columns)]
    texts += [*LEVELS.values(), *LIMITS]
    english = sorted({text for text in texts if not SAME.fullmatch(text) and in_spanish(text) == text})
    assert english == []
    spoken = " ".join(in_spanish(text) for text in texts)
    left = r"\b(the|with|against|least|interval|coverage|draws?|figures?|domain|PSUs|clustering|household)\b"
    assert not re.findall(left, spoken)


def drawn_areas(between: float, sampling: float, bent: bool = False) -> DrawnAreas:
    """Forty areas whose model is the best linear predictor, or one that says the opposite."""
    generator = np.random.default_rng(5)
    truth = between * generator.normal(size=40)
    direct = truth + sampling * generator.normal(size=(200, 40))
    weight = between**2 / (between**2 + sampling**2)
    exact, spread = weight * (-direct if bent else direct), 1.96 * sampling * weight**0.5
    figures = {"estimate": exact, "exact": exact, "direct": direct, "rmse": np.full_like(exact, spread / 1.96),
               "ci_low": exact - spread, "ci_high": exact + spread,
               "rank": np.argsort(np.argsort(-exact)).astype(float),
               "gamma": np.full_like(exact, weight), SHOWN: np.ones_like(exact)}  # fmt: skip
    return DrawnAreas("origin", figures, truth, np.ones(40, dtype=bool), np.ones((40, 1)), [])


def outcomes(drawn: DrawnAreas) -> list[str]:
    lines, _ = synthetic_areas(200, 1, Progress(quiet=True), [drawn])
    return [line.outcome for line in lines]


def test_small_areas_fail_only_where_the_best_predictor_would_not() -> None:
    # Samples that say little: a model halves their error, and nobody could rank by them.
    assert outcomes(drawn_areas(1.0, 1.5)) == ["passed", "reported", "passed"]
    # Samples that say nearly all: nobody could halve their error.
    assert outcomes(drawn_areas(1.0, 0.3)) == ["reported", "passed", "passed"]
    # What the best predictor attains and the model does not, fails.
    assert outcomes(drawn_areas(1.0, 0.8, bent=True)) == ["failed", "failed", "failed"]


def test_every_sentence_about_areas_offices_and_change_is_there_in_spanish() -> None:
    lines, tables = synthetic_areas(200, 1, Progress(quiet=True), [drawn_areas(1.0, 0.3)])
    texts = [text for line in lines for text in (line.name, line.measured, line.limit)]
    texts += [text for table in tables for text in (table.title, *table.columns)]
    texts += [*OFFICE_COLUMNS, *CHANGE_COLUMNS, "Change between the synthetic rounds over 100 pairs of samples",
              "Choices of offices of slv_2018 over 100 draws (synthetic country)",
              "slv_2018, offices local: share of the best possible reach that the choice attains",
              "slv_2018, offices local: coverage of the interval of the reach in areas with a figure",
              "change of displaced_households", "slv_2018 to slv_update, change of households: relative bias",
              "slv_2018 to slv_update, change of households: coverage of the interval"]  # fmt: skip
    assert [text for text in texts if not SAME.fullmatch(text) and in_spanish(text) == text] == []
    assert "lo prohíbe la teoría" in " ".join(in_spanish(line.measured) for line in lines)
    assert not re.findall(r"\b(the|with|areas|at least|offices|change|published)\b", " ".join(map(in_spanish, texts)))


def test_places_of_a_sentence_are_those_of_its_translation() -> None:
    for english, spanish in SENTENCES.items():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", spanish)), english


def test_the_spanish_page_is_spanish() -> None:
    page = certificate_page(certificate(PASSED, NOT_RUN), "es")
    assert "<html lang='es'>" in page and "Certificado del motor de estimación" in page
    assert "Dictamen: <strong>incompleto</strong>. 1 aprobadas, 1 no ejecutadas." in page
    assert "class='not-run'>no ejecutado" in page
    assert "Verdict" not in page and "Known limits" not in page
