"""What made-up pupils have before them: switches, breaks, leaving, certificates, drawn before any day is unfolded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS, END_REASONS
from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import INTRODUCTORY, OTHER, PREPARATORY, VOCATIONAL, Offers
from gymreg_core.synthetic.outcomes import draw_outcomes
from gymreg_core.synthetic.school_days import day_of, first_of_july, school_begins, school_ends
from gymreg_core.synthetic.shape import stream, value

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NO_CERTIFICATE = -1
_LATE_DAYS = (10, 250)
_LAST_AGE = 19
_YEARS = 3
"""School years of a national programme, and the most of an introductory one."""
_CERTIFICATE = {name: place for place, name in enumerate(CERTIFICATE_KINDS)}
_REASON = {name: place for place, name in enumerate(END_REASONS)}


@dataclass(frozen=True, eq=False)
class Plans:
    """What n pupils have before them; days since 1970, arguments of `histories_kernel.unfold`.

    start, path, year_of_study : int64 (n,). changes (n, 2, 3), away (n, 4), end (n, 2) int64. certificate : int64 (n,),
    place in CERTIFICATE_KINDS, NO_CERTIFICATE = none. eligible : bool (n,), it gives eligibility for higher education.
    present : int64 (n,), first day present in the first spell, NEVER = never. small : bool (n,), small teaching group.
    """

    start: Ints
    path: Ints
    year_of_study: Ints
    changes: Ints
    away: Ints
    end: Ints
    certificate: Ints
    eligible: Flags
    present: Ints
    small: Flags


def draw_plans(starters: Starters, offers: Offers, seed: int) -> Plans:
    """Plans of the starters of an intake year; `starters.path` counted among the paths of `offers`."""
    n, year = len(starters), starters.intake_year
    rng = stream(seed, year, "plans")
    kind = offers.paths["kind"].to_numpy()[starters.path]
    begins = np.full(n, school_begins(np.array(year)))
    plan = Plans(
        start=np.where(starters.late, begins + rng.integers(*_LATE_DAYS, n), begins),
        path=starters.path,
        year_of_study=np.where(kind == OTHER, _YEARS + 1, 1),
        changes=np.full((n, 2, 3), NEVER, np.int64),
        away=np.full((n, 4), NEVER, np.int64),
        end=np.full((n, 2), NEVER, np.int64),
        certificate=np.full(n, NO_CERTIFICATE, np.int64),
        eligible=np.zeros(n, np.bool_),
        present=np.zeros(n, np.int64),
        small=rng.random(n) < value("teaching_group", "small"),
    )
    national_from = np.where(kind == INTRODUCTORY, _introductory_years(plan, starters, offers, kind, rng), year)
    _national_years(plan, starters, offers, np.where(kind == OTHER, 0, national_from), rng)
    _fourth_technical_year(plan, kind == OTHER, year, rng)
    _away_from_the_region(plan, rng)
    _presence(plan, rng)
    back = plan.away[:, 1]
    gone = (plan.away[:, 0] < NEVER) & (plan.end[:, 0] < back)
    plan.end[gone, 0] = np.minimum(plan.end[gone, 0], plan.away[gone, 0] - 1)
    plan.away[gone] = NEVER
    return plan


def _introductory_years(plan: Plans, starters: Starters, offers: Offers, kind: Ints, rng: np.random.Generator) -> Ints:
    """Calendar year (n,) in which each pupil of introductory programmes begins a national one; 0 = never."""
    about, n = value("introductory_years"), len(plan.start)
    programme = offers.paths["programme"].to_numpy()[plan.path]
    often = np.array([about["by_type"].get(name, 1.0) for name in programme])
    born = starters.persons["birth_year"].to_numpy(np.int64)
    there, national = kind == INTRODUCTORY, np.zeros(n, np.int64)
    for passed in range(_YEARS):
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
        _end(plan, leaves & ~in_june, course, "interrupted")
        _end(plan, leaves & in_june & ~done, june, "interrupted")
        _end(plan, done, june, "completed")
        _end(plan, too_old, june, "age_limit")
        plan.certificate[done] = _CERTIFICATE["introductory_certificate"]
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
    _end(plan, np.isin(np.arange(n), stranded), school_ends(national - 1), "interrupted")
    plan.changes[stranded] = NEVER
    national[stranded] = 0
    return national


def _national_years(plan: Plans, starters: Starters, offers: Offers, begins: Ints, rng: np.random.Generator) -> None:
    """Three school years from calendar year `begins` (n,) on, 0 = none, or what came in between."""
    n = len(begins)
    there = begins > 0
    year = np.where(there, begins, starters.intake_year)
    later = plan.changes[:, 0, 0] < NEVER
    path = np.where(later, plan.changes[:, 0, 1], plan.path)
    vocational = offers.paths["kind"].to_numpy()[path] == VOCATIONAL
    shares = value("outcome", "diploma")
    completed, eligible = draw_outcomes(
        starters.persons["merit"].to_numpy(np.float64),
        vocational,
        rng,
        diploma=np.where(later, shares["introductory"], shares["direct"]),
    )
    about = value("without_diploma")
    drawn = rng.random(n)
    certificate = there & ~completed & (drawn < about["certificate"])
    extended = there & ~completed & ~certificate & (drawn < about["certificate"] + about["extended"])
    left = there & ~completed & ~certificate & ~extended
    completed &= there
    plan.eligible[:] = completed & eligible
    _end(plan, completed | certificate, school_ends(year + _YEARS - 1), "completed")
    plan.certificate[completed] = _diploma(offers, path)[completed]
    plan.certificate[certificate] = _CERTIFICATE["study_certificate"]
    _end(plan, left, _last_day(year, rng), "interrupted")
    again, switched = _switches(plan, starters, offers, path, year, completed, there, extended, rng)
    _extended(plan, offers, path, year, extended, again, switched, rng)


def _diploma(offers: Offers, path: Ints) -> Ints:
    kind, programme = offers.paths["kind"].to_numpy()[path], offers.paths["programme"].to_numpy()[path]
    preparatory = np.where(
        programme == "IB", _CERTIFICATE["international_baccalaureate"], _CERTIFICATE["preparatory_diploma"]
    )
    return np.where(kind == PREPARATORY, preparatory, _CERTIFICATE["vocational_diploma"])


def _last_day(year: Ints, rng: np.random.Generator) -> Ints:
    """The last day (n,) of those who leave a national programme begun in calendar years `year`."""
    about, n = value("leaving"), len(year)
    passed = np.searchsorted(np.cumsum(about["years"])[:-1], rng.random(n), side="right")
    summer = (rng.random(n) < about["summer"]) & (passed > 0)
    days = np.where(summer, rng.integers(-20, about["first"], n), rng.integers(about["first"], about["last"], n))
    return school_begins(year + passed) + days


def _switches(
    plan: Plans,
    starters: Starters,
    offers: Offers,
    path: Ints,
    year: Ints,
    completed: Flags,
    there: Flags,
    extended: Flags,
    rng: np.random.Generator,
) -> tuple[Flags, Flags]:
    """Enter the switches into the plans; who begins year 1 again, and who switched at all."""
    about, n = value("switching"), len(path)
    home = starters.persons["home"].to_numpy(np.int64)
    switches = there & (rng.random(n) < np.where(completed, about["with_diploma"], about["without"]))
    both = about["programme_and_school"]
    drawn = rng.random(n)
    both_change = drawn < np.where(completed, both["with_diploma"], both["without"])
    school_only = ~both_change & (rng.random(n) < about["school_only"])
    other = offers.elsewhere(path, home, rng, same_programme=False)
    same = offers.elsewhere(path, home, rng, same_programme=True)
    inside = offers.in_school(path, rng)
    kind = offers.paths["kind"].to_numpy()
    inside = np.where((inside >= 0) & (kind[inside] == kind[path]), inside, other)
    target = np.where(both_change, other, np.where(school_only, same, inside))
    switches &= target >= 0
    when, drawn = about["when"], rng.random(n)
    begins = school_begins(year)
    soon = begins + 14 + np.minimum(rng.exponential(about["days"], n), about["longest"]).astype(np.int64)
    january, summer = day_of(year + 1, "01-10"), school_begins(year + 1)
    day = np.where(drawn < when["first_year"], soon, np.where(drawn < 1 - when["summer"], january, summer))
    again = switches & extended & ~school_only & (rng.random(n) < value("extended", "again"))
    rows = np.flatnonzero(switches)
    slot = (plan.changes[rows, 0, 0] < NEVER).astype(np.int64)
    plan.changes[rows, slot] = np.stack([day[rows], target[rows], again[rows].astype(np.int64)], axis=1)
    return again, switches


def _extended(
    plan: Plans,
    offers: Offers,
    path: Ints,
    year: Ints,
    extended: Flags,
    again: Flags,
    switched: Flags,
    rng: np.random.Generator,
) -> None:
    """Those who go on beyond three years: a year begun again, a break, an exchange year, else a fourth year."""
    about, n = value("extended"), len(year)
    drawn = rng.random(n)
    preparatory = offers.paths["kind"].to_numpy()[path] == PREPARATORY
    pauses = extended & ~switched & (drawn < about["study_break"])
    exchange = extended & ~switched & preparatory & (drawn > 1 - about["exchange"] / preparatory.mean().clip(0.1))
    passed = rng.integers(0, 2, n)
    pause = school_begins(year + passed) + rng.integers(30, 200, n)
    rows = np.flatnonzero(pauses)
    plan.away[rows] = np.stack(
        [pause, school_begins(year + passed + 1), np.full(n, _REASON["study_break"]), np.zeros(n, np.int64)], axis=1
    )[rows]
    rows = np.flatnonzero(exchange)
    plan.away[rows] = np.stack(
        [first_of_july(year + 1), school_begins(year + 2), np.full(n, _REASON["exchange_year"]), np.ones(n, np.int64)],
        axis=1,
    )[rows]
    drawn = rng.random(n)
    diploma = extended & (drawn < np.where(exchange, about["exchange_diploma"], about["diploma"]))
    certificate = extended & ~diploma & (drawn < about["diploma"] + about["certificate"])
    fourth = extended & ~again & ~pauses & ~exchange
    december = fourth & (rng.random(n) < about["december"])
    last = np.where(december, day_of(year + _YEARS, "12-18"), school_ends(year + _YEARS))
    leaving = value("leaving")
    course = school_begins(year + _YEARS) + rng.integers(leaving["first"], leaving["last"], n)
    _end(plan, diploma | certificate, last, "completed")
    _end(plan, extended & ~diploma & ~certificate, course, "interrupted")
    plan.certificate[diploma] = _diploma(offers, path)[diploma]
    plan.certificate[certificate] = _CERTIFICATE["study_certificate"]
    plan.eligible[:] |= diploma & (preparatory | (rng.random(n) < 0.5))  # noqa: PLR2004 half of the late vocational ones


def _fourth_technical_year(plan: Plans, there: Flags, year: int, rng: np.random.Generator) -> None:
    completes = rng.random(len(there)) < value("fourth_technical_year", "completes")
    leaving = value("leaving")
    course = school_begins(np.array(year)) + rng.integers(leaving["first"], leaving["last"], len(there))
    _end(plan, there & completes, school_ends(np.array(year)), "completed")
    _end(plan, there & ~completes, course, "interrupted")


def _away_from_the_region(plan: Plans, rng: np.random.Generator) -> None:
    about, n = value("leaving_the_region"), len(plan.start)
    drawn, day = rng.random(n), plan.start + rng.integers(20, 365 * _YEARS, n)
    sooner = day < plan.end[:, 0]
    moved = sooner & (drawn < about["moved_out"])
    _end(plan, moved, day, "moved_out")
    died = sooner & ~moved & (drawn < about["moved_out"] + about["deceased"])
    _end(plan, died, day, "deceased")
    plan.certificate[moved | died] = NO_CERTIFICATE
    plan.eligible[moved | died] = False


def _presence(plan: Plans, rng: np.random.Generator) -> None:
    about, n = value("presence"), len(plan.start)
    drawn, days = rng.random(n), rng.integers(3, 25, n)
    never = drawn < about["never"]
    invalid = ~never & (drawn < about["never"] + about["invalid"])
    late = ~never & ~invalid & (drawn > 1 - about["late"])
    plan.present[:] = np.where(never | invalid, NEVER, np.where(late, plan.start + days, plan.start))
    _end(plan, never, plan.start + days, "never_present")
    _end(plan, invalid, plan.start + days, "invalid")
    nothing = never | invalid
    plan.changes[nothing] = NEVER
    plan.away[nothing] = NEVER
    plan.certificate[nothing] = NO_CERTIFICATE
    plan.eligible[nothing] = False


def _end(plan: Plans, rows: Flags, day: Ints, reason: str) -> None:
    plan.end[rows, 0] = np.broadcast_to(day, rows.shape)[rows]
    plan.end[rows, 1] = _REASON[reason]
