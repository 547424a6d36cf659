"""What the explorer shows in a real browser: every number of the release and no other, and what readers take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.attack_page import page_data
from pipeline.release import Release
from pipeline.report_numbers import plain
from pipeline.web_page.writing import write_web
from tests.documents.opened_page import LANGUAGES, VIEWS, Opened, chromium, path_of

browser = pytest.fixture(scope="module")(chromium)


def expected(estimates: pd.DataFrame, data: dict[str, Any]) -> dict[tuple[str, ...], list[str]]:
    """What a table must print, by breakdowns, part of the figure and codes: from the release itself."""
    found = {}
    decimals = {one["name"]: one["decimals"] for one in data["figures"]}
    for record in estimates.to_dict("records"):
        if record["status"] in ("withheld", "confidential", "empty"):
            texts = [""] * 6
        else:
            places = decimals[str(record["indicator"]).partition(".")[0]]
            percent = 100 if record["unit"] == "percent" else 1
            texts = [plain(percent * record[column], places[at]) for at, column in enumerate(
                ("estimate", "ci_low", "ci_high", "se"))]  # fmt: skip
            texts += [plain(100 * record["cv"], 1), plain(record["n"], 0)]
        names = [by for by in ("department", "sex", "age_group", "year", "place") if record[by] != "_T"]
        found[("+".join(names), str(record["indicator"]), *(str(record[by]) for by in names))] = texts
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_every_view_is_that_of_the_release(
    browser: Any, web_folder: Path, estimates: pd.DataFrame, language: str
) -> None:
    data = page_data(path_of(web_folder, language))
    assert data is not None
    wanted = expected(estimates, data)
    seen = set()
    views = dict.fromkeys((row[0], row[2]) for row in data["rows"])
    with Opened(browser, path_of(web_folder, language)) as opened:
        for figure, by in views:
            if data["figures"][figure]["kind"] == "model":
                continue
            names = "+".join(data["sets"][by])
            view = f"indicator={data['figures'][figure]['name']}" + (f"&by={names}" if names else "")
            opened.show(view)
            rows = opened.look("""() => [...document.querySelectorAll("#table tbody tr")].map(row => [
                row.querySelector("[data-key]").dataset.key,
                [...row.querySelectorAll("td[data-column]")].map(cell => cell.textContent)])""")
            assert rows, view
            for held, texts in rows:
                part, *codes = held.split("|")
                key = (names if codes else "", part, *codes)
                assert texts == wanted[key], (view, key)
                seen.add(key)
            drawn = opened.look("""() => [...document.querySelectorAll("#picture-drawing .row")].map(row =>
                [row.matches(".withheld, .confidential, .empty"), row.querySelectorAll(".dot, .whisker").length])""")
            assert all(marks == 0 if hidden else marks >= 1 for hidden, marks in drawn), view
    assert seen == set(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_headline_figures_can_be_read_without_script(
    browser: Any, web_folder: Path, estimates: pd.DataFrame, language: str
) -> None:
    with Opened(browser, path_of(web_folder, language), java_script_enabled=False) as opened:
        assert opened.page.locator("#explore").is_hidden()
        assert opened.page.locator("noscript, .no-script").first.is_visible()
        poverty = 100 * float(estimates.loc[estimates["indicator"] == "poverty", "estimate"].iloc[0])
        values = opened.page.locator("[data-figure]").all_text_contents()
        sign = "\u00a0%" if language == "es" else "%"
        assert f"{poverty:.1f}{sign}" in values and f"{poverty:.1f}" in values
        assert opened.page.locator("#files a, #glossary dt").first.is_visible()


def test_choosing_a_place_says_what_may_be_said(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "es"), "indicator=poverty&by=department") as opened:
        page = opened.page
        page.click('[data-place="2"]')
        assert page.locator("#status").text_content().startswith("Santa Ana: ")
        assert "intervalo de" in page.locator("#status").text_content()
        for code, status in (("6", "No se publica: precisión"), ("9", "No se publica: confidencialidad"),
                             ("13", "Sin casos en la muestra")):  # fmt: skip
            page.click(f'[data-place="{code}"]')
            text = page.locator("#status").text_content()
            assert status in text and not any(sign.isdigit() for sign in text)
            assert page.locator("#detail .value, #detail dd").count() == 0
        assert page.locator('[data-place="6"] .withheld').count() == 1
        assert page.locator('[data-place="4"] .weak').count() == 1
        page.click("#detail button")
        assert page.locator("#detail").is_hidden()


def test_the_table_is_filtered_and_sorted(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "en"), "indicator=poverty&by=department") as opened:
        page = opened.page
        page.fill("#filter", "SANTA")
        assert opened.texts("#table tbody [data-key]") == ["Santa Ana"]
        assert page.locator("#rows").text_content() == "1 of 15 rows"
        page.fill("#filter", "")
        page.select_option("#which", "shown")
        shown = len(opened.texts("#table tbody [data-key]"))
        assert shown == 12
        for way, order in (("asc", sorted), ("desc", lambda values: sorted(values, reverse=True))):
            page.click('[data-sort="estimate"]')
            values = [float(text) for text in opened.texts('td[data-column="estimate"]')]
            assert values == order(values) and len(values) == shown, way
        page.click('[data-sort="estimate"]')
        assert page.locator("[aria-sort]").count() == 0
        page.select_option("#which", "")
        page.click('[data-sort="estimate"]')
        values = opened.texts('td[data-column="estimate"]')
        assert [bool(text) for text in values] == [True] * 12 + [False] * 3, "rows without numbers come last"
        assert all(opened.texts("#table tbody tr td.quality"))


def test_only_tested_differences_are_told(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "en"), "indicator=poverty&by=sex") as opened:
        assert "more than" in opened.texts("#tests-text li")[0]
        opened.show("indicator=poverty&by=department")
        text = " ".join(opened.texts("#tests-text p"))
        assert "No statistical test was made" in text and "Sex" in text
        assert "higher than" not in opened.texts("#picture-drawing svg")[0]


def test_the_download_is_the_view(browser: Any, web_folder: Path, estimates: pd.DataFrame) -> None:
    view = "indicator=poverty&by=place&rows=shown&sort=estimate.desc"
    with Opened(browser, path_of(web_folder, "es"), view) as opened:
        with opened.page.expect_download() as arriving:
            opened.page.click("#download")
        assert arriving.value.suggested_filename == "made_up_poverty_place_es.csv"
        raw = Path(arriving.value.path()).read_bytes()
        shown = opened.texts('#table td[data-column="estimate"]')
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [f"{float(row['estimate']):.1f}" for row in rows] == shown
    known = estimates[(estimates["indicator"] == "poverty") & (estimates["place"] != "_T")].set_index("place")
    for row in rows[:20]:
        if row["place"] != "_T":
            assert float(row["estimate"]) == pytest.approx(100 * known.loc[row["place"], "estimate"], abs=0.05001)
            assert int(row["n"]) == known.loc[row["place"], "n"]
    assert {row["aviso"] for row in rows} == {"datos sintéticos; borrador"}
    assert {row["status"] for row in rows} <= {"reliable", "weak"}
    formula = [row["place_label"] for row in rows if "cmd|" in row["place_label"]]
    assert formula and all(label.startswith("'=") for label in formula)


def test_a_download_of_hidden_rows_has_no_number(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "en"), "indicator=poverty&by=department") as opened:
        with opened.page.expect_download() as arriving:
            opened.page.click("#download")
        text = Path(arriving.value.path()).read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    hidden = [row for row in rows if row["status"] in ("withheld", "confidential", "empty")]
    assert len(hidden) == 3
    for row in hidden:
        assert {row[column] for column in ("estimate", "ci_low", "ci_high", "se", "cv", "n", "cases", "n_psu")} == {""}


def test_a_view_can_be_shared_between_people_and_languages(browser: Any, web_folder: Path) -> None:
    view = "indicator=poverty&by=department&place=poverty|4&sort=estimate.desc&rows=shown"
    with Opened(browser, path_of(web_folder, "es"), view) as opened:
        assert opened.look("document.querySelector('#share').hash") == f"#{view}"
        opened.page.click(".keeps-view")
        opened.page.wait_for_load_state()
        assert opened.look("document.documentElement.lang") == "en"
        assert opened.look("decodeURIComponent(location.hash)") == f"#{view}"
        assert opened.page.locator("#detail").is_visible()
        assert opened.texts("#detail h4") == ["Chalatenango"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_sheet_says_what_it_is(browser: Any, web_folder: Path, tmp_path: Path, language: str) -> None:
    from pypdf import PdfReader

    with Opened(browser, path_of(web_folder, language), VIEWS["map"]) as opened:
        opened.page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    sheets = PdfReader(tmp_path / "page.pdf").pages
    assert len(sheets) > 2
    notice = "DATOS SINTÉTICOS" if language == "es" else "SYNTHETIC DATA"
    assert all(notice in sheet.extract_text() for sheet in sheets)


def test_one_view_is_printed_alone(browser: Any, web_folder: Path, tmp_path: Path) -> None:
    from pypdf import PdfReader

    with Opened(browser, path_of(web_folder, "en"), VIEWS["map"]) as opened:
        opened.look("() => { window.print = () => { window.printed = document.documentElement.className; }; }")
        opened.page.click("#print")
        assert "one-view" in opened.look("window.printed")
        assert "one-view" not in opened.look("document.documentElement.className")
        opened.look("document.documentElement.classList.add('one-view')")
        opened.page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    text = " ".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages)
    assert "Chalatenango" in text and "SYNTHETIC DATA" in text
    assert "Confidence interval" not in text, "the glossary is not of the view"


def test_thousands_of_rows_react_fast(
    browser: Any, release_of: Callable[..., Release], estimates: pd.DataFrame, tmp_path: Path
) -> None:
    """Seven thousand rows, of which one table has 5,040: an answer to a choice in seconds on a busy machine."""
    one = estimates[(estimates["indicator"] == "poverty") & (estimates["place"] != "_T")]
    crossed = [one.assign(department=str(department), indicator=name) for name in ("poverty", "hunger")
               for department in range(1, 15)]  # fmt: skip
    crossed += [one.assign(department=str(department), sex=sex, indicator="poverty") for department in range(1, 15)
                for sex in "12" for _ in range(3)]  # fmt: skip
    write_web(tmp_path, release_of(pd.concat([estimates, *crossed], ignore_index=True)))
    with Opened(browser, path_of(tmp_path, "es")) as opened:
        waited = opened.look("""async () => {
            const started = performance.now();
            location.hash = "indicator=poverty&by=department+sex+place";
            await new Promise(done => addEventListener("hashchange", () => setTimeout(done), {once: true}));
            return performance.now() - started;
        }""")
        assert waited < 3000
        assert opened.texts("#rows") == ["5,040 de 5,040 filas"]
        assert len(opened.texts("#table tbody tr")) == 300
        opened.page.click('[data-sort="estimate"]')
        lowest = float(opened.texts('td[data-column="estimate"]')[0])
        opened.page.click("#more")
        values = opened.texts('td[data-column="estimate"]')
        assert len(values) == 5040 and min(map(float, filter(None, values))) == lowest
        assert opened.look("document.activeElement.closest('tr').rowIndex") == 301
        assert opened.page.locator("#more").is_hidden()
    assert path_of(tmp_path, "es").stat().st_size < 1_000_000
