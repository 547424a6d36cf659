"""Find the published rows that somebody asks about, by codes or by the words a reader sees."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

import pandas as pd

from pipeline.estimate_files import breakdown_columns
from surveys.dictionary import Dictionary
from surveys.problems import DataError, Message, Problem

WHOLE = "_T"

INDICATOR_UNKNOWN = Message(
    "explain_indicator_unknown",
    "'{name}' is no indicator of this study's tables. Nearest: {nearest}. Write one of them as INDICATOR=; "
    "`make dictionary STUDY={study}` lists all.",
    "'{name}' no es un indicador de los cuadros de este estudio. Los más parecidos: {nearest}. Escriba uno como "
    "INDICATOR=; `make dictionary STUDY={study}` los lista todos.",
)
DOMAIN_FORM = Message(
    "explain_domain_form",
    "'{part}' is not a domain. Write DOMAIN= as breakdown=code with commas between, such as {example}; leave it out "
    "for everybody.",
    "'{part}' no es un dominio. Escriba DOMAIN= como desglose=código separados por comas, por ejemplo {example}; no lo "
    "ponga para toda la población.",
)
BREAKDOWN_UNKNOWN = Message(
    "explain_breakdown_unknown",
    "'{name}' is no breakdown of '{indicator}'. It is tabulated for: {known}. Use one of them.",
    "'{name}' no es un desglose de '{indicator}'. Está tabulado para: {known}. Use uno de ellos.",
)
CODE_UNKNOWN = Message(
    "explain_code_unknown",
    "'{code}' is no code of '{breakdown}'. Codes it has: {known_en}. Use one of them.",
    "'{code}' no es un código de '{breakdown}'. Códigos que tiene: {known_es}. Use uno de ellos.",
)
NOT_TABULATED = Message(
    "explain_not_tabulated",
    "'{indicator}' is not tabulated by {asked}. It is tabulated for: {known}. Ask for one of them, or add it under "
    "`tabulation:` of study.yaml.",
    "'{indicator}' no está tabulado por {asked}. Está tabulado para: {known}. Pida uno de ellos, o agréguelo en "
    "`tabulation:` de study.yaml.",
)


def chosen_rows(
    frame: pd.DataFrame, dictionary: Dictionary, study: str, indicator: str, domain: str
) -> tuple[str, dict[str, str], pd.DataFrame]:
    """Find the rows of one figure; of a distribution without a code, all its parts.

    Parameters
    ----------
    frame : DataFrame
        Published view of the estimates.
    dictionary : Dictionary
        Of the study.
    study : str
        Its name, for messages.
    indicator : str
        Name, part (``reason.3``) or label in either language.
    domain : str
        ``breakdown=code`` with commas between; names and codes, or what they are called; empty for everybody.

    Returns
    -------
    name : str
        The indicator, or the part.
    codes : dict of str to str
        Code by breakdown.
    rows : DataFrame
        At least one.

    Raises
    ------
    DataError
        Nothing of that name, with the nearest there is.
    """
    name = _indicator(frame, dictionary, study, indicator)
    is_of = (frame["indicator"] == name) | (frame["indicator"].str.partition(".")[0] == name)
    rows = frame[is_of]
    known = _tabulated(rows)
    codes = _codes(domain, dictionary, name, known, f"{study}  DOMAIN={domain}")
    here = pd.Series(True, index=rows.index)
    for column in breakdown_columns(frame):
        here &= rows[column] == codes.get(column, WHOLE)
    if not here.any():
        details = {"indicator": name, "asked": " × ".join(codes) or "-", "known": _said(known)}
        raise DataError([Problem(NOT_TABULATED, f"{study}  DOMAIN={domain}", details)])
    return name, codes, rows[here]


def _indicator(frame: pd.DataFrame, dictionary: Dictionary, study: str, asked: str) -> str:
    names = list(dict.fromkeys(frame["indicator"].astype(str)))
    wholes = [name for name in dict.fromkeys(name.partition(".")[0] for name in names) if name not in names]
    words: dict[str, str] = {}
    for name in (*names, *wholes):
        whole, _, part = name.partition(".")
        label = dictionary.indicators[whole].label
        words[folded(name)] = name
        if not part:
            words |= {folded(label.es): name, folded(label.en): name}
    found = words.get(folded(asked))
    if found is None:
        near = nearest(asked, words)
        raise DataError([Problem(INDICATOR_UNKNOWN, f"{study}  INDICATOR={asked}", {
            "name": asked, "study": study, "nearest": ", ".join(near or [*names, *wholes][:8])})])  # fmt: skip
    return found


def _codes(
    domain: str, dictionary: Dictionary, indicator: str, known: list[tuple[str, ...]], where: str
) -> dict[str, str]:
    codes: dict[str, str] = {}
    problems: list[Problem] = []
    breakdowns = list(dict.fromkeys(name for pattern in known for name in pattern))
    names = {word: name for name in breakdowns for word in _breakdown_words(dictionary, name)}
    example = ",".join(f"{name}={next(iter(_code_words(dictionary, name).values()))}" for name in breakdowns[:1]) or "-"
    for part in filter(None, (piece.strip() for piece in domain.split(","))):
        left, sign, right = part.partition("=")
        if not sign or not left.strip() or not right.strip():
            problems.append(Problem(DOMAIN_FORM, where, {"part": part, "example": example}))
            continue
        name = names.get(folded(left))
        if name is None:
            details = {"name": left.strip(), "indicator": indicator, "known": _said(known)}
            problems.append(Problem(BREAKDOWN_UNKNOWN, where, details))
            continue
        words = _code_words(dictionary, name)
        code = words.get(folded(right))
        if code is None:
            near = nearest(right, words) or list(dict.fromkeys(words.values()))
            shown = {f"known_{language}": _labelled(near, dictionary, name, language) for language in ("es", "en")}
            details = {"code": right.strip(), "breakdown": name, **shown}
            problems.append(Problem(CODE_UNKNOWN, where, details))
            continue
        codes[name] = code
    if problems:
        raise DataError(problems)
    return {name: code for name, code in codes.items() if code != WHOLE}


def _breakdown_words(dictionary: Dictionary, name: str) -> list[str]:
    breakdown = dictionary.breakdowns[name]
    labels = [breakdown.label, dictionary.variables[breakdown.variable].label]
    texts = [text for label in labels if label is not None for text in (label.es, label.en)]
    return [folded(text) for text in (*texts, breakdown.variable, name)]


def _code_words(dictionary: Dictionary, name: str) -> dict[str, str]:
    """Words for the codes of a breakdown; a code itself wins over a label that reads the same."""
    breakdown = dictionary.breakdowns[name]
    codes = dictionary.code_lists[str(dictionary.variables[breakdown.variable].codes)].codes
    words: dict[str, str] = {}
    for code, entry in codes.items():
        labels = [entry.label, *([breakdown.groups[code]] if code in breakdown.groups else [])]
        words |= {folded(text): code for label in labels for text in (label.es, label.en)}
        if entry.sdmx:
            words[folded(entry.sdmx)] = code
    words |= {folded(code): code for code in codes}
    return {**words, folded(WHOLE): WHOLE}


def _labelled(codes: Iterable[str], dictionary: Dictionary, name: str, language: str) -> str:
    known = dictionary.code_lists[str(dictionary.variables[dictionary.breakdowns[name].variable].codes)].codes
    return ", ".join(f"{code} ({known[code].label.get(language)})" if code in known else code for code in codes)


def _tabulated(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = breakdown_columns(rows)
    rows_of = (tuple(map(str, row)) for row in rows[columns].itertuples(index=False))
    patterns = dict.fromkeys(tuple(code != WHOLE for code in row) for row in rows_of)
    return [tuple(name for name, on in zip(columns, pattern, strict=True) if on) for pattern in patterns]


def _said(patterns: Iterable[tuple[str, ...]]) -> str:
    return "; ".join(" × ".join(pattern) or "DOMAIN=" for pattern in patterns)


def nearest(asked: str, words: Mapping[str, str], count: int = 5) -> list[str]:
    """Return the names whose words are nearest to what was typed: as a whole, or word by word."""
    text = folded(asked)
    pieces = [piece for piece in re.split(r"\W+|_", text) if len(piece) > 2]

    def likeness(word: str) -> float:
        whole = difflib.SequenceMatcher(None, text, word).ratio()
        own = re.split(r"\W+|_", word)
        found = sum(bool(difflib.get_close_matches(piece, own, n=1, cutoff=0.75)) for piece in pieces)
        return max(whole, found / len(pieces) * (0.6 + 0.4 * whole) if pieces else 0.0)

    ranked = sorted(words, key=lambda word: (-likeness(word), word))
    return list(dict.fromkeys(words[word] for word in ranked if likeness(word) >= 0.5))[:count]


def folded(text: str) -> str:
    """Write a text without capitals, accents and outer blanks, to compare what people type."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
