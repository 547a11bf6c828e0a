"""For which pupil who has to pay whom how much for which month, as known at a day; and who is not paid for, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.funding.amounts import Amounts, PricesKeys, SupplementsPupils
from gymreg_core.funding.histories import Histories, histories
from gymreg_core.funding.kernel import NOTHING, PAID, month_by_days, month_on_a_day
from gymreg_core.funding.settlement_checks import check_enrolments, refuse_missing_prices
from gymreg_core.funding.settlement_rules import SettlementRules, month_span
from gymreg_core.funding.transfers import Lines, Refusals, Tables, joined

Int32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Entitlement:
    """What is due for some months as known at a day. It holds persons and stays in the store.

    `days` : int16 (lines,), days of the month that a line is for where each day counts by itself, 0 for a whole month.
    """

    histories: Histories
    lines: Lines
    days: NDArray[np.int16]
    refusals: Refusals

    def postings(self) -> pd.DataFrame:
        """The lines as contracts.ledger.POSTINGS, each booked in the month that it concerns."""
        return Tables(self.histories).postings(self.lines, self.lines.month)

    def unpaid(self) -> pd.DataFrame:
        """What is not paid as contracts.ledger.UNPAID, booked in the month that it concerns."""
        return Tables(self.histories).unpaid(self.refusals, self.refusals.month)


def entitlement(
    enrolments: Enrolments | Histories,
    months: Sequence[int],
    tariff: PricesKeys,
    supplement: SupplementsPupils,
    rules: SettlementRules,
    *,
    known_by: np.datetime64 | str | None = None,
) -> Entitlement:
    """What is due for months (YYYYMM) as known at the end of the day `known_by` (the last of the extract where None).

    A pupil and month have one line at most, but where each day counts by itself.
    Errors: BadInput with every finding for tables that break their contract; PriceMissing.
    """
    if isinstance(enrolments, Histories):
        h = enrolments
    else:
        check_enrolments(enrolments)
        h = histories(enrolments, rules)
    amounts = Amounts(h, tariff, supplement, rules)
    day = h.as_of if known_by is None else np.datetime64(str(known_by), "D")
    everyone = np.arange(len(h), dtype=np.int32)
    parts = [month_of(h, amounts, rules, month, everyone, day) for month in sorted(months)]
    refuse_missing_prices(amounts.missing, h)
    return Entitlement(
        h,
        joined([lines for lines, _, _ in parts], Lines),
        np.concatenate([days for _, days, _ in parts]) if parts else np.zeros(0, np.int16),
        joined([refusals for _, _, refusals in parts], Refusals),
    )


def month_of(
    h: Histories, amounts: Amounts, rules: SettlementRules, month: int, pupils: Int32, known_by: np.datetime64
) -> tuple[Lines, NDArray[np.int16], Refusals]:
    """A month of some pupils (n,), in their order: lines, their days, and what is not paid."""
    place, reason, spell, payer, percent, days = decided(h, rules, month, pupils, known_by)
    paid, refused = np.flatnonzero(reason == PAID), np.flatnonzero(reason > PAID)
    who, where = pupils[place[paid]], h.paid_in(month, spell[paid])
    part_of = days[paid] if rules.is_daily(month) else None
    due = amounts.due(month, who, where, payer[paid], percent[paid], part_of)
    one = np.ones(len(paid), np.int8)
    lines = Lines(
        who,
        np.full(len(paid), month, np.int32),
        where,
        payer[paid],
        due.kind,
        percent[paid],
        due.price,
        due.vat,
        due.supplement,
        h.protected[who],
        one,
        np.zeros(len(paid), np.int8),
    )
    refusals = Refusals(
        pupils[place[refused]],
        np.full(len(refused), month, np.int32),
        h.placement[spell[refused]],
        payer[refused],
        reason[refused] - np.int8(1),
    )
    return lines, days[paid], refusals


def decided(
    h: Histories, rules: SettlementRules, month: int, pupils: Int32, known_by: np.datetime64
) -> tuple[Int32, NDArray[np.int8], Int32, Int32, NDArray[np.int16], NDArray[np.int16]]:
    """What the kernel says: place in `pupils`, reason, spell, payer, percent, days; nothing for who has no spell."""
    first, last = (_number(day) for day in month_span(month))
    known = _number(known_by)
    if rules.is_daily(month):
        found: Any = month_by_days(h.rows, pupils, first, last, known, rules.present_required)
        return found  # type: ignore[no-any-return]
    day = _number(rules.count_day(month))
    reason, spell, payer, percent = month_on_a_day(h.rows, pupils, day, first, last, known, rules.present_required)
    place = np.flatnonzero(reason != NOTHING).astype(np.int32)
    days = np.zeros(len(place), np.int16)
    return place, reason[place], spell[place], payer[place], percent[place], days


def _number(day: np.datetime64) -> int:
    return int(day.astype("datetime64[D]").astype(np.int64))
