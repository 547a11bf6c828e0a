"""For which pupil who has to pay whom how much for which month, as known at a day; and who is not paid for, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import GROUPS, Enrolments
from gymreg_core.contracts.ledger import CAUSES, KINDS, POSTINGS, UNPAID, UNPAID_REASONS
from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.funding.amounts import Amounts, PricesKeys, SupplementsPupils
from gymreg_core.funding.histories import PLACEMENT, Histories, histories
from gymreg_core.funding.kernel import NOTHING, PAID, month_by_days, month_on_a_day
from gymreg_core.funding.settlement_checks import check_enrolments, refuse_missing_prices
from gymreg_core.funding.settlement_rules import SettlementRules, month_span

Int32 = NDArray[np.int32]
_FIXED = {"provider_form": PROVIDER_FORMS, "group": GROUPS, "kind": KINDS, "cause": CAUSES, "reason": UNPAID_REASONS}


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """Transfers, each (n,): pupil, placement and payer are numbers in Histories; month is YYYYMM; kind and cause are
    places in the tuples of contracts.ledger; price, vat and supplement are int64 öre, signed."""

    pupil: Int32
    month: Int32
    placement: Int32
    payer: Int32
    kind: NDArray[np.int8]
    percent: NDArray[np.int16]
    price: NDArray[np.int64]
    vat: NDArray[np.int64]
    supplement: NDArray[np.int64]
    protected: NDArray[np.bool_]
    sign: NDArray[np.int8]
    cause: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.pupil)


@dataclass(frozen=True, eq=False, repr=False)
class Refusals:
    """Months that are not paid for, each (n,): as Lines, and reason int8, place in UNPAID_REASONS; payer or NONE."""

    pupil: Int32
    month: Int32
    placement: Int32
    payer: Int32
    reason: NDArray[np.int8]


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
        return posting_table(self.histories, self.lines, self.lines.month)

    def unpaid(self) -> pd.DataFrame:
        """What is not paid as contracts.ledger.UNPAID, booked in the month that it concerns."""
        return unpaid_table(self.histories, self.refusals, self.refusals.month)


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
    who, where = pupils[place[paid]], h.placement[spell[paid]]
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


def joined(parts: Sequence[Any], kind: type[Any]) -> Any:
    """Several of Lines or Refusals as one."""
    names = kind.__dataclass_fields__
    if not parts:
        return kind(**{name: np.zeros(0, np.int64) for name in names})
    return kind(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in names})


def posting_table(h: Histories, lines: Lines, booked: Any) -> pd.DataFrame:
    """Lines as contracts.ledger.POSTINGS. booked : YYYYMM, one or (n,)."""
    columns: dict[str, Any] = {
        "pupil": _names(h, lines.pupil),
        "booked": np.broadcast_to(np.asarray(booked, np.int32), lines.pupil.shape),
        "concerns": lines.month.astype(np.int32),
        "payer": _listed(lines.payer, h.payers),
        "kind": _listed(lines.kind, KINDS),
        "cause": _listed(lines.cause, CAUSES),
        "year_of_study": h.placements["year_of_study"].to_numpy(np.int8)[lines.placement],
        **{name: getattr(lines, name) for name in ("sign", "price", "vat", "supplement", "protected", "percent")},
    }
    for name in PLACEMENT:
        if name != "year_of_study":
            columns[name] = _placed(h, name, lines.placement)
    return pd.DataFrame({column.name: columns[column.name] for column in POSTINGS})


def unpaid_table(h: Histories, refusals: Refusals, booked: Any) -> pd.DataFrame:
    """Refusals as contracts.ledger.UNPAID. booked : YYYYMM, one or (n,)."""
    columns: dict[str, Any] = {
        "pupil": _names(h, refusals.pupil),
        "booked": np.broadcast_to(np.asarray(booked, np.int32), refusals.pupil.shape),
        "concerns": refusals.month.astype(np.int32),
        "reason": _listed(refusals.reason, UNPAID_REASONS),
        "municipality": _listed(refusals.payer + 1, ("", *h.payers)),
        "school_id": _placed(h, "school_id", refusals.placement),
        "protected": h.protected[refusals.pupil],
    }
    return pd.DataFrame({column.name: columns[column.name] for column in UNPAID})


def _number(day: np.datetime64) -> int:
    return int(day.astype("datetime64[D]").astype(np.int64))


def _names(h: Histories, pupil: Int32) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(pupil, dtype=h.names)


def _listed(numbers: NDArray[Any], names: Sequence[str] | NDArray[np.object_]) -> pd.Categorical:
    dtype = pd.CategoricalDtype(pd.Index(list(names), dtype="str"))
    return pd.Categorical.from_codes(numbers, dtype=dtype)


def _placed(h: Histories, name: str, placement: Int32) -> pd.Categorical:
    column = h.placements[name]
    names = _FIXED.get(name) or sorted(set(column))
    numbers = pd.Index(list(names), dtype=object).get_indexer(pd.Index(column)).astype(np.int32)
    return _listed(numbers[placement], names)
