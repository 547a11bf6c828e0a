"""A small version of `make simulate`: intervals hold what is known, and errors are as large as estimates scatter."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gymreg_core.cohort.aalen_johansen import aalen_johansen
from tests.cohorts_drawn import PLANTS, STATES, TIMES, Drawn, draw, told_by, truth

COHORTS = 80
"""Cohorts of each kind. The share that hold of some 20 figures that go together has a standard error of 1.5 points."""


@pytest.fixture(scope="module")
def cohorts() -> dict[str, list[Drawn]]:
    return {
        plant: [draw(plant, np.random.default_rng([seed, 5]), 700, 50) for seed in range(COHORTS)] for plant in PLANTS
    }


@pytest.mark.parametrize(
    ("plant", "interval"), [("alike", "greenwood"), ("alike", "schools"), ("memory", "pupils"), ("schools", "schools")]
)
def test_intervals_hold_what_is_known(cohorts: dict[str, list[Drawn]], plant: str, interval: str) -> None:
    wanted = truth(plant)
    ends = [told_by(drawn, interval)[1:] for drawn in cohorts[plant]]
    share = np.mean([(low <= wanted) & (wanted <= high) for low, high in ends], axis=0)[wanted > 0].mean()
    assert 0.91 < share < 0.985


def test_intervals_of_unrelated_pupils_are_too_narrow_where_schools_differ(cohorts: dict[str, list[Drawn]]) -> None:
    wanted = truth("schools")
    ends = [told_by(drawn, "pupils")[1:] for drawn in cohorts["schools"]]
    assert np.mean([(low <= wanted) & (wanted <= high) for low, high in ends], axis=0)[wanted > 0].mean() < 0.9


def test_errors_are_as_large_as_estimates_scatter(cohorts: dict[str, list[Drawn]]) -> None:
    for plant, interval in (("alike", "greenwood"), ("memory", "pupils"), ("schools", "schools")):
        shares = np.array([_shares(drawn) for drawn in cohorts[plant]])
        errors = np.mean([told_by(drawn, interval)[0][:-1] for drawn in cohorts[plant]], axis=0)
        possible = truth(plant)[:-1] > 0
        ratio = errors[possible] / shares.std(axis=0, ddof=1)[possible]
        assert_allclose(ratio.mean(), 1, atol=0.1, err_msg="a standard deviation of 80 draws is known to 8 per cent")


def _shares(drawn: Drawn) -> np.ndarray:
    columns = (drawn.id, drawn.start, drawn.stop, drawn.state, drawn.moved_to)
    table = aalen_johansen(*columns, at=TIMES, states=STATES).table
    return table["probability"].to_numpy().reshape(len(TIMES), -1)
