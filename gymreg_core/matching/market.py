"""A round of admission as arrays: who may be admitted where, in which order, to how many seats."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gymreg_core.matching.kernel import Assignment, Int32, Int64

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pools:
    """Seats of study paths that are filled in an order of their own (free quota, lottery share, neighbourhood).

    path : int32 (q,), study path that the pool belongs to. seats : int32 (q,), of the path's capacity.
    before_open : bool (q,), filled before the open seats (reserved first) or after them (open first).
    soft : bool (q,), seats that the pool's own applicants leave fall to the open order; else they stay empty.
    kind : str (q,), free_quota | lottery | neighbourhood | reserved | national.
    applicant, pool : int32 (e,), entries: who may be admitted in which pool. key : int64 (e,), order within the pool,
    higher first, distinct within a pool.
    """

    path: Int32
    seats: Int32
    before_open: Bools
    soft: Bools
    kind: NDArray[np.str_]
    applicant: Int32
    pool: Int32
    key: Int64

    @classmethod
    def none(cls) -> Pools:
        """No pools: every seat is open."""
        whole, flags = np.zeros(0, np.int32), np.zeros(0, np.bool_)
        return cls(whole, whole, flags, flags, np.zeros(0, "U16"), whole, whole, np.zeros(0, np.int64))


@dataclass(frozen=True, eq=False)
class Market:
    """n applicants with up to k choices among m study paths in one round.

    choices : int32 (n, k), study path, best first, NONE = no choice. What cannot be admitted stays in, with no key.
    eligible : bool (n, k), may be admitted by that choice.
    points : int32 (n, k), hundredths of a point of merit that compete at that choice; -1 where there are none.
    order : int64 (n, k), place of the choice in the path's order before the lottery: dense classes, higher first, equal
        for applicants whom only the lottery can tell apart; NOT_ELIGIBLE where not eligible.
    lottery : int64 (n,) one draw for all paths, or (n, k) one per path; distinct, higher wins, 0 <= value < 2**21.
    rank_breaks_ties : bool (m,), the path's tie-break looks at the place of the choice on the list.
    capacity : int32 (m,), seats with those of the pools. pools : seats with an order of their own.
    pupil : int32 (n,), row of the register's pupils. path : int32 (m,), row of the register's study_paths.
    intake_year, round, seed : what the lottery and the rules belong to.
    """

    intake_year: int
    round: str
    seed: int
    pupil: Int32
    path: Int32
    choices: Int32
    eligible: Bools
    points: Int32
    order: Int64
    lottery: Int64
    rank_breaks_ties: Bools
    capacity: Int32
    pools: Pools = field(default_factory=Pools.none)


@dataclass(frozen=True, eq=False)
class Match:
    """A solved market.

    assignment : seat and rank per applicant, cutoff_key and admitted per path, of open seats and all pools together.
    pool : int32 (n,), the pool that the applicant was admitted in, NONE = by the open order or not at all.
    pool_cutoff_key : int64 (q,), lowest own key admitted where its own applicants fill a pool, else NOT_ELIGIBLE;
        SHUT in a pool without seats.
    keys : int64 (n, k), the keys of the open order that were solved with.
    """

    market: Market
    keys: Int64
    assignment: Assignment
    pool: Int32
    pool_cutoff_key: Int64
