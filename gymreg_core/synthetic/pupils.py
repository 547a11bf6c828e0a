"""Made-up pupils of an intake year: where they live, how old they are, what they have learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.grades import Flags, Floats, Places, autumn_grades, draw_grades
from gymreg_core.synthetic.shape import stream, value


@dataclass(frozen=True, eq=False)
class Home:
    """A municipality that pupils live in.

    share : of all pupils; level and spread : mean and standard deviation of those on track, points of sixteen grades;
    low : share of pupils far below.
    """

    name: str
    share: float
    level: float
    spread: float
    low: float


@dataclass(frozen=True, eq=False)
class Pupils:
    """n made-up applicants.

    home : int (n,), place in `homes`; outside : bool (n,), lives beyond the area. age : int (n,), years since year 9.
    final, autumn : int8 (n, subjects), grades as places in the scale. exempt : bool (n,), from English.
    """

    homes: tuple[str, ...]
    home: NDArray[np.int64]
    outside: Flags
    age: NDArray[np.int64]
    final: Places
    autumn: Places
    exempt: Flags

    def __len__(self) -> int:
        return len(self.home)


def draw_pupils(homes: list[Home], count: int, year: int, seed: int) -> Pupils:
    """`count` applicants of an intake year; the same for the same arguments.

    Each draw has a stream of its own, so that a change of a municipality's level leaves every other pupil as they were.
    """
    rng = stream(seed, year, "home")
    names = (*(home.name for home in homes), *value("outside_homes"))
    outside = np.arange(count) < round(value("outside") * count)
    shares = np.array([home.share for home in homes])
    bounds = np.cumsum(shares) / shares.sum()
    inside = np.searchsorted(bounds, (np.arange(count) + 0.5) / count)
    home = np.where(outside, len(homes) + rng.integers(0, len(value("outside_homes")), count), inside)
    home = home[order := rng.permutation(count)]
    outside = outside[order]
    level, low = _levels(homes, home, year, stream(seed, year, "level"))
    final, exempt = draw_grades(level, low, year, stream(seed, year, "grades"))
    ages = np.cumsum(value("older")[::-1])[::-1]
    age = (stream(seed, year, "age").random(count)[:, None] < ages).sum(axis=1)
    return Pupils(
        names, home, outside, age.astype(np.int64), final, autumn_grades(final, stream(seed, year, "autumn")), exempt
    )


def _levels(homes: list[Home], home: NDArray[np.int64], year: int, rng: np.random.Generator) -> tuple[Floats, Flags]:
    own = np.array([(h.level, h.spread, h.low) for h in homes])
    beyond = np.average(own, axis=0, weights=[h.share for h in homes])
    level, spread, share = np.vstack([own, np.tile(beyond, (len(value("outside_homes")), 1))])[home].T
    low = rng.random(len(home)) < share
    drawn = rng.standard_normal(len(home))
    on_track = level + value("year_merit", year) + spread * drawn
    below = value("level", "low_mean") + value("level", "low_spread") * drawn
    return np.maximum(np.where(low, below, on_track), value("level", "least")), low


def year9_figures(pupils: Pupils, merit: Floats, eligible: Flags) -> pd.DataFrame:
    """Per municipality of the area: pupils, mean merit value (points) and share eligible for a vocational programme."""
    fresh = (pupils.age == 0) & ~pupils.outside
    frame = pd.DataFrame(
        {"home": np.array(pupils.homes)[pupils.home][fresh], "merit": merit[fresh], "eligible": eligible[fresh]}
    )
    return frame.groupby("home").agg(pupils=("merit", "size"), merit=("merit", "mean"), eligible=("eligible", "mean"))
