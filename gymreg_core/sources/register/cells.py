"""Cells of an extract as values of the contract, chunk by chunk: each different text is read once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.rules import rule
from gymreg_core.sources.register.identities import OLDEST
from gymreg_core.sources.register.layout import Field

_UNIT = re.compile(r"\d{8}")
_WHOLE, _AMOUNT = re.compile(r"[-−]?\d{1,9}"), re.compile(r"[-−]?\d{1,9}([.,]\d+)?")
_DAY, _YEAR = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}", re.ASCII), re.compile(r"\d{4}", re.ASCII)
_SIGNS, _LONG, _SHAPES = " -/.:,+", 20, 3
_NO_GRADE = ("", "-", "–", "−")
_LONGEST = np.iinfo(np.int16).max
Reading = tuple[Any, str | None]


@dataclass(frozen=True, eq=False)
class Values:
    """A column of n rows, held as numbers of the different values where that takes less room.

    `held` (n,): values, or places in `different`. `broken`: rows that break a rule, bool (n,), by its id. `seen`: by
    rule what such cells look like, '99/9 9999', never what they hold.
    """

    held: Any
    broken: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    different: NDArray[Any] | None = None

    @property
    def values(self) -> Any:
        """The values (n,) with the contract's dtype, texts as pandas Categorical."""
        return self.held if self.different is None else self.different[self.held]


class Cells:
    """A column while it is read chunk by chunk: each different text is read once, and rows hold its number.

    `year`: the intake year, or the last that the extract tells of. A number too large for the dtype is its largest;
    what cannot be read is the dtype's zero and noted in `broken`.
    """

    def __init__(self, column: Field, dtype: str, year: int) -> None:
        self._read, self._dtype, self._zero = _reader(column, year), dtype, _zero(dtype)
        self._days = column.kind in ("day", "date")
        self._numbers: dict[str, int] = {}
        self._found: list[Any] = []
        self._faults: list[str | None] = []
        self._chunks: list[NDArray[np.integer[Any]]] = []

    def add(self, cells: pa.DictionaryArray) -> None:
        """The next rows, trimmed text as a dictionary array (k,)."""
        known = np.array([self._number(text) for text in cells.dictionary.to_pylist()], np.int64)
        numbers = known[cells.indices.to_numpy()] if len(known) else np.zeros(len(cells), np.int64)
        self._chunks.append(numbers.astype(np.min_scalar_type(-1 - len(self._found))))

    def _number(self, text: str) -> int:
        if text not in self._numbers:
            value, fault = self._read(text)
            self._numbers[text] = len(self._found)
            self._found.append(self._zero if fault else self._fitting(value))
            self._faults.append(fault)
        return self._numbers[text]

    def _fitting(self, value: Any) -> Any:
        return min(value, int(np.iinfo(self._dtype).max)) if self._dtype.startswith("int") else value

    def texts(self) -> pa.Array:
        """The cells as text (n,)."""
        return pa.array([*self._numbers], pa.string()).take(pa.array(self.codes()))

    def codes(self) -> NDArray[np.integer[Any]]:
        """A number per row (n,), equal where the texts are."""
        if len(self._chunks) != 1:
            self._chunks = [np.concatenate([*self._chunks, np.zeros(0, np.int8)])]
        return self._chunks[0]

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Leave rows out."""
        self._chunks = [self.codes()[kept]]

    def values(self) -> Values:
        """All rows; afterwards the column is empty."""
        codes, self._chunks = self.codes(), []
        faults = sorted({fault for fault in self._faults if fault})
        broken = {fault: np.array([f == fault for f in self._faults], np.bool_)[codes] for fault in faults}
        seen = {fault: self._seen(fault) for fault in faults if self._days}
        if self._dtype == "str":
            different = list(dict.fromkeys(self._found))
            place = {text: number for number, text in enumerate(different)}
            if len(different) < len(self._found):
                codes = np.array([place[text] for text in self._found], codes.dtype)[codes]
            return Values(pd.Categorical.from_codes(codes, pd.Index(different, dtype="str")), broken, seen)
        found = np.array(self._found, self._dtype)
        if found.itemsize > codes.itemsize and len(found):
            return Values(codes, broken, seen, found)
        return Values(found[codes] if len(found) else found, broken, seen)

    def _seen(self, fault: str) -> str:
        """The commonest shapes of the different cells that break a rule."""
        shapes = Counter(
            shape_of(text) for text, broken in zip(self._numbers, self._faults, strict=True) if broken == fault
        )
        return ", ".join(
            f"'{shape}'" for shape, _ in sorted(shapes.items(), key=lambda one: (-one[1], one[0]))[:_SHAPES]
        )


def shape_of(text: str) -> str:
    """What a text looks like: digits are 9, letters a, what is no sign of a day or number ?, the end of it cut off."""
    signs = "".join("9" if s.isdigit() else "a" if s.isalpha() else s if s in _SIGNS else "?" for s in text[:_LONG])
    return signs + ("…" if len(text) > _LONG else "")


def _zero(dtype: str) -> Any:
    return {"str": "", "bool": False, "datetime64[s]": np.datetime64("1970-01-01", "s")}.get(dtype, 0)


def _reader(column: Field, year: int) -> Callable[[str], Reading]:
    """How a cell of the column is read: text -> value, or the rule that it breaks."""
    words = {word.casefold(): value for word, value in column.words.items()}
    grades = {}
    if column.kind == "grade":
        scale = rule("grades", rule("grades", "scale", year), year)["grades"]
        grades = {**{letter: place for place, letter in enumerate(scale)}, **dict.fromkeys(_NO_GRADE, 0)}
    by_kind: dict[str, Callable[[str], Reading]] = {
        "text": lambda text: (text, None),
        "unit": lambda text: (text, None if _UNIT.fullmatch(text) else "school-unit-not-readable"),
        "word": lambda text: (words.get(text.casefold()), None if text.casefold() in words else "word-not-known"),
        "grade": lambda text: (grades.get(text.upper()), None if text.upper() in grades else "grade-not-known"),
        "count": _count,
        "rank": _rank,
        "year": lambda text: _year(text, year),
        "amount": _amount,
        "date": lambda text: _date(text, year - 1, year, "date-not-readable"),
        "day": lambda text: _date(text, OLDEST, year + rule("enrolments", "years_ahead"), "day-not-readable"),
    }
    read = by_kind[column.kind]

    def cell(text: str) -> Reading:
        if text:
            return read(text)
        return (None, "cell-empty") if column.empty is None else (column.empty, None)

    return cell


def _count(text: str) -> Reading:
    if _WHOLE.fullmatch(text):
        value = int(text.replace("−", "-"))
        return value, "negative-number" if value < 0 else None
    return 0, "decimals-in-count" if _AMOUNT.fullmatch(text) else "text-in-number-column"


def _rank(text: str) -> Reading:
    value, fault = _count(text)
    return (value, None) if fault is None and 0 < value <= _LONGEST else (0, "rank-not-readable")


def _amount(text: str) -> Reading:
    if not _AMOUNT.fullmatch(text):
        return 0.0, "text-in-number-column"
    value = float(text.replace("−", "-").replace(",", "."))
    return value, "negative-number" if value < 0 else None


def _year(text: str, last: int) -> Reading:
    readable = _YEAR.fullmatch(text) is not None and OLDEST < int(text) <= last
    return (int(text), None) if readable else (0, "year-not-readable")


def _date(text: str, first: int, last: int, fault: str) -> Reading:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        return None, fault
    return np.datetime64(day, "s"), None if first <= day.year <= last else fault
