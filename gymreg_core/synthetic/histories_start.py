"""Who begins in a made-up intake year, and where: the admitted, those placed afterwards, newcomers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import joblib
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import NUMBER_KINDS, SUBJECTS, Register
from gymreg_core.matching.eligibility import eligibility
from gymreg_core.matching.merit import merit
from gymreg_core.matching.year import run_year
from gymreg_core.rules import rule
from gymreg_core.sources.register.identities import COORDINATION, PLACEHOLDER
from gymreg_core.synthetic.identities import identity_numbers, numbers_of
from gymreg_core.synthetic.offers import INTRODUCTORY, PREPARATORY, VOCATIONAL, kilometres, offered, places
from gymreg_core.synthetic.paths import fitted_homes
from gymreg_core.synthetic.registers import make_register
from gymreg_core.synthetic.shape import stream, value

Ints = NDArray[np.int64]
_HUNDREDTHS = 100
_START_AGE = 16
_MUNICIPAL = "municipal"
_WORTH_PROCESSES = 0.5
"""Scale of a region from which on starting another process takes less time than it saves."""


@dataclass(frozen=True, eq=False)
class Starters:
    """n persons who begin in an intake year.

    numbers : identity numbers (n,). persons : their columns of contracts/enrolments.py but for the pseudonym, those of
    year 9 (the year as year9_year), and `home` (place in `places`). path : int64 (n,), row of `paths`. late : bool
    (n,), begins in the course of the year.
    paths : `offered`. schools : those of the register.
    """

    intake_year: int
    numbers: list[str]
    persons: pd.DataFrame
    path: Ints
    late: NDArray[np.bool_]
    paths: pd.DataFrame
    schools: pd.DataFrame

    def __len__(self) -> int:
        return len(self.path)


def starters_of_years(
    years: Sequence[int], seed: int, scale: float = 1.0, told: Callable[[Register], None] | None = None
) -> list[Starters]:
    """`starters_of` the made-up registers of these years; years of a large region are made side by side.

    told : is called with each register, in the process that makes it.
    """
    jobs = -1 if scale >= _WORTH_PROCESSES and len(years) > 1 else 1
    made = joblib.Parallel(n_jobs=jobs)(joblib.delayed(_starters_of_year)(year, seed, scale, told) for year in years)
    return list(made)


def _starters_of_year(year: int, seed: int, scale: float, told: Callable[[Register], None] | None) -> Starters:
    register = make_register(year, seed=seed, scale=scale)
    if told:
        told(register)
    return starters_of(register, seed)


def starters_of(register: Register, seed: int) -> Starters:
    """Everyone who begins in the year of a made-up register. The same for the same register and seed.

    The admitted of the last reserve round begin where they were admitted. Who declined and has no other seat goes
    elsewhere. Of the others those eligible take seats that were left, those not eligible begin introductory programmes
    at municipal schools near home; few begin nowhere. Newcomers to language introduction never applied.
    """
    year, pupils, paths = register.intake_year, register.pupils, offered(register)
    path = _admitted(register)
    place = {name: number for number, name in enumerate(places())}
    home = np.array([place[name] for name in pupils["home_municipality"]], np.int64)
    grades = register.grades[register.grades["term"].eq("final")].sort_values("pupil")
    marks = grades[list(SUBJECTS)].to_numpy(np.int8)
    who = eligibility(marks, grades["english_dispensation"].to_numpy(np.bool_), year)
    declined = np.isin(np.arange(len(pupils)), register.replies.loc[register.replies["answer"].eq("declined"), "pupil"])
    rng = stream(seed, year, "unplaced")
    stays = rng.random(len(pupils)) >= value("unplaced", "nowhere")
    left = (path < 0) & ~declined & stays & ~pupils["completed_national"].to_numpy(np.bool_)
    meets = {
        name: who.eligible[:, who.requirements.index(name)]
        for name in ("vocational", "preparatory", "programme_oriented")
    }
    able = np.flatnonzero(left & meets["vocational"])
    path[able] = _free_seats(path, paths, able, home[able], meets["preparatory"][able], rng)
    others = np.flatnonzero(left & ~meets["vocational"])
    path[others] = _introductory(paths, register.schools, home[others], meets["programme_oriented"][others], rng)
    begins = np.flatnonzero(path >= 0)
    persons = pd.DataFrame(
        {
            **{name: pupils[name] for name in ("number_kind", "sex", "birth_year", "year9_year")},
            "protected": stream(seed, year, "protected").random(len(pupils)) < value("protected_share"),
            "merit": _merit(marks, pupils["year9_year"].to_numpy(np.int64), rule("grades", "scale", year)),
            "eligible": np.select([meets["preparatory"], meets["vocational"]], ["preparatory", "vocational"], "none"),
            "school_unit": pupils["year9_school"],
            "home": home,
        }
    )
    numbers = identity_numbers(register, seed)
    new, new_path, late = _newcomers(register, paths, seed)
    return Starters(
        intake_year=year,
        numbers=[
            *(numbers[row] for row in begins.tolist()),
            *numbers_of(new, stream(seed, year, "newcomers' numbers")),
        ],
        persons=pd.concat([persons.iloc[begins], new], ignore_index=True),
        path=np.append(path[begins], new_path),
        late=np.append(np.zeros(len(begins), np.bool_), late),
        paths=paths,
        schools=register.schools,
    )


def _merit(marks: NDArray[np.int8], year9_year: Ints, scale: str) -> NDArray[np.float64]:
    """Merit values (n,) in points, NaN without a grade, by the rules of the year in which each left year 9."""
    points = np.full(len(marks), np.nan)
    for year in np.unique(year9_year).tolist():
        rows = np.flatnonzero(year9_year == year)
        known = merit(marks[rows], year, scale=scale)
        points[rows] = np.where(known.number > 0, known.hundredths / _HUNDREDTHS, np.nan)
    return points


def _admitted(register: Register) -> Ints:
    """The path (p,) that each pupil of the register has a seat at after the last reserve round, -1 = none."""
    path = np.full(len(register.pupils), -1, np.int64)
    if len(register.applications):
        last = list(run_year(register).matches.values())[-1]
        path[last.market.pupil] = np.where(last.assignment.seat >= 0, last.market.path[last.assignment.seat], -1)
    return path


def _free_seats(
    path: Ints, paths: pd.DataFrame, pupils: Ints, home: Ints, prepared: NDArray[np.bool_], rng: np.random.Generator
) -> Ints:
    """A path (n,) with a seat left for each, as far north as the home, -1 where seats run out."""
    taken = np.bincount(path[path >= 0], minlength=len(paths))
    seats = np.maximum(paths["seats"].to_numpy(np.int64) - taken, 0)
    kind, north = paths["kind"].to_numpy(), np.array([at[0] for at in value("homes").values()])
    town, found = paths["town"].to_numpy(), np.full(len(pupils), -1, np.int64)
    for wants, kinds in ((~prepared, [VOCATIONAL]), (prepared, [PREPARATORY, VOCATIONAL])):
        slots = np.repeat(np.arange(len(paths)), np.where(np.isin(kind, kinds), seats, 0))
        ask = np.flatnonzero(wants)
        some = min(len(slots), len(ask))
        slots = rng.choice(slots, some, replace=False)
        ask = rng.choice(ask, some, replace=False)
        by_north = slots[np.argsort(north[town[slots]], kind="stable")]
        found[ask[np.argsort(north[home[ask]], kind="stable")]] = by_north
        seats -= np.bincount(slots, minlength=len(paths))
    return found


def _introductory(
    paths: pd.DataFrame, schools: pd.DataFrame, home: Ints, near: NDArray[np.bool_], rng: np.random.Generator
) -> Ints:
    """A path (n,) of an introductory programme at a municipal school in or near the home municipality."""
    programme = np.empty(len(home), dtype=object)
    for rows, shares in ((near, value("unplaced", "near")), (~near, value("unplaced", "far"))):
        programme[rows] = rng.choice(list(shares), int(rows.sum()), p=list(shares.values()))
    return _at_home(paths, schools, home, programme, rng)


def _at_home(
    paths: pd.DataFrame, schools: pd.DataFrame, home: Ints, programme: NDArray[np.object_], rng: np.random.Generator
) -> Ints:
    """A path (n,) of each programme at one of the municipal schools of the nearest town that has any."""
    municipal = schools.loc[schools["provider_form"].eq(_MUNICIPAL), "school_id"]
    there = paths[paths["school_id"].isin(municipal if len(municipal) else schools["school_id"]).to_numpy()]
    there = there[there["kind"].eq(INTRODUCTORY)]
    far, found = kilometres(), np.full(len(home), -1, np.int64)
    for name, rows in there.groupby("programme"):
        towns = np.unique(rows["town"])
        nearest = towns[far[:, towns].argmin(axis=1)]
        of_town = {town: rows.index[rows["town"].eq(town)].to_numpy() for town in towns.tolist()}
        for town in towns.tolist():
            ask = np.flatnonzero((programme == name) & (nearest[home] == town))
            found[ask] = rng.choice(of_town[town], len(ask))
    return found


def _newcomers(register: Register, paths: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, Ints, NDArray[np.bool_]]:
    """Persons as in `Starters`, their paths, and whether they come in the course of the school year."""
    rng, about = stream(seed, register.intake_year, "newcomers"), value("newcomers")
    n = round(about["share"] * len(register.pupils))
    shares = np.array([home.share for home in fitted_homes()])
    of_home = np.array([places().index(home.name) for home in fitted_homes()])
    home = of_home[rng.choice(len(shares), n, p=shares / shares.sum())]
    kind, drawn = np.zeros(n, np.int64), rng.random(n)
    kind[drawn < about["coordination"] + about["placeholder"]] = COORDINATION
    kind[drawn < about["placeholder"]] = PLACEHOLDER
    age = rng.choice(list(about["ages"]), n, p=list(about["ages"].values()))
    persons = pd.DataFrame(
        {
            "number_kind": np.array(NUMBER_KINDS)[kind],
            "sex": np.where(rng.random(n) < 0.4, "F", "M"),  # noqa: PLR2004 more boys than girls come
            "birth_year": register.intake_year - age,
            "year9_year": np.zeros(n, np.int64),
            "protected": rng.random(n) < value("protected_share"),
            "merit": np.full(n, np.nan),
            "eligible": np.full(n, "", dtype=object),
            "school_unit": np.full(n, "", dtype=object),
            "home": home,
        }
    )
    path = _at_home(paths, register.schools, home, np.full(n, "IMS", dtype=object), rng)
    return persons, path, rng.random(n) >= about["at_start"]
