"""The exhibits of a report in order: numbered, titled, and every picture followed by a table of its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.report_blocks import Block, Built, Chart, Material, Place, Results
from pipeline.report_extended import extended_notes
from pipeline.report_kinds import KINDS
from pipeline.report_small_areas import SHOWN
from pipeline.report_tables import HIDDEN, Note, Table
from pipeline.report_words import Words
from surveys.study import Exhibit


class Exhibits:
    """Numbers the exhibits of a report and makes a data table for every picture that no chapter table covers.

    Parameters
    ----------
    material : Material
        What builders read.
    planned : sequence of Exhibit
        All exhibits of the report in order, so that a picture can point to a later table.
    prefix : str
        Put before every link target, where several documents share a page.
    """

    def __init__(self, material: Material, planned: Sequence[Exhibit], prefix: str = "") -> None:
        self.material, self.prefix = material, prefix
        self.tables = self.charts = 0
        self.planned = [exhibit for exhibit in planned if KINDS[exhibit.kind].counted == "table"]
        self.data_tables: list[Table | Results] = []

    def blocks(self, plan: Sequence[Exhibit]) -> Iterator[Block]:
        """Build some exhibits in order."""
        for exhibit in plan:
            kind, title, words = KINDS[exhibit.kind], self.title(exhibit), self.material.labels.words
            if kind.counted == "table":
                self.tables += 1
                place = Place(f"{words['table']} {self.tables}", f"{self.prefix}table-{self.tables}", title)
            else:
                self.charts += 1
                place = Place(f"{words['chart']} {self.charts}", f"{self.prefix}chart-{self.charts}", title)
            built = kind.build(exhibit, self.material, place)
            block = built.block
            block = replace(block, notes=(*block.notes, *self.warning(exhibit)))
            if isinstance(block, Chart) and built.data is not None:
                note = Note("", words.say("data_of_chart", table=self._data_of(exhibit, built, block.title)))
                block = replace(block, notes=(*block.notes, note))
            yield block

    def title(self, exhibit: Exhibit) -> str:
        """Title of an exhibit: its own, or the names of what it shows."""
        labels = self.material.labels
        if exhibit.title is not None:
            return exhibit.title.get(labels.words.language)
        if not exhibit.indicators:
            return labels.words.either(f"title_{exhibit.kind}", "")
        what = listed([labels.indicator(name) for name in exhibit.indicators], labels.words)
        if not exhibit.by:
            return what
        by = listed(["", *(labels.breakdown(name) for name in exhibit.by)], labels.words)
        return labels.words.say("title_by", what=what, by=by)

    def warning(self, exhibit: Exhibit) -> tuple[Note, ...]:
        """Warning of the study where an exhibit shows totals carried beyond the places sampled."""
        if not KINDS[exhibit.kind].of_estimates:
            return ()
        extrapolation = self.material.study.extrapolation
        return extended_notes(exhibit, self.material.frame, self.material.labels,
                              None if extrapolation is None else extrapolation.warning)

    def in_chapters(self, exhibit: Exhibit) -> int:
        """Find the place of the chapter table with every number of a picture; 0 where there is none."""
        for place, table in enumerate(self.planned, start=1):
            if table.kind != (KINDS["ranking"] if "model" in exhibit.options else KINDS[exhibit.kind]).data_in:
                continue
            if exhibit.indicators:
                same = table.by == exhibit.by and set(exhibit.indicators) <= set(table.indicators)
            else:
                wanted, given = ({**item.options, "rows": 0} if item.options else {} for item in (exhibit, table))
                same = bool(wanted) and wanted == given and self._rows(exhibit) <= self._rows(table)
            if same:
                return place
        return 0

    def _rows(self, exhibit: Exhibit) -> int:
        """Count the areas that an exhibit lists at most; a map of a model shows all that may be published."""
        if exhibit.kind != "map":
            return int(exhibit.options.get("rows", SHOWN))
        areas = self.material.tables["small_areas"]
        mine = areas[areas["model"] == exhibit.options["model"]]
        return int((~mine["status"].isin(HIDDEN)).sum())

    def _data_of(self, exhibit: Exhibit, built: Built, title: str) -> str:
        """Name the table with a picture's values, made for the annex where no chapter has it."""
        word = self.material.labels.words["table"]
        chapter = self.in_chapters(exhibit)
        if chapter:
            return f"{word} {chapter}"
        place = len(self.data_tables) + 1
        number = f"{word} A{place}"
        if built.data is not None:
            made = built.data(Place(number, f"{self.prefix}table-a{place}", title))
            self.data_tables.append(replace(made, notes=(*made.notes, *self.warning(exhibit))))
        return number


def listed(names: Sequence[str], words: Words) -> str:
    """Join names as a sentence would: all but the first in lower case, unless they start with an acronym."""
    lowered = [*names[:1], *(f"{name[:1].lower()}{name[1:]}" if name[1:2].islower() else name for name in names[1:])]
    kept = [name for name in lowered if name]
    joined = words["and"]
    if joined == "y" and len(kept) > 1 and re.match(r"(i|í|hi(?![ae]))", kept[-1], re.IGNORECASE):
        joined = "e"  # Spanish: "edad media e índice de masculinidad"
    return f" {joined} ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)
