"""Why a row carries a mark, in words: the reason codes of standards and models, one phrase for each kind of rule."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.report_words import Words

_RULES = (
    (re.compile(r"(?P<what>[a-z_]+?)_under_(?P<limit>\d+)"), "under"),
    (re.compile(r"(?P<what>[a-z_]+?)_over_(?P<limit>\d+(?:_\d+)?)"), "over"),
    (re.compile(r"(?P<what>[a-z_]+?)_(?P<limit>\d+)_or_more"), "or_more"),
    (re.compile(r"(?P<what>[a-z_]+?)_(?P<low>\d+(?:_\d)?)_(?:to_)?(?P<limit>\d+(?:_\d)?)"), "between"),
)
_SHARES = frozenset({"cv", "logcv", "relative_width", "complement_width"})
_LEFT_OUT = re.compile(r"disclosure:.*|extrapolated|interval_not_certified|")


def reason_text(reason: str, words: Words) -> str:
    """Say a reason.

    Parameters
    ----------
    reason : str
        Codes joined by ``;``, as the estimates have them.
    words : Words
        Phrases of the language.

    Returns
    -------
    str
        Empty where the status says it all. Which rule of confidentiality hid a row is not told, and what has a mark of
        its own is explained beside the mark. A code without words stays as it is written.
    """
    said = [_say(code, words) for code in reason.split(";") if not _LEFT_OUT.fullmatch(code)]
    return "; ".join(dict.fromkeys(said))


def _say(code: str, words: Words) -> str:
    rule = code.partition(":")[2]
    for key in (f"reason_{code.replace(':', '_')}", f"reason_rule_{rule}"):
        if key in words:
            return words[key]
    for pattern, kind in _RULES:
        found = pattern.fullmatch(rule)
        if found is not None and f"reason_of_{found['what']}" in words:
            places: Mapping[str, str] = {name: text.replace("_", ".") for name, text in found.groupdict().items()}
            unit = words["reason_percent"] if found["what"] in _SHARES else ""
            what = words[f"reason_of_{found['what']}"]
            return words.say(f"reason_{kind}", what=what, unit=unit, low=places.get("low", ""), limit=places["limit"])
    return code
