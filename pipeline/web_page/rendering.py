"""The page through its template: one file that loads nothing and runs nothing but what its own policy names."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipeline.web_page.texts import Page
from pipeline.web_page.type_faces import faces_as_css

#: Parts of the script in the order in which they run; together they are one function with no trace outside it.
SCRIPTS = ("speech.js", "store.js", "picture.js", "map.js", "table.js", "chooser.js", "explorer.js")
#: Signs that would end a script element, open a comment in it, or end a line inside a text for an old reader.
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render_page(page: Page, data: Mapping[str, Any], templates: Path) -> str:
    """Write the page.

    Parameters
    ----------
    page : Page
        Its texts.
    data : mapping
        What `pipeline.web_page.figures.page_data` arranged.
    templates : Path
        Folder of the report's templates; those of the page are in ``web/``.

    Returns
    -------
    str
        HTML with the style and the script inside, allowed by their hashes, and the data as text that cannot end.
    """
    home = templates / "web"
    notice = " · ".join(filter(None, (page.words["draft"] if page.draft else "",
                                      page.words["banner"] if page.synthetic else "")))  # fmt: skip
    style = "\n".join([faces_as_css(templates / "fonts"), _read(home / "style.css"),
                       f"@page{{@top-left{{content:{_css_text(notice)}}}}}"])  # fmt: skip
    script = '"use strict";(()=>{\n' + "\n".join(_read(home / name) for name in SCRIPTS) + "\n})();"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("web/page.j2").render(
        page=page, w=page.words, style=Markup(style), style_hash=policy_hash(style), script=Markup(script),
        script_hash=policy_hash(script), data=Markup(json_in_page(data)), notice=notice,
    )  # fmt: skip


def json_in_page(value: Any) -> str:
    r"""Write a value as JSON for a ``<script type="application/json">``.

    No label can end the element or open a comment: the signs that could are written as ``\u003c`` and the like, which
    any reader of JSON turns back.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, written in _UNSAFE.items():
        text = text.replace(sign, written)
    return text


def policy_hash(text: str) -> str:
    """Hash of an inline style or script, as a content security policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _css_text(text: str) -> str:
    return '"' + "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x}" for sign in text) + '"'


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()
