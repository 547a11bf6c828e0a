"""How each kind of fault is planted into the tables of an extract; which there are stands in dirty*.yml beside this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.rules import rule
from gymreg_core.sources.register.checks import SEATS_OF
from gymreg_core.sources.register.choices import LAST_DAYS
from gymreg_core.sources.register.identities import COORDINATION_DAYS, check_digits
from gymreg_core.sources.register.layout import ExtractKind

WHOSE = "_whose"
_PLACEHOLDERS = 100
Rows = NDArray[np.int64]
Fault = dict[str, Any]


@dataclass
class Extract:
    """The tables of an extract while faults are planted, as text by the contract's column names.

    A row keeps its place: one that is lost leaves an empty line, those that are added come last. The index counts the
    rows. The column _whose: the row of the pupil that a row is about; in tables without pupils, the row itself.
    `year`: the intake year, or the last that the extract tells of; `later`: a day (ISO) after all that it tells.
    `last_round`: the last that somebody has chosen in. `untouched`: who, or what, has no fault yet. `planted`: rule,
    table, column and rows of each fault.
    """

    kind: ExtractKind
    tables: dict[str, pd.DataFrame]
    year: int
    later: str
    last_round: str
    rng: np.random.Generator
    untouched: dict[str, NDArray[np.bool_]]
    planted: list[tuple[str, str, str | None, Rows]] = field(default_factory=list)

    @classmethod
    def of(
        cls, kind: ExtractKind, cells: dict[str, dict[str, pa.Array]], year: int, later: str, rng: np.random.Generator
    ) -> Extract:
        """The tables with the cells (n,) of each column."""
        tables = {name: pd.DataFrame({n: c.to_pandas() for n, c in columns.items()}) for name, columns in cells.items()}
        pupils = pd.Index(tables[kind.references["person"][0]]["applicant"])
        for table in tables.values():
            known = pupils.get_indexer(table["pupil"]) if "pupil" in table else np.arange(len(table))
            table[WHOSE] = known.astype(np.int64)
        untouched = {name: np.ones(len(table), np.bool_) for name, table in tables.items() if "pupil" not in table}
        for name, of, column in (("identities", "persons", "applicant"), ("predecessors", "schools", "school_id")):
            if name in tables:
                linked = tables[name][["former", "pupil" if name == "identities" else "school"]].to_numpy().ravel()
                untouched[of] &= ~tables[of][column].isin(linked).to_numpy()
        extract = cls(kind, tables, year, later, "preliminary", rng, untouched)
        if "applications" in tables and extract.words("applications", "round", "final").any():
            extract.last_round = "final"
        return extract

    @property
    def people(self) -> str:
        """The table of pupils."""
        return self.kind.references["person"][0]

    def words(self, table: str, column: str, value: Any) -> NDArray[np.bool_]:
        """Rows (n,) that have the word for a value."""
        return self.tables[table][column].eq(self.word(table, column, value)).to_numpy()

    def word(self, table: str, column: str, value: Any) -> str:
        """How a value of a column is written."""
        return next(word for word, held in self.kind.files[table].field(column).words.items() if held == value)

    def pick(self, table: str, per_thousand: float, suits: NDArray[np.bool_], at_least: int = 1) -> Rows:
        """Rows that suit, ascending, one of each pupil, school or study path drawn, who from now on is touched."""
        free = self.untouched.get(table, self.untouched[self.people])
        whose = self.tables[table][WHOSE].to_numpy()
        rows = self.rng.permutation(np.flatnonzero(suits & free[whose]))
        rows = rows[np.unique(whose[rows], return_index=True)[1]]
        chosen = np.sort(self.rng.permutation(rows)[: max(at_least, round(per_thousand * len(free) / 1000))])
        free[whose[chosen]] = False
        return chosen

    def suits(self, fault: Fault) -> NDArray[np.bool_]:
        """Rows (n,) of the fault's table that have the words it asks for."""
        frame = self.tables[fault["table"]]
        suits = np.ones(len(frame), np.bool_)
        for name, word in fault.get("where", {}).items():
            suits &= frame[name].eq(word).to_numpy()
        return suits

    def add(self, table: str, rows: pd.DataFrame) -> Rows:
        """Put rows after the others of a table; the lines that they have."""
        frame = self.tables[table]
        self.tables[table] = pd.concat([frame, rows[list(frame.columns)]], ignore_index=True)
        return len(frame) + np.arange(len(rows))

    def note(self, fault: Fault, at: Rows, table: str | None = None) -> None:
        """Remember that these rows have the fault."""
        self.found(fault["rule"], table or fault["table"], fault.get("column"), at)

    def found(self, rule_id: str, table: str, column: str | None, at: Rows) -> None:
        """Remember that a rule finds these rows."""
        if len(at):
            self.planted.append((rule_id, table, column, at))


def plant_fault(extract: Extract, fault: Fault, more: Mapping[str, Callable[[Extract, Fault], None]]) -> None:
    """Plant one fault of dirty*.yml, as often as it says, where the extract has its table; `more`: kinds of faults."""
    if fault.get("column") == SEATS_OF["final"]:
        fault = {**fault, "column": SEATS_OF[extract.last_round]}
    if fault["table"] in extract.tables:
        next(plant for kind, plant in (_KINDS | dict(more)).items() if kind in fault)(extract, fault)


def _write(extract: Extract, fault: Fault) -> None:
    frame, column = extract.tables[fault["table"]], str(fault["column"])
    suits = extract.suits(fault)
    if "{" in fault["write"]:
        suits &= frame[column].ne("").to_numpy()
    at = extract.pick(fault["table"], fault["per_thousand"], suits)
    frame.loc[at, column] = [fault["write"].format(cell, later=extract.later) for cell in frame.loc[at, column]]
    extract.note(fault, at)


def _again(extract: Extract, fault: Fault) -> None:
    table, column = fault["table"], fault["again"]
    at = extract.pick(table, fault["per_thousand"], extract.suits(fault))
    frame = extract.tables[table]
    copies = frame.loc[at].copy()
    if column:
        words = fault.get("words") or extract.kind.files[table].field(column).words
        copies[column] = [next(word for word in words if word != cell) for cell in copies[column]]
    added = extract.add(table, copies)
    extract.note(fault, np.append(at, added) if column else added)


def _lose(extract: Extract, fault: Fault) -> None:
    suits, frame = extract.suits(fault), extract.tables[fault["table"]]
    whose = frame[WHOSE].to_numpy()
    pupils = extract.tables[extract.people]
    having = np.isin(pupils.index.to_numpy(), whose[suits])
    if fault["lose"] == "from year 9":
        having &= pupils["year9_year"].eq(str(extract.year)).to_numpy()
    at = extract.pick(extract.people, fault["per_thousand"], having)
    frame.loc[suits & np.isin(whose, at), [one.name for one in extract.kind.files[fault["table"]].fields]] = ""
    extract.note(fault, at, extract.people)


def _number(extract: Extract, fault: Fault) -> None:
    taken = set(extract.tables[extract.people]["applicant"])
    column = str(fault["column"])
    numbers = extract.tables[fault["table"]].loc[:, column]
    days = pd.to_numeric(numbers.str[6:8], errors="coerce")
    personal = numbers.str.fullmatch(r"\d{8}-\d{4}") & days.lt(COORDINATION_DAYS)
    suits = personal.to_numpy(np.bool_)
    if fault["number"] == "placeholder" and "spells" in extract.tables:
        suits = suits & (_at_several(extract) == bool(fault.get("several")))
    at = extract.pick(fault["table"], fault["per_thousand"], suits)
    new: dict[int, str] = {}
    for row in at.tolist():
        instead = _instead(fault["number"], str(numbers.at[row]))
        new[row] = next(number for number in instead if number not in taken)
        taken.add(new[row])
    if fault["number"] == "of_nobody":
        extract.tables[fault["table"]].loc[at, column] = list(new.values())
    else:
        _renumber(extract, new)
    extract.note(fault, at)
    if fault.get("several"):
        extract.found("placeholder-number", fault["table"], column, at)


def _at_several(extract: Extract) -> NDArray[np.bool_]:
    """Which persons (n,) have rows at more than one school."""
    rows = pd.concat([extract.tables[name][[WHOSE, "school"]] for name in ("spells", "certificates")])
    units = rows.drop_duplicates()[WHOSE].value_counts()
    return np.isin(np.arange(len(extract.tables[extract.people])), units.index[units > 1])


def _instead(kind: str, number: str) -> list[str]:
    """Numbers that may stand in place of a personal one, the first not taken being meant; none is somebody's."""
    if kind == "without_century":
        return [number[2:]]
    if kind == "placeholder":
        return [f"{number[:8]}-TF{place:02d}" for place in range(_PLACEHOLDERS)]
    right = int(check_digits(np.array([[int(digit) for digit in number[2:8] + number[9:12]]], np.int16))[0])
    return [f"{number[:12]}{digit}" for digit in range(10) if digit != right]


def _renumber(extract: Extract, new: dict[int, str]) -> None:
    """Give pupils, by their row, another number in every file."""
    people = extract.tables[extract.people]["applicant"]
    instead = {people[row]: number for row, number in new.items()}
    for name, frame in extract.tables.items():
        for column in (one.name for one in extract.kind.files[name].fields if one.kind == "person"):
            theirs = frame[column].isin(list(instead)).to_numpy()
            frame.loc[theirs, column] = frame.loc[theirs, column].map(instead)


def _list(extract: Extract, fault: Fault) -> None:
    frame = extract.tables["applications"]
    last = extract.words("applications", "round", extract.last_round)
    whose = frame[WHOSE].to_numpy()
    long_enough = np.bincount(whose[last], minlength=len(extract.untouched[extract.people])) > 1
    picked = extract.pick("applications", fault["per_thousand"], last & long_enough[whose])
    theirs = frame[last & np.isin(whose, frame.loc[picked, WHOSE])]
    cells: dict[int, str] = {}
    at: list[int] = []
    for _, choices in theirs.assign(place=theirs["rank"].astype(np.int64)).sort_values("place").groupby(WHOSE):
        changed, having = _on_list(extract, fault["list"], choices)
        cells |= changed
        at += having
    frame.loc[list(cells), fault["column"]] = list(cells.values())
    extract.note(fault, np.array(at, np.int64))


def _on_list(extract: Extract, how: str, choices: pd.DataFrame) -> tuple[dict[int, str], list[int]]:
    """What a fault on a list of choices, in order, changes: the new cells by row; and the rows that have the fault."""
    at = [int(row) for row in choices.index]
    if how == "late":
        day = np.datetime64(f"{extract.year}-{rule('admission_calendar', LAST_DAYS[extract.last_round], extract.year)}")
        return dict.fromkeys(at, str(day + extract.rng.integers(1, 20))), at
    if how == "gap":
        return {at[-1]: str(len(at) + 1)}, at[-1:]
    column = "rank" if how == "two_first_choices" else "path"
    return {at[1]: str(choices[column].iloc[0])}, at[:2]


def _close(extract: Extract, fault: Fault) -> None:
    paths, choices = extract.tables["study_paths"], extract.tables["applications"]
    chosen = pd.Index(paths["path_id"]).get_indexer(choices["path"])
    suits = np.isin(np.arange(len(paths)), chosen) & extract.words("study_paths", "state", "open")
    at = extract.pick("study_paths", fault["per_thousand"], suits)
    paths.loc[at, "state"] = extract.word("study_paths", "state", "closed")
    extract.note(fault, choices[np.isin(chosen, at)].drop_duplicates().index.to_numpy(np.int64))


def _late_home(extract: Extract, fault: Fault) -> None:
    homes, spells = extract.tables["homes"], extract.tables["spells"]
    counts = spells["annulled"].eq("") & spells["start"].lt(extract.later)
    suits = ~homes[WHOSE].duplicated(keep=False) & homes[WHOSE].isin(spells.loc[counts, WHOSE])
    at = extract.pick("homes", fault["per_thousand"], suits.to_numpy())
    homes.loc[at, "start"] = extract.later
    theirs = counts & spells[WHOSE].isin(homes.loc[at, WHOSE])
    extract.note(fault, np.flatnonzero(theirs).astype(np.int64), "spells")


_KINDS: dict[str, Callable[[Extract, Fault], None]] = {
    "write": _write,
    "again": _again,
    "lose": _lose,
    "number": _number,
    "list": _list,
    "close": _close,
    "late_home": _late_home,
}
