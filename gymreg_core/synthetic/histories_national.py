"""Made-up pupils on national programmes: outcomes first, then the switches, years and last days that fit them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.synthetic.histories_kernel import NEVER
from gymreg_core.synthetic.histories_plan import CERTIFICATE, REASON, YEARS, Flags, Ints, Plans
from gymreg_core.synthetic.histories_start import Starters
from gymreg_core.synthetic.offers import PREPARATORY, VOCATIONAL, Offers
from gymreg_core.synthetic.outcomes import draw_outcomes
from gymreg_core.synthetic.school_days import day_of, first_of_july, school_begins, school_ends
from gymreg_core.synthetic.shape import value


@dataclass(frozen=True, eq=False)
class _Careers:
    """n pupils on national programmes, or not (`there`). path : where each begins one. year : calendar year of it.

    completed : has a diploma within three years. extended : goes on beyond them. preparatory : kind of programme.
    """

    path: Ints
    home: Ints
    year: Ints
    there: Flags
    completed: Flags
    extended: Flags
    preparatory: Flags


def national_years(plan: Plans, starters: Starters, offers: Offers, begins: Ints, rng: np.random.Generator) -> None:
    """Enter three school years from calendar year `begins` (n,) on, 0 = none, or what comes in between.

    What becomes of a pupil is drawn first, by merit alone (`outcomes`); switches and last days are drawn to fit it, so
    that they change nobody's odds.
    """
    there, after_introductory = begins > 0, plan.changes[:, 0, 0] < NEVER
    year = np.where(there, begins, starters.intake_year)
    path = np.where(after_introductory, plan.changes[:, 0, 1], plan.path)
    kind, shares = offers.paths["kind"].to_numpy()[path], value("outcome", "diploma")
    completed, eligible = draw_outcomes(
        starters.persons["merit"].to_numpy(np.float64),
        kind == VOCATIONAL,
        rng,
        diploma=np.where(after_introductory, shares["introductory"], shares["direct"]),
    )
    about, drawn = value("without_diploma"), rng.random(len(begins))
    completed &= there
    certificate = there & ~completed & (drawn < about["certificate"])
    extended = there & ~completed & ~certificate & (drawn < about["certificate"] + about["extended"])
    careers = _Careers(
        path, starters.persons["home"].to_numpy(np.int64), year, there, completed, extended, kind == PREPARATORY
    )
    plan.eligible[:] = completed & eligible
    plan.end_with(completed | certificate, school_ends(year + YEARS - 1), "completed")
    plan.certificate[completed] = _diploma(offers, path)[completed]
    plan.certificate[certificate] = CERTIFICATE["study_certificate"]
    plan.end_with(there & ~completed & ~certificate & ~extended, _last_day(year, rng), "interrupted")
    again, switched = _switches(plan, careers, offers, rng)
    _extended(plan, careers, offers, again, switched, rng)


def _diploma(offers: Offers, path: Ints) -> Ints:
    kind, programme = offers.paths["kind"].to_numpy()[path], offers.paths["programme"].to_numpy()[path]
    preparatory = np.where(
        programme == "IB", CERTIFICATE["international_baccalaureate"], CERTIFICATE["preparatory_diploma"]
    )
    return np.where(kind == PREPARATORY, preparatory, CERTIFICATE["vocational_diploma"])


def _last_day(year: Ints, rng: np.random.Generator) -> Ints:
    """The last day (n,) of those who leave a national programme begun in calendar years `year`."""
    about, n = value("leaving"), len(year)
    passed = np.searchsorted(np.cumsum(about["years"])[:-1], rng.random(n), side="right")
    summer = (rng.random(n) < about["summer"]) & (passed > 0)
    days = np.where(summer, rng.integers(-20, about["first"], n), rng.integers(about["first"], about["last"], n))
    return school_begins(year + passed) + days


def _switches(plan: Plans, careers: _Careers, offers: Offers, rng: np.random.Generator) -> tuple[Flags, Flags]:
    """Enter the switches; who begins year 1 again by one, and who switches at all."""
    about, path, year, n = value("switching"), careers.path, careers.year, len(careers.path)
    switches = careers.there & (rng.random(n) < np.where(careers.completed, about["with_diploma"], about["without"]))
    both, drawn = about["programme_and_school"], rng.random(n)
    both_change = drawn < np.where(careers.completed, both["with_diploma"], both["without"])
    school_only = ~both_change & (rng.random(n) < about["school_only"])
    other = offers.elsewhere(path, careers.home, rng, same_programme=False)
    same = offers.elsewhere(path, careers.home, rng, same_programme=True)
    inside, kind = offers.in_school(path, rng), offers.paths["kind"].to_numpy()
    inside = np.where((inside >= 0) & (kind[inside] == kind[path]), inside, other)
    target = np.where(both_change, other, np.where(school_only, same, inside))
    switches &= target >= 0
    into = 14 + np.minimum(rng.exponential(about["days"], n), about["longest"]).astype(np.int64)
    days = {
        "first_year": school_begins(year) + into,
        "january": day_of(year + 1, "01-10"),
        "summer": school_begins(year + 1),
        "second_year": school_begins(year + 1) + into,
    }
    steps = np.cumsum([about["when"][name] for name in days])[:-1]
    day = np.stack(list(days.values()))[np.searchsorted(steps, rng.random(n), side="right"), np.arange(n)]
    again = switches & careers.extended & ~school_only & (rng.random(n) < value("extended", "again"))
    rows = np.flatnonzero(switches)
    slot = (plan.changes[rows, 0, 0] < NEVER).astype(np.int64)
    plan.changes[rows, slot] = np.stack([day, target, again.astype(np.int64)], axis=1)[rows]
    return again, switches


def _extended(
    plan: Plans, careers: _Careers, offers: Offers, again: Flags, switched: Flags, rng: np.random.Generator
) -> None:
    """Those who go on beyond three years: a year begun again, a break, an exchange year, else a fourth year."""
    about, leaving, year, n = value("extended"), value("leaving"), careers.year, len(careers.year)
    drawn, stays = rng.random(n), careers.extended & ~switched
    pauses = stays & (drawn < about["study_break"])
    exchange = stays & careers.preparatory & (drawn > 1 - about["exchange"])
    passed = rng.integers(0, 2, n)
    pause = school_begins(year + passed) + rng.integers(30, 200, n)
    _go_away(plan, pauses, pause, school_begins(year + passed + 1), "study_break", 0)
    _go_away(plan, exchange, first_of_july(year + 1), school_begins(year + 2), "exchange_year", 1)
    drawn = rng.random(n)
    diploma = careers.extended & (drawn < np.where(exchange, about["exchange_diploma"], about["diploma"]))
    certificate = careers.extended & ~diploma & (drawn < about["diploma"] + about["certificate"])
    fourth = careers.extended & ~again & ~pauses & ~exchange
    december = fourth & (rng.random(n) < about["december"])
    course = school_begins(year + YEARS) + rng.integers(leaving["first"], leaving["last"], n)
    last = np.where(december, day_of(year + YEARS, "12-18"), school_ends(year + YEARS))
    plan.end_with(diploma | certificate, last, "completed")
    plan.end_with(careers.extended & ~diploma & ~certificate, course, "interrupted")
    plan.certificate[diploma] = _diploma(offers, careers.path)[diploma]
    plan.certificate[certificate] = CERTIFICATE["study_certificate"]
    plan.eligible[:] |= diploma & (careers.preparatory | (rng.random(n) < about["vocational_eligible"]))


def _go_away(plan: Plans, rows: Flags, day: Ints, back: Ints, reason: str, years_passed: int) -> None:
    """Enter an absence from a day (n,) to another, for a reason of END_REASONS."""
    columns = [day, back, np.full(len(day), REASON[reason]), np.full(len(day), years_passed)]
    plan.away[rows] = np.stack(columns, axis=1)[rows]
