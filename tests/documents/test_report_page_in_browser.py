"""The page in a real browser: no accessibility violation, and no sideways scroll on a small phone."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def browser() -> str:
    """Path of a Chromium."""
    if CHROMIUM is None:
        pytest.skip("NOT TESTED: no Chromium found; install Debian's `chromium` to test the page in a browser")
    return CHROMIUM


@pytest.fixture
def axe() -> str:
    """Source of axe-core, from the wheel that the lock file names."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("NOT TESTED: axe-core not found; `pipeline/environment.sh` installs axe-playwright-python with it")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_accessibility_violation(folder: Path, tmp_path: Path, browser: str, axe: str, language: str) -> None:
    page = _without_policy((folder / f"report_{language}.html").read_text(encoding="utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    script = (f"<script>{axe}</script><script>axe.run(document,{options}).then(r=>{{document.body.textContent="
              "'RESULT'+JSON.stringify({passes:r.passes.length,violations:r.violations.map("
              "v=>[v.id,v.nodes.length,v.nodes[0].html.slice(0,160)])})+'END'})</script>")
    result = _run(browser, tmp_path, page.replace("</body>", script + "</body>"))
    assert result["passes"] > 20
    assert result["violations"] == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_sideways_scroll_at_360_pixels(folder: Path, tmp_path: Path, browser: str, language: str) -> None:
    inside = html.escape((folder / f"report_{language}.html").read_text(encoding="utf-8"), quote=True)
    script = ("<script>addEventListener('load',()=>{const d=document.querySelector('iframe').contentDocument;"
              "const r={inner:d.documentElement.clientWidth,scroll:d.documentElement.scrollWidth,"
              "style:getComputedStyle(d.querySelector('.cover')).backgroundColor};"
              "document.body.textContent='RESULT'+JSON.stringify(r)+'END'})</script>")
    result = _run(browser, tmp_path, f'<!DOCTYPE html><html><body><iframe width="360" height="700" '
                                     f'srcdoc="{inside}"></iframe>{script}</body></html>')
    assert result["scroll"] <= result["inner"] <= 360
    assert result["style"] == "rgb(15, 92, 115)", "the page's own policy refused its style"


def _without_policy(page: str) -> str:
    # axe is a script, which the page's policy rightly forbids.
    return re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)


def _run(browser: str, folder: Path, page: str) -> dict[str, object]:
    target = folder / "page.html"
    target.write_text(page, encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
               "--virtual-time-budget=60000", "--dump-dom", target.as_uri()]
    for attempt in (1, 2):  # the first start of a Chromium sometimes hangs
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        except subprocess.TimeoutExpired:
            if attempt == 2:
                raise
            continue
        found = re.search(r"RESULT(.*?)END</body>", done.stdout, flags=re.S)
        if found:
            answer = json.loads(html.unescape(found.group(1)))
            assert isinstance(answer, dict)
            return answer
    raise AssertionError("the browser gave no result")
