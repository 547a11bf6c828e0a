"""Histories reckoned day by day and row by row, in plain Python: slow, and meant to be read.

Every pupil is a diary, a word for each day: where the pupil is, or None. The rules are those of rules/cleaning.yml.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.cohort.cleaning import RULES, CleaningRules
from gymreg_core.cohort.histories import FAR, MOVES
from gymreg_core.contracts.enrolments import CERTIFICATE_KINDS, END_REASONS, Enrolments
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of
from gymreg_core.vocabulary.successors import lineage

Row = dict[str, Any]
Place = tuple[str, int, str, int]
"""State, row of the school, study-path code, year of study; -1, '' and 0 outside school."""
DAY = dt.timedelta(days=1)
EPOCH = dt.date(1970, 1, 1)
DIPLOMAS = ("preparatory_diploma", "vocational_diploma", "international_baccalaureate")
AT_SCHOOL = ("introductory", "preparatory", "vocational")
AFTER = {
    "study_break": "study_break",
    "exchange_year": "study_break",
    "moved_out": "moved_out",
    "deceased": "moved_out",
    "age_limit": "age_limit",
}


def rows_of(table: pd.DataFrame) -> list[Row]:
    dates = [name for name, dtype in table.dtypes.items() if str(dtype).startswith("datetime")]
    rows = table.to_dict("records")
    return [
        {name: (None if pd.isna(row[name]) else row[name].date()) if name in dates else row[name] for name in row}
        for row in rows
    ]


def on(year: int, month_day: str) -> dt.date:
    return dt.date(year, *(int(part) for part in month_day.split("-")))


def school_year(day: dt.date, begins: str) -> int:
    return day.year if day >= on(day.year, begins) else day.year - 1


def number(day: dt.date) -> int:
    return (day - EPOCH).days


class Reference:
    """Enrolments as known on a day. `pupils` : keys in their order; `diaries`, `certificates`, `homes` : by key;
    `log` : rule -> rows and the pupils they belong to."""

    def __init__(self, e: Enrolments, as_of: dt.date | None = None, rules: CleaningRules | None = None) -> None:
        self.rules = rules or CleaningRules.packaged()
        self.as_of = as_of or dt.date.fromisoformat(e.as_of)
        self.since = dt.date.fromisoformat(e.since)
        self.persons, self.schools = rows_of(e.persons), rows_of(e.schools)
        self.tables = {
            name: rows_of(getattr(e, name))
            for name in ("spells", "homes", "certificates", "year9", "identities", "predecessors")
        }
        self._known: dict[str, list[Row]] = {}
        self.log: dict[str, list[Any]] = {key: [] for key in RULES}
        self.unit = [self._on(school, self.as_of) for school in range(len(self.schools))]
        self.who = [self._now(person) for person in range(len(self.persons))]
        spells = list(self._attended())
        self._of_pupils(spells)
        self.certificates = {key: self._certificates(key) for key in sorted(self.spells)}
        self.diaries: dict[Any, dict[dt.date, Place]] = {}
        for key in sorted(self.spells):
            if diary := self._diary(key):
                self.diaries[key] = diary
        self.pupils = list(self.diaries)
        self.moves = {key: self._moves(key) for key in self.pupils}
        for key in self.pupils:
            for day, (move, why) in self.moves[key].items():
                if why:
                    self.log[why].append(key)
                assert move in MOVES
                assert day in self.diaries[key]

    def known(self, table: str) -> list[Row]:
        if table not in self._known:
            self._known[table] = [
                row
                for row in self.tables[table]
                if row["recorded"] <= self.as_of and not (row["annulled"] and row["annulled"] <= self.as_of)
            ]
        return self._known[table]

    def _successor(self, school: int) -> Row | None:
        rows = [r for r in self.known("predecessors") if r["former"] == school and r["day"] <= self.as_of]
        return min(rows, key=lambda r: (-r["percent"], self.schools[r["school"]]["school_id"], r["day"]), default=None)

    def _on(self, school: int, day: dt.date) -> int:
        """The school that one is on a day."""
        while (row := self._successor(school)) and row["day"] <= day:
            school = row["school"]
        return school

    def _now(self, person: int) -> int:
        while True:
            rows = [
                r
                for r in self.known("identities")
                if r["former"] == person
                and not self.persons[r["former"]]["protected"]
                and not self.persons[r["pupil"]]["protected"]
            ]
            if not rows:
                return person
            person = max(rows, key=lambda r: (r["day"], self.persons[r["pupil"]]["applicant"]))["pupil"]

    def _attended(self) -> Iterator[Row]:
        rules = self.rules
        for row in self.known("spells"):
            if row["start"] > self.as_of:
                continue
            same = [
                other["recorded"]
                for other in self.tables["spells"]
                if all(other[name] == row[name] for name in ("pupil", "school", "start"))
                and other["recorded"] <= self.as_of
            ]
            if (min(same) - row["start"]).days > rules.late_days:
                self.log["late_row"].append(row["pupil"])
            ended = row["stop"] is not None and row["stop"] < self.as_of
            present = row["present"] is not None and row["present"] <= self.as_of
            old = (self.as_of - row["start"]).days > rules.absent_days
            programme = programmes().get(programme_of(row["study_path_code"]))
            if row["reason"] in ("invalid", "never_present"):
                self.log[row["reason"]].append(row["pupil"])
            elif not present and (ended or old):
                self.log["absent"].append(row["pupil"])
            elif programme is None or programme.type not in AT_SCHOOL:
                self.log["other_school_form"].append(row["pupil"])
            else:
                last = row["stop"] if ended else dt.date.max
                yield {**row, "last": last, "reason": row["reason"] if ended else "", "state": programme.type}

    def key(self, person: int, school: int, day: dt.date) -> tuple[str, str, int]:
        """Pseudonym, and of a placeholder the unit's id and the school year."""
        who = self.persons[self.who[person]]
        if who["number_kind"] not in self.rules.placeholder_kinds:
            return who["applicant"], "", 0
        unit = self.schools[self.unit[school]]["school_id"]
        return who["applicant"], unit, school_year(day, self.rules.school_year)

    def _of_pupils(self, spells: list[Row]) -> None:
        self.spells: dict[Any, list[Row]] = {}
        self.person: dict[Any, int] = {}
        for row in spells:
            key = self.key(row["pupil"], row["school"], row["start"])
            self.spells.setdefault(key, []).append(row)
            self.person[key] = self.who[row["pupil"]]
        for person in {row["pupil"] for row in spells}:
            if self.who[person] != person:
                self.log["identity_event"].append(self.who[person])
        for key, rows in self.spells.items():
            self.log["placeholder"] += [key] * len(rows) if key[1] else []
            self.log["protected"] += [key] * len(rows) if self.persons[self.person[key]]["protected"] else []

    def _certificates(self, key: Any) -> list[Row]:
        rows = []
        for row in self.known("certificates"):
            programme = programmes().get(programme_of(row["study_path_code"]))
            there = row["issued"] <= self.as_of and programme is not None and programme.type in AT_SCHOOL
            if there and self.key(row["pupil"], row["school"], row["issued"]) == key:
                rows.append(row)
        kept = []
        for kinds in (DIPLOMAS, ("study_certificate",), ("introductory_certificate",)):
            same = [row for row in rows if row["certificate"] in kinds]
            same.sort(
                key=lambda r: (self._few(r), r["issued"], CERTIFICATE_KINDS.index(r["certificate"]), *self._rest(r))
            )
            kept += same[:1]
            self.log["second_certificate"] += [key] * len(same[1:])
        for row in kept:
            if row["certificate"] == "introductory_certificate":
                self.log["introductory_certificate"].append(key)
            if self._few(row):
                self.log["few_points"].append(key)
        return sorted(kept, key=lambda r: (r["issued"], CERTIFICATE_KINDS.index(r["certificate"])))

    def _few(self, row: Row) -> bool:
        return bool(row["certificate"] == "study_certificate" and row["points"] < self.rules.points)

    def _rest(self, row: Row) -> tuple[Any, ...]:
        school = self._id(row["school"])
        return row["recorded"], row["points"], row["higher_eligible"], school, row["study_path_code"]

    def _priority(self, row: Row) -> tuple[Any, ...]:
        start = row["start"]
        measured = on(start.year, self.rules.double_status_day)
        measured = measured if measured >= start else on(start.year + 1, self.rules.double_status_day)
        present = row["present"] if row["present"] is not None else dt.date.max
        return (
            start,
            present <= measured <= row["last"],
            row["state"] != "introductory",
            row["recorded"],
            row["last"],
            self.schools[row["school"]]["school_id"],
            row["study_path_code"],
            row["year_of_study"],
            END_REASONS.index(row["reason"]),
            present,
        )

    def _days_of_spells(self, key: Any) -> dict[dt.date, Row]:  # noqa: C901 one rule after another
        """Whose each day is."""
        rows = sorted((dict(row) for row in self.spells[key]), key=self._priority)
        touched: dict[int, set[str]] = {place: set() for place in range(len(rows))}
        for a, row in enumerate(rows):
            row["until"] = row["last"]
            for later in rows[a + 1 :]:
                one, other = (self._on(each["school"], later["start"]) for each in (row, later))
                if one == other and later["start"] <= row["until"]:
                    touched[a].add("same_day_move" if later["start"] == row["until"] else "overlap")
                    row["until"] = later["start"] - DAY
        for a, row in enumerate(rows):
            for later in rows[a + 1 :]:
                common = (min(row["until"], later["until"]) - later["start"]).days + 1
                if common > 0 and row["until"] >= row["start"]:
                    days = self.rules.overlap_days
                    touched[a].add(
                        "same_day_move" if common == 1 else "overlap" if common <= days else "double_enrolment"
                    )
        for names in touched.values():
            if names:
                worst = max(names, key=("same_day_move", "overlap", "double_enrolment").index)
                self.log[worst].append(key)
        diary: dict[dt.date, Row] = {}
        day = min(row["start"] for row in rows)
        while day <= self.as_of:
            there = [row for row in rows if row["start"] <= day <= row["until"]]
            if there:
                diary[day] = there[-1]
            day += DAY
        return diary

    def _diary(self, key: Any) -> dict[dt.date, Place]:
        spells = self._days_of_spells(key)
        study = [
            r["issued"] for r in self.certificates[key] if r["certificate"] == "study_certificate" and not self._few(r)
        ]
        diploma = [r["issued"] for r in self.certificates[key] if r["certificate"] in DIPLOMAS]
        done = min(study + diploma, default=dt.date.max)
        for day in sorted(spells):
            new = spells.get(day - DAY) is not spells[day]
            if day >= done and new:
                self.log["after_certificate"].append(key)
        begun = [day for day in sorted(spells) if day < done]
        if not begun:
            return {}
        diary: dict[dt.date, Place] = {}
        day = begun[0]
        last: Row = spells[day]
        while day <= self.as_of:
            if diploma and day >= diploma[0]:
                diary[day] = ("diploma", -1, "", 0)
            elif study and day >= study[0]:
                diary[day] = ("study_certificate", -1, "", 0)
            elif day in spells:
                last = spells[day]
                diary[day] = (last["state"], last["school"], last["study_path_code"], int(last["year_of_study"]))
            else:
                then = min([one for one in [*begun, done] if one > day], default=dt.date.max)
                self._write_gap(key, diary, last, day, then, comes_back=then in spells and then < done)
                day = min(then, self.as_of + DAY) - DAY
            day += DAY
        return diary

    def _write_gap(
        self, key: Any, diary: dict[dt.date, Place], last: Row, day: dt.date, then: dt.date, *, comes_back: bool
    ) -> None:
        """The days from `day` to the one before `then`, on which the pupil is at a school or finished again."""
        rules = self.rules
        reason = last["reason"] if last["last"] == day - DAY else "changed"
        end = min(then, self.as_of + DAY)
        short = (end - day).days <= rules.gap_days
        summer = on(day.year, rules.summer_from) <= day and end <= on(day.year, rules.teaching) + rules.gap_days * DAY
        days = [day + number * DAY for number in range((end - day).days)]
        if then == dt.date.max:
            # A pupil who came back on the day after the last one known would have closed it.
            goes_on = reason in ("promoted", "changed") and (short or summer)
        else:
            goes_on = short or summer
            if goes_on:
                self.log["gap" if short else "summer_gap"].append(key)
        if goes_on:
            for one in days:
                diary[one] = diary[day - DAY]
            return
        state = AFTER.get(reason, "interrupted")
        if comes_back and reason in ("promoted", "changed", "completed"):
            state = "study_break"
        long = False
        for one in days:
            over = state == "study_break" and (one - day).days >= rules.break_days
            long = long or over
            diary[one] = ("interrupted" if over else state, -1, "", 0)
        self.log["long_break"] += [key] * long

    def _moves(self, key: Any) -> dict[dt.date, tuple[str, str]]:
        """The move of each day on which another row begins, and the rule that made it none of a pupil's."""
        diary, moves = self.diaries[key], {}
        for day in sorted(diary):
            before, now = diary.get(day - DAY), diary[day]
            if before is None:
                moves[day] = ("start", "")
            elif before != now:
                moves[day] = self._move(before, now, day)
        return moves

    def _move(self, before: Place, now: Place, day: dt.date) -> tuple[str, str]:  # noqa: C901, PLR0911 a case a line
        if now[0] not in AT_SCHOOL:
            return ("away" if now[0] == "study_break" else "exit"), ""
        if before[0] not in AT_SCHOOL:
            return "back", ""
        why = ""
        if before[1] != now[1]:
            pairs = [(r["former"], r["school"]) for r in self.known("predecessors") if r["day"] <= day]
            if self._on(before[1], day) == self._on(now[1], day) or (before[1], now[1]) in pairs:
                why = "successor_unit"
            elif self._mass(before[1], now[1], day):
                why = "mass_move"
        chosen = before[1] != now[1] and not why
        old, new = lineage(before[2]), lineage(now[2])
        if before[0] == "introductory" and now[0] != "introductory":
            return "to_national", why
        if before[0] != "introductory" and now[0] == "introductory":
            return "to_introductory", why
        if old.programme != new.programme:
            return ("programme_and_school" if chosen else "programme"), why
        if chosen:
            return "school", why
        if why:
            return "administrative", why
        if old != new:
            return "orientation", why
        return ("promoted" if before[3] != now[3] else "administrative"), why

    def _mass(self, old: int, new: int, day: dt.date) -> bool:
        there = [diary for diary in self.diaries.values() if diary.get(day - DAY, ("", -1))[1] == old]
        gone = [diary for diary in there if diary.get(day, ("", -1))[1] == new]
        enough = len(gone) >= self.rules.mass_pupils
        return enough and 100 * len(gone) >= self.rules.mass_percent * len(there)

    def shown(self) -> list[Any]:
        """The pupils that are not protected."""
        return [key for key in self.pupils if not self.persons[self.person[key]]["protected"]]

    def rows(self) -> list[tuple[Any, ...]]:
        """pupil, state, school_id, study-path code, year, start, stop, move: as days and words."""
        found = []
        for pupil, key in enumerate(self.shown()):
            begins = sorted(self.moves[key])
            for day, then in zip(begins, [*begins[1:], None], strict=True):
                state, school, code, year = self.diaries[key][day]
                stop = FAR if then is None else number(then)
                found.append((pupil, state, self._id(school), code, year, number(day), stop, self.moves[key][day][0]))
        return found

    def _id(self, school: int) -> str:
        return self.schools[school]["school_id"] if school >= 0 else ""

    def people(self) -> list[tuple[Any, ...]]:
        """applicant, followed, sex, birth_year, merit (-1 without one), year9_year of each pupil."""
        found = []
        for key in self.shown():
            person = self.persons[self.person[key]]
            merit, year = self._year9(self.person[key])
            found.append((person["applicant"], not key[1], person["sex"], person["birth_year"], merit, year))
        return found

    def _year9(self, person: int) -> tuple[float, int]:
        merits, years = {}, {}
        for one in [other for other, now in enumerate(self.who) if now == person]:
            rows = [row for row in self.known("year9") if row["pupil"] == one]
            if rows:
                last = max(rows, key=lambda r: (r["recorded"], r["year"], -1 if np.isnan(r["merit"]) else r["merit"]))
                merits[one] = -1.0 if np.isnan(last["merit"]) else last["merit"]
                years[one] = last["year"]
        merit, year = merits.get(person, -1.0), years.get(person, 0)
        return (
            merit if merit >= 0 else max(merits.values(), default=-1.0),
            year if year > 0 else max(years.values(), default=0),
        )

    def papers(self) -> list[tuple[Any, ...]]:
        """pupil, certificate, issued, points, higher_eligible, school_id, study-path code."""
        return [
            (
                *(pupil, row["certificate"], number(row["issued"]), row["points"], row["higher_eligible"]),
                *(self._id(row["school"]), row["study_path_code"]),
            )
            for pupil, key in enumerate(self.shown())
            for row in self.certificates[key]
        ]

    def homes(self, key: Any) -> list[tuple[str, dt.date]]:
        """Municipality and first day, in the order of the days."""
        rows = [r for r in self.known("homes") if self.who[r["pupil"]] == self.person[key] and r["start"] <= self.as_of]
        last: dict[dt.date, Row] = {}
        for row in sorted(rows, key=lambda r: (r["start"], r["recorded"], r["municipality"])):
            last[row["start"]] = row
        return [(row["municipality"], day) for day, row in sorted(last.items())]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Rows and pupils of each rule."""
        return {key: (len(self.log[key]), len(set(self.log[key]))) for key in RULES}

    def start(self, key: Any) -> Row:
        """As `starts`, by day and word."""
        diary = self.diaries[key]
        days = sorted(self.moves[key])
        first, (state, school, code, year) = days[0], diary[days[0]]
        begins = self.rules.school_year
        cohort = school_year(first, begins)
        national = [d for d in days if diary[d][0] in ("preparatory", "vocational") and diary[d][3] == 1]
        homes = [home for home, day in self.homes(key) if day <= first]
        merit = self._year9(self.person[key])[0]
        bands = [band["band"] for band in rule("cohort", "merit_bands") if band["from"] <= merit]
        return {
            "cohort": cohort,
            "row": number(first),
            "national_cohort": school_year(national[0], begins) if national else 0,
            "national_row": number(national[0]) if national else -1,
            "first_time": year == 1
            and self.since <= on(cohort, "07-01")
            and first <= on(cohort, self.rules.status_day),
            "entry": "introductory" if state == "introductory" else "national",
            "followed": not key[1],
            "home": homes[-1] if homes else "",
            "school_id": self._id(self.unit[school]),
            "provider_form": self.schools[school]["provider_form"],
            "programme": programme_of(code),
            "sex": self.persons[self.person[key]]["sex"],
            "merit_band": bands[-1] if merit >= 0 else "none",
        }

    def not_followed(self) -> Counter[tuple[Any, ...]]:
        """Starters by cohort, reason, kind of group and group."""
        found: Counter[tuple[Any, ...]] = Counter()
        for key in self.pupils:
            start = self.start(key)
            protected = self.persons[self.person[key]]["protected"]
            if not start["first_time"] or not (protected or key[1]):
                continue
            found[start["cohort"], "protected" if protected else "placeholder", "region", ""] += 1
            if not protected:
                for by in ("home", "provider_form", "programme", "entry", "sex", "merit_band"):
                    found[start["cohort"], "placeholder", by, start[by]] += 1
                found[start["cohort"], "placeholder", "school", start["school_id"]] += 1
        return found
