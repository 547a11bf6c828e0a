"""School years and the amounts of the supplement in them: two price years each, nothing before it began."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gymreg_core.funding.money import ORE
from gymreg_core.funding.supplement import Supplement
from gymreg_core.rules import rule

Floats = NDArray[np.float64]
THOUSAND = 1_000 * ORE
"""Öre in a thousand kronor."""
_MONTHS = 12


def first_price_year() -> int:
    """The calendar year that the supplement began with (rules/supplement.yml)."""
    return int(rule("supplement", "years")[0])


def length() -> int:
    """School years of a national programme, in which a pupil is covered (rules/supplement.yml, years_of_study)."""
    return len(rule("supplement", "years_of_study"))


def price_years(autumn: int) -> tuple[tuple[int, float], ...]:
    """The price years that a school year spans, and the share of its months in each.

    A school year begins on the day of rules/cohort.yml (1 July), and July is paid for whoever starts in August
    (rules/settlement.yml, summer): six months at the autumn's prices and six at the spring's.
    """
    before = int(rule("cohort", "school_year")[:2]) - 1
    return ((autumn, (_MONTHS - before) / _MONTHS), (autumn + 1, before / _MONTHS))


def supplement_of(autumn: int) -> Supplement:
    """The supplement by whose levels the pupils of a school year are told: its autumn's, or the first there was."""
    return Supplement.packaged(max(autumn, first_price_year()))


def amounts_of(autumn: int) -> Floats:
    """Thousand kronor per pupil and school year by level 1, 2, …: (levels,), 0 from before the supplement.

    Errors: RuleMissing for a price year whose amounts are not known yet.
    """
    first = first_price_year()
    parts = [Supplement.packaged(year).amounts_in(year) * share for year, share in price_years(autumn) if year >= first]
    return np.asarray(sum(parts, np.zeros(len(supplement_of(autumn).levels))) / THOUSAND, np.float64)


def mean_amounts(autumns: Iterable[int]) -> Floats:
    """The mean of `amounts_of` over school years: (levels,). Errors: as there."""
    return np.asarray(np.mean([amounts_of(autumn) for autumn in autumns], axis=0), np.float64)


def exposure(cohort: int) -> float:
    """The share of the months of a cohort's school years in which a supplement was paid."""
    first = first_price_year()
    autumns = range(cohort, cohort + length())
    return float(sum(share for autumn in autumns for year, share in price_years(autumn) if year >= first) / length())
