"""The annex of full tables: everything that was tabulated and that no chapter shows as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.report_blocks import Material
from pipeline.report_exhibits import Exhibits
from pipeline.report_tables import Table, build_table
from surveys.study import Exhibit

DEEPEST = 2


def full_tables(material: Material, shown: Sequence[Exhibit], titles: Exhibits) -> tuple[Table, ...]:
    """Build the tables of the tabulation that no chapter shows.

    Parameters
    ----------
    material : Material
        Estimates and the study.
    shown : sequence of Exhibit
        Tables of the chapters, and the pictures whose numbers are already in an annex.
    titles : Exhibits
        Gives titles as in the chapters.

    Returns
    -------
    tuple of Table
        Numbered B1, B2, ...; one for each indicator and set of at most two breakdowns, those of the whole population
        together in the first. Deeper tables are in the workbook only.
    """
    covered = {(name, frozenset(exhibit.by)) for exhibit in shown for name in exhibit.indicators}
    made: list[Table] = []
    for exhibit in _missing(material, covered):
        number = f"{material.labels.words['table']} B{len(made) + 1}"
        title = titles.title(exhibit) if exhibit.by or len(exhibit.indicators) == 1 \
            else material.labels.words["full_tables_whole"]
        table = build_table(material.frame, exhibit.indicators, exhibit.by, material.labels, number=number,
                            anchor=f"table-b{len(made) + 1}", title=title, confidence=material.confidence)
        if any(group.rows for group in table.groups):
            made.append(replace(table, notes=(*table.notes, *titles.warning(exhibit))))
    return tuple(made)


def _missing(material: Material, covered: set[tuple[str, frozenset[str]]]) -> Iterator[Exhibit]:
    plan: dict[tuple[str, ...], dict[str, None]] = {}
    public = material.study.editions.in_public
    for block in material.study.tabulation:
        for by in block.by:
            for name in block.indicators:
                if len(by) <= DEEPEST and public(name, by) and (name, frozenset(by)) not in covered:
                    plan.setdefault(tuple(by), {})[name] = None
    for by, names in plan.items():
        single = [name for name in names if material.labels.parts(name, material.frame) == (name,)] if not by else []
        if single:
            yield Exhibit("table", tuple(single))
        yield from (Exhibit("table", (name,), by) for name in names if name not in single)
