"""How a made-up round of admission turns out: seats and demand in, the office's columns out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Floats, Ints, spread
from gymreg_core.synthetic.points import cutoffs, earlier_cutoffs, medians
from gymreg_core.synthetic.proportions import value

RoundName = Literal["preliminary", "final"]


@dataclass(frozen=True)
class Demand:
    """What decides a round, one element per offered study path, shape (P,).

    family : code of the programme family. scale : grades | test | heavy | fourth_year.
    seats : whole seats. level : points of demand; only its order within a family counts.
    """

    family: NDArray[np.object_]
    scale: NDArray[np.object_]
    seats: Ints
    level: Floats


@dataclass(frozen=True)
class Outcome:
    """A round's result, one element per study path, shape (P,).

    cutoff and median in points; cutoff is 0 where seats are left, median 0 where nobody was admitted.
    """

    seats: Ints
    admitted: Ints
    reserves: Ints
    free: Ints
    cutoff: Floats
    median: Floats


@dataclass(frozen=True)
class Targets:
    """A family's totals for a round: admitted, free and reserves in persons, full as a share of its rows."""

    admitted: float
    free: float
    reserves: float
    full: float


def settle(
    demand: Demand,
    targets: dict[str, Targets],
    round_: RoundName,
    rng: np.random.Generator,
    final: Outcome | None = None,
) -> Outcome:
    """Fill the seats of every family after demand so that its totals are met.

    The most sought paths are full; the others have free seats and no cut-off. With `final` given (the same paths in the
    same order) this is the preliminary round: a path that is full in both has a lower cut-off than in the final one.

    Identities: free = 0 exactly where there is a cut-off; admitted + free <= seats, equal in the preliminary round.
    """
    count = len(demand.seats)
    free, withheld, reserves = (np.zeros(count, dtype=np.int64) for _ in range(3))
    full = np.zeros(count, dtype=bool)
    for family, target in targets.items():
        rows = np.flatnonzero(demand.family == family)
        last = np.zeros(len(rows)) if final is None else final.cutoff[rows] == 0
        order = rows[np.lexsort((-demand.level[rows], last))]
        seats = demand.seats[order]
        head = _full_rows(seats, target)
        full[order[:head]] = True
        free[order[head:]] = _free_seats(seats[head:], target.free, value("shape", "none_admitted")[round_])
        reserves[order[:head]] = _reserves(seats[:head], target.reserves, rng)
        if round_ == "final":
            withheld[order[:head]] = _withheld(seats[:head], seats.sum() - target.free - target.admitted, rng)
    admitted = demand.seats - free - withheld
    cutoff = cutoffs(demand.family, demand.scale, demand.level, full)
    if final is not None:
        cutoff = earlier_cutoffs(demand.family, demand.scale, cutoff, final.cutoff, rng)
    median = medians(demand.family, demand.scale, cutoff, admitted, rng)
    return Outcome(demand.seats, admitted, reserves, free, cutoff, median)


def _full_rows(seats: Ints, target: Targets) -> int:
    """How many of the rows, most sought first, are full: near the family's share, as its free seats allow."""
    free = round(target.free)
    if free <= 0:
        return len(seats)
    head = max(min(round(target.full * len(seats)), len(seats) - 1), len(seats) - free)
    while head > 0 and seats[head:].sum() < free:
        head -= 1
    return head


def _free_seats(seats: Ints, free: float, none_share: float) -> Ints:
    """Free seats of the rows that are not full, most sought first: at least one each, all where nobody is admitted."""
    if not len(seats):
        return seats
    admitted = int(seats.sum() - round(free))
    least = max(0, len(seats) - admitted)
    wished = round(none_share * len(seats)) - int((seats == 1).sum())
    bearable = int(np.searchsorted(np.cumsum(seats[::-1]), value("shape", "empty_most") * free, side="right"))
    none = min(len(seats), max(least, min(wished, bearable), 0))
    low, high = np.ones(len(seats)), np.maximum(seats - 1, 1).astype(np.float64)
    low[len(seats) - none :] = high[len(seats) - none :] = seats[len(seats) - none :]
    first, last = value("shape", "emptiest")
    return spread(free, seats * np.linspace(float(first), float(last), len(seats)), low, high)


def _reserves(seats: Ints, total: float, rng: np.random.Generator) -> Ints:
    """Reserve entries of full rows, most sought first; few have many."""
    by_order, by_chance = value("shape", "reserves_order")
    pressure = by_order * np.sort(rng.normal(size=len(seats)))[::-1] + by_chance * rng.normal(size=len(seats))
    weights = seats * np.exp(value("shape", "reserves_spread") * pressure)
    least, most = value("shape", "reserves_most")
    return spread(total, weights, 0, np.ceil(rng.uniform(least, most, len(seats)) * seats))


def _withheld(seats: Ints, total: float, rng: np.random.Generator) -> Ints:
    """Seats that are neither filled nor free, in some of the full rows, or in all where some cannot hold as many."""
    chosen = rng.random(len(seats)) < value("shape", "withheld")
    bearable = np.minimum(seats - 1, value("shape", "withheld_most"))
    most = bearable * chosen if (bearable * chosen).sum() >= total else bearable
    return spread(max(0.0, total), np.sqrt(seats), 0, most)
