"""The lists of made-up applicants in both rounds, as rows, and the skill tests that they took."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import as_table
from gymreg_core.matching.kernel import NOT_ELIGIBLE, SHUT, Int32, deferred_acceptance
from gymreg_core.matching.ties import LOTTERY_BITS
from gymreg_core.rules import rule
from gymreg_core.synthetic.grades import Floats
from gymreg_core.synthetic.pupils import Pupils
from gymreg_core.synthetic.shape import stream, value
from gymreg_core.synthetic.wishes import (
    FOURTH_YEAR,
    Offer,
    Wishes,
    draw_wishes,
    lists_of,
    may_be_admitted,
    points_at,
)

Lists = NDArray[np.int32]
_OPENS, _REOPENS = "01-15", "04-16"
_LESSONS, _HEED = 6, 0.3
_FOURTH_YEAR_POINTS = (1200.0, 1700.0)
_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class RoundLists:
    """Lists int32 (n, k) of both rounds, -1 behind their end; a pupil without a choice in spring has none there.

    changed : bool (n,), list changed in the window. test_points : float64 (n, t), as in `wishes.Wishes`,
    NaN where not taken.
    """

    preliminary: Lists
    final: Lists
    changed: NDArray[np.bool_]
    test_points: Floats


def draw_lists(pupils: Pupils, offer: Offer, year: int, seed: int, seats: Int32 | None = None) -> RoundLists:
    """What everyone wishes in May, and what those wished in February who have changed their minds since.

    seats (m,) : with them pupils learn which cut-offs to expect; without, they expect what the offer says.
    """
    wishes = draw_wishes(pupils, offer, year, seed)
    if seats is not None:
        offer = _learned(wishes, offer, seats)
    final = lists_of(wishes, offer)
    final[final[:, 0] < 0, 0] = np.argmax(offer.attraction)  # whom a small region offers nothing they would consider
    rng = stream(seed, year, "window")
    drawn = rng.random(len(pupils))
    changed = drawn < value("rechoice", "changed")
    preliminary = final.copy()
    rows = np.flatnonzero(changed)
    preliminary[rows] = lists_of(wishes, offer, rows=rows, fresh=int(rng.integers(1 << 31)))
    preliminary[drawn > 1 - value("rechoice", "first_in_spring")] = -1
    points = np.where(wishes.taken, wishes.test_points, np.nan)
    _fourth_year(preliminary, final, points, offer, pupils, rng)
    return RoundLists(preliminary, final, changed, points)


def _learned(wishes: Wishes, offer: Offer, seats: Int32) -> Offer:
    """The offer with the cut-offs that come out where everyone expects them, nearly: found by trying a few times."""
    lots = np.arange(len(wishes.pupils))[::-1]
    for _ in range(_LESSONS):
        choices = lists_of(wishes, offer)
        may = may_be_admitted(wishes, offer, choices)
        keys = (points_at(wishes, offer, choices) << LOTTERY_BITS) | lots[:, None]
        solved = deferred_acceptance(choices, np.where(may, keys, NOT_ELIGIBLE), seats)
        full = (solved.cutoff_key != NOT_ELIGIBLE) & (solved.cutoff_key != SHUT)
        found = np.where(full, solved.cutoff_key >> LOTTERY_BITS, 0)
        offer = replace(offer, expected=offer.expected + np.rint(_HEED * (found - offer.expected)).astype(np.int64))
    return offer


def _fourth_year(
    preliminary: Lists, final: Lists, points: Floats, offer: Offer, pupils: Pupils, rng: np.random.Generator
) -> None:
    """A few older applicants seek the fourth technical year alone, with points of upper secondary school."""
    paths = np.flatnonzero([code.startswith(FOURTH_YEAR) for code in offer.code])
    points[:, offer.test_column[paths]] = np.nan
    older = np.flatnonzero((pupils.age > 0) & ~pupils.outside)
    who = older[: round(value("fourth_year", "share") * len(pupils))]
    for pupil in who if len(paths) else ():
        wanted = rng.permutation(paths)[:2]
        for lists in (preliminary, final):
            lists[pupil] = -1
            lists[pupil, : len(wanted)] = wanted
        drawn = rng.normal(value("fourth_year", "mean"), value("fourth_year", "spread"))
        points[pupil, offer.test_column[wanted]] = np.rint(np.clip(drawn, *_FOURTH_YEAR_POINTS))


def applications_of(lists: RoundLists, year: int, seed: int) -> pd.DataFrame:
    """The table applications: both rounds, every choice in time."""
    rng = stream(seed, year, "received")
    n = len(lists.final)
    first = _days(year, _OPENS, "last_application_day", n, rng)
    again = _days(year, _REOPENS, "last_rechoice_day", n, rng)
    came = {"preliminary": first, "final": np.where(lists.changed | (lists.preliminary[:, 0] < 0), again, first)}
    parts = []
    for name, table in (("preliminary", lists.preliminary), ("final", lists.final)):
        row, column = np.nonzero(table >= 0)
        parts.append((row, np.full(len(row), name, dtype=object), column + 1, table[row, column], came[name][row]))
    pupil, round_, rank, path, received = (np.concatenate(column) for column in zip(*parts, strict=True))
    return as_table(
        "applications",
        {
            "pupil": pupil,
            "round": round_,
            "rank": rank,
            "path": path,
            "received": received.astype("datetime64[s]"),
            "late": np.zeros(len(pupil), np.bool_),
        },
    )


def _days(year: int, opens: str, last: str, n: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Days (n,) between the opening of a round and its last day (rules/admission_calendar.yml), both included."""
    begin = np.datetime64(f"{year}-{opens}")
    end = np.datetime64(f"{year}-{rule('admission_calendar', last, year)}")
    return begin + rng.integers(0, (end - begin) // _DAY + 1, n) * _DAY


def tests_of(lists: RoundLists, offer: Offer) -> pd.DataFrame:
    """The table tests: who listed a path with a test in either round and took it."""
    column = offer.test_column
    pairs: list[NDArray[np.int64]] = []
    for table in (lists.preliminary, lists.final):
        row, place = np.nonzero((table >= 0) & (column[table] >= 0))
        pairs.append(row.astype(np.int64) * len(offer) + table[row, place])
    listed = np.unique(np.concatenate(pairs))
    pupil, path = listed // len(offer), listed % len(offer)
    points = lists.test_points[pupil, column[path]]
    taken = ~np.isnan(points)
    return as_table("tests", {"pupil": pupil[taken], "path": path[taken], "points": points[taken]})
