"""Choices met and travel: what became of those who wanted something, and how far from home their seats are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.register import Register
from gymreg_core.matching.kernel import NONE
from gymreg_core.matching.market import Match
from gymreg_core.matching.outcome import in_reserve
from gymreg_core.planning.groups import (
    COORDINATES,
    LEVELS,
    OUTSIDE,
    at_level,
    by_levels,
    sub_region_of,
    sub_regions,
    type_of,
)
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

HOME = ("home_sub_region", "home_municipality")
WHERE = (*COORDINATES, *HOME)
HOME_LEVELS = (("home_sub_region",), ("home_municipality",), ("programme_type", "home_municipality"))
COUNTS = ("applicants", "eligible", "first_choice", "programme_met", "seated", "local", "near", "waiting")
RESTS = (
    (("first_choice",), "programme_met"),
    (("programme_met",), "seated"),
    (("local",), "near"),
    (("near",), "seated"),
    *(((name,), "applicants") for name in ("eligible", "first_choice", "programme_met", "seated", "waiting")),
)
"""Parts of counts whose rest counts persons too: first choice not met, another programme, no seat, seats elsewhere."""


@dataclass(frozen=True, eq=False)
class ChoicesMet:
    """What became of the first choices of a round; every row is a group, none a person.

    table : a row per group of applicants whose first choice is a national programme, by that choice (`groups.LEVELS`)
        or by home (HOME_LEVELS). WHERE ('' = all), applicants, and of these eligible (for the first choice),
        first_choice (got it), programme_met (got its programme, there or at another school), seated (got a seat),
        waiting (stand in reserve for something higher); of the seated local (in the home municipality) and near (in
        the home's sub-region). Counts of persons, for `gymreg_core.disclosure.release_counts` with RESTS and
        `groups.sums_of`.
    travel : origin (home municipality, OUTSIDE for all outside the area), destination (the school's), pupils: the
        seated of `table`. Counts of persons too, for `release_rounded`.
    """

    table: pd.DataFrame
    travel: pd.DataFrame
    intake_year: int
    round: str

    def summary(self) -> dict[str, Any]:
        """The region's counts, not yet released."""
        return {name: int(at_level(self.table, coordinates=WHERE)[name].iloc[0]) for name in COUNTS}

    def __repr__(self) -> str:
        return f"ChoicesMet({self.intake_year} {self.round}, {len(self.table)} groups)"


def choices_met(match: Match, register: Register) -> ChoicesMet:
    """Choices met, waiting and travel in a solved round. register : the one that the match is of."""
    market, paths = match.market, paths_of(register)
    there = market.choices != NONE
    row, column = np.arange(len(there)), there.argmax(axis=1)
    first = market.choices[row, column]
    seat = match.assignment.seat
    national = paths["national"].to_numpy(np.bool_)
    home = register.pupils["home_municipality"].iloc[market.pupil].reset_index(drop=True)
    home = home.where(home.isin(list(sub_regions())), OUTSIDE)
    at = paths.iloc[np.maximum(seat, 0)].reset_index(drop=True)
    wanted = paths.iloc[first].reset_index(drop=True)
    near_home, seated = sub_region_of(home), seat != NONE
    mine = there.any(axis=1) & national[first]
    persons = wanted[list(COORDINATES)].assign(
        home_municipality=home,
        home_sub_region=near_home,
        applicants=True,
        eligible=market.eligible[row, column],
        first_choice=seat == first,
        programme_met=seated & at["programme"].eq(wanted["programme"]),
        seated=seated,
        local=seated & at["municipality"].eq(home),
        near=seated & at["sub_region"].eq(near_home),
        waiting=in_reserve(match).any(axis=1),
    )[mine]
    travel = pd.DataFrame({"origin": home, "destination": at["municipality"]})[seated & mine]
    return ChoicesMet(
        by_levels(lambda level: _counted(persons, level), (*LEVELS, *HOME_LEVELS), WHERE),
        travel.groupby(["origin", "destination"], sort=True).size().rename("pupils").reset_index(),
        market.intake_year,
        market.round,
    )


def paths_of(register: Register) -> pd.DataFrame:
    """Where each study path (m rows) stands: COORDINATES, path_id, school, study_path_name, provider_form, national."""
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    code = [programme_of(name) for name in paths["study_path_code"]]
    known = programmes()
    return pd.DataFrame(
        {
            "path_id": paths["path_id"],
            "programme_type": [type_of(p) for p in code],
            "programme": pd.Series(code, dtype="str"),
            "sub_region": sub_region_of(school["municipality"]),
            "municipality": school["municipality"],
            "school": school["school"],
            "provider_form": school["provider_form"],
            "study_path_name": paths["study_path_name"],
            "national": [p in known and known[p].national for p in code],
        }
    )


def _counted(persons: pd.DataFrame, level: list[str]) -> pd.DataFrame:
    counts = persons[list(COUNTS)].astype("int64")
    if not level:
        return counts.sum().to_frame().T
    return counts.groupby([persons[name] for name in level], sort=True).sum().reset_index()
