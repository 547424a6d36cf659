"""The bytes of the explorer: what they hold, what they must not, and that labels stay text."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from estimates.protection import NUMBER_COLUMNS
from pipeline.attack_page import page_data, page_text, told_by_pages
from pipeline.attack_tables import PublishedNumbers, read_published
from pipeline.attack_text import search_text
from pipeline.estimate_files import breakdown_columns, read_estimates
from pipeline.release import Release
from pipeline.report_words import Words, load_words
from pipeline.web_page.printed import NUMBERS
from pipeline.web_page.reasons import reason_text
from pipeline.web_page.rendering import json_in_page
from pipeline.web_page.type_faces import faces_as_css
from pipeline.web_page.writing import write_web

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "report_templates"
DATA = ROOT / "tests" / "data" / "report" / "estimates.csv"
#: Numbers of hidden rows of the invented study, as any product would write them.
PLANTED = ("73.2", "73.19", "0.7319", "73,194", "73194", "21.99", "21,987", "21987", "7,319", "7319", "47.19", "0.4719")
LANGUAGES = ("es", "en")


def bytes_of(folder: Path, language: str) -> str:
    return (folder / f"explorer_{language}.html").read_text(encoding="utf-8")


def without_fonts(text: str) -> str:
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_hidden_rows_are_nowhere(web_folder: Path, language: str) -> None:
    text = without_fonts(bytes_of(web_folder, language))
    for number in PLANTED:
        assert not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d])", text), number


def test_a_hidden_number_changes_no_byte(
    release_of: Callable[..., Release], web_folder: Path, tmp_path: Path
) -> None:
    """The stage passes the published view; the page does not rely on it."""
    internal = read_estimates(DATA)
    assert (internal["estimate"].round(4) == 0.7319).any()
    (tmp_path / "estimates.csv").write_text("x", encoding="utf-8")
    write_web(tmp_path, release_of(internal))
    for language in LANGUAGES:
        assert bytes_of(tmp_path, language) == bytes_of(web_folder, language)


def test_two_runs_give_the_same_bytes(
    release_of: Callable[..., Release], estimates: pd.DataFrame, web_folder: Path, tmp_path: Path
) -> None:
    faces_as_css.cache_clear()
    (tmp_path / "estimates.csv").write_text("x", encoding="utf-8")
    write_web(tmp_path, release_of(estimates))
    for language in LANGUAGES:
        assert bytes_of(tmp_path, language) == bytes_of(web_folder, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_the_release_is_there_with_its_numbers(
    web_folder: Path, estimates: pd.DataFrame, language: str
) -> None:
    data = page_data(web_folder / f"explorer_{language}.html")
    assert data is not None
    rows = [row for row in data["rows"] if data["figures"][row[0]]["kind"] == "estimate"]
    assert len(rows) == len(estimates)
    shown = estimates[~estimates["status"].isin(["withheld", "confidential", "empty"])]
    told = [row for row in rows if len(row) == 8]
    assert len(told) == len(shown) > 100
    by_key = {key_of(data, row): row for row in told}
    for record in shown.to_dict("records"):
        row = by_key[tuple(str(record[name]) for name in ("indicator", *breakdown_columns(estimates)))]
        for column, value in zip(NUMBERS, row[7], strict=True):
            exact = record[column] * (100 if column == "cv" or (record["unit"] == "percent" and column in (
                "estimate", "se", "ci_low", "ci_high")) else 1)  # fmt: skip
            digits = len(str(value).partition(".")[2])
            assert value == pytest.approx(exact, abs=0.5 * 10.0**-digits + 1e-9), (column, row)


def key_of(data: dict[str, Any], row: list[Any]) -> tuple[str, ...]:
    figure = data["figures"][row[0]]
    domain = dict(zip(data["sets"][row[2]], row[3], strict=True))
    name = figure["parts"][row[1]][0] if figure["parts"] else figure["name"]
    return (name, *(domain.get(by, "_T") for by in ("department", "sex", "age_group", "year", "place")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_policy_names_the_only_style_and_the_only_script(web_folder: Path, language: str) -> None:
    text = bytes_of(web_folder, language)
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', text)[0])
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.S)
        assert len(inside) == 1
        held = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{held}'" in policy
    assert not re.search(r"<[^>]+\son\w+=|<[^>]+\sstyle=|javascript:|<iframe|<object|<img|<link", text)
    assert re.findall(r'(?:src|href)="(?!#)([^"]*)"', text.split("<script")[0]) == [
        f"explorer_{'en' if language == 'es' else 'es'}.html", "estimates.csv"]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_stays_text(web_folder: Path, language: str) -> None:
    text = bytes_of(web_folder, language)
    assert text.count("</script>") == 2
    assert "<script>alert(1)" not in text and "1337" not in text
    data = page_data(web_folder / f"explorer_{language}.html")
    assert data is not None
    labels = data["breakdowns"]["place"]["codes"].values()
    assert "<script>alert(1)</script><img src=x>" in labels
    assert "{{ 7 * 191 }} {% if true %} {# x #}" in labels


@pytest.mark.parametrize("text", ["</script><script>", "<!--<script>", "\u2028 \u2029", "]]>&amp;", 'a"b\\c\x00\x1f'])
def test_data_cannot_leave_their_element(text: str) -> None:
    written = json_in_page({"label": text})
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"label": text}


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        json_in_page({"value": float("nan")})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notices_are_there_until_the_last_signature(
    release_of: Callable[..., Release], estimates: pd.DataFrame, web_folder: Path, tmp_path: Path, language: str
) -> None:
    words = load_words(TEMPLATES, language)
    draft = bytes_of(web_folder, language)
    assert words["draft"] in draft and words["banner"] in draft
    write_web(tmp_path, release_of(estimates, final=True))
    final = bytes_of(tmp_path, language)
    assert words["draft_long"] not in final and f"<strong>{words['draft']}</strong>" not in final
    assert words["banner_long"] in final


def test_both_pages_hold_the_same_figures(web_folder: Path) -> None:
    spanish, english = (page_data(web_folder / f"explorer_{language}.html") for language in LANGUAGES)
    assert spanish is not None and english is not None
    for part in ("rows", "columns", "sets", "maps", "reason_codes"):
        assert spanish[part] == english[part]
    assert [one["name"] for one in spanish["figures"]] == [one["name"] for one in english["figures"]]
    assert list(spanish["words"]) == list(english["words"])


def test_the_page_is_small(web_folder: Path) -> None:
    """The type faces are 93 KB, the script some 35, and a row takes some 100 bytes."""
    assert (web_folder / "explorer_es.html").stat().st_size < 250_000


def test_phrases_used_by_the_page_exist() -> None:
    words = load_words(TEMPLATES, "es").phrases
    used = set(re.findall(r"\bw\.([a-z_]+)", (TEMPLATES / "web" / "page.j2").read_text(encoding="utf-8")))
    script = "\n".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "web").glob("*.js"))
    spoken = set(re.findall(r'\bsay\("([a-z_]+)"', script)) | set(re.findall(r"\bdata\.words\.([a-z_]+)", script))
    assert used <= set(words) and {f"web_{name}" for name in spoken} <= set(words)


@pytest.mark.parametrize(
    ("reason", "said"),
    [("cepal_2023:cases_30_49", "cases in the sample: 30 to 49"),
     ("cepal_2023:cases_under_30", "cases in the sample: fewer than 30"),
     ("cepal_2023:cv_20_to_30;extrapolated", "coefficient of variation: 20 to 30%"),
     ("cepal_2023:logcv_over_17_5", "logarithmic coefficient of variation over 17.5%"),
     ("model:no_sample", "place without a sample of its own"), ("disclosure:small_cell", ""), ("", ""),
     ("other:a_rule", "other:a_rule")],
)  # fmt: skip
def test_reasons_are_said_in_words_except_that_of_confidentiality(reason: str, said: str) -> None:
    assert reason_text(reason, load_words(TEMPLATES, "en")) == said


def test_every_reason_of_every_standard_has_words() -> None:
    words = load_words(TEMPLATES, "es")
    folder = ROOT / "estimates" / "publication"
    codes = {code for path in folder.glob("*.py") for code in re.findall(
        r'"([a-z_]+_(?:under|over|to|\d+)[a-z0-9_]*)"\)', path.read_text(encoding="utf-8"))}  # fmt: skip
    assert len(codes) > 20
    assert [code for code in sorted(codes) if reason_text(f"any:{code}", words) == f"any:{code}"] == []


def attacked(folder: Path, frame: pd.DataFrame, view: pd.DataFrame, release: Release) -> list[tuple[str, str, str]]:
    names = breakdown_columns(frame)
    hidden = frame["status"].isin(["withheld", "confidential", "empty"]).to_numpy()
    return list(told_by_pages(folder, frame, names, hidden, view, release.analyses))


def told(folder: Path, frame: pd.DataFrame, release: Release) -> list[PublishedNumbers]:
    read = read_published(folder, frame, breakdown_columns(frame), release.loaded.dictionary)
    return [one for one in read if one.file.endswith(".html")]


def spoiled(folder: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Copy one page with changed data, as a careless writer would have made it."""
    text = bytes_of(folder, "es")
    data = page_data(folder / "explorer_es.html")
    assert data is not None
    change(data)
    start = text.index(">", text.index('type="application/json"')) + 1
    spoilt = text[:start] + json_in_page(data) + text[text.index("</script>", start) :]
    (target / "explorer_es.html").write_text(spoilt, encoding="utf-8")
    return target


def test_the_attacker_reads_the_page_and_learns_nothing(
    web_folder: Path, estimates: pd.DataFrame, release_of: Callable[..., Release]
) -> None:
    frame = read_estimates(DATA)
    hidden = frame["status"].isin(["withheld", "confidential"]).to_numpy()
    assert attacked(web_folder, frame, estimates, release_of(estimates)) == []
    read = told(web_folder, frame, release_of(estimates))
    assert [one.file for one in read] == ["explorer_en.html", "explorer_es.html"]
    for one in read:
        assert one.unknown == 0
        assert not (one.has_number & hidden).any()
        assert one.has_number.sum() == (~frame["status"].isin(["withheld", "confidential", "empty"])).sum()
        assert np.nanmax(np.abs(one.n - frame["n"])) == 0
    assert search_text(web_folder, frame, hidden, (), estimates) == ([], [])


def hidden_row(data: dict[str, Any], kind: str = "estimate") -> list[Any]:
    return next(row for row in data["rows"] if len(row) < 8 and data["figures"][row[0]]["kind"] == kind)


def test_the_attacker_finds_the_number_of_a_hidden_row(
    web_folder: Path, estimates: pd.DataFrame, release_of: Callable[..., Release], tmp_path: Path
) -> None:
    frame = read_estimates(DATA)
    spoiled(web_folder, tmp_path, lambda data: hidden_row(data).extend(["", [73.2, 1.0]]))
    assert {kind for kind, *_ in attacked(tmp_path, frame, estimates, release_of(estimates))} == {"number_not_of_view"}
    [read] = told(tmp_path, frame, release_of(estimates))
    assert (read.has_number & frame["status"].isin(["withheld", "confidential"])).sum() == 1


def plant_in_shown_row(data: dict[str, Any]) -> None:
    row = next(row for row in data["rows"] if len(row) == 8)
    row[7][5] += 1


def plant_beside_row(data: dict[str, Any]) -> None:
    next(row for row in data["rows"] if len(row) == 8).append(7319)


def plant_area(data: dict[str, Any]) -> None:
    hidden_row(data, "model").extend(["", [73.2]])


def plant_sentence(data: dict[str, Any]) -> None:
    place = [figure["name"] for figure in data["figures"]].index("poverty")
    data["comparisons"].append({"figure": place, "indicator": "poverty", "between": "department", "groups": ["6", "2"],
                                "within": {}, "text": "73.2 %"})  # fmt: skip


def plant_edge(data: dict[str, Any]) -> None:
    next(figure for figure in data["figures"] if figure["edges"])["edges"]["0"] = [0.0, 73.2]


@pytest.mark.parametrize(
    ("change", "kind"),
    [(plant_in_shown_row, "number_not_of_view"), (plant_beside_row, "number_not_of_view"),
     (plant_area, "number_of_hidden_area"), (plant_sentence, "number_of_hidden_line"),
     (plant_edge, "number_not_of_view")],
)  # fmt: skip
def test_the_attacker_finds_what_else_a_page_could_tell(
    web_folder: Path, estimates: pd.DataFrame, release_of: Callable[..., Release], tmp_path: Path,
    change: Callable[[dict[str, Any]], None], kind: str,
) -> None:  # fmt: skip
    spoiled(web_folder, tmp_path, change)
    found = attacked(tmp_path, read_estimates(DATA), estimates, release_of(estimates))
    assert {leak for leak, *_ in found} == {kind}
    assert {file for _, file, _ in found} == {"explorer_es.html"}


def test_a_hidden_total_in_the_data_is_found_in_text(
    web_folder: Path, estimates: pd.DataFrame, tmp_path: Path
) -> None:
    frame = read_estimates(DATA)
    hidden = frame["status"].isin(["withheld", "confidential"]).to_numpy()
    spoiled(web_folder, tmp_path, lambda data: data.update(note=["about 73,194 persons"]))
    assert ("explorer_es.html", "moved") in search_text(tmp_path, frame, hidden, (), estimates)[0]
    assert "about 73,194 persons" in page_text(tmp_path / "explorer_es.html")


def test_words_are_read_by_language(web_folder: Path) -> None:
    words = {language: load_words(TEMPLATES, language) for language in LANGUAGES}
    for language in LANGUAGES:
        other: Words = words["en" if language == "es" else "es"]
        text = bytes_of(web_folder, language)
        assert f'<html lang="{language}">' in text
        for key in ("web_explore_intro", "web_files_intro", "web_tests_none", "design_compare", "web_map_help"):
            assert words[language][key] in html.unescape(text) and other[key] not in html.unescape(text), key


@pytest.mark.parametrize(
    ("name", "phrase"),
    [("trend_tests.csv", "trend"), ("tests.csv", "tests"), ("study_es.xlsx", "workbook"), ("a.px", "px"),
     ("areas-metadata.json", "package"), ("anything.bin", "other")],
)  # fmt: skip
def test_files_beside_the_page_are_linked_with_their_use(
    release_of: Callable[..., Release], estimates: pd.DataFrame, tmp_path: Path, name: str, phrase: str
) -> None:
    (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "SHA256SUMS").write_text("x", encoding="utf-8")
    write_web(tmp_path, release_of(estimates))
    text = html.unescape(bytes_of(tmp_path, "en"))
    use = load_words(TEMPLATES, "en")[f"web_file_{phrase}"]
    assert f'<span>{use}</span> <span class="links"><a href="{name}">{name}</a> </span>' in text
    assert 'href="SHA256SUMS"' not in text


def test_an_edition_without_a_key_figure_does_not_speak_of_it(
    release_of: Callable[..., Release], estimates: pd.DataFrame, tmp_path: Path
) -> None:
    """What is not in an edition is not there; it is no figure without cases."""
    part = estimates[(estimates["indicator"] != "moved") & (estimates["sex"] == "_T")].drop(columns="sex")
    write_web(tmp_path, release_of(part))
    text = bytes_of(tmp_path, "en")
    assert "Persons who moved" not in text and "Persons in poverty" in text
    assert text.count('class="value" data-figure') == 4
    assert [name for name in ("sex", "moved") if f'"{name}"' in text.partition('type="application/json"')[2]] == []


def test_numbers_columns_are_known() -> None:
    assert set(NUMBERS) <= set(NUMBER_COLUMNS)
