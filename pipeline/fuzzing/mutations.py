"""Damage to bytes, drawn from a seeded generator: the same seed and number give the same damage."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

Generator = np.random.Generator
Mutation = Callable[[bytes, Generator], bytes]

_HEADER = 1024
_EXTREMES = tuple(
    struct.pack(form, value)
    for form, value in (
        ("<i", 0), ("<i", -1), ("<i", 2**31 - 1), ("<i", -(2**31)), ("<i", 100), ("<i", 255), ("<i", 65536), (">i", 1),
        ("<h", -1), ("<h", 2**15 - 1), ("<q", 2**63 - 1), ("<q", -1), ("<d", float("nan")), ("<d", float("inf")),
        ("<d", -1.7976931348623157e308), ("<d", 5e-324),
    )
)  # fmt: skip
_WORDS = (
    "=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "-1", "1e999", "-1e308", "nan", "inf", "99999999999999999999", "0x10",
    "1,5", "1.234,56", '"', '""', "'", ";", ",", ",,,,", "\t", "\n", "\r", "\r\n\r\n", "\x00", "\ufeff", "\u202e",
    "Ã¡", "../../etc/passwd", "'; DROP TABLE persons; --", "{{ 7*7 }}", "#panic()", "<script>alert(1)</script>",
    "&a", "*a", "!!python/object/apply:os.system [id]", "[" * 200, "{" * 40, "- ", ": ", "? ", "| ", "> ", "%", "~",
    "null", "true", "NO", "010", "2018-01-01", "${HOME}", "A" * 70_000, "é", "😀", "\U0010ffff",
)  # fmt: skip
_TOKENS = (*(word.encode() for word in _WORDS), b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\x80")


def mutated(content: bytes, generator: Generator, *, text: bool = False) -> bytes:
    """Damage a file in one to three places.

    Parameters
    ----------
    content : bytes
        A whole file.
    generator : numpy.random.Generator
        Where every choice comes from.
    text : bool
        Whether lines and words are damaged too, and not only bytes.

    Returns
    -------
    bytes
        Never the same as ``content``.
    """
    ways = _OF_TEXT if text else _OF_BYTES
    out = content
    for _ in range(int(generator.integers(1, 4))):
        out = ways[int(generator.integers(len(ways)))](out, generator)
    return out if out != content else _flip(content, generator)


def _place(content: bytes, generator: Generator) -> int:
    """Choose a place; every other time one near the beginning, where lengths and types are."""
    end = max(len(content), 1)
    return int(generator.integers(min(_HEADER, end) if generator.random() < 0.5 else end))


def _size(generator: Generator) -> int:
    return int(2 ** generator.integers(0, 9))


def _flip(content: bytes, generator: Generator) -> bytes:
    if not content:
        return b"\x00"
    place = _place(content, generator)
    changed = bytearray(content)
    changed[place] ^= 1 << int(generator.integers(8))
    return bytes(changed)


def _over(content: bytes, generator: Generator, new: bytes) -> bytes:
    place = _place(content, generator)
    return content[:place] + new + content[place + len(new):]


def _random_bytes(content: bytes, generator: Generator) -> bytes:
    return _over(content, generator, generator.bytes(_size(generator)))


def _zeros(content: bytes, generator: Generator) -> bytes:
    return _over(content, generator, bytes(_size(generator)))


def _extreme(content: bytes, generator: Generator) -> bytes:
    place = _place(content, generator) // 4 * 4
    new = _EXTREMES[int(generator.integers(len(_EXTREMES)))]
    return content[:place] + new + content[place + len(new):]


def _insert(content: bytes, generator: Generator) -> bytes:
    place = _place(content, generator)
    return content[:place] + generator.bytes(_size(generator)) + content[place:]


def _delete(content: bytes, generator: Generator) -> bytes:
    place = _place(content, generator)
    return content[:place] + content[place + _size(generator):]


def _repeat(content: bytes, generator: Generator) -> bytes:
    place = _place(content, generator)
    block = content[place: place + _size(generator)]
    return content[:place] + block * int(generator.integers(2, 40)) + content[place + len(block):]


def _cut(content: bytes, generator: Generator) -> bytes:
    return content[: int(generator.integers(max(len(content), 1)))]


def _move(content: bytes, generator: Generator) -> bytes:
    """Put a block of the file where another was."""
    place = _place(content, generator)
    return _over(content, generator, content[place: place + _size(generator)])


def _token(content: bytes, generator: Generator) -> bytes:
    place = _place(content, generator)
    new = _TOKENS[int(generator.integers(len(_TOKENS)))]
    taken = int(generator.integers(0, 8))
    return content[:place] + new + content[place + taken:]


def _lines(content: bytes, generator: Generator) -> bytes:
    """Take a line out, repeat it, or exchange it with another."""
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        return _flip(content, generator)
    one, other = (int(place) for place in generator.integers(len(lines), size=2))
    way = int(generator.integers(4))
    if way == 0:
        del lines[one]
    elif way == 1:
        lines.insert(other, lines[one])
    elif way == 2:
        lines[one], lines[other] = lines[other], lines[one]
    else:
        lines[one] = lines[one][: int(generator.integers(len(lines[one]) + 1))]
    return b"".join(lines)


def _digit(content: bytes, generator: Generator) -> bytes:
    """Change one digit into another: damage that no format can notice."""
    places = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    if not places:
        return _flip(content, generator)
    changed = bytearray(content)
    changed[places[int(generator.integers(len(places)))]] = 48 + int(generator.integers(10))
    return bytes(changed)


_OF_BYTES: tuple[Mutation, ...] = (
    _flip, _flip, _random_bytes, _zeros, _extreme, _extreme, _insert, _delete, _repeat, _cut, _move,
)  # fmt: skip
_OF_TEXT: tuple[Mutation, ...] = (*_OF_BYTES, _token, _token, _token, _lines, _lines, _digit)
