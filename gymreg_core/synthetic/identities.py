"""Identity numbers for invented persons: they look like real ones, and no real one has their check digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import NUMBER_KINDS, Register
from gymreg_core.sources.register.identities import COORDINATION, COORDINATION_DAYS, PLACEHOLDER, check_digits

Int64 = NDArray[np.int64]
_SERIALS, _PLACEHOLDERS = 1000, 100
_DAY = np.timedelta64(1, "D")


def identity_numbers(register: Register, seed: int) -> list[str]:
    """An identity number (YYYYMMDD-NNNN) per pupil of a made-up register, each one once; the same for the same seed.

    Birth year, sex and kind are the pupil's: the third digit of a serial is even for women and odd for men,
    coordination numbers have 60 added to the day, placeholders TF and two digits. The check digit is always wrong.
    Errors: ValueError where a birth year has more pupils of a kind than there are numbers.
    """
    return numbers_of(register.pupils, np.random.default_rng([seed, register.intake_year]))


def numbers_of(pupils: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    """`identity_numbers` of persons with number_kind, birth_year and sex. Errors: as there."""
    kind = np.array([NUMBER_KINDS.index(name) for name in pupils["number_kind"]], np.int64)
    year = pupils["birth_year"].to_numpy(np.int64)
    parity = pupils["sex"].map({"F": 0, "M": 1, "unknown": 2}).to_numpy(np.int64)
    day, serial = np.zeros(len(pupils), np.int64), np.zeros(len(pupils), np.int64)
    group = (year * len(NUMBER_KINDS) + kind) * 3 + parity
    for one in np.unique(group):
        at = np.flatnonzero(group == one)
        day[at], serial[at] = _drawn(rng, len(at), int(year[at[0]]), int(kind[at[0]]), int(parity[at[0]]))
    return _written(rng, day, serial, kind)


def _drawn(rng: np.random.Generator, count: int, year: int, kind: int, parity: int) -> tuple[Int64, Int64]:
    """Days since 1970 and serials (count,), no pair twice, of one birth year, kind and sex.

    Those of unknown sex have the serials that end in 9, which the others leave.
    """
    first = np.datetime64(f"{year}-01-01")
    days = int((np.datetime64(f"{year + 1}-01-01") - first) / _DAY)
    if kind == PLACEHOLDER:
        serials = np.arange(_PLACEHOLDERS)[np.arange(_PLACEHOLDERS) % 3 == parity]
    else:
        every = np.arange(1, _SERIALS)
        unknown = every % 10 == 9  # noqa: PLR2004 the last digit of a serial
        serials = every[unknown] if parity == 2 else every[~unknown & (every % 2 == parity)]  # noqa: PLR2004
    drawn = rng.choice(days * len(serials), count, replace=False)
    return drawn // len(serials) + int((first - np.datetime64("1970-01-01")) / _DAY), serials[drawn % len(serials)]


def _written(rng: np.random.Generator, day: Int64, serial: Int64, kind: Int64) -> list[str]:
    dates = day.astype("datetime64[D]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    months = dates.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    in_month = ((dates - months.astype("datetime64[D]")) / _DAY).astype(np.int64) + 1
    in_month += np.where(kind == COORDINATION, COORDINATION_DAYS, 0)
    date = (year * 100 + month) * 100 + in_month
    nine = (date % 1_000_000) * 1000 + serial
    digits = (nine[:, None] // 10 ** np.arange(8, -1, -1)) % 10
    wrong = (check_digits(digits.astype(np.int16)) + rng.integers(1, 10, len(day))) % 10
    return [
        f"{d}-TF{s:02d}" if k == PLACEHOLDER else f"{d}-{s:03d}{w}"
        for d, s, w, k in zip(date.tolist(), serial.tolist(), wrong.tolist(), kind.tolist(), strict=True)
    ]
