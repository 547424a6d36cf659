"""The printed report: accessible, archivable, the same on every run, and honest about what is hidden."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.report_files import write_report
from pipeline.report_model import Report

LANGUAGES = ("es", "en")
TEMPLATES = Path(__file__).parents[2] / "report_templates"


def pages(path: Path) -> list[str]:
    """Text of each page."""
    return [page.extract_text() for page in PdfReader(path).pages]


def structure(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every structure element of a document."""
    found: list[pikepdf.Dictionary] = []
    waiting: list[object] = [pdf.Root.StructTreeRoot.K]
    while waiting:
        item = waiting.pop()
        if isinstance(item, pikepdf.Array):
            waiting.extend(item)  # type: ignore[arg-type]  # an array iterates over its objects
        elif isinstance(item, pikepdf.Dictionary) and "/S" in item:
            found.append(item)
            if "/K" in item:
                waiting.append(item.K)
    return found


def marked(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    """Structure elements of one kind."""
    return [item for item in structure(pdf) if str(item.S) == kind]


@pytest.mark.parametrize("language", LANGUAGES)
def test_declares_language_title_and_standards(folder: Path, reports: dict[str, Report], language: str) -> None:
    with pikepdf.open(folder / f"report_{language}.pdf") as pdf:
        assert str(pdf.Root.Lang) == language
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfaid:conformance"] == "A"
            assert metadata["dc:title"] == reports[language].title


@pytest.mark.parametrize("language", LANGUAGES)
def test_structure_names_headings_tables_and_figures(folder: Path, reports: dict[str, Report], language: str) -> None:
    with pikepdf.open(folder / f"report_{language}.pdf") as pdf:
        drawn = [chart for chart in reports[language].charts if chart.svg]
        figures = marked(pdf, "/Figure")
        alts = [str(figure.Alt) for figure in figures]
        assert len(drawn) >= 3
        for chart in drawn:
            assert chart.alt in alts
        assert all(alts), "a figure without a description"
        assert len(marked(pdf, "/H1")) >= 8
        tables = [item for chapter in reports[language].chapters for item in chapter.exhibits if item.kind == "table"]
        assert len(marked(pdf, "/Table")) >= len(tables)
        assert marked(pdf, "/TOC") and marked(pdf, "/TH") and marked(pdf, "/Caption")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_font_is_embedded(folder: Path, language: str) -> None:
    with pikepdf.open(folder / f"report_{language}.pdf") as pdf:
        fonts = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)
                 and str(item.get("/Type", "")) == "/FontDescriptor"]
        names = {str(font.FontName) for font in fonts}
        assert fonts
        assert all(any(key in font for key in ("/FontFile", "/FontFile2", "/FontFile3")) for font in fonts)
        assert all("Source" in name for name in names), names


def test_two_runs_give_the_same_bytes(folder: Path, reports: dict[str, Report], tmp_path: Path) -> None:
    write_report(tmp_path, reports["es"], TEMPLATES)
    for name in ("report_es.pdf", "report_es.html", "brief_es.pdf"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_that_data_are_synthetic(folder: Path, reports: dict[str, Report], language: str) -> None:
    banner = reports[language].words["banner"]
    texts = pages(folder / f"report_{language}.pdf")
    # Header and footer: twice on each page but the cover.
    assert banner in texts[0]
    assert all(text.count(banner) >= 2 for text in texts[1:])


def test_a_long_table_repeats_its_head(folder: Path) -> None:
    texts = pages(folder / "report_es.pdf")
    first = next(place for place, text in enumerate(texts) if "Lugar número 0" in text)
    assert "Lugar número 58" in texts[first + 1]
    for text in texts[first:first + 2]:
        assert "Error estándar" in text and re.search(r"\bCV\b", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_are_there(folder: Path, reports: dict[str, Report], language: str) -> None:
    report, text = reports[language], "\n".join(pages(folder / f"report_{language}.pdf"))
    for key in ("contents", "summary", "foreword", "design_notes", "methods", "weighting", "variance",
                "standards", "findings", "software", "sources", "glossary"):
        assert report.words[key] in text, key
    assert "9c1f3ab2d4e5f60718293a4b5c6d7e8f9c1f3ab2d4e5f60718293a4b5c6d7e8f" in text
