"""Rounded counts: the same number has the same value everywhere, and those of a table add up as nearly as they can."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from gymreg_core.disclosure import Ties, release_rounded, suppression
from gymreg_core.disclosure import policy as policies
from gymreg_core.disclosure import released as doors
from gymreg_core.disclosure.attack import bounds
from gymreg_core.disclosure.cells import Cells
from gymreg_core.disclosure.protect import sums_of
from gymreg_core.disclosure.rounding import controlled, nearest
from gymreg_core.provenance import Provenance
from tests.attack_reference import cross

MADE_UP = Provenance((), already_public=False, made_up=True)
BASE = 5


def table(seed: int, shape: tuple[int, ...] = (3, 4)) -> Cells:
    return cross(np.random.default_rng(seed), shape, [1.0, 4.0, 12.0][seed % 3], 0.0)


def off(values: np.ndarray, sums: csr_array) -> float:
    return float(np.abs(sums @ values).sum())


@pytest.mark.parametrize(
    ("count", "expected"), [(0, 0), (1, 0), (2, 0), (3, 5), (5, 5), (7, 5), (8, 10), (997, 995), (998, 1000)]
)
def test_each_count_goes_to_the_nearest_multiple(count: int, expected: int) -> None:
    assert nearest(np.array([count, np.nan]), BASE)[0] == expected
    assert np.isnan(nearest(np.array([np.nan]), BASE)[0])


@pytest.mark.parametrize("seed", range(12))
def test_a_table_is_rounded_to_its_neighbours_and_adds_up_better(seed: int) -> None:
    cells = table(seed)
    sums = sums_of(cells)
    found = controlled(cells.values, sums, BASE)
    assert (found % BASE == 0).all()
    assert (np.abs(found - cells.values) < BASE).all()
    assert (found[cells.values % BASE == 0] == cells.values[cells.values % BASE == 0]).all()
    assert off(found, sums) <= off(nearest(cells.values, BASE), sums)
    assert (controlled(cells.values, sums, BASE) == found).all()


@pytest.mark.parametrize("seed", range(12))
def test_no_other_way_to_round_adds_up_better(seed: int) -> None:
    cells = table(seed, (2, 2))
    sums = sums_of(cells)
    ways = [[np.floor(value / BASE) * BASE, np.ceil(value / BASE) * BASE] for value in cells.values]
    least = min(off(np.array(way), sums) for way in product(*ways))
    assert off(controlled(cells.values, sums, BASE), sums) == least


def test_a_table_that_stands_alone_adds_up_where_rounding_by_itself_would_not() -> None:
    frame = pd.DataFrame({"group": ["", "a", "b", "c"], "pupils": [36, 12, 12, 12]})
    ties = Ties(sums=[(0, [1, 2, 3])])
    plain = release_rounded(frame, MADE_UP).table["pupils"].tolist()
    assert plain == [35, 10, 10, 10]
    told = release_rounded(frame, MADE_UP, ties=ties).table["pupils"]
    assert told[0] == told[1:].sum()


@pytest.mark.parametrize("seed", range(6))
def test_a_reader_who_reckons_with_the_rounding_knows_no_count_closer_than_its_neighbours(seed: int) -> None:
    """Of each count at least as much stays open as rounding by itself leaves, whatever adds up to what."""
    cells = table(seed)
    told = policies.policy().model_copy(update={"method": "round", "least_interval": BASE})
    shown = controlled(cells.values, sums_of(cells), BASE)
    alone = Cells(cells.keys, shown, cells.why, np.full(len(cells), BASE - 1.0), cells.guarded)
    low, high = bounds(alone, told)
    assert ((low <= cells.values) & (cells.values <= high)).all()
    assert (high - low)[shown > 0].min() >= BASE


def test_a_policy_may_round_instead_of_leaving_out(monkeypatch: pytest.MonkeyPatch) -> None:
    told = policies.policy().model_copy(update={"method": "round"})
    for module in (doors, suppression):
        monkeypatch.setattr(module, "told" if module is doors else "policy", lambda: told)
    frame = pd.DataFrame({"by": ["", "a", "a"], "group": ["", "1", "2"], "applicants": [63, 3, 60]})
    found = doors.release_counts(frame, MADE_UP, ties=Ties(sums=[(0, [1, 2])]))
    assert found.table["applicants"].tolist() == [65, 5, 60]
    assert found.suppressed == 0
