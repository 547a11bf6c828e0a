"""Linked tables after protection: no way to fill what is hidden comes close to it, and little more is hidden."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from gymreg_core.disclosure.attack import attacked
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.protect import protect
from tests.attack_reference import cross, solutions
from tests.linked_releases import SMALLEST, Linked, linked_release
from tests.protect_reference import fewest

OPEN = policy()
Bools = NDArray[np.bool_]


def table(seed: int) -> Linked:
    """A small cross table with all its totals, nothing hidden yet."""
    rng = np.random.default_rng(seed)
    shape, mean = [((3,), 4.0), ((4,), 3.0), ((2, 2), 6.0), ((2, 3), 4.0)][seed % 4]
    cells = cross(rng, shape, mean, 0.0)
    return Linked(replace(cells, guarded=(cells.values > 0) & (cells.values < SMALLEST)), (), ())


@cache
def release(seed: int) -> tuple[Linked, Bools]:
    linked = linked_release(seed, "tiny")
    return linked, protect(linked.cells, OPEN)


def small(cells: Cells) -> Bools:
    return np.asarray((cells.why == Why.SHOWN) & (cells.values > 0) & (cells.values < SMALLEST), np.bool_)


@pytest.mark.parametrize("seed", range(40))
def test_every_way_to_fill_a_table_leaves_what_is_hidden_open(seed: int) -> None:
    linked = table(seed)
    hidden = protect(linked.cells, OPEN)
    assert hidden[small(linked.cells)].all()
    assert not hidden[linked.cells.values == 0].any(), "zeros are shown"
    ways = solutions(within_reach(linked.read(hidden), linked.cells), zeros_shown=True)
    least = OPEN.least_interval
    spread = (ways.max(axis=0) - ways.min(axis=0))[:-1]
    assert spread[hidden].min(initial=least) >= least or unprotectable(linked)


def within_reach(read: Cells, true: Cells) -> Cells:
    """`read` beside a number that is shown and larger than any other: `solutions` tries none above it."""
    return replace(
        read,
        keys=(*read.keys, "elsewhere"),
        values=np.append(read.values, true.values.max() + OPEN.least_interval),
        why=np.append(read.why, np.int8(Why.SHOWN)),
        unit=np.append(read.unit, 0.0),
        guarded=np.append(read.guarded, False),
    )


def unprotectable(linked: Linked) -> bool:
    """Whether a reader would come close even if every number but the zeros were left out."""
    return bool(attacked(linked.read(linked.cells.values > 0), OPEN))


SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_attacker_finds_nothing(seed: int) -> None:
    linked, hidden = release(seed)
    assert not attacked(linked.read(hidden), OPEN)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_hidden_that_could_be_shown(seed: int) -> None:
    """Whatever is shown again by itself, an attacker comes too close to something."""
    linked, hidden = release(seed)
    for place in np.flatnonzero(hidden & ~small(linked.cells)):
        without = hidden.copy()
        without[place] = False
        assert attacked(linked.read(without), OPEN), linked.cells.keys[place]


@pytest.mark.parametrize("seed", [0, 3, 7, 11, 38, 83])
def test_no_fewer_cells_would_do(seed: int) -> None:
    """The issue asks for 1.5 times the fewest; of 103 tiny releases none had one more than the fewest."""
    linked, hidden = release(seed)
    least = fewest(linked.cells, OPEN)
    assert least is not None
    beyond = small(linked.cells).sum()
    assert hidden.sum() - beyond <= 1.5 * (least - beyond)


def test_protection_does_not_hang_on_the_order_of_cells() -> None:
    linked, hidden = release(9)
    cells, n = linked.cells, len(linked.cells)
    order = np.random.default_rng(0).permutation(n)
    place = np.argsort(order)
    moved = Cells(
        tuple(cells.keys[at] for at in order),
        cells.values[order],
        cells.why[order],
        cells.unit[order],
        cells.guarded[order],
        tuple((int(place[whole]), tuple(int(place[part]) for part in parts)) for whole, parts in cells.sums),
    )
    assert protect(moved, OPEN).sum() == hidden.sum()


def test_amounts_keep_a_share_of_themselves_open() -> None:
    """An amount that is hidden for another reason takes one more with it; where there is no reason none is hidden."""
    values = np.array([1530.0, 1000.0, 30.0, 500.0])
    why = np.array([Why.SHOWN, Why.DOMINATED, Why.SHOWN, Why.SHOWN], np.int8)
    cells = Cells(
        ("whole", "a", "b", "c"), values, why, np.zeros(4), why != 0, ((0, (1, 2, 3)),), amounts=np.ones(4, np.bool_)
    )
    hidden = protect(cells, OPEN)
    assert hidden[1]
    assert hidden.sum() == 2
    assert not attacked(Linked(cells, (), ()).read(hidden), OPEN)
    assert not protect(replace(cells, why=np.zeros(4, np.int8)), OPEN).any()


def test_a_number_below_zero_elsewhere_opens_no_amount() -> None:
    """A reader bounds what is left out by 0, though what a supplement gains or loses may lie below it."""
    names = ("all", "one", "one_price", "one_supplement", "two", "two_price", "two_supplement", "gain")
    values = np.array([2350.0, 1030.0, 1000.0, 30.0, 1320.0, 1300.0, 20.0, -50.0])
    why = np.array([Why.FEW if name.startswith(("one", "two")) and "price" not in name else 0 for name in names])
    cells = Cells(
        names, values, why.astype(np.int8), np.zeros(8), why != 0, ((0, (1, 4)), (1, (2, 3)), (4, (5, 6))),
        amounts=np.ones(8, np.bool_),
    )  # fmt: skip
    linked = Linked(cells, (), ())
    assert attacked(linked.read(why != 0), OPEN)
    assert not attacked(linked.read(protect(cells, OPEN)), OPEN)


def test_parts_without_a_close_cell_stay_as_they_are() -> None:
    linked, hidden = release(3)
    close = np.zeros(len(hidden), np.bool_)
    assert (protect(linked.cells, OPEN, close=close) == small(linked.cells)).all()
    assert (protect(linked.cells, OPEN, close=~close, jobs=2) == hidden).all()


def test_what_nothing_helps_stays_as_open_as_it_is() -> None:
    """Three and two of five: neither can be kept farther apart, but to show one would tell both."""
    values = np.array([5.0, 3.0, 2.0])
    cells = Cells(("whole", "a", "b"), values, np.zeros(3, np.int8), np.zeros(3), values < SMALLEST, ((0, (1, 2)),))
    assert protect(cells, OPEN).tolist() == [True, True, True]
    told = replace(cells, sums=((0, (1, 2)), (0, (3,)), (3, (4,))), keys=(*cells.keys, "d", "e"),
                   values=np.array([5.0, 3.0, 2.0, 5.0, 5.0]), why=np.zeros(5, np.int8), unit=np.zeros(5),
                   guarded=np.array([False, True, True, False, False]))  # fmt: skip
    assert protect(told, OPEN)[:3].all()
