"""What must not be in a report: hidden numbers, and labels taken for code."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.estimate_files import read_estimates
from pipeline.report_files import write_report
from pipeline.report_model import Report
from pipeline.report_numbers import estimate_text
from pipeline.report_render import render_typst, typst_number, typst_string, typst_text
from pipeline.report_tables import HIDDEN, Row, Table
from pipeline.report_text import characters

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "report_templates"
#: Numbers planted in hidden rows by make_report_data.py, as any product would write them.
PLANTED = ("73.2", "73.19", "0.7319", "73,194", "73194", "21.99", "21,987", "21987", "7,319", "7319")


class Tags(HTMLParser):
    """Collects tag names and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def everything(folder: Path, language: str) -> str:
    """All text of a report: PDF text, descriptions, metadata and the whole page."""
    path = folder / f"report_{language}.pdf"
    with pikepdf.open(path) as pdf:
        hidden = [str(item.Alt) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
        hidden.append(pdf.Root.Metadata.read_bytes().decode("utf-8"))
    return "\n".join([*(page.extract_text() for page in PdfReader(path).pages), *hidden,
                      (folder / f"report_{language}.html").read_text(encoding="utf-8")])


def without_digests_and_drawings(text: str) -> str:
    """Text without SHA-256 values and without the coordinates of drawings."""
    return re.sub(r"[0-9a-f]{64}|<svg.*?</svg>", " ", text, flags=re.S)


@pytest.mark.parametrize("language", ["es", "en"])
def test_hidden_numbers_are_nowhere(folder: Path, language: str) -> None:
    text = without_digests_and_drawings(everything(folder, language))
    for number in PLANTED:
        assert not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", text), number


def test_hidden_numbers_stay_hidden_even_from_internal_rows(
    rebuilt: Callable[..., Report], tmp_path: Path,
) -> None:
    """The stage passes the published view; the model does not rely on it."""
    internal = read_estimates(ROOT / "tests" / "data" / "report" / "estimates.csv")
    assert (internal["estimate"].round(4) == 0.7319).any()
    report = rebuilt(internal)
    write_report(tmp_path, report, TEMPLATES)
    text = without_digests_and_drawings(everything(tmp_path, "es"))
    for number in PLANTED:
        assert not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", text), number


def test_drawings_do_not_depend_on_hidden_numbers(
    reports: dict[str, Report], rebuilt: Callable[..., Report],
) -> None:
    """No axis, bar or whisker moves when a hidden number changes: its drawing holds nothing of it."""
    changed = read_estimates(ROOT / "tests" / "data" / "report" / "estimates.csv")
    hidden = changed["status"].isin(["withheld", "confidential"])
    for name in ("estimate", "se", "ci_low", "ci_high", "cv", "n", "cases", "population"):
        changed.loc[hidden, name] = changed.loc[hidden, name] * 1.9
    report = rebuilt(changed)
    assert [chart.svg for chart in report.charts] == [chart.svg for chart in reports["es"].charts]
    assert render_typst(report, TEMPLATES) == render_typst(reports["es"], TEMPLATES)


def test_hidden_rows_are_a_symbol_and_nothing_else(reports: dict[str, Report], estimates: pd.DataFrame) -> None:
    rows: list[Row] = [row for report in reports.values() for table in tables(report)
                       for group in table.groups for row in group.rows]
    hidden = [row for row in rows if row.hidden]
    assert len(hidden) >= 20
    assert {row.estimate for row in hidden} == {"‡", "§", "–"}
    for row in hidden:
        assert (row.low, row.high, row.se, row.cv, row.n) == ("", "", "", "", "")
    assert set(estimates.loc[estimates["estimate"].isna(), "status"]) <= HIDDEN


def test_hidden_points_are_not_in_descriptions(reports: dict[str, Report]) -> None:
    by_department = next(chart for chart in reports["es"].charts if "departamento" in chart.title)
    for name in ("San Salvador", "Cabañas", "Morazán"):
        assert name not in by_department.alt
    assert "La más baja" in by_department.alt


def test_labels_do_no_harm_in_the_page(folder: Path) -> None:
    parser = Tags()
    page = (folder / "report_es.html").read_text(encoding="utf-8")
    parser.feed(page)
    assert "script" not in parser.tags and "img" not in parser.tags and "b" not in parser.tags
    assert not [name for name, _ in parser.attributes if name.startswith("on") or name == "style"]
    assert not [value for name, value in parser.attributes
                if name in ("src", "href", "xlink:href") and not value.startswith("#")]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 191 }}" in page and "1337" not in without_digests_and_drawings(page)


def test_labels_do_no_harm_in_print(folder: Path) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(folder / "report_es.pdf").pages)
    for label in ("#panic() $x^2$ @ref <label> _a_ *b*", 'back\\slash "quoted" `code` [b] %', "{{ 7 * 191 }}",
                  "=cmd|'/c calc'!A1", "<script>alert(1)</script>", '#import "x.typ"; = Title', "${jndi:x} $math$",
                  "$x$ & <otro> #motivo"):
        assert label in text, label
    assert "1337" not in text and "\u202e" not in text


@pytest.mark.parametrize("text", ['"', "\\", '\\"); #panic("', "a\nb", "\x00", "\u202etxt", "😀", "#{1}", "\\u{41}"])
def test_a_quoted_text_cannot_end_its_quotes(text: str) -> None:
    known = characters(TEMPLATES / "fonts")
    quoted = typst_string(text, known)
    inside = re.sub(r"\\[\\\"]", "", quoted[1:-1])
    assert quoted[0] == quoted[-1] == '"' and '"' not in inside and "\\" not in inside and "\n" not in inside
    assert typst_text(text, known) in ("", f"#{quoted};")


def test_numbers_for_the_layout_are_numbers() -> None:
    assert [str(typst_number(value)) for value in (True, 3, 0.25)] == ["true", "3", "0.250000"]
    with pytest.raises(ValueError, match="Unknown format code"):
        typst_number("1); #panic(")  # type: ignore[arg-type]  # what must be refused


def test_no_number_is_written_for_a_missing_one() -> None:
    assert estimate_text(math.nan, "percent", 1) == ""


def tables(report: Report) -> list[Table]:
    """All tables of a report."""
    chapters = [item for chapter in report.chapters for item in chapter.exhibits if isinstance(item, Table)]
    return [*chapters, *report.chart_tables]
