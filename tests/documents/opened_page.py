"""A page of ours opened in a real Chromium, with everything that it asked for, said and refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LANGUAGES = ("es", "en")
#: Views by what is special in them: a map, a hidden place, two breakdowns, a distribution, many rows, a model.
VIEWS = {
    "map": "indicator=poverty&by=department&place=poverty|4",
    "withheld": "indicator=poverty&by=department&place=poverty|6",
    "two": "indicator=poverty&by=sex+age_group", "parts": "indicator=reason", "hostile": "indicator=poverty&by=place",
    "filtered": "indicator=poverty&by=place&q=7&sort=estimate.desc&rows=shown",
    "model": "indicator=model.lost&by=department",
    "nothing": "indicator=secret", "empty": "indicator=poverty&by=place&q=zzzz",
}  # fmt: skip


def chromium() -> Iterator[Any]:
    """Debian's Chromium, driven by playwright."""
    if CHROMIUM is None:
        pytest.skip("NOT TESTED: no Chromium found; install Debian's `chromium` to test the explorer in a browser")
    if find_spec("playwright") is None:
        pytest.skip("NOT TESTED: playwright is not installed; run `pipeline/environment.sh` with the test packages")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Opened:
    """A page with everything it asked for, said and refused."""

    def __init__(self, browser: Any, path: Path, view: str = "", **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": {"width": 1366, "height": 900}, **options})
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(f"dialog {dialog.message}"))
        self.page.goto(path.as_uri() + (f"#{view}" if view else ""))

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def look(self, script: str, argument: object = None) -> Any:
        """Evaluate an expression in the page."""
        return self.page.evaluate(script, argument)

    def show(self, view: str) -> None:
        """Go to a view by its address, as a reader does who is sent one."""
        self.look("""view => new Promise(done => {
            addEventListener("hashchange", () => setTimeout(done), {once: true});
            location.hash = view;
        })""", view)  # fmt: skip

    def texts(self, selector: str) -> list[str]:
        """Texts of all elements that fit."""
        found = self.look("s => [...document.querySelectorAll(s)].map(e => e.textContent)", selector)
        return [str(text) for text in found]


def path_of(folder: Path, language: str) -> Path:
    return folder / f"explorer_{language}.html"
