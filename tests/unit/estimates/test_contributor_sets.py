"""Which sets of contributors an attacker knows to be the same."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from estimates.disclosure.cells import CellBook
from estimates.disclosure.contributor_sets import ContributorSets

MARK = np.array([3, 5, 9, 17, 33, 65, 129, 257], dtype=np.int64)
WHOLE = np.zeros(8, dtype=np.int64)
TOWN = np.array([0, 0, 0, 1, 1, 2, 2, 2], dtype=np.int64)
DEPARTMENT = np.array([0, 0, 0, 0, 0, 1, 1, 1], dtype=np.int64)
ALL = np.ones(8, dtype=bool)


@pytest.fixture
def book() -> CellBook:
    return CellBook()


def of(book: CellBook) -> ContributorSets:
    return ContributorSets(book, "household", MARK)


def rows(*numbers: int) -> NDArray[np.bool_]:
    chosen = np.zeros(8, dtype=bool)
    chosen[list(numbers)] = True
    return chosen


def domains(count: int) -> NDArray[np.int64]:
    return np.arange(count, dtype=np.int64)


def test_a_share_of_all_is_not_its_base(book: CellBook) -> None:
    sets = of(book)
    base = sets.cells(ALL, TOWN, domains(3))
    cases = sets.cells(rows(0, 1, 2), TOWN, domains(3), apart_from=base)
    assert cases[0] != base[0]
    assert [book.count[cell] for cell in cases] == [3, 0, 0]


def test_a_department_is_not_its_only_town_with_victims(book: CellBook) -> None:
    sets = of(book)
    victims = rows(0, 1)
    coarse = sets.cells(victims, DEPARTMENT, domains(2))
    fine = sets.cells(victims, TOWN, domains(3))
    assert book.count[coarse[0]] == book.count[fine[0]] == 2
    assert coarse[0] != fine[0]


def test_a_domain_is_the_code_that_holds_the_same_persons(book: CellBook) -> None:
    victims = rows(0, 1, 5)
    by_town = of(book).cells(victims, TOWN, domains(3))
    with_code = of(book).cells(victims & (TOWN == 0), WHOLE, domains(1))
    assert by_town[0] == with_code[0]


def test_nobody_is_one_cell_only_where_defined_alike(book: CellBook) -> None:
    victims, poor = rows(0, 5), rows(1, 6)
    of_rate = of(book).cells(victims, TOWN, domains(3))
    base_of_reporting = of(book).cells(victims, TOWN, domains(3))
    of_poor = of(book).cells(poor, TOWN, domains(3))
    assert book.count[of_rate[1]] == 0
    assert of_rate[1] == base_of_reporting[1]
    assert of_rate[1] != of_poor[1]


def test_a_domain_without_rows_counts_nobody(book: CellBook) -> None:
    cells = of(book).cells(ALL, DEPARTMENT, np.array([0, 1, 4], dtype=np.int64))
    assert [book.count[cell] for cell in cells] == [5, 3, 0]
