"""Where made-up pupils are registered: their home from the start, moves, and when these were known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import END_REASONS
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_plan import Plans
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import places
from gymreg_core.synthetic.paths import fitted_homes
from gymreg_core.synthetic.school_days import first_of_july
from gymreg_core.synthetic.shape import stream, value

Ints = NDArray[np.int64]
_YEARS = 5
NOWHERE = -1
"""The last of the names that `places` and no municipality make together."""


def draw_homes(starters: Starters, plan: Plans, seed: int) -> pd.DataFrame:
    """Rows of homes: pupil (row of the starters), place (in `places`, NOWHERE = no municipality), start, recorded,
    annulled; days since 1970, NEVER = not annulled.

    Newcomers without a number of their own have the municipality that they stay in, which answers for them as a home
    does (skollagen 29 kap. 6 §). Moves after the last day enrolled are not told, but for those
    who left school by one.
    """
    n, about = len(starters), value("moves")
    rng = stream(seed, starters.intake_year, "homes")
    home = starters.persons["home"].to_numpy(np.int64)
    new = starters.persons["year9_year"].to_numpy() == 0
    first = np.where(new, plan.start - rng.integers(10, 90, n), first_of_july(np.full(n, starters.intake_year)))
    parts = [_rows(np.arange(n), home, first, first)]
    names = places()
    inside = np.array([names.index(one.name) for one in fitted_homes()])
    shares = np.array([one.share for one in fitted_homes()])
    outside = np.array([names.index(name) for name in value("outside_homes")])
    for passed in range(_YEARS):
        drawn = rng.random(n)
        day = first_of_july(np.full(n, starters.intake_year + passed)) + rng.integers(1, 365, n)
        within = inside[rng.choice(len(inside), n, p=shares / shares.sum())]
        beyond = outside[rng.integers(0, len(outside), n)]
        to = np.where(drawn < about["within"], within, beyond)
        moves = (drawn < about["within"] + about["out"]) & (to != home) & (day > plan.start) & (day < plan.end[:, 0])
        parts.append(_moved(np.flatnonzero(moves), to, day, rng))
        home = np.where(moves, to, home)
    leaves = np.flatnonzero(plan.end[:, 1] == END_REASONS.index("moved_out"))
    beyond = outside[rng.integers(0, len(outside), n)]
    beyond = np.where(rng.random(n) < value("leaving_the_region", "abroad"), NOWHERE, beyond)
    parts.append(_moved(leaves, beyond, plan.end[:, 0] + 1, rng))
    some = np.flatnonzero(rng.random(n) < about["withdrawn"])
    day = plan.start[some] + rng.integers(1, 200, len(some))
    back = day + rng.integers(10, 60, len(some))
    parts.append(_rows(some, inside[rng.integers(0, len(inside), len(some))], day, day + 5).assign(annulled=back))
    return pd.concat(parts, ignore_index=True)


def _moved(pupil: Ints, to: Ints, day: Ints, rng: np.random.Generator) -> pd.DataFrame:
    about, n = value("moves"), len(pupil)
    steps = np.cumsum([about["same_day"], about["week"], about["weeks"]])
    late = np.stack([np.zeros(n, np.int64), rng.integers(1, 8, n), rng.integers(8, 31, n), rng.integers(31, 121, n)])
    which = np.searchsorted(steps, rng.random(n), side="right")
    return _rows(pupil, to[pupil], day[pupil], day[pupil] + late[which, np.arange(n)])


def _rows(pupil: Ints, place: Ints, start: Ints, recorded: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        {"pupil": pupil, "place": place, "start": start, "recorded": recorded, "annulled": np.full(len(pupil), NEVER)}
    )
