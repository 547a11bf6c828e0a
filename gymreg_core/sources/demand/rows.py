"""Rows of a table of population, year 9, choices or need: read cell by cell, with everything that is found in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gymreg_core.contracts.demand import ELSEWHERE
from gymreg_core.findings import Finding
from gymreg_core.rules import rule
from gymreg_core.sources.cells import words
from gymreg_core.sources.demand.cells import number_of, place_of, programme_in, year_of
from gymreg_core.sources.demand.layout import DemandHeader, layout, own_word
from gymreg_core.sources.sheets import Cell, Row
from gymreg_core.vocabulary.finding_texts import finding
from gymreg_core.vocabulary.numbers import number

_HUNDRED = 100.0
_NUMBER_RULES = {
    "blank": "demand-value-missing",
    "hidden": "demand-number-not-readable",
    "almost_all": "demand-number-not-readable",
    "text": "demand-number-not-readable",
    "impossible": "demand-number-not-possible",
    "error": "formula-error",
}


@dataclass
class Rows:
    """The rows of one sheet while they are read; `seen`: (rule, meaning) -> rows of the sheet."""

    header: DemandHeader
    file: str
    sheet: str
    records: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    keys: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Append the row's record where it has one that can be used."""
        if self._is_note(row):
            self.note("demand-note-row", "", row)
            return
        faults = sum(map(len, self.seen.values()))
        record = _READERS[self.header.kind](self, row)
        if record is None:
            return
        wrong = sum(map(len, self.seen.values())) > faults and any(
            row.number in rows for (name, _), rows in self.seen.items() if name not in _NO_FAULT
        )
        key = record.pop("_key", None)
        if key is not None and None not in key:
            if key in self.keys:
                self.note("demand-row-twice", "", row)
            self.keys.setdefault(key, row.number)
        if not wrong:
            self.records.append(record)

    def _is_note(self, row: Row) -> bool:
        """Whether at most one of the columns that the table needs is filled."""
        filled = sum(bool(words(self.cell(row, name))) for name in layout()["kinds"][self.header.kind]["needs"])
        return filled <= 1

    def note(self, name: str, meaning: str, row: Row) -> None:
        self.seen.setdefault((name, meaning), []).append(row.number)

    def cell(self, row: Row, meaning: str) -> Cell:
        index = self.header.columns.get(meaning)
        return row.cells[index] if index is not None and index < len(row.cells) else None

    def count(self, row: Row, meaning: str, most: float, *, whole: bool = True) -> float | None:
        """A number that has to be there; None, and a note, where it is not."""
        read = number_of(self.cell(row, meaning), whole=whole, most=most)
        if read.kind == "number":
            return read.value
        self.note(_NUMBER_RULES[read.kind], meaning, row)
        return None

    def year(self, row: Row, meaning: str) -> int | None:
        cell = self.cell(row, meaning)
        told = year_of(cell)
        if told is None:
            self.note("demand-value-missing" if cell is None else "demand-year-not-readable", meaning, row)
        return told

    def place(self, row: Row, meaning: str, *, outside: bool) -> str | None:
        """A municipality; None, and a note, where it is none, and where it is a total or lies outside unless that
        is asked for."""
        read = place_of(self.cell(row, meaning))
        if read.kind == "area" or (read.kind == "outside" and outside):
            return read.name
        names = {
            "blank": "demand-value-missing",
            "unknown": "demand-municipality-not-known",
            "total": "demand-total-left-out",
            "outside": "demand-outside-area",
        }
        self.note(names[read.kind], meaning, row)
        return None

    def programme(self, row: Row) -> str | None:
        """A programme's code; None, and a note, where there is none that is known."""
        code = programme_in(self.cell(row, "programme"))
        if code is None:
            blank = not words(self.cell(row, "programme"))
            self.note("demand-value-missing" if blank else "demand-programme-not-known", "programme", row)
        return code

    def findings(self) -> list[Finding]:
        """What was found in the rows, a finding for each rule and column."""
        found = []
        for (name, meaning), rows in self.seen.items():
            blanks = {"words": number(rule("demand", "almost_all"), "en", 1)} if name == _ALMOST else {}
            column = self.header.words.get(meaning) or (own_word(meaning) if meaning else None)
            found.append(
                finding(name, file=self.file, sheet=self.sheet or None, column=column, rows=rows, count=None, **blanks)
            )
        return found


_ALMOST = "leaving-almost-all"
_NO_FAULT = {"demand-note-row", "leaving-school-hidden", "leaving-share-hidden", _ALMOST}
Record = dict[str, Any] | None


def _population(rows: Rows, row: Row) -> Record:
    limits = rule("demand", "limits")
    place = rows.place(row, "municipality", outside=False)
    if place is None:
        return None
    year, age = rows.year(row, "year"), rows.count(row, "age", limits["age_last"])
    record = {"year": year, "municipality": place, "age": age, "pupils": rows.count(row, "pupils", limits["pupils"])}
    return {**record, "_key": (year, place, age)}


def _choices(rows: Rows, row: Row) -> Record:
    homes = [rows.place(row, name, outside=True) for name in ("home", "place")]
    year, code = rows.year(row, "intake_year"), rows.programme(row)
    pupils = rows.count(row, "pupils", rule("demand", "limits")["pupils"])
    # Several municipalities outside the area are one here, and their rows add up.
    key = None if ELSEWHERE in homes else (year, homes[0], code, homes[1])
    record = {"intake_year": year, "home": homes[0], "programme": code, "place": homes[1], "pupils": pupils}
    return {**record, "_key": key}


def _year9(rows: Rows, row: Row) -> Record:
    place = rows.place(row, "municipality", outside=False)
    if place is None:
        return None
    year, most = rows.year(row, "year"), rule("demand", "limits")["pupils"]
    pupils = rows.count(row, "pupils", most)
    told = number_of(rows.cell(row, "eligible"), whole=True, most=most)
    if told.kind not in ("number", "blank", "hidden"):
        rows.note(_NUMBER_RULES[told.kind], "eligible", row)
    known = told.kind == "number"
    if known and pupils is not None and told.value > pupils:
        rows.note("demand-eligible-above-pupils", "eligible", row)
    record = {"year": year, "municipality": place, "pupils": pupils, "known": pupils if known else 0}
    return {**record, "eligible": told.value if known else 0.0, "hidden_schools": 0, "_key": (year, place)}


def _school(rows: Rows, row: Row) -> Record:
    place = rows.place(row, "municipality", outside=False)
    if place is None:
        return None
    year = rows.header.year if "year" not in rows.header.columns else rows.year(row, "year")
    record = {"year": year, "municipality": place, "pupils": 0, "known": 0, "eligible": 0.0, "hidden_schools": 0}
    told = number_of(rows.cell(row, "pupils"), whole=True, most=rule("demand", "limits")["pupils"])
    if told.kind in ("hidden", "blank"):
        rows.note("leaving-school-hidden", "pupils", row)
        return {**record, "hidden_schools": 1}
    if told.kind != "number":
        rows.note(_NUMBER_RULES[told.kind], "pupils", row)
        return record
    share = number_of(rows.cell(row, "eligible_share"), whole=False, most=_HUNDRED)
    if share.kind in ("hidden", "blank"):
        rows.note("leaving-share-hidden", "eligible_share", row)
        return {**record, "pupils": told.value}
    if share.kind not in ("number", "almost_all"):
        rows.note(_NUMBER_RULES[share.kind], "eligible_share", row)
        return record
    if share.kind == "almost_all":
        rows.note(_ALMOST, "eligible_share", row)
    eligible = told.value * share.value / _HUNDRED
    if share.kind == "almost_all":
        eligible = max(told.value - rule("demand", "almost_all"), 0.0)
    return {**record, "pupils": told.value, "known": told.value, "eligible": eligible}


def _need(rows: Rows, row: Row) -> Record:
    code, source = rows.programme(row), words(rows.cell(row, "source"))
    if not source:
        rows.note("demand-value-missing", "source", row)
    told = words(rows.cell(row, "year"))
    record = {"programme": code, "need": rows.count(row, "need", rule("demand", "limits")["pupils"], whole=False)}
    return {**record, "source": source, "year": rows.year(row, "year") if told else None, "_key": (code,)}


_READERS: dict[str, Callable[[Rows, Row], Record]] = {
    "population": _population,
    "choices": _choices,
    "year9": _year9,
    "year9_schools": _school,
    "need": _need,
}
