"""The side-by-side page in one language: a table for each topic, a note for each cell, how each study was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.harmonized_cells import Cell, Column, columns_of
from pipeline.harmonized_words import COUNTRIES, WORDS
from pipeline.report_numbers import plain, with_sign
from pipeline.report_words import Words
from surveys.cell_counts import CellFile, tabulate_cells
from surveys.harmonized_figures import HarmonizedList, StudyFigures
from surveys.problems import Language
from surveys.study import Study

Facts = tuple[tuple[str, str], ...]
# more studies than MANY do not fit beside one another; their tables have a row for each, and FIGURES columns
MANY, FIGURES = 6, 4


@dataclass(frozen=True)
class PlainTable:
    """A table ready to print, with a sentence or two above it."""

    title: str
    anchor: str
    intro: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class NoteGroup:
    """Notes of the cells of one figure."""

    title: str
    facts: Facts


@dataclass(frozen=True)
class Page:
    """Everything the page says; templates only place it."""

    words: Words
    title: str
    subtitle: str
    producer: str
    reference_period: str
    year: int
    synthetic: bool
    foreword: tuple[str, ...]
    tables: tuple[PlainTable, ...]
    notes: tuple[NoteGroup, ...]
    designs: tuple[NoteGroup, ...]

    @property
    def language(self) -> Language:
        """Language of the page."""
        return "es" if self.words.language == "es" else "en"


def build_page(
    common: HarmonizedList,
    cells: Sequence[Cell],
    studies: Mapping[str, tuple[Study, StudyFigures]],
    words: Words,
    *,
    counts: Mapping[str, Sequence[tuple[CellFile, pd.DataFrame]]],
    alone: bool,
) -> Page:
    """Build the page.

    Parameters
    ----------
    common : HarmonizedList
        Common list, in order.
    cells : sequence of Cell
        Of all studies.
    studies : mapping of str to (Study, StudyFigures)
        In the order shown.
    words : Words
        Phrases of the report in the language wanted.
    counts : mapping of str to sequence of (CellFile, DataFrame)
        Cells of studies that count, with their rows.
    alone : bool
        Whether the page is of a single study, which then gives its title.

    Returns
    -------
    Page
    """
    language: Language = "es" if words.language == "es" else "en"
    say = WORDS[language]
    synthetic = any(cell.column.synthetic for cell in cells)
    numbers = {cell: place for place, cell in enumerate(_in_order(common, cells), start=1)}
    columns = columns_of(cells)
    many = len(columns) > MANY
    tables = [
        table
        for topic in common.topics
        for table in _topic_tables(common, topic, cells, columns, numbers, language, turned=many)
    ]
    for files in counts.values():
        tables += [
            _count_table(file, frame, table, language, place == 0)
            for file, frame in files
            for place, table in enumerate(file.tables)
        ]
    foreword = [say["reading_alone" if alone else "reading"]]
    if many and not alone:
        foreword = [f"{say['reading_many']} {say['reading'].split('. ', 1)[1]}"]
    foreword = [say["reading_cells"]] if counts and alone else foreword
    first = next(iter(studies.values()))[0]
    periods = [study.reference_period.get(language) for study, _ in studies.values() if study.reference_period]
    own = Words(words.language, {**words.phrases, "banner": say["banner"], "banner_long": say["banner_long"]})
    return Page(
        words=own,
        title=first.title.get(language) if alone else common.title.get(language),
        subtitle=say["alone"]
        if alone
        else ", ".join(
            dict.fromkeys(COUNTRIES[language].get(study.country, study.country) for study, _ in studies.values())
        ),
        producer=first.producer.get(language) if alone and first.producer else "Caracteriza",
        reference_period="; ".join(dict.fromkeys(periods)),
        year=max(study.year for study, _ in studies.values()),
        synthetic=synthetic,
        foreword=tuple(foreword + ([say["reading_synthetic"]] if synthetic else [])),
        tables=tuple(table for table in tables if table.rows),
        notes=tuple(_notes(common, numbers, language)),
        designs=tuple(_designs(studies, language)),
    )


def column_title(column: Column, language: Language) -> str:
    """Name a column: country, year, whether published or estimated, and whether synthetic."""
    say = WORDS[language]
    country = COUNTRIES[language].get(column.country, column.country)
    kind = f"{say['synthetic']}, {say[column.kind]}" if column.synthetic else say[column.kind]
    return f"{country} {column.year} ({kind})"


def value_text(cell: Cell, language: Language) -> str:
    """Write what stands in a cell; a figure that may not be shown says why."""
    say = WORDS[language]
    if cell.text is not None:
        return cell.text.get(language)
    if not cell.shown:
        return say.get(cell.status, say["not_found"])
    if cell.column.kind == "published":
        text = with_sign(f"{cell.value:,.10g}", cell.unit, language)
        return text if cell.quality == "exact" else say[cell.quality].format(value=text)
    return with_sign(_estimate(cell.value, cell.unit), cell.unit, language)


def precision_text(cell: Cell, language: Language) -> str:
    """Say the interval of an estimate, or that a figure was published without error."""
    say = WORDS[language]
    if cell.column.kind == "published":
        return "" if cell.text is not None else say["no_error"]
    if not cell.shown:
        return ""
    low, high = (with_sign(_estimate(value, cell.unit), cell.unit, language) for value in (cell.low, cell.high))
    weak = f"; {say['weak']}" if cell.status == "weak" else ""
    return say["interval"].format(low=low, high=high) + weak


def _estimate(value: float, unit: str) -> str:
    return plain(value, {"percent": 1, "years": 1, "number": 2}.get(unit, 0))


def _in_order(common: HarmonizedList, cells: Sequence[Cell]) -> list[Cell]:
    topics, names, columns = list(common.topics), list(common.indicators), columns_of(cells)
    return sorted(
        cells,
        key=lambda cell: (
            topics.index(common.indicators[cell.figure].topic),
            names.index(cell.figure),
            columns.index(cell.column),
        ),
    )


def _topic_tables(
    common: HarmonizedList,
    topic: str,
    cells: Sequence[Cell],
    columns: Sequence[Column],
    numbers: Mapping[Cell, int],
    language: Language,
    *,
    turned: bool,
) -> list[PlainTable]:
    """Make the table of a topic; turned, with a row for each study, where there are too many for a page's width."""
    say = WORDS[language]
    rows = []
    for indicator in common.indicators.values():
        own = [cell for cell in cells if cell.figure == indicator.name]
        if indicator.topic != topic or not own:
            continue
        row = [indicator.label.get(language)]
        for column in columns:
            found = [cell for cell in own if cell.column == column]
            row.append("; ".join(_with_note(cell, numbers[cell], language) for cell in found) or say["not_found"])
        rows.append(tuple(row))
    title, names = common.topics[topic].get(language), [column_title(column, language) for column in columns]
    if not turned:
        return [PlainTable(title, f"topic-{topic}", (), (say["figure"], *names), tuple(rows))]
    tables = []
    for start in range(0, len(rows), FIGURES):
        some = rows[start : start + FIGURES]
        lines = tuple(
            (f"{name}: {column.study}", *(row[place] for row in some))
            for place, (name, column) in enumerate(zip(names, columns, strict=True), start=1)
        )
        part = start // FIGURES + 1
        heads = (say["study"], *(row[0] for row in some))
        tables.append(PlainTable(f"{title} ({part})" if part > 1 else title, f"topic-{topic}-{part}", (), heads, lines))
    return tables


def _with_note(cell: Cell, number: int, language: Language) -> str:
    text, precision = value_text(cell, language), ""
    if cell.column.kind != "published" and cell.shown:
        low, high = _estimate(cell.low, cell.unit), _estimate(cell.high, cell.unit)
        precision = f" ({low} – {high})"
    return f"{text}{precision} [{number}]"


def _notes(common: HarmonizedList, numbers: Mapping[Cell, int], language: Language) -> list[NoteGroup]:
    say = WORDS[language]
    groups: dict[str, list[tuple[str, str]]] = {}
    for cell, number in numbers.items():
        heading = f"[{number}] {column_title(cell.column, language)}: {value_text(cell, language)}"
        parts = [
            (say["definition"], cell.definition.get(language)),
            (say["period"], cell.period.get(language)),
            (say["comparability"], cell.comparability.get(language)),
            (say["precision"], precision_text(cell, language)),
            (say["derived"], cell.derived),
            (say["source"], cell.source),
            ("", cell.address),
        ]
        text = " ".join(f"{name}: {value.rstrip('.')}." if name else value for name, value in parts if value)
        groups.setdefault(cell.figure, []).append((heading, text))
    found = []
    for name, facts in groups.items():
        indicator = common.indicators[name]
        caution = [(say["caution"], indicator.caution.get(language))] if indicator.caution is not None else []
        found.append(
            NoteGroup(
                indicator.label.get(language),
                ((say["definition"], indicator.definition.get(language)), *caution, *facts),
            )
        )
    return found


def _designs(studies: Mapping[str, tuple[Study, StudyFigures]], language: Language) -> list[NoteGroup]:
    say = WORDS[language]
    found = []
    for study, figures in studies.values():
        facts = [(say["producer"], study.producer.get(language))] if study.producer else []
        if study.reference_period:
            facts.append((say["period"], study.reference_period.get(language)))
        for fact in figures.design:
            source = " ".join(part for part in (fact.source, fact.address) if part)
            told = f"{fact.text.get(language)} {say['source']}: {source}" if source else fact.text.get(language)
            facts.append((fact.name.get(language), told))
        country = COUNTRIES[language].get(study.country, study.country)
        found.append(NoteGroup(f"{country} {study.year}: {study.title.get(language)}", tuple(facts)))
    return found


def _count_table(
    file: CellFile, frame: pd.DataFrame, table: Sequence[str], language: Language, first: bool
) -> PlainTable:
    say = WORDS[language]
    sums = tabulate_cells(file, frame, table)
    specs = [file.breakdowns[name] for name in table]
    by = f" {say['and']} ".join(_lower(spec.label.get(language)) for spec in specs)
    title = say["cells_by"].format(what=file.label.get(language), by=by)

    def named(name: str, code: str) -> str:
        known = file.breakdowns[name].codes.get(code)
        return code if known is None else known.get(language)

    whole = plain(float(frame["count"].sum()), 0)
    rows: list[tuple[str, ...]]
    columns: tuple[str, ...]
    if len(table) == 1:
        rows = [
            (named(table[0], str(code)), plain(float(count), 0))
            for code, count in zip(sums[table[0]], sums["count"], strict=True)
        ]
        rows.append((say["total"], whole))
        columns = (specs[0].label.get(language), say[f"unit_{file.unit}"].capitalize())
    else:
        wide = sums.pivot_table(index=table[0], columns=table[1], values="count", sort=False, fill_value=0.0)
        order = list(dict.fromkeys(tabulate_cells(file, frame, [table[1]])[table[1]]))
        rows = [
            (
                named(table[0], str(code)),
                *(plain(float(line[other]), 0) for other in order),
                plain(float(line.sum()), 0),
            )
            for code, line in wide.iterrows()
        ]
        sides = [plain(float(wide[other].sum()), 0) for other in order]
        rows.append((say["total"], *sides, whole))
        columns = (specs[0].label.get(language), *(named(table[1], str(other)) for other in order), say["total"])
    intro = (say["checked"].format(totals=_totals(file, language)),) if first else ()
    return PlainTable(
        title, f"cells-{file.name}-{'-'.join(table)}", intro, columns, tuple(rows), tuple(range(1, len(columns)))
    )


def _totals(file: CellFile, language: Language) -> str:
    say = WORDS[language]
    told = []
    for total in file.totals:
        names = [
            file.breakdowns[name].codes[code].get(language) if code in file.breakdowns[name].codes else code
            for name, code in total.where
        ]
        told.append(f"{', '.join(names) or say['all_cells']}: {plain(total.value, 0)} ({total.source})")
    return "; ".join(told)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
