"""Both languages say the same things, and the page and the print say the same numbers."""

from __future__ import annotations

import html
import re
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypdf import PdfReader

from pipeline.report_model import Report
from pipeline.report_numbers import error_text, estimate_text, plain, with_sign

TEMPLATES = Path(__file__).parents[2] / "report_templates"
NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?")


def words() -> dict[str, dict[str, Any]]:
    """Phrases of both languages."""
    found: dict[str, dict[str, Any]] = {"es": {}, "en": {}}
    for path in (TEMPLATES / "words.yaml", *sorted((TEMPLATES / "words").glob("*.yaml"))):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert list(content) == ["es", "en"], path.name
        for language, phrases in content.items():
            assert not set(phrases) & set(found[language]), path.name
            found[language] |= phrases
    return found


def test_both_languages_have_every_phrase() -> None:
    spanish, english = words()["es"], words()["en"]
    assert list(spanish) == list(english)
    for key, phrase in spanish.items():
        assert type(phrase) is type(english[key]), key
        if isinstance(phrase, list):
            assert len(phrase) == len(english[key]), key
        else:
            assert phrase and places(phrase) == places(english[key]), key


def places(phrase: str) -> set[str]:
    """Names of the places to fill in a phrase."""
    return {name.partition("|")[0] for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_phrases_used_by_templates_exist() -> None:
    for name in ("report.j2", "brief.j2", "_typst.j2", "_html.j2"):
        used = set(re.findall(r"\bw\.([a-z_]+)", (TEMPLATES / name).read_text(encoding="utf-8")))
        assert used <= set(words()["es"]), name


def test_the_two_backends_offer_the_same_calls() -> None:
    calls = set(re.findall(r"\bd\.([a-z0-9_]+)\(", (TEMPLATES / "report.j2").read_text(encoding="utf-8")))
    for name in ("_typst.j2", "_html.j2"):
        macros = set(re.findall(r"{% macro ([a-z0-9_]+)\(", (TEMPLATES / name).read_text(encoding="utf-8")))
        assert calls <= macros, name


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_number_of_the_page_is_in_print(folder: Path, language: str) -> None:
    page = (folder / f"report_{language}.html").read_text(encoding="utf-8")
    spoken = re.findall(r'aria-label="([^"]*)"', page)
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<head>.*?</head>", " ", page, flags=re.S)
    text = html.unescape(" ".join([re.sub(r"<[^>]*>", " ", body), *spoken]))
    printed = set(numbers("\n".join(p.extract_text() for p in PdfReader(folder / f"report_{language}.pdf").pages)))
    assert len(numbers(text)) > 700
    assert set(numbers(text)) <= printed, sorted(set(numbers(text)) - printed)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_figure_of_the_page_is_in_print_as_often(folder: Path, language: str) -> None:
    """By the page's own marks: each estimate and limit stands in print at least as often as in the page."""
    page = (folder / f"report_{language}.html").read_text(encoding="utf-8")
    figures = Counter(html.unescape(found) for found in re.findall(r'data-figure="([^"]+)"', page))
    text = "\n".join(p.extract_text() for p in PdfReader(folder / f"report_{language}.pdf").pages)
    printed = Counter(text.replace("\u00a0", " ").split())
    assert sum(figures.values()) > 300
    rarer = {value for value, count in figures.items() if NUMBER.fullmatch(value) and printed[value] < count}
    assert rarer == set()


def numbers(text: str) -> list[str]:
    """Numbers of a text; digests are not numbers."""
    return [found.rstrip(",") for found in NUMBER.findall(re.sub(r"[0-9a-f]{64}", " ", text))]


def test_the_page_stands_alone(folder: Path) -> None:
    page = (folder / "report_en.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "default-src 'none'" in page and "unsafe-inline" not in page
    outside = r"""(?:src|href|action|data)=["'](?!#)|url\(\s*["']?https?:|@import"""
    assert not re.search(outside, page.replace('href="#', 'href=#')), "something is loaded from outside"
    assert page.count('role="img"') >= 4 and '<main id="main">' in page
    assert len(re.findall(r'\bid="([^"]+)"', page)) == len(set(re.findall(r'\bid="([^"]+)"', page)))


def test_the_report_is_complete_in_both_languages(reports: dict[str, Report]) -> None:
    spanish, english = reports["es"], reports["en"]
    assert [len(chapter.exhibits) for chapter in spanish.chapters] == \
        [len(chapter.exhibits) for chapter in english.chapters]
    assert len(spanish.sections) == len(english.sections) >= 5
    assert len(spanish.quality) == len(english.quality) >= 3
    assert [figure.value.replace("\u00a0", "") for figure in spanish.summary.figures] == \
        [figure.value for figure in english.summary.figures]


def test_numbers_are_written_as_in_el_salvador() -> None:
    assert plain(1234567.891, 1) == "1,234,567.9"
    assert plain(-0.04, 1) == "0.0" and plain(-1.26, 1) == "−1.3"
    assert estimate_text(0.3719, "percent", 1) == "37.2" and estimate_text(376317.4, "persons", 0) == "376,317"
    assert error_text(0.01234, "percent", 1) == "1.23" and error_text(25268.4, "persons", 0) == "25,268"
    assert with_sign("37.2", "percent", "es") == "37.2\u00a0%" and with_sign("37.2", "percent", "en") == "37.2%"
