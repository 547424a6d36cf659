"""The linked cells of a study's release, read from who contributes to every row of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.cells import NONE, CellBook, LinkedCells
from estimates.figures import FIGURES, figure_of
from estimates.level_rows import LevelRows, level_rows
from estimates.measure import Coding, Measure
from estimates.measures import coding_of, measures_of
from estimates.protection import DisclosureRule, small_cells
from estimates.study_plan import with_needed
from estimates.table import WHOLE
from estimates.victim_cells import contributors
from estimates.victim_indicators import about_victims, victim_breakdowns
from surveys.design import Design
from surveys.dictionary import Dictionary
from surveys.microdata import Microdata
from surveys.study import Study

Pattern = frozenset[str]
IntVector = NDArray[np.int64]
BoolVector = NDArray[np.bool_]


@dataclass(frozen=True)
class _Told:
    """One measure in one pattern: its domains with a base, and the cells of each."""

    domain: IntVector
    cases: IntVector
    base: IntVector
    rest: IntVector


def release_cells(
    study: Study,
    dictionary: Dictionary,
    microdata: Microdata,
    design: Design,
    weights: Mapping[str, NDArray[np.float64]],
    frame: pd.DataFrame,
) -> LinkedCells:
    """Link the cells of all tables of a release.

    Parameters
    ----------
    study, dictionary, microdata, design, weights
        As `estimates.study_estimates.estimate_study` takes them.
    frame : DataFrame
        Its result: R rows.

    Returns
    -------
    LinkedCells
        Every set of contributors once, whatever tables it appears in. Sums: the codes of a breakdown make its
        margin, with those whose code is missing; a finer breakdown makes a coarser one (municipalities a
        department, years a period); the codes of a single answer make their base; with and without make the
        base. Margins that no table prints are there too, so that two tables that share one are linked.
    """
    microdata = with_needed(study, dictionary, microdata)
    rule = DisclosureRule(minimum_cases=study.publication.minimum_cases)
    names = [str(name) for name in frame.columns]
    breakdowns = names[names.index("indicator") + 1 : names.index("estimate")]
    book = CellBook()
    cases, base, rest = (np.full(len(frame), NONE, dtype=np.int64) for _ in range(3))
    whole = frame["indicator"].astype(str).str.partition(".")[0].to_numpy()
    by_level: dict[str, list[str]] = {}
    for name in dict.fromkeys(whole):
        by_level.setdefault(dictionary.indicators[name].level, []).append(name)
    for level, indicators in by_level.items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        reader = _LevelReader(book, rows, rule, len(rows.weight), victim_breakdowns(dictionary))
        at_level = np.flatnonzero(np.isin(whole, indicators))
        used = [name for name in breakdowns if (frame[name].to_numpy()[at_level] != WHOLE).any()]
        codings = {name: coding_of(dictionary.breakdowns[name], rows.columns, dictionary) for name in used}
        reader.nest(codings)
        single: list[tuple[list[Measure], dict[str, dict[Pattern, _Told]]]] = []
        for name in indicators:
            spec = dictionary.indicators[name]
            if spec.statistic in FIGURES:
                measures = list(figure_of(spec, rows.columns, dictionary).measures)
            else:
                measures = measures_of(spec, rows.columns, dictionary)
            told: dict[str, dict[Pattern, _Told]] = {}
            for measure in measures:
                of_measure = np.flatnonzero((frame["indicator"] == measure.name).to_numpy())
                told[measure.name] = reader.read(
                    measure, about_victims(spec, dictionary), frame, of_measure, used, cases, base, rest
                )
            is_single = spec.statistic == "distribution" and dictionary.variables[spec.of.strip()].type == "code"
            if is_single:
                reader.answers(told)
                single.append((measures, told))
        reader.finer_answers(single)
    return book.close(cases, base, rest)


class _LevelReader:
    """Reads the cells of one level into the book."""

    def __init__(
        self, book: CellBook, rows: LevelRows, rule: DisclosureRule, size: int, victims: frozenset[str]
    ) -> None:
        self.victims = victims
        self.book, self.rows, self.rule = book, rows, rule
        # A set of contributors is known by the sum of the marks of its members.
        self.mark = np.random.default_rng(20180320).integers(1, 2**62, size=size, dtype=np.int64)
        self.codings: dict[str, Coding] = {}
        self.parents: dict[str, set[str]] = {}

    def nest(self, codings: Mapping[str, Coding]) -> None:
        """Find breakdowns that are finer than others: every code lies inside one code of the coarser."""
        self.codings = dict(codings)
        self.parents = {name: set() for name in codings}
        for fine, coarse in ((a, b) for a in codings for b in codings if a != b):
            if _finer(codings[fine].codes, codings[coarse].codes):
                self.parents[fine].add(coarse)

    def read(
        self, measure: Measure, sensitive: bool, frame: pd.DataFrame, of_measure: IntVector,
        breakdowns: Sequence[str], cases: IntVector, base: IntVector, rest: IntVector,
    ) -> dict[Pattern, _Told]:  # fmt: skip
        """Enter the cells of one measure in all its tables, and the sums between these tables."""
        part = frame.iloc[of_measure]
        held = {name: (part[name] != WHOLE).to_numpy() for name in breakdowns}
        patterns = {
            frozenset(name for name in breakdowns if held[name][row]) for row in range(len(part))
        }
        for a, b in combinations(sorted(patterns, key=sorted), 2):
            patterns.add(a & b)
        patterns.add(frozenset())
        ordered = sorted(patterns, key=lambda names: (len(names), sorted(names)))
        inside = measure.base() & (self.rows.weight > 0)
        with_it = inside & (measure.numerator != 0)
        told = {}
        domains = {}
        for pattern in ordered:
            domain, count = self._domains(pattern)
            domains[pattern] = np.where(inside, domain, -1)
            told[pattern] = self._cells(
                measure, sensitive or bool(pattern & self.victims), with_it, inside, domains[pattern], count
            )
            of_row = of_measure[
                np.all([held[name] == (name in pattern) for name in breakdowns], axis=0)
                if breakdowns
                else np.ones(len(part), dtype=bool)
            ]
            self._tell(frame, of_row, pattern, told[pattern], cases, base, rest)
        for fine, coarse in _coverings(ordered, self.parents):
            self._add_up(told[fine], told[coarse], domains[fine], domains[coarse], with_it, inside)
        return told

    def answers(self, told: Mapping[str, Mapping[Pattern, _Told]]) -> None:
        """Codes of a single answer make their base."""
        every = list(told.values())
        for pattern in every[0]:
            if all(pattern in one for one in every):
                parts = [one[pattern] for one in every]
                for place in range(parts[0].domain.size):
                    if all(part.domain.size == parts[0].domain.size for part in parts):
                        self.book.add_sum(int(parts[0].base[place]), [int(part.cases[place]) for part in parts])

    def finer_answers(self, single: Sequence[tuple[list[Measure], dict[str, dict[Pattern, _Told]]]]) -> None:
        """Codes of a finer question make those of a coarser: years a period."""
        coded = [_answer_codes(measures) for measures, _ in single]
        for i, j in ((i, j) for i in range(len(single)) for j in range(len(single)) if i != j):
            if not _finer(coded[i], coded[j]):
                continue
            both = (coded[i] >= 0) & (coded[j] >= 0)
            inner = {int(fine): int(coarse) for fine, coarse in zip(coded[i][both], coded[j][both], strict=True)}
            fine_names, coarse_names = list(single[i][1]), list(single[j][1])
            for code, name in enumerate(coarse_names):
                parts = [fine_names[fine] for fine, coarse in inner.items() if coarse == code]
                for pattern, of_coarse in single[j][1][name].items():
                    if not parts or any(pattern not in single[i][1][part] for part in parts):
                        continue
                    of_fine = [single[i][1][part][pattern] for part in parts]
                    for place, domain in enumerate(of_coarse.domain.tolist()):
                        at = [np.flatnonzero(one.domain == domain) for one in of_fine]
                        found = [int(one.cases[where[0]]) for one, where in zip(of_fine, at, strict=True) if where.size]
                        if sum(self.book.count[cell] for cell in found) == self.book.count[of_coarse.cases[place]]:
                            self.book.add_sum(int(of_coarse.cases[place]), found)

    def _domains(self, pattern: Pattern) -> tuple[IntVector, int]:
        domain = np.zeros(self.rows.weight.size, dtype=np.int64)
        outside = np.zeros(domain.size, dtype=bool)
        count = 1
        for name in sorted(pattern):
            coding = self.codings[name]
            domain = domain * len(coding.labels) + np.maximum(coding.codes, 0)
            outside |= np.asarray(coding.codes) < 0
            count *= len(coding.labels)
        return np.where(outside, -1, domain), count

    def _cells(
        self, measure: Measure, sensitive: bool, with_it: BoolVector, inside: BoolVector, domain: IntVector, count: int
    ) -> _Told:
        present = np.unique(domain[domain >= 0])
        place = np.searchsorted(present, np.maximum(domain, 0)).clip(max=max(present.size - 1, 0))
        base = self._sets(inside & (domain >= 0), place, present.size)
        cases = self._sets(with_it & (domain >= 0), place, present.size)
        rest = self._sets(inside & ~with_it & (domain >= 0), place, present.size)
        for total, *parts in zip(base.tolist(), cases.tolist(), rest.tolist(), strict=True):
            self.book.add_sum(total, parts)
        told = _Told(present, cases, base, rest)
        if sensitive and present.size:
            # Means and ratios stand on their base; totals on those with the attribute; shares on both sides.
            sides = (cases, rest) if measure.kind in ("prop", "total") else (base,)
            for counted, cells in zip(contributors(measure), sides, strict=False):
                small = small_cells(counted, np.where(domain >= 0, place, -1), present.size, self.rows.unit,
                                    self.rows.design.psu, self.rule)  # fmt: skip
                for cell, broken in zip(cells.tolist(), small.tolist(), strict=True):
                    self.book.victim[cell] = True
                    self.book.primary[cell] = self.book.primary[cell] or broken
        return told

    def _sets(self, chosen: BoolVector, place: IntVector, size: int) -> IntVector:
        at = place[chosen]
        counts = np.bincount(at, minlength=size)
        marks = np.zeros(size, dtype=np.int64)
        np.add.at(marks, at, self.mark[chosen])
        return np.array(
            [self.book.cell(self.rows.name, int(n), int(mark)) for n, mark in zip(counts, marks, strict=True)],
            dtype=np.int64,
        )

    def _tell(
        self, frame: pd.DataFrame, of_row: IntVector, pattern: Pattern, told: _Told,
        cases: IntVector, base: IntVector, rest: IntVector,
    ) -> None:  # fmt: skip
        if not of_row.size or not told.domain.size:
            return
        domain = np.zeros(of_row.size, dtype=np.int64)
        for name in sorted(pattern):
            labels = {label: place for place, label in enumerate(self.codings[name].labels)}
            codes = frame[name].to_numpy()[of_row]
            domain = domain * len(labels) + np.array([labels[str(code)] for code in codes], dtype=np.int64)
        place = np.searchsorted(told.domain, domain).clip(max=told.domain.size - 1)
        known = told.domain[place] == domain
        at, place = of_row[known], place[known]
        cases[at], base[at], rest[at] = told.cases[place], told.base[place], told.rest[place]

    def _add_up(
        self, fine: _Told, coarse: _Told, of_fine: IntVector, of_coarse: IntVector, with_it: BoolVector,
        inside: BoolVector,
    ) -> None:  # fmt: skip
        both = (of_fine >= 0) & (of_coarse >= 0)
        pairs = np.unique(np.column_stack([of_fine[both], of_coarse[both]]), axis=0)
        parent = dict(pairs.tolist())
        missing = (of_fine < 0) & (of_coarse >= 0)
        place = np.searchsorted(coarse.domain, np.maximum(of_coarse, 0)).clip(max=max(coarse.domain.size - 1, 0))
        size = coarse.domain.size
        lacking = np.bincount(place[missing], minlength=size)
        of_missing = {
            "base": self._sets(missing & inside, place, size),
            "cases": self._sets(missing & with_it, place, size),
            "rest": self._sets(missing & inside & ~with_it, place, size),
        }
        for total, *parts in zip(*(of_missing[key].tolist() for key in ("base", "cases", "rest")), strict=True):
            self.book.add_sum(total, parts)
        for key in ("base", "cases", "rest"):
            parts_of: dict[int, list[int]] = {int(domain): [] for domain in coarse.domain}
            for domain, cell in zip(fine.domain.tolist(), getattr(fine, key).tolist(), strict=True):
                if domain in parent:
                    parts_of[parent[domain]].append(cell)
            for at, domain in enumerate(coarse.domain.tolist()):
                extra = [int(of_missing[key][at])] if lacking[at] else []
                self.book.add_sum(int(getattr(coarse, key)[at]), [*parts_of[domain], *extra])


def _finer(fine: NDArray[np.signedinteger], coarse: NDArray[np.signedinteger]) -> bool:
    """Whether every code of one coding lies inside one code of the other, which has fewer."""
    known = fine >= 0
    if not known.any() or (coarse[known] < 0).any():
        return False
    pairs = np.unique(np.column_stack([fine[known], coarse[known]]), axis=0)
    codes, groups = np.unique(pairs[:, 0]).size, np.unique(pairs[:, 1]).size
    return bool(pairs.shape[0] == codes and 1 < groups < codes)


def _answer_codes(measures: Sequence[Measure]) -> IntVector:
    codes = np.full(measures[0].numerator.size, -1, dtype=np.int64)
    for place, measure in enumerate(measures):
        codes[measure.base() & (measure.numerator != 0)] = place
    return codes


def _coverings(patterns: Sequence[Pattern], parents: Mapping[str, set[str]]) -> Iterator[tuple[Pattern, Pattern]]:
    """Pairs of tables in which the first can be added up to the second, without another one between them."""

    def adds_up(fine: Pattern, coarse: Pattern) -> bool:
        return fine != coarse and all(name in fine or any(name in parents[own] for own in fine) for name in coarse)

    for fine in patterns:
        under = [coarse for coarse in patterns if adds_up(fine, coarse)]
        for coarse in under:
            if not any(adds_up(middle, coarse) for middle in under if not adds_up(coarse, middle)):
                yield fine, coarse
