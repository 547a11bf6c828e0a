"""The tables of a forecast of demand as arrays: which municipalities, programmes and years, and how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.demand import ELSEWHERE, NOT_TOLD
from gymreg_core.errors import BadInput
from gymreg_core.planning.demand_inputs import DemandInputs, begins_with, code_in
from gymreg_core.planning.demand_shares import ShareHistory
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities, programmes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DemandArrays:
    """What was known before a year, of H homes, P programmes, S places and T years.

    homes, programmes, places : names in the order of the axes; years : int (T,), rising. counts : float (H, P, S, T),
    choices. there : bool (P, T), the programme had choices in the year. pressure : float (P, T), log of wanted beyond
    what there is, 0 where not known. of_age : float (H, T), persons of starting age, NaN where not told. not_eligible :
    float (H,), share of those who finished year 9 last without being eligible, NaN where not told; in_area :
    the same of all.
    """

    homes: tuple[str, ...]
    programmes: tuple[str, ...]
    places: tuple[str, ...]
    years: Ints
    counts: Floats
    there: NDArray[np.bool_]
    pressure: Floats
    of_age: Floats
    not_eligible: Floats
    in_area: float

    @property
    def introductory(self) -> NDArray[np.bool_]:
        """(P,): the programme is an introductory one."""
        return np.array([programmes()[code].type == "introductory" for code in self.programmes], dtype=np.bool_)

    def history(self, rows: Ints) -> ShareHistory:
        """How the programmes at `rows` divided, in the years in which any of them was chosen."""
        counts = np.where(self.there[rows], self.counts[:, rows].sum(axis=(0, 2)), np.nan)
        some = np.nansum(counts, axis=0) > 0
        return ShareHistory(self.years[some], counts[:, some], self.pressure[rows][:, some])


def arrays_before(inputs: DemandInputs, year: int) -> DemandArrays:
    """What `inputs` tell of the years before `year`, each programme under the code that it has in `year`.

    Errors: BadInput where no choice of an earlier year is known, homes are told of some years only, or programmes or
    municipalities are not known.
    """
    rows = inputs.choices[inputs.choices["intake_year"] < year]
    if not rows["pupils"].sum():
        raise BadInput(
            f"there are no choices of any year before {year}",
            why="A forecast goes on from what was chosen in earlier years.",
            remedy="Add registers, results or a table of choices of an earlier year.",
        )
    _refuse_unknown(rows)
    rows = rows[begins_with(rows["programme"])]
    told = set(rows["home"].eq(NOT_TOLD))
    if len(told) > 1:
        raise BadInput(
            "municipalities of residence are told of some choices and not of others",
            why="Choices by residence and choices of nobody knows whom cannot be added up.",
            remedy="Use registers or a table with Hemkommun for every year, or published results alone.",
        )
    rows = rows.assign(programme=[code_in(code, year) for code in rows["programme"]])
    homes = (NOT_TOLD,) if told == {True} else (*municipalities(), ELSEWHERE)
    kept = set(rows["programme"])
    codes = tuple(code for code in programmes() if code in kept)
    places = tuple(name for name in (*municipalities(), ELSEWHERE) if name in set(rows["place"]))
    years = np.unique(rows["intake_year"]).astype(np.int64)
    axes = [("home", homes), ("programme", codes), ("place", places), ("intake_year", tuple(years.tolist()))]
    at = [pd.Index(labels).get_indexer(pd.Index(rows[name])) for name, labels in axes]
    counts = np.zeros([len(labels) for _, labels in axes], np.float64)
    np.add.at(counts, tuple(at), rows["pupils"].to_numpy(np.float64))
    not_eligible, in_area = _not_eligible(inputs.year9, year, homes)
    return DemandArrays(
        homes=homes,
        programmes=codes,
        places=places,
        years=years,
        counts=counts,
        there=counts.sum(axis=(0, 2)) > 0,
        pressure=_pressure(inputs.wanted, codes, years, year),
        of_age=_of_age(inputs.population, homes, years),
        not_eligible=not_eligible,
        in_area=in_area,
    )


def _refuse_unknown(rows: pd.DataFrame) -> None:
    """Errors: BadInput for rows whose programme, residence or place is not known, counted and not named."""
    areas = {*municipalities(), ELSEWHERE}
    known = {"programme": set(programmes()), "home": {*areas, NOT_TOLD}, "place": areas}
    counts = {name: int((~rows[name].isin(values)).sum()) for name, values in known.items()}
    if any(counts.values()):
        told = ", ".join(f"{name} in {count} rows" for name, count in counts.items() if count)
        raise BadInput(
            f"the table of choices has values that are not known: {told}",
            why="A row that cannot be placed would be missing from its total.",
            remedy="Use codes of vocabulary/programmes.yml, names of vocabulary/municipalities.yml, and '' outside.",
        )


def population_of(population: pd.DataFrame, homes: tuple[str, ...]) -> tuple[Floats, Ints, Ints]:
    """(H, Y, A) persons, NaN where not told, with the years (Y,) and ages (A,) of a table of population; where homes
    are not told, all municipalities together."""
    years, ages = (np.unique(population[name]).astype(np.int64) for name in ("year", "age"))
    counts = np.full((len(homes), len(years), len(ages)), np.nan)
    if not len(population):
        return counts, years, ages
    rows = population
    if homes == (NOT_TOLD,):
        told = population.groupby(["year", "age"])["municipality"].transform("nunique")
        whole = population[told == population["municipality"].nunique()]
        rows = whole.groupby(["year", "age"])["pupils"].sum().reset_index().assign(municipality=NOT_TOLD)
    at = pd.Index(homes).get_indexer(pd.Index(rows["municipality"]))
    inside = at >= 0
    place = [pd.Index(values).get_indexer(pd.Index(rows[name])) for values, name in ((years, "year"), (ages, "age"))]
    counts[at[inside], place[0][inside], place[1][inside]] = rows["pupils"].to_numpy(np.float64)[inside]
    return counts, years, ages


def _of_age(population: pd.DataFrame, homes: tuple[str, ...], wanted: Ints) -> Floats:
    counts, years, ages = population_of(population, homes)
    out = np.full((len(homes), len(wanted)), np.nan)
    start = np.flatnonzero(ages == int(rule("demand", "starting_age")))
    for at, year in enumerate(wanted):
        told = np.flatnonzero(years == year)
        if len(start) and len(told):
            out[:, at] = counts[:, told[0], start[0]]
    return out


def _pressure(wanted: pd.DataFrame, codes: tuple[str, ...], years: Ints, target: int) -> Floats:
    out = np.zeros((len(codes), len(years)))
    if not len(wanted):
        return out
    rows = wanted.assign(programme=[code_in(code, target) for code in wanted["programme"]])
    sums = rows.groupby(["programme", "intake_year"])[["wanted", "there"]].sum().astype("float64")
    # One more on both sides: a programme without anybody is no sign of anything.
    sums["ratio"] = np.log((sums["wanted"] + 1) / (sums["there"] + 1))
    ratio = sums["ratio"].unstack("intake_year").reindex(index=list(codes), columns=years.tolist())
    return np.asarray(np.nan_to_num(ratio.to_numpy(np.float64)), np.float64)


def _not_eligible(year9: pd.DataFrame, year: int, homes: tuple[str, ...]) -> tuple[Floats, float]:
    """(H,): the share without eligibility of the newest year 9 before or in the spring of `year`, drawn towards the
    area's by `home_weight` pupils; and the area's."""
    rows = year9[(year9["year"] < year) & (year9["known"] > 0)]
    nothing = np.full(len(homes), np.nan)
    if not len(rows):
        return nothing, float("nan")
    rows = rows[rows["year"] == rows["year"].max()]
    sums = rows.groupby("municipality")[["known", "eligible"]].sum()
    area = float(1 - sums["eligible"].sum() / sums["known"].sum())
    if homes == (NOT_TOLD,):
        return np.array([area]), area
    own = sums.reindex(list(homes), fill_value=0)
    weight = float(rule("demand", "home_weight"))
    return np.asarray((own["known"] - own["eligible"] + weight * area) / (own["known"] + weight), np.float64), area
