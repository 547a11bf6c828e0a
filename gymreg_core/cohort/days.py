"""Days of the calendar as whole numbers since 1970-01-01."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.cohort.histories import FAR

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
_SECONDS = 86_400
_EPOCH = 1970


def days_of(column: pd.Series) -> Int32:
    """Days of a column of datetime64: int32 (n,), FAR where there is none."""
    seconds = column.to_numpy("datetime64[s]")
    return np.where(np.isnat(seconds), FAR, seconds.view(np.int64) // _SECONDS).astype(np.int32)


def day_number(day: date | str) -> int:
    """The number of a day, or of an ISO date."""
    return int(np.datetime64(day, "D").astype(np.int64))


def calendar_year(days: NDArray[Any]) -> Int64:
    """The calendar year of each day (n,)."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + _EPOCH


def day_in(years: NDArray[Any] | int, month_day: str) -> Int64:
    """The day 'MM-DD' of each calendar year (n,)."""
    month, day = (int(part) for part in month_day.split("-"))
    months = (np.asarray(years, np.int64) - _EPOCH) * 12 + month - 1
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day - 1


def within_year(days: NDArray[Any], month_day: str, later: int = 0) -> Int64:
    """The day 'MM-DD' of the calendar year of each day (n,), or of so many years later."""
    return day_in(calendar_year(days) + later, month_day)


def school_year(days: NDArray[Any], begins: str) -> Int64:
    """The calendar year in which the school year of each day (n,) began, on the day `begins` ('MM-DD')."""
    return calendar_year(days) - (np.asarray(days) < within_year(days, begins))


def lookup(of: Callable[[Int64], Int64], days: Int32) -> Int32:
    """`of` at each of many days (n,), reckoned once for each day that there is."""
    if not len(days):
        return np.zeros(0, np.int32)
    first, last = int(days.min()), int(days.max())
    return of(np.arange(first, last + 1)).astype(np.int32)[days - first]
