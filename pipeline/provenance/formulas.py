"""The formula list of the estimates, read where it is written: `estimates/README.md`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Formula:
    """One row of the list.

    Parameters
    ----------
    what : str
        What is computed, or the name of a statistic.
    formula, source : str
        In symbols, and the page where it is printed.
    """

    what: str
    formula: str
    source: str


def read_formulas(root: Path) -> dict[str, Formula]:
    """Read both tables of the list: formulas by what they compute, and statistics by their name in the dictionary.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    dict of str to Formula
        Statistics as ``statistic:total``, so that they cannot be taken for the others.
    """
    found: dict[str, Formula] = {}
    section = ""
    for line in (root / "estimates" / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if not line.startswith("| ") or len(cells) < 4 or cells[0] in ("what", "statistic"):
            continue
        if section == "Formulas":
            found[cells[0]] = Formula(*cells[:3])
        elif section.startswith("Statistics"):
            name = cells[0].strip("`")
            found[f"statistic:{name}"] = Formula(name, cells[1], cells[2])
    return found
