"""What enrolments have to hold to, beyond their single cells: one function per table, a finding per broken rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.errors import RuleMissing
from gymreg_core.rules import rule
from gymreg_core.sources.enrolments.overlaps import overlapping
from gymreg_core.sources.register.checks import Flags, Table, codes_known, municipality_known
from gymreg_core.sources.register.notes import Notes

Day = np.datetime64
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Checked:
    """A table while its rules are held against it.

    `twice` (p,): persons who cannot be told apart. `shared` (p,): whose number is a placeholder, that of a person per
    school unit.
    """

    table: Table
    twice: Flags
    shared: Flags
    as_of: Day
    notes: Notes

    def note(self, rule_id: str, broken: Flags, column: str, *needed: str) -> None:
        """A finding about the rows (n,) that break a rule, `column` and `needed` being readable there."""
        whole = self.table.readable(column, *needed)
        self.notes.rows(rule_id, self.table.file, self.table.rows, broken & whole, column)

    def known_in_time(self) -> None:
        """Nothing was known after the day of the extract, nor annulled before it was known."""
        for column in ("recorded", "annulled"):
            self.not_after_extract(column)
        self.note("annulled-before-recorded", self.table["annulled"] < self.table["recorded"], "annulled", "recorded")

    def not_after_extract(self, column: str) -> None:
        self.note("day-after-extract", self.table[column] > self.as_of, column)

    def stops_after_start(self) -> Flags:
        """Rows (n,) that stop, if they do, after they start; a finding about the others."""
        backwards = self.table["stop"] < self.table["start"]
        self.note("stop-before-start", backwards, "stop", "start")
        return np.asarray(~backwards & self.table.readable("start", "stop"), np.bool_)

    def final(self) -> Flags:
        """Rows (n,) that count in what is known last, of persons who can be told apart."""
        table = self.table
        if "pupil" not in table.columns:
            return np.asarray(np.isnat(table["annulled"]) & table.readable("annulled"), np.bool_)
        pupil = np.maximum(table["pupil"], 0)
        known = self.twice[pupil] if len(self.twice) else np.ones(len(table), np.bool_)
        return np.asarray(np.isnat(table["annulled"]) & table.readable("pupil", "annulled") & ~known, np.bool_)

    def one_at_a_time(self, rule_id: str, forward: Flags) -> None:
        """No two rows of a pupil, among those that count, hold at the same time."""
        table, counts = self.table, self.final() & forward
        broken = np.zeros(len(table), np.bool_)
        broken[counts] = overlapping(self.whose[counts], table["start"][counts], table["stop"][counts])
        self.notes.rows(rule_id, table.file, table.rows, broken, "start")

    def once(self, rule_id: str, *names: str) -> None:
        """Of rows that count and are equal in these columns there is one."""
        self.note(rule_id, self.repeated(*names), names[-1])

    def repeated(self, *names: str) -> Flags:
        """Rows (n,) that count and are equal in these columns to another that does."""
        table, counts = self.table, self.final() & self.table.readable(*names)
        cells = {name: self.whose if name == "pupil" else table[name] for name in names}
        broken = np.zeros(len(table), np.bool_)
        broken[counts] = pd.DataFrame({name: cells[name][counts] for name in names}).duplicated(keep=False)
        return broken

    @property
    def whose(self) -> NDArray[np.int64]:
        """A number (n,) per person; of a placeholder, per person and school unit."""
        pupil: NDArray[np.int64] = self.table["pupil"].astype(np.int64)
        if "school" not in self.table.columns or not self.shared.any():
            return pupil
        unit = self.table["school"].astype(np.int64) + 1
        apart: NDArray[np.int64] = np.where(self.shared[pupil], unit * len(self.shared) + pupil, pupil)
        return apart


def check_year9(checked: Checked) -> None:
    """Merit values lie on the scale of the year in which year 9 was finished (rules/merit_scale.yml), and of a person
    one row is the last; where there is no such year, the scale of the year of the extract counts."""
    table, notes, year = checked.table, checked.notes, int(str(checked.as_of)[:4])
    checked.known_in_time()
    checked.once("merit-row-repeated", "pupil", "recorded")
    merit, finished = table["merit"], table["year"]
    whole = table.readable("merit", "year") & ~np.isnan(merit)
    above, between = np.zeros(len(table), np.bool_), np.zeros(len(table), np.bool_)
    for one in np.unique(finished[whole]).tolist():
        there = whole & (finished == one)
        above |= there & (merit > _scale("ordinary_maximum", one, year))
        between |= there & (merit % _scale("cutoff_step", one, year) != 0)
    notes.rows("merit-outside-scale", table.file, table.rows, above, "merit")
    notes.rows("merit-between-steps", table.file, table.rows, between & ~above, "merit")


def check_homes(checked: Checked) -> None:
    """Homes are Swedish municipalities or none, and of one person one counts from a day on."""
    municipality_known(checked.table, "municipality", checked.notes)
    checked.known_in_time()
    checked.once("home-repeated", "pupil", "start")


def check_spells(checked: Checked) -> None:
    """A spell has a code and a year of study that there are, its days are in order, its end and its reason agree."""
    table = checked.table
    codes_known(table, checked.notes)
    last = rule("enrolments", "years_of_study")
    year = table["year_of_study"]
    checked.note("year-of-study-outside", (year < 1) | (year > last), "year_of_study")
    checked.known_in_time()
    checked.not_after_extract("present")
    forward = checked.stops_after_start()
    outside = (table["present"] < table["start"]) | (table["present"] > table["stop"])
    checked.note("present-outside-spell", outside & forward, "present")
    ends, reason = ~np.isnat(table["stop"]), table["reason"]
    checked.note("reason-without-stop", ~ends & (reason != ""), "reason", "stop")
    checked.note("stop-without-reason", ends & (reason == ""), "reason", "stop")
    came = (reason == "never_present") & ~np.isnat(table["present"])
    checked.note("presence-contradicts-reason", came, "reason", "present")
    checked.one_at_a_time("spells-overlap", forward)


def known_long_before(spells: Table, as_of: date) -> bool:
    """Whether the last spell was recorded so long before the day of the extract that this day must be wrong.

    A day far ahead would make every later extract an older one.
    """
    known = spells["recorded"][spells.readable("recorded")]
    return len(known) > 0 and bool(as_of.year - known.max().item().year > rule("enrolments", "years_ahead"))


def check_homes_reach(homes: Checked, persons: Table, spells: Checked | None, since: Day) -> None:
    """Everyone has a home that counts, and who is enrolled has it from the first day on, as far as the extract tells.

    Told only where every row of homes says whose it is; persons with a row that cannot be read are left out.
    """
    table, notes = homes.table, homes.notes
    if not table.whole or not table.readable("pupil").all() or not len(table):
        return
    pupil, first = table["pupil"], np.full(len(persons), _NEVER, np.int64)
    doubtful = homes.twice.copy()
    doubtful[pupil[~table.readable("start", "annulled")]] = True
    counts = homes.final() & table.readable("start")
    np.minimum.at(first, pupil[counts], table["start"][counts].astype(np.int64))
    notes.rows("pupil-without-home", persons.file, persons.rows, (first == _NEVER) & ~doubtful)
    if spells is not None:
        whose = np.maximum(spells.table["pupil"], 0)
        start = np.maximum(spells.table["start"], since).astype(np.int64)
        late = spells.final() & ~doubtful[whose] & (first[whose] != _NEVER) & (start < first[whose])
        spells.note("home-unknown-at-start", late, "start")


def check_decisions(checked: Checked) -> None:
    """A decision has days in order and a percentage; one holds at a time."""
    percent = checked.table["percent"]
    checked.note("percent-outside", (percent < 1) | (percent > 100), "percent")  # noqa: PLR2004 per cent
    checked.known_in_time()
    checked.one_at_a_time("decisions-overlap", checked.stops_after_start())


def check_certificates(checked: Checked) -> None:
    """A certificate stands once, has points, and gives the eligibility that one of its kind gives; nobody has two
    diplomas."""
    table = checked.table
    codes_known(table, checked.notes)
    checked.known_in_time()
    checked.not_after_extract("issued")
    kind, eligible = pd.Series(table["certificate"], dtype=object), table["higher_eligible"].astype(np.bool_)

    def among(name: str) -> Flags:
        return np.asarray(kind.isin(rule("enrolments", name)), np.bool_)

    without = (table["points"] == 0) & ~among("without_points")
    checked.note("certificate-without-points", without, "points", "certificate")
    other = (among("with_eligibility") & ~eligible) | (among("without_eligibility") & eligible)
    checked.note("eligibility-contradicts", other, "higher_eligible", "certificate")
    diploma = among("diplomas")
    again = checked.repeated("pupil", "issued", "certificate") | (checked.repeated("pupil", "certificate") & diploma)
    checked.note("certificate-repeated", again, "certificate")
    kinds = pd.Series(np.where(checked.final() & diploma, table["certificate"], ""), dtype=object)
    several = kinds.replace("", None).groupby(checked.whose).transform("nunique").to_numpy() > 1
    checked.note("diplomas-several", several & (kinds != "").to_numpy(), "certificate", "pupil")


def _scale(key: str, finished: int, year: int) -> float:
    """A figure of the scale in a year, that of `year` where year 9 was never finished, or before there were figures."""
    try:
        return float(rule("merit_scale", key, finished or year))
    except RuleMissing:
        return float(rule("merit_scale", key, year))
