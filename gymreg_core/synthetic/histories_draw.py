"""What made-up pupils have before them, drawn as a whole for the starters of a year."""

from __future__ import annotations

import numpy as np

from gymreg_core.synthetic.histories_introductory import introductory_years
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_national import national_years
from gymreg_core.synthetic.histories_plan import NO_CERTIFICATE, YEARS, Flags, Plans
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import INTRODUCTORY, OTHER, Offers
from gymreg_core.synthetic.school_days import school_begins, school_ends
from gymreg_core.synthetic.shape import stream, value

_LATE_DAYS = (10, 250)


def draw_plans(starters: Starters, offers: Offers, seed: int) -> Plans:
    """Plans of the starters of an intake year; `starters.path` counted among the paths of `offers`."""
    n, year = len(starters), starters.intake_year
    rng = stream(seed, year, "plans")
    kind = offers.paths["kind"].to_numpy()[starters.path]
    begins = np.full(n, school_begins(np.array(year)))
    plan = Plans(
        start=np.where(starters.late, begins + rng.integers(*_LATE_DAYS, n), begins),
        path=starters.path,
        year_of_study=np.where(kind == OTHER, YEARS + 1, 1),
        changes=np.full((n, 2, 3), NEVER, np.int64),
        away=np.full((n, 4), NEVER, np.int64),
        end=np.full((n, 2), NEVER, np.int64),
        certificate=np.full(n, NO_CERTIFICATE, np.int64),
        eligible=np.zeros(n, np.bool_),
        present=np.zeros(n, np.int64),
        small=rng.random(n) < value("teaching_group", "small"),
    )
    national_from = np.where(kind == INTRODUCTORY, introductory_years(plan, starters, offers, kind, rng), year)
    national_years(plan, starters, offers, np.where(kind == OTHER, 0, national_from), rng)
    _fourth_technical_year(plan, kind == OTHER, year, rng)
    _away_from_the_region(plan, rng)
    _presence(plan, rng)
    back = plan.away[:, 1]
    gone = (plan.away[:, 0] < NEVER) & (plan.end[:, 0] < back)
    plan.end[gone, 0] = np.minimum(plan.end[gone, 0], plan.away[gone, 0] - 1)
    plan.away[gone] = NEVER
    return plan


def _fourth_technical_year(plan: Plans, there: Flags, year: int, rng: np.random.Generator) -> None:
    completes = rng.random(len(there)) < value("fourth_technical_year", "completes")
    leaving = value("leaving")
    course = school_begins(np.array(year)) + rng.integers(leaving["first"], leaving["last"], len(there))
    plan.end_with(there & completes, school_ends(np.array(year)), "completed")
    plan.end_with(there & ~completes, course, "interrupted")


def _away_from_the_region(plan: Plans, rng: np.random.Generator) -> None:
    about, n = value("leaving_the_region"), len(plan.start)
    drawn, day = rng.random(n), plan.start + rng.integers(20, 365 * YEARS, n)
    sooner = day < plan.end[:, 0]
    moved = sooner & (drawn < about["moved_out"])
    plan.end_with(moved, day, "moved_out")
    died = sooner & ~moved & (drawn < about["moved_out"] + about["deceased"])
    plan.end_with(died, day, "deceased")
    plan.certificate[moved | died] = NO_CERTIFICATE


def _presence(plan: Plans, rng: np.random.Generator) -> None:
    about, n = value("presence"), len(plan.start)
    drawn, days = rng.random(n), rng.integers(3, 25, n)
    never = drawn < about["never"]
    invalid = ~never & (drawn < about["never"] + about["invalid"])
    late = ~never & ~invalid & (drawn > 1 - about["late"])
    plan.present[:] = np.where(never | invalid, NEVER, np.where(late, plan.start + days, plan.start))
    plan.end_with(never, plan.start + days, "never_present")
    plan.end_with(invalid, plan.start + days, "invalid")
    nothing = never | invalid
    plan.changes[nothing] = NEVER
    plan.away[nothing] = NEVER
    plan.certificate[nothing] = NO_CERTIFICATE
