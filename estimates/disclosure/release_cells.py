"""The linked cells of a study's release, read from who contributes to every row of its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estimates.disclosure.cells import NONE, CellBook, LinkedCells
from estimates.disclosure.contributor_sets import ContributorSets
from estimates.dominance import dominated_cells, is_amount
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


@dataclass(frozen=True)
class _Tables:
    """The codes of every row of the release in every breakdown, and where a breakdown is in use."""

    codes: Mapping[str, NDArray[np.object_]]

    @cached_property
    def held(self) -> dict[str, BoolVector]:
        return {name: np.asarray(codes != WHOLE, dtype=np.bool_) for name, codes in self.codes.items()}


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
    named = frame["indicator"].astype(str).to_numpy(dtype=object)
    whole = np.array([name.partition(".")[0] for name in named], dtype=object)
    tables = _Tables({name: frame[name].to_numpy(dtype=object) for name in breakdowns})
    by_level: dict[str, list[str]] = {}
    for name in dict.fromkeys(whole):
        by_level.setdefault(dictionary.indicators[name].level, []).append(name)
    for level, indicators in by_level.items():
        rows = level_rows(level, study, dictionary, microdata, design, weights)
        reader = _LevelReader(book, rows, rule, len(rows.weight), victim_breakdowns(dictionary))
        at_level = np.flatnonzero(np.isin(whole, indicators))
        used = [name for name in breakdowns if tables.held[name][at_level].any()]
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
                of_measure = np.flatnonzero(named == measure.name)
                told[measure.name] = reader.read(
                    measure, about_victims(spec, dictionary), tables, of_measure, used, cases, base, rest
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
        self.mark = np.random.default_rng(20180320).integers(1, 2**62, size=size, dtype=np.int64)
        self.codings: dict[str, Coding] = {}
        self.parents: dict[str, set[str]] = {}
        self._domains: dict[Pattern, IntVector] = {}
        self._nested: dict[tuple[Pattern, Pattern], dict[int, int]] = {}

    def nest(self, codings: Mapping[str, Coding]) -> None:
        """Find breakdowns that are finer than others: every code lies inside one code of the coarser."""
        self.codings = dict(codings)
        self.parents = {name: set() for name in codings}
        for fine, coarse in ((a, b) for a in codings for b in codings if a != b):
            if _finer(codings[fine].codes, codings[coarse].codes):
                self.parents[fine].add(coarse)

    def read(
        self, measure: Measure, sensitive: bool, tables: _Tables, of_measure: IntVector,
        breakdowns: Sequence[str], cases: IntVector, base: IntVector, rest: IntVector,
    ) -> dict[Pattern, _Told]:  # fmt: skip
        """Enter the cells of one measure in all its tables, and the sums between these tables."""
        held = {name: tables.held[name][of_measure] for name in breakdowns}
        patterns = {
            frozenset(name for name in breakdowns if held[name][row]) for row in range(of_measure.size)
        }
        for a, b in combinations(sorted(patterns, key=sorted), 2):
            patterns.add(a & b)
        patterns.add(frozenset())
        ordered = sorted(patterns, key=lambda names: (len(names), sorted(names)))
        inside = measure.base() & (self.rows.weight > 0)
        with_it = inside & (measure.numerator != 0)
        sets = ContributorSets(self.book, self.rows.name, self.mark)
        told = {}
        for pattern in ordered:
            domain = self._domain(pattern)
            of_row = of_measure[
                np.all([held[name] == (name in pattern) for name in breakdowns], axis=0)
                if breakdowns
                else np.ones(of_measure.size, dtype=bool)
            ]
            of_rows = self._domains_of_rows(tables, of_row, pattern)
            told[pattern] = self._cells(
                sets, measure, sensitive or bool(pattern & self.victims), with_it, inside, domain, of_rows
            )
            place = np.searchsorted(told[pattern].domain, of_rows)
            cases[of_row], base[of_row], rest[of_row] = (
                cells[place] for cells in (told[pattern].cases, told[pattern].base, told[pattern].rest)
            )
        for fine, coarse in _coverings(ordered, self.parents):
            self._add_up(sets, (fine, coarse), told, with_it, inside)
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

    def _domain(self, pattern: Pattern) -> IntVector:
        """Domain of every row in one pattern, the same for all measures of the level; -1 outside."""
        if pattern not in self._domains:
            self._domains[pattern] = self._domain_of_codes(pattern)
        return self._domains[pattern]

    def _domain_of_codes(self, pattern: Pattern) -> IntVector:
        domain = np.zeros(self.rows.weight.size, dtype=np.int64)
        outside = np.zeros(domain.size, dtype=bool)
        for name in sorted(pattern):
            coding = self.codings[name]
            domain = domain * len(coding.labels) + np.maximum(coding.codes, 0)
            outside |= np.asarray(coding.codes) < 0
        return np.where(outside, -1, domain)

    def _domains_of_rows(self, tables: _Tables, of_row: IntVector, pattern: Pattern) -> IntVector:
        domain = np.zeros(of_row.size, dtype=np.int64)
        for name in sorted(pattern):
            labels = {label: place for place, label in enumerate(self.codings[name].labels)}
            codes = tables.codes[name][of_row]
            domain = domain * len(labels) + np.array([labels[str(code)] for code in codes], dtype=np.int64)
        return domain

    def _cells(
        self, sets: ContributorSets, measure: Measure, sensitive: bool, with_it: BoolVector, inside: BoolVector,
        domain: IntVector, of_rows: IntVector,
    ) -> _Told:  # fmt: skip
        # A row that says "nobody was asked" tells a count too, so its domain is a cell like the others.
        present = _present(domain[inside & (domain >= 0)], of_rows)
        base = sets.cells(inside, domain, present)
        # A total whose every contributor has the attribute has it by definition; a share of 100 % is chance.
        always = measure.kind != "prop" and np.array_equal(with_it, inside)
        cases = sets.cells(with_it, domain, present, apart_from=None if always else base)
        rest = sets.cells(inside & ~with_it, domain, present, apart_from=base)
        for total, *parts in zip(base.tolist(), cases.tolist(), rest.tolist(), strict=True):
            self.book.add_sum(total, parts)
        if sensitive and present.size:
            place = np.where(domain >= 0, np.searchsorted(present, domain.clip(min=0)), -1)
            place[place >= present.size] = -1
            place[place >= 0] = np.where(present[place[place >= 0]] == domain[place >= 0], place[place >= 0], -1)
            asked = np.isin(present, domain[inside])
            # Means and ratios stand on their base; totals on those with the attribute; shares on both sides.
            sides = (cases, rest) if measure.kind in ("prop", "total") else (base,)
            for counted, cells in zip(contributors(measure), sides, strict=False):
                small = small_cells(counted, place, present.size, self.rows.unit, self.rows.design.psu, self.rule)
                if is_amount(measure):
                    amounts = measure.numerator.astype(np.float64)
                    small = small | dominated_cells(amounts, np.where(inside, place, -1), present.size)
                for cell, broken in zip(cells[asked].tolist(), small[asked].tolist(), strict=True):
                    self.book.victim[cell] = True
                    self.book.primary[cell] = self.book.primary[cell] or broken
        return _Told(present, cases, base, rest)

    def _add_up(
        self, sets: ContributorSets, tables: tuple[Pattern, Pattern], told: Mapping[Pattern, _Told],
        with_it: BoolVector, inside: BoolVector,
    ) -> None:  # fmt: skip
        fine, coarse = told[tables[0]], told[tables[1]]
        of_fine, of_coarse = self._domain(tables[0]), self._domain(tables[1])
        if tables not in self._nested:
            both = (of_fine >= 0) & (of_coarse >= 0)
            pairs = np.unique(np.column_stack([of_fine[both], of_coarse[both]]), axis=0)
            self._nested[tables] = dict(pairs.tolist())
        parent = self._nested[tables]
        of_missing_rows = np.where(of_fine < 0, of_coarse, -1)
        lacking = np.isin(coarse.domain, of_missing_rows[inside])
        of_missing = {
            "base": sets.cells(inside, of_missing_rows, coarse.domain),
            "cases": sets.cells(with_it, of_missing_rows, coarse.domain),
            "rest": sets.cells(inside & ~with_it, of_missing_rows, coarse.domain),
        }
        for total, *parts in zip(*(of_missing[key].tolist() for key in ("base", "cases", "rest")), strict=True):
            self.book.add_sum(total, parts)
        for key in ("base", "cases", "rest"):
            parts_of: dict[int, list[int]] = {int(domain): [] for domain in coarse.domain}
            for domain, cell in zip(fine.domain.tolist(), getattr(fine, key).tolist(), strict=True):
                if parent.get(domain) in parts_of:
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


def _present(*domains: IntVector) -> IntVector:
    """Domains that appear, ascending; marked in a list of all when that is short, because sorting rows is slow."""
    last = max((int(some.max()) for some in domains if some.size), default=-1)
    if last > sum(some.size for some in domains):
        return np.unique(np.concatenate(domains))
    seen = np.zeros(last + 1, dtype=bool)
    for some in domains:
        seen[some] = True
    return np.flatnonzero(seen)


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
