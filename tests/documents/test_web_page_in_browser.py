"""The explorer in a real browser: accessible, operable by keyboard, closed to the network and to strange scripts."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.documents.opened_page import LANGUAGES, VIEWS, Opened, chromium, path_of

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
browser = pytest.fixture(scope="module")(chromium)


def violations(page: Any) -> list[tuple[str, int, str]]:
    if find_spec("axe_playwright_python") is None:
        pytest.skip("NOT TESTED: axe-playwright-python is not installed")
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    assert len(found["passes"]) > 20
    return [(item["id"], len(item["nodes"]), item["nodes"][0]["html"][:160]) for item in found["violations"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_accessibility_violation_in_any_state(browser: Any, web_folder: Path, language: str) -> None:
    with Opened(browser, path_of(web_folder, language)) as opened:
        assert violations(opened.page) == []
        for name, view in VIEWS.items():
            opened.show(view)
            assert violations(opened.page) == [], name


@pytest.mark.parametrize(
    "options",
    [{"viewport": {"width": 320, "height": 640}}, {"color_scheme": "dark"}, {"java_script_enabled": True,
     "viewport": {"width": 683, "height": 450}, "device_scale_factor": 2}],
    ids=["phone", "dark", "zoomed"],
)  # fmt: skip
def test_no_accessibility_violation_on_other_screens(
    browser: Any, web_folder: Path, options: dict[str, Any]
) -> None:
    with Opened(browser, path_of(web_folder, "es"), **options) as opened:
        if opened.look("matchMedia('(max-width: 60rem)').matches"):
            opened.page.click("#chooser summary")
        for view in ("map", "filtered"):
            opened.show(VIEWS[view])
            assert violations(opened.page) == [], view


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(
    browser: Any, web_folder: Path, language: str
) -> None:
    with Opened(browser, path_of(web_folder, language)) as opened:
        for name, view in VIEWS.items():
            opened.show(view)
            assert opened.said == [], name
        for button in ("#copy", "#download", "#print"):
            opened.page.click(button, no_wait_after=True)
        kinds = {url.partition(":")[0] for url in opened.requests[1:]}
        assert opened.requests[0].startswith("file:") and kinds <= {"data", "blob"}
        assert opened.said == []


def test_the_policy_stops_what_is_not_of_the_page(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "en")) as opened:
        stopped = opened.look("""async () => {
            const stopped = [];
            document.addEventListener("securitypolicyviolation", event => stopped.push(event.effectiveDirective));
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend",
                "<img src='https://example.org/a.png'><p style='color:red' onclick='1'></p>");
            await fetch("https://example.org/").catch(() => null);
            await new Promise(done => setTimeout(done, 300));
            return [window.ran === undefined, [...new Set(stopped)].sort()];
        }""")
        assert stopped[0] is True
        assert {"connect-src", "img-src", "script-src-elem", "style-src-attr"} <= set(stopped[1])


@pytest.mark.parametrize("width", [320, 360, 683, 1920])
def test_no_sideways_scroll(browser: Any, web_folder: Path, width: int) -> None:
    with Opened(browser, path_of(web_folder, "es"), viewport={"width": width, "height": 700}) as opened:
        for view in VIEWS.values():
            opened.show(view)
            scroll, inner = opened.look("[document.documentElement.scrollWidth, innerWidth]")
            assert scroll <= inner == width, view


FROM_THE_START = """() => {
    const start = Object.assign(document.createElement("span"), {id: "start", tabIndex: -1});
    document.body.prepend(start);
    start.focus();
}"""
FOCUSED = """() => {
    const at = document.activeElement, near = at.closest("label"), ring = at.querySelector(".ring");
    const seen = getComputedStyle(at).outlineStyle !== "none"
        || (near && getComputedStyle(near).outlineStyle !== "none")
        || (ring && getComputedStyle(ring).stroke !== "none");
    const {place, sort, key} = at.dataset;
    return [at === document.body ? "" : at.id || place || sort || key || at.getAttribute("href") || at.className, seen];
}"""


def test_by_keyboard_alone(browser: Any, web_folder: Path) -> None:
    """From the first tab to a place on the map, a sorted table and out again; focus is always seen."""
    with Opened(browser, path_of(web_folder, "en"), "indicator=poverty&by=department") as opened:
        page = opened.page
        opened.look(FROM_THE_START)
        reached, unseen = [], []
        for _ in range(120):
            page.keyboard.press("Tab")
            name, seen = opened.look(FOCUSED)
            if not name:
                break
            reached.append(name)
            if not seen:
                unseen.append(name)
        assert unseen == []
        assert reached[0] == "#main"
        assert {"find", "figure0", "filter", "which", "estimate", "download", "copy", "share"} <= set(reached)
        assert sum(name == "1" for name in reached) == 1, "one tile is in the order of the tab key"
        assert not {"2", "3", "14"} & set(reached)
        page.focus('[data-place="1"]')
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert opened.look("document.activeElement.dataset.place") == "7"
        page.keyboard.press("Enter")
        assert opened.look("document.activeElement.dataset.place") == "7"
        assert page.locator("#status").text_content().startswith(page.locator("#detail h4").text_content())
        assert page.locator(".picked").count() == 1
        assert "place=poverty|7" in opened.look("location.hash")
        page.focus("#find")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        assert opened.look("document.activeElement.id") == "figure1"
        assert page.locator("#view-title").text_content() == page.locator("label[for=figure1] span").text_content()
        page.focus('[data-sort="estimate"]')
        page.keyboard.press("Enter")
        assert opened.look("document.activeElement.dataset.sort") == "estimate"
        assert page.locator('th[aria-sort="ascending"]').count() == 1
        assert "lowest first" in page.locator("#status").text_content()


@pytest.mark.parametrize(
    "view",
    ["indicator=<img src=x onerror=alert(1)>", "indicator=poverty&by=<script>", "indicator=poverty&by=place&q=" + quote(
        "<img src=x onerror=alert(1)>"), "indicator=__proto__&sort=constructor.asc", "indicator=%E0%A4%A&x",
     "indicator=poverty&by=place&place=" + quote('"]<b>')],
)  # fmt: skip
def test_an_address_is_never_markup(browser: Any, web_folder: Path, view: str) -> None:
    with Opened(browser, path_of(web_folder, "en"), view) as opened:  # a whole load: the worst address is the first
        assert opened.page.locator("#explore img, #explore script, #explore b").count() == 0
        assert opened.page.locator("#view-title").text_content()
        assert opened.said == []


def test_hostile_labels_are_shown_as_they_are(browser: Any, web_folder: Path) -> None:
    with Opened(browser, path_of(web_folder, "en"), VIEWS["hostile"]) as opened:
        shown = opened.texts("#table tbody [data-key]")
        assert "<script>alert(1)</script><img src=x>" in shown
        assert "{{ 7 * 191 }} {% if true %} {# x #}" in shown
        assert opened.page.locator("#explore img, #explore script").count() == 0
        assert opened.said == []
        assert json.loads(json.dumps(shown)) == shown
