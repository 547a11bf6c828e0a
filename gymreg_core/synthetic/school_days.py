"""Days of made-up school years, as whole numbers since 1970 (int64)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gymreg_core.synthetic.shape import value

Ints = NDArray[np.int64]
_MONDAY, _FRIDAY, _WEEK = 4, 8, 7
"""1970-01-05 and 1970-01-09."""


def day_of(year: Ints, month_day: str) -> Ints:
    """A day of the month (MM-DD) in calendar years (n,)."""
    month, day = (int(part) for part in month_day.split("-"))
    months = (np.asarray(year, np.int64) - 1970) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1


def first_of_july(year: Ints) -> Ints:
    """The day on which the school year `year` begins as pupils are counted."""
    return day_of(year, "07-01")


def school_begins(year: Ints) -> Ints:
    """The first day of teaching of school years that begin in calendar years (n,)."""
    return _on_or_after(day_of(year, value("school_year", "begins")), _MONDAY)


def school_ends(year: Ints) -> Ints:
    """The last day of teaching of school years that begin in calendar years (n,); it lies in the year after."""
    return _on_or_after(day_of(np.asarray(year) + 1, value("school_year", "ends")), _FRIDAY)


def school_year_of(day: Ints) -> Ints:
    """The calendar year (n,) in which the school year of a day began, July to June."""
    months = np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (months - 6) // 12 + 1970


def _on_or_after(day: Ints, weekday: int) -> Ints:
    return day + (weekday - day) % _WEEK
