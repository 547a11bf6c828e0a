"""Seats with an order of their own: the free quota of the register, and shares that a scenario sets aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.errors import BadParameters
from gymreg_core.matching.kernel import Int32, Int64
from gymreg_core.matching.market import Bools, Market, Pools
from gymreg_core.matching.ties import QUOTA_LOTS, draw_lottery, keys_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities

Kind = Literal["lottery", "neighbourhood", "reserved", "national"]
KINDS: tuple[Kind, ...] = ("lottery", "neighbourhood", "reserved", "national")


@dataclass(frozen=True, eq=False)
class PoolRule:
    """A share of the seats that is filled in an order of its own.

    kind : lottery (everyone eligible, by lot), neighbourhood (those who live in the school's municipality, by the open
        order), national (those who live outside the area, by the open order), reserved (`members`, by the open order).
    share : of each path's seats, rounded down, in 0..1. paths : bool (m,), which paths; all where None.
    members : bool (pupils,), rows of the register; for reserved alone.
    before_open : filled before the open seats, or after them. soft : seats left over fall to the open order.
    """

    kind: Kind
    share: float
    paths: Bools | None = None
    members: Bools | None = None
    before_open: bool = True
    soft: bool = True


def pools_of(market: Market, register: Register, rules: Sequence[PoolRule] = ()) -> Market:
    """`market` with the pools of its round: the free quota where the round has one, then `rules` in their order.

    A path's pools together never have more seats than the path; what is beyond is taken from the last.
    Errors: BadParameters for a kind or share that is not known.
    """
    parts = [_free_quota(market, register)]
    parts += [_shared(market, register, one, number) for number, one in enumerate(rules)]
    parts = [part for part in parts if len(part.path)]
    return replace(market, pools=_within(_joined(parts), market.capacity)) if parts else market


def _free_quota(market: Market, register: Register) -> Pools:
    """Seats set aside for the free quota, in the order that each provider decided (gymnasieförordningen 7 kap. 3 §)."""
    set_aside = np.minimum(register.study_paths["free_quota_seats"].to_numpy(np.int32), market.capacity)
    paths = np.flatnonzero(set_aside > 0)
    if not len(paths) or market.round not in rule("admission", "free_quota_rounds", market.intake_year):
        return Pools.none()
    rows = register.free_quota
    entries = _entries(market, rows["pupil"].to_numpy(), rows["path"].to_numpy())
    who, column, place = entries[0], entries[1], -rows["place"].to_numpy(np.int64)[entries[2]]
    return _pools(market, "free_quota", paths, set_aside[paths], (who, column, place))


def _entries(market: Market, pupil: NDArray[np.int32], path: NDArray[np.int32]) -> tuple[Int64, Int64, Int64]:
    """Where (applicant, column) the pairs of pupil and path stand among the eligible choices, and which pair it is."""
    m = len(market.capacity)
    row, column = np.nonzero(market.eligible)
    pairs = pd.Series(np.arange(len(pupil)), index=pupil.astype(np.int64) * m + path)
    pairs = pairs[~pairs.index.duplicated()]
    found = pairs.reindex(market.pupil[row].astype(np.int64) * m + market.choices[row, column], fill_value=-1)
    which = found.to_numpy(np.int64)
    return row[which >= 0], column[which >= 0], which[which >= 0]


def _shared(market: Market, register: Register, wanted: PoolRule, number: int) -> Pools:
    if wanted.kind not in KINDS or not 0 <= wanted.share <= 1:
        raise BadParameters(
            f"a quota cannot be {wanted.kind!r} with the share {wanted.share:g}",
            where="pool_rules",
            why=f"Kinds: {', '.join(KINDS)}; shares lie in 0-1.",
        )
    mine = np.ones(len(market.capacity), np.bool_) if wanted.paths is None else wanted.paths
    seats = np.where(mine, np.floor(market.capacity * wanted.share + 1e-9), 0).astype(np.int32)
    paths = np.flatnonzero(seats > 0)
    row, column = np.nonzero(market.eligible & (seats[market.choices] > 0))
    if wanted.kind == "lottery":
        drawn = draw_lottery(len(register.pupils), [market.seed, QUOTA_LOTS, number])
        key = drawn[market.pupil[row]]
    else:
        inside = _members(market, register, wanted)[row, column]
        row, column = row[inside], column[inside]
        key = keys_of(market.order, market.lottery)[row, column]
    pools = _pools(market, wanted.kind, paths, seats[paths], (row, column, key))
    flags = np.ones(len(paths), np.bool_)
    return replace(pools, before_open=flags & wanted.before_open, soft=flags & wanted.soft)


def _members(market: Market, register: Register, wanted: PoolRule) -> Bools:
    """Whose choices (n, k) belong to the quota."""
    if wanted.kind == "reserved":
        if wanted.members is None:
            raise BadParameters("a reserved quota needs to be told who belongs to it", where="pool_rules")
        return np.broadcast_to(wanted.members[market.pupil][:, None], market.choices.shape)
    home = register.pupils["home_municipality"].to_numpy()[market.pupil][:, None]
    place = register.schools["municipality"].to_numpy()[register.study_paths["school"].to_numpy()]
    if wanted.kind == "neighbourhood":
        return np.asarray(home == place[market.choices], dtype=np.bool_)
    outside = ~np.isin(home, list(municipalities()))
    return np.broadcast_to(outside, market.choices.shape)


def _pools(market: Market, kind: str, paths: Int64, seats: Int32, entries: tuple[Int64, Int64, Int64]) -> Pools:
    row, column, key = entries
    number = np.full(len(market.capacity), -1, np.int32)
    number[paths] = np.arange(len(paths), dtype=np.int32)
    pool = number[market.choices[row, column]]
    keep = pool >= 0
    flags = np.ones(len(paths), np.bool_)
    return Pools(
        paths.astype(np.int32),
        seats.astype(np.int32),
        flags,
        flags,
        np.full(len(paths), kind, "U16"),
        row[keep].astype(np.int32),
        pool[keep],
        key[keep].astype(np.int64),
    )


def _joined(parts: Sequence[Pools]) -> Pools:
    shift = np.cumsum([0, *(len(p.path) for p in parts)])
    whole = {name: np.concatenate([getattr(p, name) for p in parts]) for name in Pools.__dataclass_fields__}
    whole["pool"] = np.concatenate([p.pool + s for p, s in zip(parts, shift, strict=False)]).astype(np.int32)
    return Pools(**whole)


def _within(pools: Pools, capacity: Int32) -> Pools:
    """The pools of a path hold no more seats than the path."""
    left = capacity.astype(np.int64).copy()
    seats = np.zeros(len(pools.seats), np.int32)
    for number, (path, wanted) in enumerate(zip(pools.path, pools.seats, strict=True)):
        seats[number] = min(wanted, left[path])
        left[path] -= seats[number]
    return replace(pools, seats=seats)
