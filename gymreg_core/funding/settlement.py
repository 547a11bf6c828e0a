"""Closing months: what is posted for the month itself, and what is corrected of the months before.

A month is closed with what is known at its closing day. Due are then all months since the ledger began, as known now;
posted is what they differ in from what the ledger has posted before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.ledger import AMOUNTS, CAUSES
from gymreg_core.errors import BadParameters
from gymreg_core.funding.amounts import Amounts, PricesKeys, SupplementsPupils
from gymreg_core.funding.causes import causes
from gymreg_core.funding.entitlement import decided, month_of
from gymreg_core.funding.histories import Histories, histories
from gymreg_core.funding.kernel import NONE, PAID
from gymreg_core.funding.posted import Cells, posted_cells
from gymreg_core.funding.settlement_checks import check_enrolments, refuse_missing_prices
from gymreg_core.funding.settlement_rules import SettlementRules, month_before, month_span, months_between
from gymreg_core.funding.transfers import Lines, Refusals, Tables, joined
from gymreg_core.rules import rules_read

Int32 = NDArray[np.int32]


@dataclass(frozen=True, eq=False, repr=False)
class Closing:
    """A closed month. It holds persons and stays in the store.

    month : YYYYMM. known_by : its closing day. postings, unpaid : contracts.ledger.POSTINGS and UNPAID. causes : how
    many months of pupils were corrected, by cause. rules_read : status of the rules that it rests on, by their key.
    """

    month: int
    known_by: np.datetime64
    postings: pd.DataFrame
    unpaid: pd.DataFrame
    causes: Mapping[str, int]
    rules_read: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Closing({self.month}, {len(self.postings)} postings, {len(self.unpaid)} not paid)"


def settle(
    months: Sequence[int],
    enrolments: Enrolments,
    posted: pd.DataFrame | None,
    tariff: PricesKeys,
    supplement: SupplementsPupils,
    rules: SettlementRules,
    *,
    since: int | None = None,
) -> list[Closing]:
    """Close months (YYYYMM, in order, without gaps); all of them, or none where something is refused.

    posted : contracts.ledger.POSTINGS of all closings before, None where nothing was closed yet.
    since : the first month that is due: that of the ledger's first closing. Where None, the first that the ledger has
    posted for, or the first of `months`.
    Errors: BadInput with every finding; BadParameters for months that cannot be closed now; PriceMissing.
    """
    wanted = list(months)
    before = None if posted is None or posted.empty else posted.astype({"pupil": "category"})
    _check_months(wanted, enrolments, before, rules)
    check_enrolments(enrolments)
    h = histories(enrolments, rules, before)
    state = _State(h, Amounts(h, tariff, supplement, rules), rules, rules.closing_day(month_before(wanted[0])))
    if before is not None:
        state.load(before)
    first = wanted[0] if since is None else since
    return [state.close(month, first) for month in wanted]


def close_month(
    month: int,
    enrolments: Enrolments,
    posted: pd.DataFrame | None,
    tariff: PricesKeys,
    supplement: SupplementsPupils,
    rules: SettlementRules,
    *,
    since: int | None = None,
) -> Closing:
    """Close one month; as `settle`."""
    return settle([month], enrolments, posted, tariff, supplement, rules, since=since)[0]


def accounts(postings: pd.DataFrame) -> pd.DataFrame:
    """Debits and credits by month booked and concerned, party, what for (price, vat, supplement) and side.

    A transfer debits its payer and credits its receiver; a reversal credits the payer and debits the receiver. Columns:
    booked, concerns, party, item, side (payer | receiver), debit, credit (int64 öre, 0 or more).
    """
    by = ["booked", "concerns", "party", "item", "side"]
    parts = []
    for item in AMOUNTS:
        forward, back = postings[item].clip(lower=0), -postings[item].clip(upper=0)
        for side, debit, credit in (("payer", forward, back), ("receiver", back, forward)):
            rows = postings[["booked", "concerns"]].assign(
                party=postings[side].astype("str"), item=item, side=side, debit=debit, credit=credit
            )
            parts.append(rows.groupby(by, sort=True)[["debit", "credit"]].sum().reset_index())
    return pd.concat(parts, ignore_index=True).sort_values(by, ignore_index=True)


class _State:
    """What the ledger has posted, as a run of closings goes on."""

    def __init__(self, h: Histories, amounts: Amounts, rules: SettlementRules, before: np.datetime64) -> None:
        self._h, self._amounts, self._rules, self._before = h, amounts, rules, before
        self._tables = Tables(h)
        self._everyone = np.arange(len(h), dtype=np.int32)
        self._cells: dict[int, Cells] = {}
        self._refusals: dict[int, Refusals] = {}
        self._followed = False
        self._read: dict[str, str] = dict(rules.read)

    def load(self, posted: pd.DataFrame) -> None:
        """Begin with what a ledger has posted."""
        self._cells = posted_cells(self._h, posted)

    def close(self, month: int, since: int) -> Closing:
        """The closing of the next month; `since` is the first that is due."""
        h, rules = self._h, self._rules
        known_by = rules.closing_day(month)
        # Of everyone else what is due is what it was at the closing before, and that is posted.
        moved = h.changed(_day(self._before), _day(known_by)) if self._followed else self._everyone
        with rules_read() as read:
            parts = [
                self._month(one, month, known_by, moved if one in self._cells else self._everyone)
                for one in months_between(min([since, *self._cells]), month)
                if month_span(one)[0] >= h.since
            ]
            refuse_missing_prices(self._amounts.missing, h)
        self._before, self._followed = known_by, True
        self._read.update(read)
        lines = joined(parts, Lines)
        counts = np.bincount(lines.cause[(lines.month != month) & _one_each(lines)], minlength=len(CAUSES))
        return Closing(
            month,
            known_by,
            self._tables.postings(lines, month),
            self._tables.unpaid(joined([self._refusals[one] for one in sorted(self._refusals)], Refusals), month),
            {CAUSES[place]: int(count) for place, count in enumerate(counts) if count},
            dict(sorted(self._read.items())),
        )

    def _month(self, month: int, booked: int, known_by: np.datetime64, pupils: Int32) -> Lines:
        """What is to be posted for a month of some pupils; it counts as posted from here on."""
        h = self._h
        pupils = pupils[~h.cut_off[pupils]]
        due, _, refusals = month_of(h, self._amounts, self._rules, month, pupils, known_by)
        self._refuse(month, pupils, refusals)
        if month == booked and month not in self._cells:
            self._cells[month] = Cells.empty(self._everyone.copy())
            self._cells[month].put(due.pupil, due)
            return due
        cells = self._cells.setdefault(month, Cells.empty(self._everyone.copy()))
        new = Cells.empty(pupils.copy())
        new.put(np.searchsorted(pupils, due.pupil), due)
        old = cells.at(pupils)
        unlike = old.differs(new)
        old, new = old.at(unlike), new.at(unlike)
        cells.put(new.pupil, new)
        cause = causes(h, old, new, self._reasons_before(month, old, new), self._reasons(refusals, new.pupil))
        return _corrections(month, old, new, cause)

    def _refuse(self, month: int, pupils: Int32, refusals: Refusals) -> None:
        known = self._refusals.get(month)
        if known is not None and len(pupils) < len(self._everyone):
            among = np.zeros(len(self._everyone), np.bool_)
            among[pupils] = True
            refusals = _in_order(joined([_chosen(known, ~among[known.pupil]), refusals], Refusals), "pupil")
        self._refusals[month] = refusals

    def _reasons_before(self, month: int, old: Cells, new: Cells) -> NDArray[np.int8]:
        """Why nothing was due at the closing before, of those paid late."""
        reasons = np.full(len(new.pupil), NONE, np.int8)
        late = np.flatnonzero(old.placement == NONE)
        if len(late):
            place, reason, *_ = decided(self._h, self._rules, month, new.pupil[late], self._before)
            reasons[late[place]] = np.where(reason > PAID, reason - 1, NONE)
        return reasons

    @staticmethod
    def _reasons(refusals: Refusals, pupils: Int32) -> NDArray[np.int8]:
        """Why nothing is due now."""
        if not len(refusals.pupil):
            return np.full(len(pupils), NONE, np.int8)
        at = np.minimum(np.searchsorted(refusals.pupil, pupils), len(refusals.pupil) - 1)
        return np.where(refusals.pupil[at] == pupils, refusals.reason[at], NONE).astype(np.int8)


def _corrections(month: int, old: Cells, new: Cells, cause: NDArray[np.int8]) -> Lines:
    """The reversals of what stands and the new postings, by pupil, the reversal first."""
    parts = []
    for cells, sign in ((old, -1), (new, 1)):
        paid = cells.placement != NONE
        some = cells.at(paid)
        parts.append(
            Lines(
                month=np.full(len(some.pupil), month, np.int32),
                sign=np.full(len(some.pupil), sign, np.int8),
                cause=cause[paid],
                **{name: sign * getattr(some, name) for name in AMOUNTS},
                **{
                    name: getattr(some, name)
                    for name in ("pupil", "placement", "payer", "kind", "percent", "protected")
                },
            )
        )
    lines: Lines = _in_order(joined(parts, Lines), "pupil")
    return lines


def _in_order(rows: Any, name: str) -> Any:
    return _chosen(rows, np.argsort(getattr(rows, name), kind="stable"))


def _chosen(rows: Any, places: NDArray[Any]) -> Any:
    return type(rows)(**{name: getattr(rows, name)[places] for name in rows.__dataclass_fields__})


def _one_each(lines: Lines) -> NDArray[np.bool_]:
    """One line of each pupil and month: the first."""
    first = np.ones(len(lines), np.bool_)
    first[1:] = (lines.pupil[1:] != lines.pupil[:-1]) | (lines.month[1:] != lines.month[:-1])
    return first


def _day(day: np.datetime64) -> int:
    return int(day.astype("datetime64[D]").astype(np.int64))


def _check_months(months: list[int], e: Enrolments, posted: pd.DataFrame | None, rules: SettlementRules) -> None:
    """Errors: BadParameters saying everything why these months cannot be closed now."""
    faults = []
    if not months or months != months_between(months[0], months[-1]):
        faults.append("months to close follow one another, without gaps")
    if rules.counting != "count_day":
        faults.append("a month is closed by one count day, which pays it once at most; counting by day is for what-ifs")
    if posted is not None and months and months[0] <= int(posted["booked"].max()):
        faults.append(f"{months[0]} is closed already, or a month after it")
    if months:
        if month_span(months[0])[0] < np.datetime64(e.since):
            faults.append(f"the extract tells of days from {e.since} on, later than {months[0]} begins")
        if rules.closing_day(months[-1]) > np.datetime64(e.as_of):
            faults.append(f"the extract ends on {e.as_of}, before the closing day {rules.closing_day(months[-1])}")
    if faults:
        raise BadParameters(
            "; ".join(faults),
            where="months",
            remedy="Close the months in order, with an extract that reaches far enough.",
        )
