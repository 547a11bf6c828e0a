"""Person-periods with planted effects and schools whose pupils are alike, for the model of interruption to find."""

from __future__ import annotations

import numpy as np

from gymreg_core.cohort.logit import Term
from gymreg_core.cohort.person_periods import PersonPeriods

BASE = -3.6
SHARED = 0.95
"""Coefficients of the mean over schools as a share of those within a school."""
TERMS = {
    "year": (("1", "2", "3"), (0.0, -0.2, -0.5)),
    "programme_type": (("preparatory", "vocational"), (0.0, 0.5)),
    "entry": (("introductory", "national"), (0.8, 0.0)),
    "merit_band": (("0-159", "160-219", "220-340", "none"), (1.0, 0.4, 0.0, 0.8)),
    "sex": (("F", "M"), (0.0, 0.15)),
    "switched": (("no", "yes"), (0.0, 0.7)),
    "provider_form": (("independent", "municipal"), (0.1, 0.0)),
}
REFERENCE = {"year": 0, "programme_type": 0, "entry": 1, "merit_band": 2, "sex": 0, "switched": 0, "provider_form": 1}


def planted(seed: int, schools: int = 120, years: int = 40_000) -> tuple[PersonPeriods, dict[tuple[str, str], float]]:
    """Person-periods, and by term and level the true change of the probability, schools averaged over.

    A school adds a number to the log odds of its pupils. It is drawn from the bridge distribution, with which the mean
    over schools is a logistic regression again (Wang and Louis 2003, Biometrika 90), so that what the model looks for
    is known exactly. Schools differ in size, and most vocational pupils go to some of them.
    """
    rng = np.random.default_rng([2026, seed])
    size = rng.gamma(1.5, 1.0, schools)
    school = rng.choice(schools, years, p=size / size.sum())
    lean = rng.normal(0, 0.8, schools)
    codes = {
        "year": rng.choice(3, years, p=[0.38, 0.33, 0.29]),
        "programme_type": (rng.normal(0, 1, years) + lean[school] > 0.7).astype(np.int64),
        "entry": (rng.random(years) > 0.06).astype(np.int64),
        "merit_band": rng.choice(4, years, p=[0.15, 0.4, 0.42, 0.03]),
        "sex": rng.integers(0, 2, years),
        "switched": (rng.random(years) < 0.1).astype(np.int64),
        "provider_form": rng.integers(0, 2, schools)[school],
    }
    log_odds = BASE + sum(np.array(TERMS[name][1])[code] for name, code in codes.items())
    drawn = rng.random(schools)
    added = np.log(np.sin(SHARED * np.pi * drawn) / np.sin(SHARED * np.pi * (1 - drawn))) / SHARED
    event = rng.random(years) < chance(log_odds / SHARED + added[school])
    truth = {}
    for name, (levels, effects) in TERMS.items():
        without = log_odds - np.array(effects)[codes[name]]
        for place, level in enumerate(levels):
            if place != REFERENCE[name]:
                change = chance(without + effects[place]) - chance(without + effects[REFERENCE[name]])
                truth[name, level] = float(change.mean())
    terms = tuple(Term(name, code.astype(np.int32), TERMS[name][0], REFERENCE[name]) for name, code in codes.items())
    pupil = np.arange(years, dtype=np.int32)
    return PersonPeriods(pupil, codes["year"].astype(np.int8), school.astype(np.int32), event, terms), truth


def chance(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
