"""Parts that come with a report: draft marks, the brief, recommendations, quality report, glossary and full tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.report_files import write_report
from pipeline.report_model import Report
from pipeline.report_recommendations import passages

TEMPLATES = Path(__file__).parents[2] / "report_templates"
LANGUAGES = ("es", "en")


def pages(path: Path) -> list[str]:
    """Text of each page."""
    return [page.extract_text() for page in PdfReader(path).pages]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["report", "brief"])
def test_every_page_of_a_draft_says_so(folder: Path, reports: dict[str, Report], name: str, language: str) -> None:
    word = reports[language].words["draft"]
    texts = pages(folder / f"{name}_{language}.pdf")
    # Header, footer and across the page.
    assert all(text.count(word) >= (1 if name == "report" and not place else 3) for place, text in enumerate(texts))
    if name == "report":
        assert f"<strong>{word}</strong>" in (folder / f"report_{language}.html").read_text(encoding="utf-8")


def test_a_final_report_nowhere_calls_itself_a_draft(
    rebuilt: Callable[..., Report], estimates: pd.DataFrame, tmp_path: Path,
) -> None:
    report = rebuilt(estimates, final=True)
    write_report(tmp_path, report, TEMPLATES)
    for name in ("report_es.pdf", "brief_es.pdf"):
        assert report.words["draft"] not in "".join(pages(tmp_path / name))
    page = (tmp_path / "report_es.html").read_text(encoding="utf-8")
    assert report.words["draft"] not in page
    # Synthetic data stay synthetic, signed or not.
    assert report.words["banner"] in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_has_two_tagged_pages(folder: Path, reports: dict[str, Report], language: str) -> None:
    path = folder / f"brief_{language}.pdf"
    assert len(pages(path)) == 2
    with pikepdf.open(path) as pdf:
        assert bool(pdf.Root.MarkInfo.Marked)
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfuaid:part"], metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == \
                ("1", "2", "A")
    for figure in reports[language].summary.figures:
        assert figure.value.replace("\u00a0", " ") in " ".join(pages(path)).replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_recommendations_are_printed_as_written_and_do_no_harm(folder: Path, language: str) -> None:
    text = " ".join(" ".join(pages(folder / f"report_{language}.pdf")).split())
    page = (folder / f"report_{language}.html").read_text(encoding="utf-8")
    for written in ("#panic() $x^2$ @ref <script>alert(2)</script> {{ 7 * 191 }} \"quoted\" \\back",
                    "x (https://example.org)"):
        assert written in text
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page and "<script>alert(2)" not in page
    assert "<strong>" in page and "<em>" in page


def test_markdown_beyond_the_subset_stays_text() -> None:
    written = "![x](y.png) `c` <b>d</b>\n\n| 1 | 2 |\n\n[z](javascript:alert(1))"
    found = passages(f"# A\n\n### B\n\n{written}\n\n7. g\n\n- h\n  - *i*\n")
    assert [(item.kind, item.level, item.mark) for item in found] == [
        ("heading", 1, ""), ("heading", 2, ""), ("paragraph", 1, ""), ("paragraph", 1, ""), ("paragraph", 1, ""),
        ("item", 1, "7."), ("item", 1, "•"), ("item", 2, "•")]
    texts = ["".join(span.text for span in item.spans) for item in found]
    assert texts[2:5] == ["!x `c` <b>d</b>", "| 1 | 2 |", "[z](javascript:alert(1))"]
    assert [span.emphasis for span in found[-1].spans] == [True]


def test_without_recommendations_a_draft_says_who_must_write_them(
    rebuilt: Callable[..., Report], estimates: pd.DataFrame,
) -> None:
    report = rebuilt(estimates)
    assert report.recommendations
    assert "recommendations.es.md" in report.words["recommendations_missing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_tabulated_is_somewhere_in_the_report(reports: dict[str, Report], language: str) -> None:
    report = reports[language]
    assert [section.title for section in report.quality if section.title]
    words = report.words
    titles = [section.title for section in report.quality]
    for key in ("quality_missing", "role_lonely_psu", "quality_precision", "quality_hashes", "software"):
        assert words[key] in titles, key
    terms = [term for term, _ in report.glossary]
    assert len(terms) >= 10 and len(set(terms)) == len(terms)


def test_the_recommendations_are_no_note_for_the_report_to_miss(tmp_path: Path) -> None:
    """Notes of a study folder make no stage run again; the authors' text must."""
    from pipeline.freshness import Ingredients
    from pipeline.project import Project
    from pipeline.stages import STAGES

    (tmp_path / "study.yaml").write_text("study: x\n", encoding="utf-8")
    (tmp_path / "recommendations.es.md").write_text("# A\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("# A\n", encoding="utf-8")
    ingredients = Ingredients(Project.here(), "x", tmp_path, tmp_path, tmp_path / "build")
    files = ingredients._study_files(STAGES["report"])
    assert "study/recommendations.es.md" in files and "study/README.md" not in files
    assert "study/recommendations.es.md" not in ingredients._study_files(STAGES["estimate"])
