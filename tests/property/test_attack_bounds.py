"""What the attacker finds is what trying out every solution finds, no more and no less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gymreg_core.disclosure.attack import attacked, bounds
from gymreg_core.disclosure.bounding import bound
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.system import system
from tests.attack_reference import cross, linear_bounds, solutions

OPEN = policy()
ALL_IN_WHOLE = OPEN.model_copy(update={"least_interval": 1000})
"""Every cell is near what is asked, so that whole numbers are looked for wherever linear bounds are none."""


def tiny(seed: int) -> Cells:
    rng = np.random.default_rng(seed)
    shape, mean = [((2, 2), 2.0), ((2, 3), 1.5), ((3, 3), 1.0), ((2, 2, 2), 1.0), ((2, 2, 3), 0.6)][seed % 5]
    zeros = seed % 4 == 0
    cells = cross(rng, shape, mean, rng.uniform(0.3, 0.7), zeros)
    if seed % 3 == 0:  # a number that is shown rounded
        cells.unit[rng.integers(len(cells))] = 1.0
    if zeros:
        return replace(cells, why=np.where(cells.guarded, int(Why.NOWHERE), 0).astype(np.int8))
    return cells


@pytest.mark.parametrize("seed", range(60))
def test_bounds_are_those_of_all_solutions(seed: int) -> None:
    cells = tiny(seed)
    points = solutions(cells, zeros_shown=True)
    low, high = bounds(cells, ALL_IN_WHOLE)
    assert low.tolist() == points.min(axis=0).tolist()
    assert high.tolist() == points.max(axis=0).tolist()
