"""A cube as a PC-Axis file in one or two languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.px.cube import SYMBOLS, Cube, Dimension
from surveys.dictionary import Label
from surveys.problems import Language

WIDTH = 200


def write_px(folder: Path, cube: Cube, languages: Sequence[Language]) -> None:
    """Write ``<name>.px``.

    Parameters
    ----------
    folder : Path
        Of the release.
    cube : Cube
        The table.
    languages : sequence of {"es", "en"}
        The first one is that of the file, the others are beside it.

    References
    ----------
    Statistics Sweden (2013). PX-file format, specification 2013, AXIS-VERSION 2013: order and form of the keywords.
    """
    text = "\n".join(_statements(cube, languages)) + "\n"
    (folder / f"{cube.name}.px").write_text(text, encoding="utf-8", newline="\r\n")


def _statements(cube: Cube, languages: Sequence[Language]) -> Iterator[str]:
    yield from ('CHARSET="ANSI";', 'AXIS-VERSION="2013";', 'CODEPAGE="utf-8";')
    yield f'LANGUAGE="{languages[0]}";'
    if len(languages) > 1:
        yield "LANGUAGES=" + ",".join(f'"{language}"' for language in languages) + ";"
    yield f'CREATION-DATE="{cube.year}0101 00:00";'
    yield from ("DECIMALS=15;", "SHOWDECIMALS=0;", f'MATRIX="{cube.matrix}";', "COPYRIGHT=NO;", 'SUBJECT-CODE="DI";')
    for place, language in enumerate(languages):
        yield from _in_language(cube, language, "" if place == 0 else f"[{language}]")
    yield "DATA="
    yield from (" ".join(_cell(cell) for cell in row) for row in cube.rows())
    yield ";"


def _in_language(cube: Cube, language: Language, mark: str) -> Iterator[str]:
    area = Label("Desplazamiento interno", "Internal displacement")
    yield f"SUBJECT-AREA{mark}={_text(area, language)};"
    yield f"DESCRIPTION{mark}={_text(cube.title, language)};"
    yield f"TITLE{mark}={_text(cube.title, language)};"
    yield f"CONTENTS{mark}={_text(cube.contents, language)};"
    own = next(part for part in cube.dimensions if part.code == cube.content)
    yield f"UNITS{mark}={_text(Label('véase cada indicador', 'see each indicator'), language)};"
    for keyword, parts in (("STUB", cube.stub), ("HEADING", cube.heading)):
        if parts:
            yield f"{keyword}{mark}={_listed([part.label.get(language) for part in parts])};"
    yield f"CONTVARIABLE{mark}={_text(own.label, language)};"
    for part in cube.dimensions:
        yield f"VALUES{mark}({_text(part.label, language)})={_listed([v.get(language) for v in part.values.values()])};"
        yield f"VARIABLECODE{mark}({_text(part.label, language)})={_quoted(part.code)};"
        yield f"CODES{mark}({_text(part.label, language)})={_listed(list(part.values))};"
    last = cube.dimensions[-1]
    for code, decimals in cube.decimals.items():
        if decimals:
            yield f"PRECISION{mark}({_text(last.label, language)},{_text(last.values[code], language)})={decimals};"
    for code, unit in cube.units.items():
        yield f"UNITS{mark}({_text(own.values[code], language)})={_text(unit, language)};"
    yield f'LAST-UPDATED{mark}="{cube.year}0101 00:00";'
    if cube.period.get(language):
        yield f"REFPERIOD{mark}={_text(cube.period, language)};"
    for place, words in enumerate(SYMBOLS.values(), start=1):
        yield f"DATASYMBOL{place}{mark}={_text(words, language)};"
    if cube.source.get(language):
        yield f"SOURCE{mark}={_text(cube.source, language)};"
    for keyword, notes in (("NOTEX", cube.warnings), ("NOTE", cube.notes)):
        if notes:
            yield f"{keyword}{mark}={_long('#'.join(_clean(note.get(language)) for note in notes))};"
    for codes, note in cube.cell_notes.items():
        names = ",".join(_value(part, code, language) for part, code in zip(cube.dimensions, codes, strict=True))
        yield f"CELLNOTE{mark}({names})={_text(note, language)};"


def _value(part: Dimension, code: str, language: Language) -> str:
    return '"*"' if code == "*" else _text(part.values[code], language)


def _cell(text: str) -> str:
    return f'"{text}"' if text in SYMBOLS else text


def _text(label: Label, language: Language) -> str:
    return _quoted(label.get(language))


def _quoted(text: str) -> str:
    return f'"{_clean(text)}"'


def _clean(text: str) -> str:
    """Write a text so that it stays inside its quotes and on its line."""
    return " ".join(text.replace('"', "'").split())


def _listed(texts: Sequence[str]) -> str:
    """Write a list, on as many lines as it takes."""
    lines, line = [], ""
    for text in texts:
        part = _quoted(text)
        if line and len(line) + len(part) > WIDTH:
            lines.append(line + ",")
            line = part
        else:
            line = f"{line},{part}" if line else part
    return "\n".join([*lines, line])


def _long(text: str) -> str:
    """Write a long text as parts in quotes, one a line."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) > WIDTH:
            lines.append(line + " ")
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join(f'"{one}"' for one in [*lines, line])
