"""Made-up pupils who get an identity number in place of a placeholder; not of all is it told who they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table
from gymreg_core.contracts.register import NUMBER_KINDS
from gymreg_core.sources.register.identities import PERSONAL, PLACEHOLDER, check_digits
from gymreg_core.sources.register.keys import MADE_UP_KEY, pseudonyms
from gymreg_core.synthetic.school_days import first_of_july, school_year_of
from gymreg_core.synthetic.shape import value

Ints = NDArray[np.int64]
_SERIALS = 1000
_DATED = {"homes": "start", "spells": "start", "decisions": "start", "certificates": "issued"}
"""The day of each table's rows that decides under which number they stand."""


def with_new_numbers(enrolments: Enrolments, numbers: Sequence[str], seed: int) -> tuple[Enrolments, list[str]]:
    """Enrolments in which some placeholders end on a 1 July and their pupils go on under a number of their own.

    What is drawn depends on the placeholder alone, so that an earlier day of extract gives what was known then. Returns
    the numbers of all persons too.
    """
    about = value("new_numbers")
    first = enrolments.spells.groupby("pupil")["start"].min()
    may = enrolments.persons["number_kind"].eq(NUMBER_KINDS[PLACEHOLDER]) & ~enrolments.persons["protected"]
    first = first[may.to_numpy()[first.index]]
    old = [numbers[row] for row in first.index]
    started = first.to_numpy().astype("datetime64[D]").astype(np.int64)
    years = np.where(_drawn(old, seed, "years") < about["after_one_year"], 1, 2)
    day = first_of_july(school_year_of(started) + years)
    last = enrolments.spells.groupby("pupil")["start"].max().loc[first.index]
    goes_on = last.to_numpy().astype("datetime64[D]").astype(np.int64) >= day
    changes = goes_on & (_drawn(old, seed, "changes") < about["share"])
    former = first.index.to_numpy()[changes]
    old = [number for number, there in zip(old, changes.tolist(), strict=True) if there]
    new_numbers = _numbers(old, enrolments.persons.iloc[former]["sex"].tolist(), frozenset(numbers), seed)
    names = pseudonyms([number.replace("-", "") for number in new_numbers], MADE_UP_KEY)
    added = enrolments.persons.iloc[former].assign(applicant=names, number_kind=NUMBER_KINDS[PERSONAL])
    n = len(enrolments.persons)
    whose, since = np.arange(n, dtype=np.int64), np.full(n, np.iinfo(np.int64).max)
    whose[former], since[former] = n + np.arange(len(former)), day[changes]
    tables = {name: _moved(getattr(enrolments, name), column, whose, since) for name, column in _DATED.items()}
    tables["homes"] = _kept_at_home(enrolments.homes, tables["homes"], whose, since)
    told = _drawn(old, seed, "told") < about["told"]
    recorded = day[changes] + (about["known_within"] * _drawn(old, seed, "recorded")).astype(np.int64)
    told &= recorded <= np.datetime64(enrolments.as_of).astype(np.int64)
    events = {
        "pupil": whose[former][told],
        "former": former[told],
        "day": _dates(day[changes][told]),
        "evidence": np.where(_drawn(old, seed, "evidence") < about["dossier"], "dossier", "registered")[told],
        "recorded": _dates(recorded[told]),
        "annulled": np.full(int(told.sum()), np.datetime64("NaT", "s")),
    }
    made: dict[str, Any] = {name: enrolment_table(name, table) for name, table in tables.items()}
    changed = replace(
        enrolments,
        persons=enrolment_table("persons", pd.concat([enrolments.persons, added], ignore_index=True)),
        identities=enrolment_table("identities", events),
        **made,
    )
    return changed, [*numbers, *new_numbers]


def _moved(table: pd.DataFrame, column: str, whose: Ints, since: Ints) -> pd.DataFrame:
    """Rows from the day of the new number on stand under it."""
    pupil = table["pupil"].to_numpy(np.int64)
    later = table[column].to_numpy().astype("datetime64[D]").astype(np.int64) >= since[pupil]
    return table.assign(pupil=np.where(later, whose[pupil], pupil))


def _kept_at_home(before: pd.DataFrame, moved: pd.DataFrame, whose: Ints, since: Ints) -> pd.DataFrame:
    """Homes with, for each new number, the last home before it, from its first day on."""
    held = before.assign(since=since[before["pupil"].to_numpy()])
    day = _dates(held["since"].to_numpy())
    held = held[(held["start"].to_numpy() < day) & held["annulled"].isna() & (whose[held["pupil"]] != held["pupil"])]
    held = held.sort_values(["pupil", "start", "recorded"], kind="stable").drop_duplicates("pupil", keep="last")
    dates = _dates(held["since"].to_numpy())
    here = pd.DataFrame(
        {
            "pupil": whose[held["pupil"].to_numpy()],
            "municipality": held["municipality"],
            "start": dates,
            "recorded": dates,
            "annulled": np.full(len(held), np.datetime64("NaT", "s")),
        }
    )
    return pd.concat([moved, here], ignore_index=True).drop_duplicates(["pupil", "start", "annulled"])


def _numbers(old: Sequence[str], sex: Sequence[str], taken: frozenset[str], seed: int) -> list[str]:
    """An identity number with the day of birth of each placeholder, its check digit wrong, none of them taken."""
    serials, wrong = (_drawn(old, seed, name) for name in ("serial", "check digit"))
    found: list[str] = []
    used = set(taken)
    for number, kind, drawn, off in zip(old, sex, serials.tolist(), wrong.tolist(), strict=True):
        serial = int(drawn * _SERIALS)
        serial += (serial % 2 == 0) != (kind == "F")
        while (written := _written(number[:8], serial % _SERIALS, off)) in used:
            serial += 2
        used.add(written)
        found.append(written)
    return found


def _written(date: str, serial: int, off: float) -> str:
    digits = np.array([[int(digit) for digit in f"{date[2:]}{serial:03d}"]], np.int16)
    return f"{date}-{serial:03d}{(int(check_digits(digits)[0]) + 1 + int(off * 9)) % 10}"


def _drawn(texts: Sequence[str], seed: int, what: str) -> NDArray[np.float64]:
    """A number from 0 to below 1 (n,) for each text, the same for the same text, seed and purpose."""
    named = np.array([f"{seed} {what} {text}" for text in texts], dtype=object)
    return np.asarray(pd.util.hash_array(named, categorize=False) / 2.0**64, np.float64)


def _dates(days: Ints) -> NDArray[np.datetime64]:
    return days.astype("datetime64[D]").astype("datetime64[s]")
