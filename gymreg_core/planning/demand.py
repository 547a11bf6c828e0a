"""What will be wanted: first choices and pupils by programme, residence and school, one to five years ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import BadParameters
from gymreg_core.planning.demand_arrays import DemandArrays, arrays_before, population_of
from gymreg_core.planning.demand_cohorts import applicants_to_come, cohorts_to_come
from gymreg_core.planning.demand_draws import Futures, Group, Middle, drawn_parts, expected, simulate
from gymreg_core.planning.demand_homes import tastes_of, ways_of
from gymreg_core.planning.demand_inputs import DemandInputs, Measure
from gymreg_core.planning.demand_shares import ShareFit, ShareHistory, fit_shares
from gymreg_core.planning.demand_stock import Stays, stays_of
from gymreg_core.planning.demand_tables import WhatIs, pupil_table, table_of, ways_table
from gymreg_core.planning.demand_words import sentences_of
from gymreg_core.provenance import Provenance
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class DemandForecast:
    """What is to be expected of an intake year and those after it, by what was known before.

    table : level (region | home | place), municipality ('' in the region: all; '' of a home or place: outside the
        area), programme ('' all) and programme_type ('' all) of each year: expected (whole pupils), low, inner_low,
        inner_high, high (quantiles of rules/demand.yml, intervals), last (the last year known). The expected pupils of
        the parts add up to those of their whole exactly: programmes to their types, types to all, homes as well as
        places to the region.
    ways : year, home, place, expected, last: between municipalities, adding up to the homes and places of `table`.
    pupils : year, municipality, programme, expected: pupils in all years of study, by residence; '*' the region, to
        which the others add up.
    middle : what is expected before it is rounded. futures : the simulated ones, in each of which the parts add up too.
    """

    intake_year: int
    last_year: int
    measure: Measure
    table: pd.DataFrame
    ways: pd.DataFrame
    pupils: pd.DataFrame
    middle: Middle
    futures: Futures
    what: WhatIs
    fit: ShareFit
    stays: Stays
    provenance: Provenance
    notes: tuple[str, ...] = field(default=())

    @property
    def years(self) -> tuple[int, ...]:
        """The years that are foretold."""
        return self.what.years

    def region(self) -> pd.DataFrame:
        """The rows of the region by programme."""
        rows = self.table
        return rows[rows["level"].eq("region") & rows["programme"].ne("")].reset_index(drop=True)

    def summary(self) -> dict[str, Any]:
        """Of the first year: all expected, its interval, the last year known, and how many programmes grow."""
        whole = self.table[self.table["level"].eq("region") & self.table["programme_type"].eq("")]
        first = whole[whole["year"].eq(self.intake_year)].iloc[0]
        region = self.region()
        now = region[region["year"].eq(self.intake_year)]
        return {
            "year": self.intake_year,
            **{name: int(first[name]) for name in ("expected", "low", "high", "last")},
            "growing": int((now["expected"] > now["last"]).sum()),
            "programmes": len(now),
        }

    def sentences(self, language: Language) -> tuple[str, ...]:
        """What is to be expected in the whole region, most important first."""
        return sentences_of(self.table, self.measure, self.intake_year, self.notes, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def __repr__(self) -> str:
        return f"DemandForecast({self.years[0]}-{self.years[-1]}, {self.measure})"

    def _repr_html_(self) -> str:
        return str(self.region().to_html(index=False, max_rows=40))


def forecast_demand(
    inputs: DemandInputs, year: int, *, ahead: int = 1, draws: int | None = None, seed: int | None = None
) -> DemandForecast:
    """Foretell what will be chosen in `year` and the years after it, `ahead` in all, by what was known before `year`.

    Young people of starting age by cohort, times how many of them apply; the part of introductory programmes, by
    eligibility; the region's shares of programmes (planning/demand_shares.py); what a municipality chooses beside the
    region, drawn towards it where pupils are few; and where they go. Simulated futures in whole pupils make the
    intervals; the same steps without chance, rounded by largest remainders from the whole down, are what is expected.

    draws, seed : of the futures (rules/demand.yml). The same arguments give the same forecast.
    Errors: BadInput where nothing is known before `year`, or homes are told of some years only; BadParameters for years
    ahead that are not 1 to 5; RuleMissing.
    """
    longest = int(rule("demand", "years_ahead"))
    if not 1 <= ahead <= longest:
        raise BadParameters(
            f"a forecast is of 1 to {longest} years", where="ahead", remedy=f"Ask for 1 to {longest} years."
        )
    known = arrays_before(inputs, year)
    wanted = np.arange(year, year + ahead)
    when = wanted - int(known.years[-1])
    draws = int(rule("demand", "draws")) if draws is None else draws
    seed = int(rule("demand", "seed")) if seed is None else seed
    by_home = known.counts.sum(axis=2)
    cohorts = cohorts_to_come(*population_of(inputs.population, known.homes), wanted, year)
    applicants = applicants_to_come(by_home.sum(axis=1), known.years, known.of_age, cohorts, wanted)
    share, weight = _introductory(known, by_home)
    rng = np.random.default_rng([seed, year])
    fewest = known.in_area if np.isfinite(known.in_area) else float(share.mean())
    part = drawn_parts(share, weight, when, draws, fewest, rng)
    ways = ways_of(known.counts, known.years)
    kinds = [(~known.introductory, 1 - share, 1 - part), (known.introductory, share, part)]
    kinds = [kind for kind in kinds if kind[0].any()]
    groups = [_group(known, np.flatnonzero(rows)) for rows, _, _ in kinds]
    futures = simulate(applicants, groups, [drawn for _, _, drawn in kinds], ways, when, draws, seed)
    what = WhatIs(known.homes, known.programmes, known.places, tuple(wanted.tolist()))
    middle = expected(applicants, groups, [part for _, part, _ in kinds], ways, when)
    table, whole = table_of(futures, middle, what, known.counts[..., -1])
    stays = stays_of(inputs.tracked, known.programmes)
    notes = _notes(inputs, known, cohorts.expected, when)
    return DemandForecast(
        intake_year=year,
        measure=inputs.measure,
        table=table,
        ways=ways_table(middle, what, whole, known.counts[..., -1].sum(axis=1)),
        pupils=pupil_table(whole.homes, by_home, known.years, what, stays),
        last_year=int(known.years[-1]),
        middle=middle,
        futures=futures,
        what=what,
        fit=groups[0].fit,
        stays=stays,
        provenance=inputs.provenance,
        notes=notes,
    )


def _group(known: DemandArrays, rows: Ints) -> Group:
    history = known.history(rows)
    if not len(history.years):
        history = ShareHistory(known.years[-1:], np.full((len(rows), 1), np.nan), np.zeros((len(rows), 1)))
    return Group(rows, fit_shares(history), tastes_of(known.counts[:, rows].sum(axis=2), known.years))


def _introductory(known: DemandArrays, by_home: Floats) -> tuple[Floats, Floats]:
    """(H,): the share that chooses an introductory programme, and the pupils that tell it.

    A municipality's own share is drawn towards what its pupils without eligibility let expect, else to the region's.
    """
    memory = float(rule("demand", "home_memory")) ** (known.years[-1] - known.years)
    all_ = by_home.sum(axis=1) @ memory
    some = by_home[:, known.introductory].sum(axis=1) @ memory
    common = some.sum() / all_.sum()
    expected = np.full(len(known.homes), common)
    told = np.isfinite(known.not_eligible)
    if told.any() and (all_[told] @ known.not_eligible[told]) > 0:
        per = some[told].sum() / (all_[told] @ known.not_eligible[told])
        expected = np.where(told, np.minimum(per * np.nan_to_num(known.not_eligible), 1.0), common)
    weight = float(rule("demand", "home_weight"))
    return (some + weight * expected) / (all_ + weight), all_ + weight


def _notes(inputs: DemandInputs, known: DemandArrays, cohorts: Floats, when: Ints) -> tuple[str, ...]:
    """What the reader has to know of this forecast: keys of demand_texts.yml."""
    notes = []
    if not np.isfinite(cohorts).any():
        notes.append("no_population")
    if not np.isfinite(known.in_area):
        notes.append("no_year9")
    if len(known.years) == 1:
        notes.append("one_year")
    if int(when[0]) > 1 or (np.diff(known.years) > 1).any():
        notes.append("years_missing")
    if inputs.tracked is None:
        notes.append("not_followed")
    return tuple(notes)
