"""Made-up enrolment histories: where the pupils of made-up registers went from year to year, and when it was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import GROUPS, Enrolments, empty_enrolment_table, enrolment_table
from gymreg_core.errors import BadParameters
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.synthetic.histories_draw import draw_plans
from gymreg_core.synthetic.histories_homes import draw_homes
from gymreg_core.synthetic.histories_kernel import NEVER, unfold
from gymreg_core.synthetic.histories_known import Rows, corrected, known_by, recorded
from gymreg_core.synthetic.histories_numbers import with_new_numbers
from gymreg_core.synthetic.histories_papers import draw_certificates, draw_decisions
from gymreg_core.synthetic.histories_plan import Plans
from gymreg_core.synthetic.histories_start import Starters, starters_of_years
from gymreg_core.synthetic.histories_tables import (
    certificate_table,
    decision_table,
    home_table,
    spell_table,
    year9_table,
)
from gymreg_core.synthetic.histories_units import draw_new_units, with_new_units
from gymreg_core.synthetic.offers import NATIONAL, Offers, offers_of
from gymreg_core.synthetic.registers import DEFAULT_SEED
from gymreg_core.synthetic.school_days import first_of_july, school_begins, school_year_of
from gymreg_core.synthetic.shape import stream

Ints = NDArray[np.int64]
_ORDINARY, _SMALL, _APPRENTICE = range(len(GROUPS))
_AT_START = 12
"""Days of teaching within which somebody who leaves has not come back from the summer."""


@dataclass(frozen=True, eq=False)
class MadeUp:
    """Enrolments and the identity number of each of their persons."""

    enrolments: Enrolments
    numbers: list[str]


def make_enrolments(intakes: Sequence[int], as_of: date, *, seed: int = DEFAULT_SEED, scale: float = 1.0) -> Enrolments:
    """Enrolment histories of the made-up registers of these intake years, as known at the end of a day.

    What it is: who is admitted begins where the seat is, others where there was room, on introductory programmes or not
    at all; then years of study, switches, breaks, interruptions, moves, certificates, and the late and wrong rows that
    real systems have, near published figures (docs/simulations/made-up-histories.md). What it is not: data about
    anyone. The same arguments give the same tables, and an earlier `as_of` gives what was known then.
    Errors: BadParameters for years or a scale that cannot be made, or a day before the first of the years.
    """
    check_intakes(intakes, as_of)
    return enrolments_of(starters_of_years(sorted(intakes), seed, scale), as_of, seed).enrolments


def check_intakes(intakes: Sequence[int], as_of: date) -> None:
    """Errors: BadParameters for no years, a year twice, or a day before the pupils of the first have begun."""
    if not intakes or len(set(intakes)) != len(intakes):
        raise BadParameters("intake years have to be named, each once", where="intakes")
    if as_of < date(min(intakes), 7, 1):
        raise BadParameters(
            f"nobody has begun by {as_of}", where="as_of", remedy=f"Name a day from {min(intakes)}-07-01 on."
        )


def enrolments_of(starters: Sequence[Starters], as_of: date, seed: int) -> MadeUp:
    """`make_enrolments` from the starters of each intake, in the order of the years."""
    starters = [_not_seen(one, earlier) for one, earlier in _with_earlier(starters)]
    schools = _schools(starters)
    offers = offers_of({one.intake_year: one.paths for one in starters}, schools["school_id"].tolist())
    first_path = np.cumsum([0, *(len(one.paths) for one in starters)])
    day = (np.datetime64(as_of) - np.datetime64("1970-01-01")).astype(np.int64)
    parts = [
        _known(Starters(**(vars(one) | {"path": one.path + first})), offers, int(day), seed)
        for one, first in zip(starters, first_path.tolist(), strict=False)
    ]
    made = _together(starters, parts, offers, schools, as_of)
    paths = pd.concat([one.paths for one in starters])
    seats = paths.groupby(["year", "school_id"])["seats"].sum().groupby("school_id").mean()
    units = draw_new_units(schools, seats, [one.intake_year for one in starters], seed)
    return MadeUp(*with_new_numbers(with_new_units(made.enrolments, units), made.numbers, seed))


def _with_earlier(starters: Sequence[Starters]) -> list[tuple[Starters, frozenset[str]]]:
    seen: frozenset[str] = frozenset()
    pairs = []
    for one in starters:
        pairs.append((one, seen))
        seen |= frozenset(one.numbers)
    return pairs


def _not_seen(one: Starters, earlier: frozenset[str]) -> Starters:
    """Without those who began in an earlier year: the same number is the same person, who applied again and stayed."""
    kept = np.array([number not in earlier for number in one.numbers], np.bool_)
    kept &= ~pd.Series(one.numbers).duplicated().to_numpy()
    if kept.all():
        return one
    rows = np.flatnonzero(kept)
    return Starters(
        **(
            vars(one)
            | {
                "numbers": [one.numbers[row] for row in rows.tolist()],
                "persons": one.persons.iloc[rows].reset_index(drop=True),
                "path": one.path[rows],
                "late": one.late[rows],
            }
        )
    )


def _known(one: Starters, offers: Offers, day: int, seed: int) -> dict[str, pd.DataFrame]:
    """What was known of an intake's starters by a day: their spells, homes, decisions and certificates as numbers."""
    plan = draw_plans(one, offers, seed)
    spells = _spells(one, plan, offers)
    rng = stream(seed, one.intake_year, "recording")
    rows = recorded(spells[0], spells[1], rng)
    other = offers.in_school(rows.path, rng)
    rows = corrected(rows, other, _SMALL, rng)
    last = _closing_of_last(rows, len(one))
    tables = {
        "spells": pd.DataFrame(vars(known_by(rows, day))),
        "homes": draw_homes(one, plan, seed),
        "decisions": draw_decisions(spells[0], offers, stream(seed, one.intake_year, "decisions")),
        "certificates": draw_certificates(
            one, plan, spells[0], last, offers, stream(seed, one.intake_year, "certificates")
        ),
    }
    for name in ("homes", "decisions", "certificates"):
        table = tables[name][tables[name]["recorded"] <= day]
        tables[name] = table.assign(annulled=table["annulled"].where(table["annulled"] <= day, NEVER))
    return tables


def _closing_of_last(rows: Rows, n: int) -> Ints:
    """The day (n,) on which the end of each pupil's last spell was first recorded."""
    ended = rows.of(rows.stop < NEVER)
    last = np.zeros(n, np.int64)
    np.maximum.at(last, ended.pupil, ended.recorded)
    return last


def _spells(one: Starters, plan: Plans, offers: Offers) -> tuple[Rows, NDArray[np.bool_]]:
    """The spells that happen, in the order of pupils and time, and which of them begin at a new place."""
    years = np.arange(one.intake_year, one.intake_year + 14)
    table = unfold(
        plan.start, plan.path, plan.year_of_study, plan.changes, plan.away, plan.end,
        first_of_july(years), school_begins(years),
    )  # fmt: skip
    pupil, path, year_of_study, start, stop, reason, anew = table.T
    first = np.append(True, pupil[1:] != pupil[:-1]) if len(pupil) else np.zeros(0, np.bool_)
    present = np.where(first, plan.present[pupil], start)
    back = school_begins(school_year_of(start)) + _AT_START
    present = np.where((anew == 0) & (stop <= back), NEVER, present)
    present = np.where(present > stop, NEVER, present)
    kind = offers.paths["kind"].to_numpy()[path]
    group = np.where(plan.small[pupil] & np.isin(kind, NATIONAL), _SMALL, _ORDINARY)
    group = np.where(offers.paths["apprentice"].to_numpy()[path], _APPRENTICE, group)
    none = np.full(len(pupil), NEVER)
    rows = Rows(np.arange(len(pupil)), pupil, path, year_of_study, group, start, stop, present, reason, none, none)
    return rows, anew.astype(np.bool_)


def _schools(starters: Sequence[Starters]) -> pd.DataFrame:
    """The schools of all years, under the name of the last."""
    every = pd.concat([one.schools for one in starters], ignore_index=True)
    return every.drop_duplicates("school_id", keep="last").sort_values("school_id", ignore_index=True)


def _together(
    starters: Sequence[Starters],
    parts: Sequence[dict[str, pd.DataFrame]],
    offers: Offers,
    schools: pd.DataFrame,
    as_of: date,
) -> MadeUp:
    """The tables of the contract, of those who were known by the day."""
    first = np.cumsum([0, *(len(one) for one in starters)])
    tables = {
        name: pd.concat(
            [part[name].assign(pupil=part[name]["pupil"] + offset) for part, offset in zip(parts, first, strict=False)],
            ignore_index=True,
        )
        for name in parts[0]
    }
    persons = pd.concat([one.persons for one in starters], ignore_index=True)
    known = np.zeros(len(persons), np.bool_)
    known[tables["spells"]["pupil"]] = True
    place = np.cumsum(known) - 1
    tables = {
        name: table[known[table["pupil"]]].assign(pupil=lambda rows: place[rows["pupil"]])
        for name, table in tables.items()
    }
    persons = persons[known].reset_index(drop=True)
    first_known = tables["spells"].groupby("pupil")["recorded"].min().to_numpy(np.int64)
    numbers = [number for one in starters for number in one.numbers]
    numbers = [number for number, there in zip(numbers, known.tolist(), strict=True) if there]
    names = pseudonyms([number.replace("-", "") for number in numbers], MADE_UP_KEY)
    made = Enrolments(
        since=f"{starters[0].intake_year}-07-01",
        as_of=as_of.isoformat(),
        made_up=True,
        persons=enrolment_table("persons", persons.assign(applicant=names)),
        year9=year9_table(persons, first_known),
        homes=home_table(tables["homes"]),
        spells=spell_table(tables["spells"], offers),
        decisions=decision_table(tables["decisions"]),
        certificates=certificate_table(tables["certificates"], offers),
        identities=empty_enrolment_table("identities"),
        predecessors=empty_enrolment_table("predecessors"),
        schools=enrolment_table("schools", schools),
    )
    return MadeUp(made, numbers)
