"""An explanation in parts: what is said about one published figure, before it becomes lines on a terminal."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

WIDTH = 110


@dataclass(frozen=True)
class Part:
    """One part: a title, and lines of a name and a text; a line without a name stands alone."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Explanation:
    """Everything said about one figure.

    Parameters
    ----------
    notices : tuple of str
        What must be read first: invented data, a draft, files changed since.
    parts : tuple of Part
        In the order in which one asks.
    """

    notices: tuple[str, ...]
    parts: tuple[Part, ...]

    def text(self) -> str:
        """Write it as lines of at most `WIDTH` letters, hashes excepted."""
        lines = list(self.notices)
        for part in self.parts:
            if part.lines:
                lines += ["", part.title.upper()]
            for name, text in part.lines:
                shown = f"{name}: {text}" if name else text
                lines += textwrap.wrap(
                    shown, WIDTH, initial_indent="  ", subsequent_indent="      ", break_long_words=False,
                    break_on_hyphens=False,
                ) or [""]  # fmt: skip
        return "\n".join(lines).lstrip("\n")

    def as_data(self) -> dict[str, object]:
        """Give it as plain values, for other programs."""
        return {
            "notices": list(self.notices),
            "parts": [{"title": part.title, "lines": [list(line) for line in part.lines]} for part in self.parts],
        }
