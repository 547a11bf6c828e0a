"""Identity numbers: what kind one is, and whether its check digit is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.contracts.register import NUMBER_KINDS

PERSONAL, COORDINATION, PLACEHOLDER = range(len(NUMBER_KINDS))
NOT_READABLE = -1
COORDINATION_DAYS = 60
_SHAPE = r"^[0-9]{8}([0-9]{4}|[A-Z]{2}[0-9]{2}|[A-Z][0-9]{3})$"
OLDEST = 1900
_LETTERS = ord("A") - ord("0")


@dataclass(frozen=True, eq=False)
class Identities:
    """n identity numbers. `kind` int8 (n,): place in NUMBER_KINDS, NOT_READABLE where none; `birth_year` int16 (n,), 0
    where not readable; `check_digit_right` bool (n,), False for placeholders."""

    kind: NDArray[np.int8]
    birth_year: NDArray[np.int16]
    check_digit_right: NDArray[np.bool_]


def normalised(numbers: pa.Array) -> pa.Array:
    """Identity numbers without hyphen, in capitals: '20070131-t123' -> '20070131T123'."""
    plain: pa.Array = pc.replace_substring(pc.utf8_upper(numbers), "-", "")
    return plain


def placeholders(numbers: pa.Array) -> NDArray[np.bool_]:
    """Which of normalised numbers (n,) are written as placeholders: a date and letters."""
    found = pc.match_substring_regex(numbers, "^[0-9]{8}[A-Z]")
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def classified(numbers: pa.Array, latest_birth_year: int) -> Identities:
    """What twelve-character numbers say of themselves: coordination numbers have day + 60, placeholders letters.

    Source: folkbokföringslagen (1991:481) 18 §; lag (2022:1697) om samordningsnummer.
    """
    n = len(numbers)
    shaped = pc.match_substring_regex(numbers, _SHAPE).to_numpy(zero_copy_only=False)
    texts = np.full(n, b"0" * 12, dtype="S12")
    texts[shaped] = numbers.filter(pa.array(shaped)).to_numpy(zero_copy_only=False).astype("S12")
    signs = texts.view(np.uint8).reshape(n, 12).astype(np.int16) - ord("0")
    letters = (signs[:, 8:10] >= _LETTERS).any(axis=1)
    year = signs[:, 0] * 1000 + signs[:, 1] * 100 + signs[:, 2] * 10 + signs[:, 3]
    month, day = signs[:, 4] * 10 + signs[:, 5], signs[:, 6] * 10 + signs[:, 7]
    shifted = ~letters & (day > COORDINATION_DAYS)
    dated = _is_date(year, month, np.where(shifted, day - COORDINATION_DAYS, day))
    readable = shaped & dated & (year >= OLDEST) & (year <= latest_birth_year)
    kind = np.select([~readable, letters, shifted], [NOT_READABLE, PLACEHOLDER, COORDINATION], PERSONAL).astype(np.int8)
    right = readable & ~letters & (check_digits(signs[:, 2:11]) == signs[:, 11])
    return Identities(kind, np.where(readable, year, 0).astype(np.int16), right)


def check_digits(digits: NDArray[np.int16]) -> NDArray[np.int16]:
    """The check digit (n,) of nine digits YYMMDDNNN (n, 9), by the Luhn sum."""
    doubled = digits * np.array([2, 1] * 4 + [2], dtype=np.int16)
    total = (doubled // 10 + doubled % 10).sum(axis=1, dtype=np.int16)
    return np.asarray((10 - total % 10) % 10, np.int16)


def _is_date(year: NDArray[np.int16], month: NDArray[np.int16], day: NDArray[np.int16]) -> NDArray[np.bool_]:
    right = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)  # noqa: PLR2004 months and days
    months = np.where(right, (year.astype(np.int64) - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(right, day - 1, 0).astype("timedelta64[D]")
    return np.asarray(right & (days.astype("datetime64[M]") == months))
