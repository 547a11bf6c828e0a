"""Made-up regions whose pupils become eligible with known odds: what is planted, and whether it is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.funding.outcomes import CohortOutcomes, cohort_outcomes
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_odds import Interval, band_odds
from gymreg_core.matching.build_market import MarketOptions, build_market
from gymreg_core.matching.merit import merit
from gymreg_core.matching.solve import solve
from gymreg_core.rules import rule
from gymreg_core.synthetic.histories import make_enrolments
from gymreg_core.synthetic.outcomes import planted_odds, simulate_outcomes
from gymreg_core.synthetic.registers import make_register
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

YEARS = (2019, 2020)
BASE = 1.2  # log odds at the limit or above: about 77 per cent
PLANTS = ("constant", "rising")
"""constant: odds are one number within a level, those of rules/supplement.yml. rising: they rise with every point of
merit, and a level's odds are those of its pupils' mean chance (synthetic.outcomes)."""


@dataclass(frozen=True, eq=False)
class Starters:
    """Pupils admitted to national programmes, n of them: merit (n,), programme (n,), cohort (n,), school (n,)."""

    merit: np.ndarray[Any, Any]
    programme: np.ndarray[Any, Any]
    cohort: np.ndarray[Any, Any]
    school: np.ndarray[Any, Any]


def starters(seed: int, scale: float) -> Starters:
    """Those of the two intake years of a region."""
    parts = [_admitted(year, seed, scale) for year in YEARS]
    return Starters(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _admitted(year: int, seed: int, scale: float) -> tuple[Any, ...]:
    register = make_register(year, seed=seed, scale=scale)
    market = build_market(register, "final", MarketOptions(seed=0))
    seat = solve(market).assignment.seat
    admitted = np.flatnonzero(seat >= 0)
    path = register.study_paths.iloc[market.path[seat[admitted]]]
    programme = path["study_path_code"].map(programme_of).to_numpy(object)
    national = np.array([programmes()[code].national for code in programme])
    final = register.grades[register.grades["term"] == "final"].sort_values("pupil")
    points = merit(final[list(SUBJECTS)].to_numpy(np.int8), year).hundredths / 100
    school = register.schools["school_id"].to_numpy()[path["school"].to_numpy()].astype(np.int64)
    of_pupil = points[market.pupil[admitted]]
    cohort = np.full(len(of_pupil), year)
    return of_pupil[national], programme[national], cohort[national], school[national]


def draw(people: Starters, plant: str, seed: int) -> tuple[CohortOutcomes, dict[int, float]]:
    """Outcomes of these pupils, and the odds ratios that were planted."""
    if plant == "rising":
        _, eligible = simulate_outcomes(people.merit, people.programme, seed)
        planted = planted_odds(people.merit)
    else:
        level = Supplement.packaged(YEARS[0]).level(people.merit)
        planted = {int(key): float(ratio) for key, ratio in rule("supplement", "odds_ratios").items()}
        log_odds = BASE + np.log([1.0, *planted.values()])[level]
        eligible = np.random.default_rng(seed).random(len(level)) < 1 / (1 + np.exp(-log_odds))
    return CohortOutcomes(people.merit, eligible, people.cohort, people.school), planted


def through_enrolments(seed: int, scale: float) -> tuple[CohortOutcomes, dict[int, float]]:
    """Outcomes as told by the enrolment histories of a region, moves, late rows and corrections in them."""
    enrolments = make_enrolments(YEARS[:1], date(YEARS[0] + 4, 6, 30), seed=seed, scale=scale)
    outcomes = cohort_outcomes(enrolments, YEARS[:1])
    return outcomes, planted_odds(outcomes.merit)


def found(outcomes: CohortOutcomes, planted: dict[int, float], interval: Interval = "pupils") -> Iterator[bool]:
    """Whether each level's interval holds what was planted, in the order of the levels that have an odds ratio."""
    table = band_odds(outcomes, Supplement.packaged(YEARS[0]), interval=interval).table.iloc[1:4]
    for row in table.itertuples():
        if not row.note:
            yield bool(row.low <= planted[row.level] <= row.high)
