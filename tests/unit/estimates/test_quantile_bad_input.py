"""Quantiles of too little, or of nothing, are missing; never a number made up."""

from __future__ import annotations

import numpy as np
import pytest

from estimates.quantile import quantiles
from surveys.design import design_from_columns


@pytest.fixture
def design():
    return design_from_columns(None, [1, 1, 2, 2])


def test_one_psu_has_a_value_and_no_interval(design):
    domain = np.array([0, 0, 1, -1])
    found = quantiles(np.array([1.0, 2.0, np.nan, 3.0]), np.ones(4), design, (0.5,), domain=domain, domains=3)
    assert found.estimate[0, 0] == 1.0 and found.df[0] == 0 and found.n_psu.tolist() == [1, 0, 0]
    assert np.isnan(found.se).all() and np.isnan(found.low).all() and np.isnan(found.high).all()
    assert np.isnan(found.estimate[1:]).all()


def test_everything_missing(design):
    found = quantiles(np.full(4, np.nan), np.ones(4), design, (0.1, 0.5))
    assert np.isnan(found.estimate).all() and found.population[0] == 0


def test_weights_of_very_different_size(design):
    found = quantiles(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1e-9, 1e9, 1e-9, 1e9]), design, (0.25, 0.75))
    assert found.estimate[0].tolist() == [2.0, 4.0]


def test_a_row_without_weight_is_in_no_base(design):
    found = quantiles(np.array([9.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0, 1.0]), design, (1.0,))
    assert found.estimate[0, 0] == 3.0 and found.n[0] == 3


@pytest.mark.parametrize("wrong", [{"rule": "hf9"}, {"interval": "wald"}])
def test_unknown_names_are_refused(design, wrong):
    with pytest.raises(ValueError, match="not known"):
        quantiles(np.ones(4), np.ones(4), design, (0.5,), **wrong)


def test_impossible_values_are_refused(design):
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantiles(np.ones(4), np.ones(4), design, (50,))
    with pytest.raises(ValueError, match="infinite"):
        quantiles(np.array([1.0, np.inf, 1.0, 1.0]), np.ones(4), design, (0.5,))
