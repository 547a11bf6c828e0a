"""Whether enrolments can be settled at all: a short check of the settlement's own, whatever a reader found before.

Counts alone are told, of rows of the tables; the texts are those of the reader (vocabulary/findings.yml).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding, Findings
from gymreg_core.funding.histories import Histories
from gymreg_core.funding.prices import price_missing
from gymreg_core.rules import rule
from gymreg_core.sources.enrolments.overlaps import overlapping
from gymreg_core.vocabulary.finding_texts import finding
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import looks_like_code, programme_of
from gymreg_core.vocabulary.sweden import swedish_municipalities

Flags = NDArray[np.bool_]
_PERCENT = 100


def check_enrolments(enrolments: Enrolments) -> None:
    """Whether enrolments can be settled. Errors: BadInput with every finding; then nothing is posted."""
    found = [one for check in _CHECKS for one in check(enrolments)]
    if found:
        raise BadInput(
            f"enrolments that cannot be settled ({len(found)} findings); nothing was posted",
            where="enrolments",
            why="\n  ".join(f"{one.where}: {one.message} ({one.count})" for one in found),
            remedy="\n  ".join(dict.fromkeys(one.advice for one in found)),
            findings=Findings(tuple(found)).sorted(),
        )


def refuse_missing_prices(missing: Sequence[pd.DataFrame], h: Histories) -> None:
    """Errors: PriceMissing with code, school and number of pupils of every price that was wanted and not found."""
    if missing:
        every = pd.concat(missing, ignore_index=True).drop_duplicates()
        places = h.placements.iloc[every["placement"]].reset_index(drop=True)
        wanted = pd.DataFrame(
            {
                "code": places["study_path_code"],
                "year_of_study": places["year_of_study"],
                "price_year": every["price_year"].to_numpy(),
                "group": places["group"],
                "school": places["school_id"],
                "pupils": 1,
            }
        )
        raise price_missing(wanted)


def _persons(e: Enrolments) -> list[Finding]:
    twice = e.persons["applicant"].duplicated(keep=False).to_numpy()
    return _told(("applicant-twice", "persons", "applicant", twice))


def _year9(e: Enrolments) -> list[Finding]:
    merit, year = e.year9["merit"].to_numpy(), int(e.as_of[:4])
    impossible = (merit < 0) | (merit > rule("merit_scale", "ordinary_maximum", year))
    return _told(("merit-outside-scale", "year9", "merit", impossible & e.year9["annulled"].isna().to_numpy()))


def _schools(e: Enrolments) -> list[Finding]:
    form = e.schools["provider_form"].to_numpy()
    return _told(
        ("school-repeated", "schools", "school_id", e.schools["school_id"].duplicated(keep=False).to_numpy()),
        ("municipality-not-known", "schools", "municipality", ~_municipalities(e.schools["municipality"])),
        ("provider-form-needed", "schools", "provider_form", form == "unknown"),
    )


def _references(e: Enrolments) -> list[Finding]:
    broken = [
        ("pupil-not-known", name, "pupil", ~_within(table["pupil"], len(e.persons)))
        for name, table in (("year9", e.year9), ("homes", e.homes), ("spells", e.spells), ("decisions", e.decisions))
    ]
    return _told(*broken, ("school-not-known", "spells", "school", ~_within(e.spells["school"], len(e.schools))))


def _homes(e: Enrolments) -> list[Finding]:
    nowhere = e.homes["municipality"].to_numpy() == ""
    final = e.homes["annulled"].isna().to_numpy()
    again = np.zeros(len(e.homes), np.bool_)
    again[final] = e.homes.loc[final, ["pupil", "start"]].duplicated(keep=False)
    return _told(
        ("municipality-not-known", "homes", "municipality", ~nowhere & ~_municipalities(e.homes["municipality"])),
        ("home-repeated", "homes", "start", again),
        ("row-twice", "homes", None, _equal(e.homes, again)),
    )


def _spells(e: Enrolments) -> list[Finding]:
    table = e.spells
    backwards, overlap = _days(table)
    codes, names = pd.factorize(table["study_path_code"])
    known = np.array([looks_like_code(name) and programme_of(name) in programmes() for name in names], np.bool_)
    year = table["year_of_study"].to_numpy()
    return _told(
        ("stop-before-start", "spells", "stop", backwards),
        ("row-twice", "spells", None, _equal(table, overlap)),
        ("study-path-code-not-known", "spells", "study_path_code", ~known[codes]),
        (
            "year-of-study-outside",
            "spells",
            "year_of_study",
            (year < 1) | (year > rule("enrolments", "years_of_study")),
        ),
    )


def _decisions(e: Enrolments) -> list[Finding]:
    table, percent = e.decisions, e.decisions["percent"].to_numpy()
    backwards, overlap = _days(table)
    return _told(
        ("stop-before-start", "decisions", "stop", backwards),
        ("decisions-overlap", "decisions", "start", overlap),
        ("row-twice", "decisions", None, _equal(table, overlap)),
        ("percent-outside", "decisions", "percent", (percent < 1) | (percent > _PERCENT)),
    )


_CHECKS = (_persons, _year9, _schools, _references, _homes, _spells, _decisions)


def _told(*broken: tuple[str, str, str | None, Flags]) -> list[Finding]:
    return [
        finding(rule_id, file=table, column=column, count=int(rows.sum()))
        for rule_id, table, column, rows in broken
        if rows.any()
    ]


def _municipalities(names: pd.Series) -> Flags:
    codes, distinct = pd.factorize(names)
    return np.array([name in swedish_municipalities() for name in distinct], np.bool_)[codes]


def _within(rows: pd.Series, size: int) -> Flags:
    numbers = rows.to_numpy()
    return np.asarray((numbers >= 0) & (numbers < size), np.bool_)


def _days(table: pd.DataFrame) -> tuple[Flags, Flags]:
    """Rows that stop before they start, and those of the others that finally hold at the same time as another."""
    start, stop = table["start"].to_numpy(), table["stop"].to_numpy()
    backwards = np.asarray(stop < start, np.bool_)
    final = table["annulled"].isna().to_numpy() & ~backwards
    overlap = np.zeros(len(table), np.bool_)
    overlap[final] = overlapping(table["pupil"].to_numpy()[final], start[final], stop[final])
    return backwards, overlap


def _equal(table: pd.DataFrame, among: Flags) -> Flags:
    """Rows that are equal to another in every cell, of those that are suspected."""
    twice = np.zeros(len(table), np.bool_)
    twice[among] = table[among].duplicated(keep=False)
    return twice
