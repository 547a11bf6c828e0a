"""Levels of the municipalities, fitted until merit and eligibility of year 9 agree with Skolverket's file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from gymreg_core.matching.eligibility import eligibility
from gymreg_core.matching.merit import merit
from gymreg_core.synthetic.pupils import Home, draw_pupils, year9_figures
from gymreg_core.synthetic.shape import value

_ROUNDS = 40
_HUNDREDTHS = 100
_SPREADS = (12.0, 95.0)


def fit_homes(targets: pd.DataFrame, seed: int) -> Iterator[list[Home]]:
    """Better and better homes; the last are the fitted ones. `targets`: of `year9_targets`."""
    year, count = value("base_year"), value("applicants")
    level = targets["merit"].to_numpy() * 0.95
    low = value("level", "low_of_not_eligible") * (1 - targets["eligible"].to_numpy())
    spread = np.full(len(level), float(value("level", "spread")))
    share = targets["pupils"].to_numpy() / targets["pupils"].sum()
    names = [str(name) for name in targets.index]
    for step in range(_ROUNDS):
        homes = [
            Home(name, *(round(float(v), 5) for v in own))
            for name, *own in zip(names, share, level, spread, low, strict=True)
        ]
        yield homes
        pupils = draw_pupils(homes, count, year, seed)
        values = merit(pupils.final, year).hundredths / _HUNDREDTHS
        who = eligibility(pupils.final, pupils.exempt, year)
        now = year9_figures(pupils, values, who.eligible[:, who.requirements.index("vocational")]).loc[names]
        damp = 1.0 if step < _ROUNDS / 2 else 0.4
        spread = np.clip(spread + damp * 250 * (now["eligible"] - targets["eligible"]).to_numpy(), *_SPREADS)
        level = np.clip(level + damp * (targets["merit"].to_numpy() - now["merit"].to_numpy()), 120.0, 330.0)
