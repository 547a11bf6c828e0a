"""Made-up pupils on introductory programmes: who goes to a national one, who leaves, who stays."""

from __future__ import annotations

import numpy as np

from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_plan import CERTIFICATE, YEARS, Ints, Plans
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import INTRODUCTORY, Offers
from gymreg_core.synthetic.school_days import school_begins, school_ends
from gymreg_core.synthetic.shape import value

_LAST_AGE = 19


def introductory_years(plan: Plans, starters: Starters, offers: Offers, kind: Ints, rng: np.random.Generator) -> Ints:
    """Calendar year (n,) in which each pupil of introductory programmes begins a national one; 0 = never."""
    about, n = value("introductory_years"), len(plan.start)
    programme = offers.paths["programme"].to_numpy()[plan.path]
    often = np.array([about["by_type"].get(name, 1.0) for name in programme])
    born = starters.persons["birth_year"].to_numpy(np.int64)
    there, national = kind == INTRODUCTORY, np.zeros(n, np.int64)
    for passed in range(YEARS):
        year = starters.intake_year + passed
        drawn = rng.random(n)
        goes = about["to_national"][passed] * often * np.where(starters.late & (passed == 0), 0.5, 1.0)
        young = year + 1 - born <= _LAST_AGE
        to_national = there & young & (drawn < goes)
        leaves = there & ~to_national & (drawn < goes + about["leaves"][passed])
        too_old = there & ~to_national & ~leaves & ~young
        in_june = rng.random(n) < about["in_june"][passed]
        done = leaves & in_june & (rng.random(n) < about["certificate"])
        june, begins = school_ends(np.array(year)), np.maximum(plan.start, school_begins(np.array(year)))
        course = begins + 1 + ((june - begins - 1) * rng.random(n)).astype(np.int64)
        plan.end_with(leaves & ~in_june, course, "interrupted")
        plan.end_with(leaves & in_june & ~done, june, "interrupted")
        plan.end_with(done, june, "completed")
        plan.end_with(too_old, june, "age_limit")
        plan.certificate[done] = CERTIFICATE["introductory_certificate"]
        national[to_national] = year + 1
        there = there & ~(to_national | leaves | too_old)
    goes_on = np.flatnonzero(national)
    vocational = rng.random(len(goes_on)) < about["vocational"]
    home = starters.persons["home"].to_numpy(np.int64)[goes_on]
    path = offers.near(national[goes_on], vocational, home, rng)
    path = np.where(path < 0, offers.near(national[goes_on], ~vocational, home, rng), path)
    plan.changes[goes_on, 0] = np.stack(
        [school_begins(national[goes_on]), path, np.ones(len(goes_on), np.int64)], axis=1
    )
    stranded = goes_on[path < 0]
    plan.end_with(np.isin(np.arange(n), stranded), school_ends(national - 1), "interrupted")
    plan.changes[stranded] = NEVER
    national[stranded] = 0
    return national
