"""Applicants of a made-up preliminary round, for the years in which the office publishes them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.synthetic.allocation import Ints, spread
from gymreg_core.synthetic.outcome import Demand, Outcome
from gymreg_core.synthetic.proportions import first_year, in_year, value

COLUMNS = ("all", "first_eligible", "first_not_eligible", "other_eligible")


def draw_applicants(demand: Demand, outcome: Outcome, year: int, rng: np.random.Generator) -> pd.DataFrame | None:
    """A row per study path with the COLUMNS, in persons; None before the office began to publish them.

    Identities: eligible on first choice <= admitted + reserves (so all of them are admitted where seats are left);
    admitted + reserves <= eligible on first or another choice; all >= the three kinds together.
    """
    if year < first_year("applicants"):
        return None
    count = len(demand.seats)
    first, first_not, other, rest = (np.zeros(count, dtype=np.int64) for _ in range(4))
    waiting = outcome.admitted + outcome.reserves
    liked = np.exp(rng.normal(size=count) * value("shape", "popularity_spread"))
    most = np.minimum(waiting, np.ceil(value("shape", "first_choices_most") * demand.seats))
    for family, row in in_year("applicants", year).items():
        mine = np.flatnonzero(demand.family == family)
        share = float(demand.seats[mine].sum()) / row["seats"]
        by_waiting = waiting[mine] ** value("shape", "first_choice_power") * liked[mine]
        by_seats = demand.seats[mine] * liked[mine]
        others = row["all"] - row["first_eligible"] - row["first_not_eligible"] - row["other_eligible"]
        first[mine] = spread(row["first_eligible"] * share, by_waiting, 0, most[mine])
        left: Ints = waiting[mine] - first[mine]
        other[mine] = spread(row["other_eligible"] * share, by_seats + waiting[mine] * liked[mine], left)
        first_not[mine] = spread(row["first_not_eligible"] * share, by_seats)
        rest[mine] = spread(others * share, by_seats)
    columns = (first + first_not + other + rest, first, first_not, other)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
