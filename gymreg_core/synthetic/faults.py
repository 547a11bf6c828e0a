"""How each kind of fault is planted into the tables of an extract; which faults there are stands in dirty.yml."""

from __future__ import annotations

from collections.abc import Callable
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
from gymreg_core.sources.register.layout import layout

_WHOSE = "_whose"
_PLACEHOLDERS = 100
Labels = NDArray[np.int64]
Fault = dict[str, Any]


@dataclass
class Extract:
    """The tables of an extract while faults are planted, as text by the contract's column names.

    A row keeps its label in the index, whatever is lost or added around it. The column _whose: the label of the pupil,
    or of the study path, that the row is about; of schools there are none. `untouched`: who has no fault yet.
    """

    tables: dict[str, pd.DataFrame]
    year: int
    rng: np.random.Generator
    untouched: dict[str, NDArray[np.bool_]]
    planted: list[tuple[str, str, str | None, Labels]] = field(default_factory=list)

    @classmethod
    def of(cls, cells: dict[str, dict[str, pa.Array]], year: int, rng: np.random.Generator) -> Extract:
        """The tables with the cells (n,) of each column."""
        tables = {name: pd.DataFrame({n: c.to_pandas() for n, c in columns.items()}) for name, columns in cells.items()}
        pupils = pd.Index(tables["pupils"]["applicant"])
        for table in tables.values():
            known = pupils.get_indexer(table["pupil"]) if "pupil" in table else np.arange(len(table))
            table[_WHOSE] = known.astype(np.int64)
        untouched = {name: np.ones(len(tables[name]), np.bool_) for name in ("pupils", "study_paths")}
        return cls(tables, year, rng, untouched)

    def pick(self, table: str, per_thousand: float, suits: NDArray[np.bool_]) -> Labels:
        """Labels of rows that suit, one of each pupil or study path drawn, who from now on counts as touched."""
        free = self.untouched["study_paths" if table == "study_paths" else "pupils"]
        whose = self.tables[table][_WHOSE].to_numpy()
        rows = self.rng.permutation(np.flatnonzero(suits & free[whose]))
        rows = rows[np.unique(whose[rows], return_index=True)[1]]
        chosen = np.sort(self.rng.permutation(rows)[: max(1, round(per_thousand * len(free) / 1000))])
        free[whose[chosen]] = False
        labels: Labels = self.tables[table].index.to_numpy(np.int64)[chosen]
        return labels

    def suits(self, fault: Fault) -> NDArray[np.bool_]:
        """Rows (n,) of the fault's table that have the words it asks for."""
        frame = self.tables[fault["table"]]
        suits = np.ones(len(frame), np.bool_)
        for name, word in fault.get("where", {}).items():
            suits &= frame[name].eq(word).to_numpy()
        return suits

    def note(self, fault: Fault, labels: Labels, table: str | None = None) -> None:
        """Remember that the rows with these labels have the fault."""
        if len(labels):
            self.planted.append((fault["rule"], table or fault["table"], fault.get("column"), labels))

    def lines(self, table: str, labels: Labels) -> tuple[int, ...]:
        """The lines on which rows stand in the file, ascending; the header is line 1."""
        return tuple(sorted((self.tables[table].index.get_indexer(pd.Index(labels)) + 2).tolist()))

    @property
    def last_round(self) -> str:
        """The last round that somebody has chosen in."""
        word = _words("applications", "round")["final"]
        return "final" if self.tables["applications"]["round"].eq(word).any() else "preliminary"


def plant_fault(extract: Extract, fault: Fault) -> None:
    """Plant one fault of dirty.yml, as often as it says, where the extract has its table."""
    if fault.get("column") == SEATS_OF["final"]:
        fault = {**fault, "column": SEATS_OF[extract.last_round]}
    if fault["table"] in extract.tables:
        next(plant for kind, plant in _KINDS.items() if kind in fault)(extract, fault)


def _write(extract: Extract, fault: Fault) -> None:
    frame, column = extract.tables[fault["table"]], str(fault["column"])
    suits = extract.suits(fault)
    if "{" in fault["write"]:
        suits &= frame[column].ne("").to_numpy()
    labels = extract.pick(fault["table"], fault["per_thousand"], suits)
    frame.loc[labels, column] = [fault["write"].format(cell) for cell in frame.loc[labels, column]]
    extract.note(fault, labels)


def _again(extract: Extract, fault: Fault) -> None:
    table, column = fault["table"], fault["again"]
    labels = extract.pick(table, fault["per_thousand"], extract.suits(fault))
    frame = extract.tables[table]
    copies = frame.loc[labels].set_axis(np.arange(len(labels)) + frame.index.to_numpy().max(initial=-1) + 1)
    if column:
        words = layout()[table].field(column).words
        copies[column] = [next(word for word in words if word != cell) for cell in copies[column]]
    extract.tables[table] = pd.concat([frame, copies])
    added = copies.index.to_numpy(np.int64)
    extract.note(fault, np.append(labels, added) if column else added)


def _lose(extract: Extract, fault: Fault) -> None:
    suits, frame = extract.suits(fault), extract.tables[fault["table"]]
    whose = frame[_WHOSE].to_numpy()
    pupils = extract.tables["pupils"]
    has = np.isin(pupils.index.to_numpy(), whose[suits])
    labels = extract.pick("pupils", fault["per_thousand"], has)
    extract.tables[fault["table"]] = frame[~(suits & np.isin(whose, labels))]
    extract.note(fault, labels, "pupils")


def _number(extract: Extract, fault: Fault) -> None:
    taken = set(extract.tables["pupils"]["applicant"])
    column = str(fault["column"])
    numbers = extract.tables[fault["table"]].loc[:, column]
    personal = numbers.str.fullmatch(r"\d{8}-\d{4}") & pd.to_numeric(numbers.str[6:8]).lt(COORDINATION_DAYS)
    labels = extract.pick(fault["table"], fault["per_thousand"], personal.to_numpy(np.bool_))
    new: dict[int, str] = {}
    for label in labels.tolist():
        number = str(numbers.at[label])
        new[label] = next(other for other in _instead(fault["number"], number) if other not in taken)
        taken.add(new[label])
    if fault["number"] == "of_nobody":
        extract.tables[fault["table"]].loc[labels, column] = list(new.values())
    else:
        _renumber(extract, new)
    extract.note(fault, labels)


def _instead(kind: str, number: str) -> list[str]:
    """Numbers that may stand in place of a personal one, the first that is not taken being meant; none is somebody's."""
    if kind == "without_century":
        return [number[2:]]
    if kind == "placeholder":
        return [f"{number[:8]}-TF{place:02d}" for place in range(_PLACEHOLDERS)]
    right = int(check_digits(np.array([[int(digit) for digit in number[2:8] + number[9:12]]], np.int16))[0])
    return [f"{number[:12]}{digit}" for digit in range(10) if digit != right]


def _renumber(extract: Extract, new: dict[int, str]) -> None:
    """Give pupils, by their label, another number in every file."""
    for name, frame in extract.tables.items():
        if column := next((one.name for one in layout()[name].fields if one.kind == "person"), None):
            theirs = frame[_WHOSE].isin(list(new)).to_numpy()
            frame.loc[theirs, column] = frame.loc[theirs, _WHOSE].map(new)


def _list(extract: Extract, fault: Fault) -> None:
    frame = extract.tables["applications"]
    last = frame["round"].eq(_words("applications", "round")[extract.last_round]).to_numpy()
    whose = frame[_WHOSE].to_numpy()
    long_enough = np.bincount(whose[last], minlength=len(extract.untouched["pupils"])) > 1
    picked = extract.pick("applications", fault["per_thousand"], last & long_enough[whose])
    theirs = frame[last & np.isin(whose, frame.loc[picked, _WHOSE])]
    cells: dict[int, str] = {}
    labels: list[int] = []
    for _, choices in theirs.assign(place=theirs["rank"].astype(np.int64)).sort_values("place").groupby(_WHOSE):
        changed, having = _on_list(extract, fault["list"], choices)
        cells |= changed
        labels += having
    frame.loc[list(cells), fault["column"]] = list(cells.values())
    extract.note(fault, np.array(labels, np.int64))


def _on_list(extract: Extract, how: str, choices: pd.DataFrame) -> tuple[dict[int, str], list[int]]:
    """What a fault on a list of choices, in order, changes: the new cells by row; and the rows that have the fault."""
    labels = [int(label) for label in choices.index]
    if how == "late":
        day = np.datetime64(f"{extract.year}-{rule('admission_calendar', LAST_DAYS[extract.last_round], extract.year)}")
        return dict.fromkeys(labels, str(day + extract.rng.integers(1, 20))), labels
    if how == "gap":
        return {labels[-1]: str(len(labels) + 1)}, labels[-1:]
    column = "rank" if how == "two_first_choices" else "path"
    return {labels[1]: str(choices[column].iloc[0])}, labels[:2]


def _close(extract: Extract, fault: Fault) -> None:
    paths, choices = extract.tables["study_paths"], extract.tables["applications"]
    words = _words("study_paths", "state")
    chosen = pd.Index(paths["path_id"]).get_indexer(choices["path"])
    suits = np.isin(np.arange(len(paths)), chosen) & paths["state"].eq(words["open"]).to_numpy()
    labels = extract.pick("study_paths", fault["per_thousand"], suits)
    paths.loc[labels, "state"] = words["closed"]
    extract.note(fault, choices[np.isin(chosen, labels)].drop_duplicates().index.to_numpy(np.int64))


def _words(table: str, name: str) -> dict[Any, str]:
    """How the values of a column are written."""
    return {value: word for word, value in layout()[table].field(name).words.items()}


_KINDS: dict[str, Callable[[Extract, Fault], None]] = {
    "write": _write,
    "again": _again,
    "lose": _lose,
    "number": _number,
    "list": _list,
    "close": _close,
}
