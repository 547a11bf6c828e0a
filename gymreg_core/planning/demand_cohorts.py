"""How many young people of starting age there will be, and how many of them will apply: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.rules import rule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Young people of starting age of H municipalities in K years to come.

    expected : float (H, K), NaN where the table does not tell. spread : float (H, K), standard deviation as a share.
    aged : bool (H, K), worked out from a younger age; else the table itself has that year.
    """

    expected: Floats
    spread: Floats
    aged: NDArray[np.bool_]


def cohorts_to_come(counts: Floats, years: Ints, ages: Ints, wanted: Ints, known_from: int) -> Cohorts:
    """Follow the young people of a table of population to starting age.

    counts : float (H, Y, A), persons by municipality, year and age, NaN where not told. years : int (Y,), rising.
    ages : int (A,), rising. wanted : int (K,), years. known_from : the first year that lies ahead; what the table has
    of it and later is its owner's own forecast, and is taken as it is.
    A cohort of age a in year y is, a year later, of age a + 1, times how cohorts of the municipality have changed by
    moves: the ratio of its own young people from year to year, drawn towards the region's by `cohort_weight` persons.
    """
    start = int(rule("demand", "starting_age"))
    shape = (len(counts), len(wanted))
    expected, spread = np.full(shape, np.nan), np.zeros(shape)
    aged = np.zeros(shape, np.bool_)
    past = years < known_from
    ratio, deviation = _moves(counts[:, past], years[past], ages, start)
    for at, year in enumerate(wanted):
        told = counts[:, years == year][:, :, ages == start]
        if told.size:
            expected[:, at] = told[:, 0, 0]
            spread[:, at] = deviation * np.sqrt(max(0, year - known_from + 1))
        for back in np.flatnonzero(past)[::-1]:
            passed = int(year - years[back])
            younger = np.flatnonzero(ages == start - passed)
            open_ = np.isnan(expected[:, at])
            if not len(younger) or not open_.any():
                continue
            found = counts[:, back, younger[0]] * ratio**passed
            expected[open_, at] = found[open_]
            spread[open_, at] = deviation * np.sqrt(passed)
            aged[open_, at] = True
    aged &= ~np.isnan(expected)
    return Cohorts(expected, spread, aged)


def _moves(counts: Floats, years: Ints, ages: Ints, start: int) -> tuple[Floats, float]:
    """(H,): how a cohort changes in a year by moves; and its standard deviation over municipalities and years."""
    near = (ages < start) & (ages >= start - int(rule("demand", "years_ahead")))
    now, then = [], []
    for at in range(len(years) - 1):
        for age in np.flatnonzero(near):
            if years[at + 1] == years[at] + 1 and age + 1 < len(ages) and ages[age + 1] == ages[age] + 1:
                now.append(counts[:, at, age])
                then.append(counts[:, at + 1, age + 1])
    prior = float(rule("demand", "cohort_spread"))
    if not now:
        return np.ones(len(counts)), prior
    first, second = np.array(now), np.array(then)
    told = ~(np.isnan(first) | np.isnan(second)) & (first > 0)
    first, second = np.where(told, first, 0.0), np.where(told, second, 0.0)
    common = second.sum() / first.sum() if first.sum() > 0 else 1.0
    weight = float(rule("demand", "cohort_weight"))
    ratio = (second.sum(axis=0) + weight * common) / (first.sum(axis=0) + weight)
    # Squared residuals of large cohorts tell most; chance alone moves a cohort by some of those who moved.
    squared = np.where(told, (second - first * ratio) ** 2 / np.maximum(first, 1.0), 0.0)
    pairs = len({*range(len(years) - 1)})
    believed = float(rule("demand", "prior_years")) / max(pairs, 1)
    found = squared.sum() / max(first.sum(), 1.0)
    return ratio, float(np.sqrt((found + believed * prior**2) / (1 + believed)))


@dataclass(frozen=True, eq=False)
class Applicants:
    """Applicants of H municipalities in K years: expected float (H, K), spread float (H, K) as a share of it."""

    expected: Floats
    spread: Floats

    def drawn(self, draws: int, rng: np.random.Generator) -> Ints:
        """int (draws, K, H): simulated applicants. Part of what is uncertain is common to all municipalities."""
        homes, ahead = self.expected.shape
        common = np.sqrt(float(rule("demand", "common_part")))
        together = rng.standard_normal((draws, 1, 1)) * common
        own = rng.standard_normal((draws, 1, homes)) * np.sqrt(1 - common**2)
        spread = self.spread.T[None]
        rates = self.expected.T[None] * np.exp(spread * (together + own) - spread**2 / 2)
        return np.asarray(rng.poisson(rates), np.int64).reshape(draws, ahead, homes)


def applicants_to_come(applied: Floats, years: Ints, there: Floats, cohorts: Cohorts, wanted: Ints) -> Applicants:
    """Applicants of each municipality, from persons of starting age and how many applied of them so far.

    applied : float (H, T), first choices. years : int (T,). there : float (H, T), persons of starting age, NaN where
    not told. The rate of a municipality is that of its own years, later ones counting more (`home_memory`), drawn
    towards the region's by `home_weight` persons. Where no number of persons is known, all applicants of the last year
    go on, divided as in all years, and the interval is wider (`unknown_cohort_spread`).
    """
    memory = float(rule("demand", "home_memory")) ** (years[-1] - years)
    told = ~np.isnan(there) & (there > 0)
    seen = np.where(told, applied, 0.0) @ memory
    of = np.where(told, there, 0.0) @ memory
    weight = float(rule("demand", "home_weight"))
    common = seen.sum() / of.sum() if of.sum() > 0 else np.nan
    rate = (seen + weight * common) / (of + weight)
    by_cohort = cohorts.expected * rate[:, None]
    passed = np.maximum(wanted - years[-1], 0)
    spread = np.hypot(cohorts.spread, float(rule("demand", "applicants_spread")) * np.sqrt(passed))
    parts = applied @ memory
    last = applied[:, -1].sum() * parts / parts.sum() if parts.sum() > 0 else parts
    alone = np.isnan(by_cohort)
    expected = np.where(alone, last[:, None], by_cohort)
    without = float(rule("demand", "unknown_cohort_spread")) * np.sqrt(passed)
    return Applicants(np.maximum(expected, 0.0), np.where(alone, without, spread) + _LEAST)
