"""How many seats the made-up study paths have: drawn, then fitted to the totals of programmes and municipalities."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Floats, Ints, spread
from gymreg_core.synthetic.proportions import OUTSIDE, entries, value
from gymreg_core.synthetic.schools import Area

_RAKES = 30
_LEAST = 0.6  # seats that still round to one


def first_seats(paths: pd.DataFrame, schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Seats of each path before they are fitted to totals: relative, shape (P,)."""
    apprentice, of_scale = value("shape", "apprentice_size"), value("shape", "test_size")
    kind = np.array([(apprentice if e.apprentice else 1.0) * of_scale[e.scale] for e in entries()])
    size = np.sqrt(schools["size"].to_numpy()[paths["school"]])
    drawn: Floats = np.exp(rng.normal(size=len(paths)) * value("shape", "seats_spread"))
    return np.asarray(kind[paths["entry"]] * size * drawn, dtype=np.float64)


def fitted_seats(
    rough: Floats, family: NDArray[np.object_], place: Ints, place_totals: Floats, totals: dict[str, float]
) -> Ints:
    """Whole seats that add up to each family's total and, as far as they can, to each place's.

    Parameters
    ----------
    rough : shape (P,) relative seats of the offered paths.
    family : shape (P,) code of the programme family.
    place : shape (P,) which element of `place_totals` a path's school counts to.
    place_totals : shape (L,) seats in national programmes of a municipality's public or independent schools.
    totals : seats of each family.

    Returns
    -------
    shape (P,) at least one seat each. Raking: places, then families, in turn; the families have the last word.
    """
    families = list(totals)
    of_family = np.array([families.index(str(f)) for f in family], dtype=np.int64)
    goal = np.array([totals[f] for f in families])
    inside = ~np.isin(family.astype(str), OUTSIDE)
    counted = goal[~np.isin(families, OUTSIDE)].sum()
    of_place = place_totals * counted / max(1.0, place_totals.sum())
    seats, most = rough.copy(), value("shape", "seats_most")
    for _ in range(_RAKES):
        now = np.bincount(place[inside], seats[inside], minlength=len(of_place))
        seats[inside] *= np.divide(of_place, now, out=np.ones_like(now), where=(now > 0) & (of_place > 0))[
            place[inside]
        ]
        seats = np.clip(seats, _LEAST, most)
        seats *= (goal / np.bincount(of_family, seats, minlength=len(goal)))[of_family]
    whole = np.zeros(len(seats), dtype=np.int64)
    for k, total in enumerate(goal):
        whole[of_family == k] = spread(float(total), seats[of_family == k], low=1, high=most)
    return whole


def places(paths: pd.DataFrame, schools: pd.DataFrame, area: Area) -> tuple[Ints, Floats]:
    """The place of each path and the seats of each place, for `fitted_seats`: shapes (P,) and (L,).

    A place is a municipality's public schools or its independent ones.
    """
    towns = {name: k for k, name in enumerate(area.towns["name"])}
    of_school = np.array([towns[m] for m in schools["municipality"]]) * 2 + schools["form"].eq("F").to_numpy()
    independent = area.towns["independent_seats"].to_numpy(dtype=float)
    public = area.towns["seats"].to_numpy(dtype=float) - independent
    return of_school[paths["school"]], np.maximum(np.column_stack([public, independent]).ravel(), 0.0)
