"""Cells of an extract as values of the contract: each different text is read once, then laid out over its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.rules import rule
from gymreg_core.sources.register.identities import OLDEST
from gymreg_core.sources.register.layout import Field

_UNIT = re.compile(r"\d{8}")
_WHOLE, _AMOUNT = re.compile(r"[-−]?\d{1,9}"), re.compile(r"[-−]?\d{1,9}([.,]\d+)?")
_NO_GRADE = ("", "-", "–", "−")
_LONGEST = np.iinfo(np.int16).max
Reading = tuple[Any, str | None]


@dataclass(frozen=True, eq=False)
class Values:
    """A column's values (n,) with the contract's dtype; `broken`: rows that break a rule, bool (n,), by its id."""

    values: NDArray[Any]
    broken: dict[str, NDArray[np.bool_]] = field(default_factory=dict)


def read_cells(cells: pa.Array, column: Field, dtype: str, year: int) -> Values:
    """The values of a column of text (n,), what cannot be read being the dtype's zero and noted in `broken`.

    `year`: the intake year, or the last that the extract tells of. A number too large for the dtype is its largest.
    """
    encoded = cells.dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    read = _reader(column, year)
    readings = [read(text) for text in encoded.dictionary.to_pylist()]
    zero = _zero(dtype)
    found = [zero if fault else value for value, fault in readings]
    if dtype.startswith("int"):
        found = [min(value, int(np.iinfo(dtype).max)) for value in found]
    values = np.array(found, dtype=object if dtype == "str" else dtype)
    faults = sorted({fault for _, fault in readings if fault})
    broken = {fault: np.array([f == fault for _, f in readings], np.bool_)[codes] for fault in faults}
    return Values(values[codes] if len(values) else values, broken)


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
    readable = len(text) == 4 and text.isdigit() and OLDEST < int(text) <= last  # noqa: PLR2004 a year's digits
    return (int(text), None) if readable else (0, "year-not-readable")


def _date(text: str, first: int, last: int, fault: str) -> Reading:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, fault
    return np.datetime64(day, "s"), None if first <= day.year <= last else fault
