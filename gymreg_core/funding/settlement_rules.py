"""The rules of settlement: which day decides a month, when it is closed, and who is paid for."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from gymreg_core.errors import BadParameters
from gymreg_core.funding.money import MONTHS
from gymreg_core.rules import rule, rules_read

_CENTURY = 100
_FILE = "settlement"
_CONDITIONS = ("instalments", "payer", "protected")
Day = tuple[int, int]


@dataclass(frozen=True)
class SettlementRules:
    """As decided in rules/settlement.yml, or another choice for a what-if.

    count_days, closing_days : month and day, by calendar month 1-12.
    counting : one day decides the month; or each day its share, but for the months in `summer`.
    summer : months that their count day decides whatever the counting.
    present_required : nobody is paid for who has not been there yet.
    last_ordinary_year : years of study beyond it need a decision, but on programmes `beyond_without_decision`.
    age, start_by : first start at the latest on this day (month, day) of the year in which one turns `age`.
    temporary_kinds : kinds of identity number that count as temporary; `pay_temporary` whether those are paid.
    provider_of_posted_months : whether a school keeps the provider, provider form and municipality that a month was
        posted with, or has those of the latest extract in all months.
    vat_percent, vat_reading, vat_forms, vat_on_supplement : compensation for value-added tax.
    supplement_kinds : relations (contracts.ledger.KINDS) that have a structural supplement.
    conditions : what else was decided, by its key. read : status of every rule that was used, by its key.
    """

    count_days: tuple[Day, ...]
    closing_days: tuple[Day, ...]
    counting: Literal["count_day", "daily"]
    summer: frozenset[int]
    present_required: bool
    last_ordinary_year: int
    beyond_without_decision: frozenset[str]
    age: int
    start_by: Day
    temporary_kinds: frozenset[str]
    pay_temporary: bool
    provider_of_posted_months: Literal["as_posted", "as_known"]
    vat_percent: int
    vat_reading: Literal["on_top", "of_total"]
    vat_forms: frozenset[str]
    vat_on_supplement: bool
    supplement_kinds: frozenset[str]
    conditions: Mapping[str, Any] = field(default_factory=dict, compare=False)
    read: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise BadParameters("; ".join(faults), where="rules of settlement")

    @classmethod
    def packaged(cls, year: int | None = None) -> SettlementRules:
        """The rules of rules/settlement.yml for a year (the last ones where None). Errors: RuleMissing."""
        with rules_read() as read:
            given = {key: rule(_FILE, key, year) for key in _KEYS}
        summer, closing = given["summer"], given["closing_day"]
        months, decided_by = frozenset(summer["months"]), _day(summer["decided_by"])

        def days(of: Mapping[Any, int], in_summer: Day) -> tuple[Day, ...]:
            return tuple(in_summer if m in months else (m, of.get(m, of["other"])) for m in range(1, MONTHS + 1))

        return cls(
            count_days=days(given["count_day"], decided_by),
            closing_days=days(closing, _day(closing["summer"])),
            counting=given["counting"],
            summer=months,
            present_required=given["present_required"],
            last_ordinary_year=given["last_ordinary_year"],
            beyond_without_decision=frozenset(given["beyond_without_decision"]),
            age=given["age"]["turning"],
            start_by=_day(given["age"]["start_by"]),
            temporary_kinds=frozenset(given["temporary_numbers"]["kinds"]),
            pay_temporary=given["temporary_numbers"]["paid_by"] == "municipality_of_stay",
            provider_of_posted_months=given["provider_of_posted_months"],
            vat_percent=given["vat_percent"],
            vat_reading=given["vat_reading"],
            vat_forms=frozenset(given["vat_forms"]),
            vat_on_supplement=given["vat_on_supplement"],
            supplement_kinds=frozenset(given["supplement_kinds"]),
            conditions={key: given[key] for key in _CONDITIONS},
            read=dict(read),
        )

    def counted_on(self, day: int) -> SettlementRules:
        """The same with one count day in every month, but for those of the summer; none is closed before it."""
        days = tuple(old if m in self.summer else (m, day) for m, old in enumerate(self.count_days, start=1))
        closing = tuple(max(pair) for pair in zip(days, self.closing_days, strict=True))
        return replace(self, counting="count_day", count_days=days, closing_days=closing)

    def counted_daily(self) -> SettlementRules:
        """The same with a share of the month for each day, but for the months of the summer."""
        return replace(self, counting="daily")

    def is_daily(self, month: int) -> bool:
        """Whether each day of a month (YYYYMM) counts by itself."""
        return self.counting == "daily" and month % _CENTURY not in self.summer

    def count_day(self, month: int) -> np.datetime64:
        """The day that decides a month (YYYYMM)."""
        return _date(month, self.count_days)

    def closing_day(self, month: int) -> np.datetime64:
        """The day whose knowledge a month (YYYYMM) is closed with."""
        return _date(month, self.closing_days)


_KEYS = (
    *("count_day", "summer", "closing_day", "counting", "present_required", "last_ordinary_year"),
    *("beyond_without_decision", "age", "temporary_numbers", "provider_of_posted_months", "vat_percent"),
    *("vat_reading", "vat_forms", "vat_on_supplement", "supplement_kinds", *_CONDITIONS),
)


def month_span(month: int) -> tuple[np.datetime64, np.datetime64]:
    """First and last day of a month (YYYYMM)."""
    year, of_year = divmod(month, _CENTURY)
    last = calendar.monthrange(year, of_year)[1]
    return np.datetime64(f"{year:04d}-{of_year:02d}-01"), np.datetime64(f"{year:04d}-{of_year:02d}-{last:02d}")


def months_between(first: int, last: int) -> list[int]:
    """The months (YYYYMM) from first to last, both included."""
    numbers = range(_number(first), _number(last) + 1)
    return [number // MONTHS * _CENTURY + number % MONTHS + 1 for number in numbers]


def month_before(month: int) -> int:
    """The month (YYYYMM) before a month."""
    return months_between(month - _CENTURY, month)[-2]


def _number(month: int) -> int:
    year, of_year = divmod(month, _CENTURY)
    if not 1 <= of_year <= MONTHS:
        raise BadParameters(f"{month} is no month", remedy="Give months as YYYYMM.")
    return year * MONTHS + of_year - 1


def _date(month: int, days: tuple[Day, ...]) -> np.datetime64:
    year, of_year = divmod(month, _CENTURY)
    at, day = days[of_year - 1]
    return np.datetime64(f"{year:04d}-{at:02d}-{day:02d}")


def _day(text: str) -> Day:
    month, day = text.split("-")
    return int(month), int(day)


def _faults(rules: SettlementRules) -> list[str]:
    faults = []
    if len(rules.count_days) != MONTHS or len(rules.closing_days) != MONTHS:
        faults.append("every month has a count day and a closing day")
    elif any(closing < count for closing, count in zip(rules.closing_days, rules.count_days, strict=True)):
        faults.append("a month is closed on its count day or later")
    elif any(later < earlier for earlier, later in zip(rules.closing_days, rules.closing_days[1:], strict=False)):
        faults.append("months are closed in order")
    if rules.counting not in ("count_day", "daily"):
        faults.append("counting is count_day or daily")
    if rules.provider_of_posted_months not in ("as_posted", "as_known"):
        faults.append("provider_of_posted_months is as_posted or as_known")
    if rules.vat_reading not in ("on_top", "of_total"):
        faults.append("vat_reading is on_top or of_total")
    if not 0 <= rules.vat_percent < _CENTURY:
        faults.append("vat_percent is a percentage")
    if rules.conditions.get("instalments", MONTHS) != MONTHS:
        faults.append("amounts of a year are paid in twelve parts (funding/money.py)")
    return faults
