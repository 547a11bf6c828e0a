"""Settlement as anyone would write it down: one pupil, one month, one rule after another, on dictionaries and dates.

Slow and obvious; says the same as gymreg_core.funding, which it shares no code with but the rules themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.study_paths import programme_of

Row = Mapping[str, Any]
AREA = {name for name, known in municipalities().items() if known.party}
PLACE = ("school_id", "receiver", "municipality", "provider_form", "study_path_code", "year_of_study", "group")


def yearly_price(code: str, year: int, price_year: int, group: str, form: str, home: str, place: str) -> int:
    """A price in öre that differs with everything it may depend on, and that no twelfth divides."""
    text = f"{code}{year}{group}{form}{home}{place}"
    return 8_000_000 + sum(ord(letter) * place for place, letter in enumerate(text, 1)) % 90_007 + price_year


@dataclass(frozen=True)
class Tariff:
    """`yearly_price` as funding.prices.Tariff has it. unpriced : codes without a price. extra : öre on every price."""

    unpriced: frozenset[str] = frozenset()
    extra: int = 0

    def prices(self, keys: pd.DataFrame) -> Any:
        columns = ["code", "year_of_study", "price_year", "group", "provider_form", "home", "school_municipality"]
        rows = keys[columns].itertuples(index=False, name=None)
        amounts = [-1 if row[0] in self.unpriced else yearly_price(*row) + self.extra for row in rows]
        return type("Prices", (), {"amount": np.array(amounts, np.int64)})()


def yearly_supplement(merit: float, programme: str, year: int, of_study: int) -> int:
    """Öre a year: nothing from 200 points on, on introductory programmes and beyond the third year."""
    if programme.startswith("IM") or of_study > 3 or merit >= 200:
        return 0
    return 300_001 if np.isnan(merit) else 500_003 + round(200 - merit) * 1_001 + year


class Supplement:
    """`yearly_supplement` as funding.supplement.Supplement has it."""

    def amount(self, merit: Any, programme: Any, year: int, *, year_of_study: Any) -> Any:
        rows = zip(merit, programme, year_of_study, strict=True)
        return np.array([yearly_supplement(m, p, year, int(y)) for m, p, y in rows], np.int64)


def rounded(amount: int, of: int, whole: int) -> int:
    """`of`/`whole` of an amount of 0 or more, half an öre up."""
    return (2 * amount * of + whole) // (2 * whole)


def of_month(yearly: int, month: int) -> int:
    """A twelfth; the first months take the öre that are left over."""
    return yearly // 12 + (1 if month <= yearly % 12 else 0)


def day(value: Any) -> dt.date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    dates = ("start", "stop", "present", "recorded", "annulled")
    return [
        {name: day(cell) if name in dates else cell for name, cell in row.items()} for row in table.to_dict("records")
    ]


def known(row: Row, by: dt.date) -> bool:
    return row["recorded"] <= by and not (row["annulled"] is not None and row["annulled"] <= by)


def on(row: Row, when: dt.date) -> bool:
    return row["start"] <= when and (row["stop"] is None or when <= row["stop"])


def begun(spell: Row) -> tuple[int, int, int]:
    """Year, month and day on which studies began that have come to the spell's year of study when it starts."""
    start = spell["start"]
    return start.year - int(spell["year_of_study"]) + 1, start.month, start.day


class Register:
    """Enrolments by pupil; `due` is what a month owes."""

    def __init__(self, e: Enrolments, rules: SettlementRules, price: Callable[..., int] = yearly_price) -> None:
        self.rules, self.price = rules, price
        left = [row for row in rows_of(e.year9) if row["annulled"] is None]
        merits = {row["pupil"]: row["merit"] for row in sorted(left, key=lambda row: row["recorded"])}
        self.persons = [{**row, "merit": merits.get(at, np.nan)} for at, row in enumerate(rows_of(e.persons))]
        schools = e.schools.to_dict("records")
        self.of: dict[str, dict[int, list[dict[str, Any]]]] = {}
        for name in ("spells", "homes", "decisions"):
            self.of[name] = {number: [] for number in range(len(self.persons))}
            for row in rows_of(getattr(e, name)):
                self.of[name][row["pupil"]].append(row)
        for spells in self.of["spells"].values():
            for spell in spells:
                school = schools[spell["school"]]
                spell |= {name: school[name] for name in ("school_id", "municipality", "provider_form")}
                spell["receiver"] = school["provider"]

    def due(
        self, month: int, by: dt.date, posted: Mapping[str, Row] | None = None
    ) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """What is paid, by pseudonym, and why not, as known at the end of a day.

        posted : by school, whom the ledger has paid for the month, of which form and where.
        """
        paid, unpaid = {}, {}
        for number, person in enumerate(self.persons):
            answer = self._pupil(number, person, month, by, posted or {})
            if isinstance(answer, str):
                unpaid[person["applicant"]] = answer
            elif answer is not None:
                paid[person["applicant"]] = answer
        return paid, unpaid

    def _pupil(
        self, number: int, person: Row, month: int, by: dt.date, posted: Mapping[str, Row]
    ) -> dict[str, Any] | str | None:
        rules = self.rules
        year, calendar_month = divmod(month, 100)
        at, day_of = rules.count_days[calendar_month - 1]
        when = dt.date(year, at, day_of)
        spells = [s for s in self.of["spells"][number] if known(s, by) and s["reason"] != "invalid"]
        there = [s for s in spells if on(s, when) and s["present"] is not None and s["present"] <= when]
        if not there:
            return self._why_not_there(spells, year, calendar_month, when)
        if len(there) > 1:
            return "double_enrolment"
        spell = there[0] | posted.get(there[0]["school_id"], {})
        limit = (int(person["birth_year"]) + rules.age, *rules.start_by)
        if all(begun(s) > limit for s in spells if s["present"] is not None):
            return "age_limit"
        percent = 100
        if spell["year_of_study"] > rules.last_ordinary_year and programme_of(spell["study_path_code"]) != "VI":
            decisions = [d for d in self.of["decisions"][number] if known(d, by) and on(d, when)]
            if not decisions:
                return "no_decision"
            percent = max(decisions, key=lambda d: (d["recorded"], d["start"], d["percent"]))["percent"]
        if person["number_kind"] in rules.temporary_kinds and not rules.pay_temporary:
            return "temporary_number"
        homes = [h for h in self.of["homes"][number] if known(h, by) and h["start"] <= when]
        home = max(homes, key=lambda h: (h["start"], h["recorded"], h["municipality"]))["municipality"] if homes else ""
        return self._amounts(person, spell, home, year, calendar_month, percent) if home else "no_home_municipality"

    def _why_not_there(self, spells: list[Any], year: int, month: int, when: dt.date) -> str | None:
        absent = [s for s in spells if on(s, when)]
        if absent:
            return "not_yet_present" if any(s["present"] is not None for s in absent) else "never_present"
        first = dt.date(year, month, 1)
        last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        touching = [s for s in spells if s["start"] <= last and (s["stop"] is None or s["stop"] >= first)]
        if not touching:
            return None
        latest = max(touching, key=lambda s: s["start"])
        if latest["present"] is None:
            return "never_present"
        resting = latest["reason"] in ("study_break", "exchange_year") and latest["stop"] < when
        return "study_break" if resting else "not_enrolled_on_count_day"

    def _amounts(self, person: Row, s: Row, home: str, year: int, month: int, percent: int) -> dict[str, Any]:
        rules = self.rules
        form, place = s["provider_form"], s["municipality"]
        if home not in AREA or place not in AREA:
            kind = "outside"
        elif form == "municipal":
            kind = "own" if home == place else "inter_municipal"
        else:
            kind = form
        price = self.price(s["study_path_code"], s["year_of_study"], year, s["group"], form, home, place)
        extra = yearly_supplement(person["merit"], programme_of(s["study_path_code"]), year, s["year_of_study"])
        extra = extra if kind in rules.supplement_kinds else 0
        price, extra = rounded(price, int(percent), 100), rounded(extra, int(percent), 100)
        net = price + (extra if rules.vat_on_supplement else 0)
        of = 100 if rules.vat_reading == "on_top" else 100 - rules.vat_percent
        vat = rounded(net, rules.vat_percent, of) if form in rules.vat_forms else 0
        return {
            **{name: s[name] for name in PLACE},
            "payer": home,
            "kind": kind,
            "percent": int(percent),
            "price": of_month(price, month),
            "vat": of_month(vat, month),
            "supplement": of_month(extra, month),
        }


def cause(old: Row | None, new: Row | None, before: str | None, now: str | None) -> str:
    """Why a month is corrected. before, now: why nothing was, or is, due."""
    reasons = {
        "no_decision": "decision",
        "no_home_municipality": "home_moved",
        "double_enrolment": "double_enrolment",
        "age_limit": "identity",
        "temporary_number": "identity",
    }
    if old is None:
        return reasons.get(before or "", "late_start")
    if new is None:
        return reasons.get(now or "", "withdrawn")
    for columns, name in (
        (("school_id",), "school_changed"),
        (("study_path_code", "year_of_study", "group"), "programme_changed"),
        (("payer",), "home_moved"),
        (("receiver", "municipality", "provider_form", "kind"), "provider_changed"),
        (("percent",), "decision"),
        (("price",), "price_changed"),
        (("supplement",), "merit_changed"),
    ):
        if any(old[column] != new[column] for column in columns):
            return name
    return "price_changed"


def settled(registers: Mapping[int, Register]) -> list[dict[str, Any]]:
    """The postings of closing months one after another, in order, each by its register; amounts with their sign."""
    standing: dict[tuple[str, int], dict[str, Any]] = {}
    schools: dict[int, dict[str, Row]] = {month: {} for month in registers}
    out, before = [], None
    for booked, register in registers.items():
        rules = register.rules
        by = dt.date(booked // 100, *rules.closing_days[booked % 100 - 1])
        for month in [m for m in registers if m <= booked]:
            posted = schools[month] if rules.provider_of_posted_months == "as_posted" else {}
            paid, unpaid = register.due(month, by, posted)
            reasons = register.due(month, before)[1] if before else {}
            schools[month] |= {
                row["school_id"]: {name: row[name] for name in ("receiver", "municipality", "provider_form")}
                for row in paid.values()
            }
            for pupil in sorted({person["applicant"] for person in register.persons}):
                old, new = standing.get((pupil, month)), paid.get(pupil)
                if old == new:
                    continue
                why = "" if month == booked else cause(old, new, reasons.get(pupil), unpaid.get(pupil))
                for row, sign in ((old, -1), (new, 1)):
                    if row is not None:
                        money = {name: sign * row[name] for name in ("price", "vat", "supplement")}
                        out.append(
                            {
                                **row,
                                **money,
                                "pupil": pupil,
                                "booked": booked,
                                "concerns": month,
                                "sign": sign,
                                "cause": why,
                            }
                        )
                standing[pupil, month] = new  # type: ignore[assignment]
        before = by
    return out
