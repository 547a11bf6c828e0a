"""Panels for tests: a small random one in milliseconds, and the made-up region's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.effects import OUTCOMES
from gymreg_core.effects.build_panel import build_panel
from gymreg_core.effects.panel import SETTLED, Panel
from gymreg_core.effects.school_years import amounts_of, exposure, mean_amounts
from gymreg_core.rules import rule
from gymreg_core.synthetic.histories import make_enrolments
from gymreg_core.synthetic.region import EFFECT_YEARS
from gymreg_core.vocabulary.programmes import programmes

_CODES = ("BA", "EE", "EK", "NA", "SA", "VO")
_HORIZON = {"completion_3": 3, "completion_4": 4, "interruption": 2, "switching": 2, "points": 3}
_LATER = 3
_SCALE = 0.12


@cache
def made_up_cohorts(scale: float = _SCALE) -> tuple[Histories, pd.DataFrame]:
    """Histories and starts of the made-up region's intakes of 2011-2025, as known on 31 January 2026."""
    h = histories(make_enrolments(EFFECT_YEARS, date(max(EFFECT_YEARS) + 1, 1, 31), scale=scale))
    return h, starts(h)


@cache
def made_up_panel(scale: float = _SCALE) -> Panel:
    """The panel of the made-up region, made once in a process; scale 1.0 is as large as the real region."""
    return build_panel(*made_up_cohorts(scale))


def small_panel(
    schools: int = 40,
    cohorts: Sequence[int] = tuple(range(2011, 2026)),
    seed: int = 0,
    *,
    pupils: float = 30.0,
    at_each: int = 2,
    places_spread: float = 0.05,
) -> Panel:
    """A random panel of the right structure, without any effect of the dose; the last cohort is the newest intake.

    pupils : mean intake of a school and programme. at_each : programmes of a school, of six. places_spread : standard
    deviation of a school and programme's share of outcomes.
    """
    rng = np.random.default_rng([seed, schools, len(cohorts)])
    years = np.array(sorted(cohorts), np.int16)
    edges = [*rule("effects", "merit_bands"), 341]
    names = [f"{low}-{high - 1}" for low, high in pairwise(edges)] + ["none"]
    lower = np.array(edges[:-1], float)
    level = np.where(lower < 140, 3, np.where(lower < 180, 2, np.where(lower < 200, 1, 0)))
    level = np.append(level, 4)
    place_school = np.repeat(np.arange(schools), at_each)
    place_programme = np.concatenate([np.sort(rng.choice(len(_CODES), at_each, replace=False)) for _ in range(schools)])
    places, many = len(place_school), len(years)
    middle = rng.normal(235, 25, places)[:, None] + np.cumsum(rng.normal(0, 3, (places, many)), axis=1)
    centre = (lower + np.array(edges[1:])) / 2
    chance = np.exp(-0.5 * ((centre - middle[:, :, None]) / 40) ** 2)
    chance = np.concatenate([0.98 * chance / chance.sum(2, keepdims=True), np.full((places, many, 1), 0.02)], axis=2)
    size = rng.poisson(pupils * np.exp(rng.normal(0, 0.4, places))[:, None], (places, many)) + 4
    counts = rng.multinomial(size, chance)
    by_level = np.stack([counts[:, :, level == one].sum(2) for one in range(5)], axis=2)
    shares = by_level[:, :, 1:] / by_level.sum(2, keepdims=True)
    money, heads = np.zeros((places, many + 2)), np.zeros((places, many + 2))
    amounts = np.zeros((many, 4))
    for number, cohort in enumerate(years.tolist()):
        there = [year for year in range(cohort, cohort + 3) if year <= years[-1]]
        amounts[number] = mean_amounts(there)
        for year in there:
            money[:, number + year - cohort] += by_level[:, number, 1:] @ amounts_of(year)
            heads[:, number + year - cohort] += by_level[:, number].sum(1)
    three = [range(number, min(number + 3, many)) for number in range(many)]
    dose = np.stack([np.mean(money[:, of] / heads[:, of], axis=1) for of in three], axis=1)
    group = np.zeros((schools, places))
    group[place_school, np.arange(places)] = 1
    of_school = np.stack([np.mean((group @ money[:, of]) / (group @ heads[:, of]), axis=1) for of in three], axis=1)
    base = [number for number, year in enumerate(years.tolist()) if 2011 <= year <= 2012]
    before = by_level[:, base].sum(1)
    foretold = (before[:, 1:] @ mean_amounts(range(2015, 2018))) / before.sum(1) if base else np.full(places, np.nan)
    earlier = np.full((places, many, 4), np.nan)
    earlier[:, _LATER:] = shares[:, :-_LATER]
    formula = np.einsum("pcl,cl->pc", earlier, amounts)
    place, cohort, band = np.nonzero(counts)
    n = counts[place, cohort, band]
    rates = np.append(np.linspace(0.2, 0.95, len(centre)), 0.45)
    added = rng.normal(0, places_spread, places) + np.repeat(rng.normal(0, places_spread, schools), at_each)
    truth = np.clip(rates[band] + added[place], 0.02, 0.98)
    known = {name: np.where(years[cohort] + _HORIZON[name] <= years[-1], n, 0).astype(np.int64) for name in OUTCOMES}
    settled = dict.fromkeys(SETTLED, n.astype(np.int64)) | {"merit": np.where(band == len(centre), 0, n)}
    merit = n * np.append(centre, 0.0)[band]
    return Panel(
        schools=np.array([f"{10_000_000 + school}" for school in range(schools)]),
        provider_forms=np.array(["municipal", "independent"])[np.arange(schools) % 2],
        programmes=np.array(_CODES),
        vocational=np.array([programmes()[code].type == "vocational" for code in _CODES]),
        cohorts=years,
        bands=np.array(names),
        exposure=np.array([exposure(int(year)) for year in years]),
        school=place_school[place],
        programme=place_programme[place],
        cohort=cohort,
        band=band,
        pupils=n.astype(np.int64),
        covered=np.where(level[band] > 0, n, 0).astype(np.int64),
        dose=dose[place, cohort],
        school_dose=of_school[place_school[place], cohort],
        predicted=foretold[place],
        formula=formula[place, cohort],
        shares=earlier[place, cohort],
        amounts=amounts,
        known=known,
        total={name: rng.binomial(known[name], truth).astype(np.float64) for name in OUTCOMES},
        settled_known=settled,
        settled_total={
            **{name: rng.binomial(n, 0.1 if name != "girls" else 0.5).astype(float) for name in SETTLED},
            "merit": merit,
        },
    )
