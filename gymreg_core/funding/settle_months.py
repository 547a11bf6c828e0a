"""Closing months of a workspace: from the stored enrolments into the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.errors import BadParameters, NotPermitted, RuleMissing
from gymreg_core.funding.closing_checks import check_closing
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.reconciliation import HeadCount
from gymreg_core.funding.settled_months import SettledMonths
from gymreg_core.funding.settlement import Closing, settle
from gymreg_core.funding.settlement_rules import SettlementRules, months_between
from gymreg_core.funding.supplement import Supplement
from gymreg_core.rules import rules_read
from gymreg_core.store.enrolments import StoredEnrolments, stored_enrolments
from gymreg_core.store.fingerprint import code_fingerprint, fingerprint
from gymreg_core.store.ledger import ClosedMonth, Ledger, written_month
from gymreg_core.store.postings import PostingWriter, posted

Progress = Callable[[str, int], None]
"""Told after each piece of work: what it belongs to, and how many pieces there are."""

_CENTURY = 100
_MONTH = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])")
_DECIDES = ("gymreg_core.funding", "gymreg_core.contracts", "gymreg_core.vocabulary", "gymreg_core.rules")
_MADE_FROM = {
    "extract": "another extract",
    "prices": "other prices",
    "rules": "other rules of settlement",
    "supplement": "another structural supplement",
}


@dataclass(frozen=True, eq=False)
class _Checked:
    """A closing that may be posted, its head count and its totals."""

    closing: Closing
    counted: pd.DataFrame
    totals: Mapping[str, int]


def settle_months(
    workspace: Path,
    first: int,
    last: int,
    *,
    tariff: Tariff | None = None,
    supplement: Supplement | None = None,
    rules: SettlementRules | None = None,
    progress: Progress | None = None,
) -> SettledMonths:
    """Close the months (YYYYMM) from `first` to `last` by the enrolments that are stored in a workspace.

    Months that are closed already by the same extract, prices, supplement and rules stay as they are. The others are
    all settled and checked first, and only then put in the ledger one after another; where one cannot be, none is.
    tariff, supplement, rules : the packaged ones of the first month's year where None.
    Errors: BadParameters for months that cannot be closed now; BadInput where no enrolments are stored, they cannot be
    settled, or the ledger was changed; RuleMissing where a price is missing, or packaged rules change with a year that
    the ledger reaches into; NotPermitted where a month is closed by others, or another run holds the ledger;
    GymregError where parts do not add up, or the disk is full.
    """
    months, year = months_between(first, last), first // _CENTURY
    stored = stored_enrolments(workspace)
    with rules_read() as read:
        tariff, supplement = tariff or Tariff.packaged(), supplement or Supplement.packaged(year)
        rules = rules or SettlementRules.packaged(year)
    by = _made_from(stored, tariff, supplement, rules)
    with Ledger(workspace).writing() as writer:
        ledger = Ledger(workspace)
        closed = {one.month: one for one in ledger.verify()}
        since = min([first, *closed])
        _require_one_set(since, last)
        _require_same([closed[month] for month in months if month in closed], by)
        to_close = [month for month in months if month not in closed]
        if to_close:
            writer.require_next(to_close[0])
            before = posted(ledger, "postings") if closed else None
            schools, heads, ready = stored.enrolments.schools, HeadCount(stored.enrolments), []
            for closing in settle(to_close, stored.enrolments, before, tariff, supplement, rules, since=since):
                ready.append(_Checked(closing, *check_closing(closing, schools, heads, rules)))
                if progress:
                    progress("months", len(to_close))
            _post(PostingWriter(ledger, writer), ready, stored, by, read)
    return SettledMonths.of(workspace, months, frozenset(to_close))


def parse_months(text: str) -> tuple[int, int]:
    """'2024-01:2024-12' or '2024-03' -> first and last month, YYYYMM. Errors: BadParameters."""
    parts = text.split(":")
    months = [int(part[:4] + part[5:]) for part in parts if _MONTH.fullmatch(part)]
    if len(months) != len(parts) or len(parts) > len(("first", "last")) or months[0] > months[-1]:
        raise BadParameters(
            f"{text!r} are no months", where="--months", remedy="Write them as 2024-01:2024-12, or one as 2024-03."
        )
    return months[0], months[-1]


def _post(
    writer: PostingWriter,
    ready: list[_Checked],
    stored: StoredEnrolments,
    by: Mapping[str, str],
    read: Mapping[str, str],
) -> None:
    """Put the closings in the ledger. by : what they are made from. read : status of rules that all of them rest on."""
    persons = stored.enrolments.persons
    protected = persons.loc[persons["protected"], "applicant"].tolist()
    code = code_fingerprint(_DECIDES)
    schools = stored.enrolments.schools.sort_values("school_id", ignore_index=True)
    statuses = dict(read)
    for one in ready:
        closing = one.closing
        statuses |= closing.rules_read
        about = {
            **by,
            "code": code,
            "known_by": str(closing.known_by),
            "since": stored.enrolments.since,
            "as_of": stored.enrolments.as_of,
            "made_up": stored.enrolments.made_up,
            "totals": dict(one.totals),
            "enrolled": int(one.counted["enrolled"].sum()),
            "not_paid": int(one.counted["not_paid"].sum()),
            "corrected": dict(closing.causes),
            "statuses": dict(sorted(statuses.items())),
        }
        tables = {"postings": closing.postings, "unpaid": closing.unpaid}
        others = {"counted": one.counted, "schools": schools}
        writer.close(closing.month, tables, protected=protected, others=others, about=about)


def _require_same(closed: list[ClosedMonth], by: Mapping[str, str]) -> None:
    """Errors: NotPermitted where a month is closed by something else than `by`; it says by what."""
    unlike = [(one, [told for name, told in _MADE_FROM.items() if one.about[name] != by[name]]) for one in closed]
    for one, other in unlike:
        if other:
            raise NotPermitted(
                f"{written_month(one.month)} is closed, by {' and '.join(other)}",
                where="--months",
                why="A closed month is frozen; what was known later is posted in a later month, with its cause.",
                remedy=f"Begin with the month after {written_month(closed[-1].month)}.",
            )


def _require_one_set(first: int, last: int) -> None:
    """All months that are due are settled by one set of rules: others from a later year on would correct the months
    before. Errors: RuleMissing where the packaged ones of the years of the months from first to last are not the same.
    """
    year, *later = range(first // _CENTURY, last // _CENTURY + 1)
    rules, supplement = SettlementRules.packaged(year), _supplement_print(Supplement.packaged(year))
    for other in later:
        if SettlementRules.packaged(other) != rules or _supplement_print(Supplement.packaged(other)) != supplement:
            raise RuleMissing(
                f"the rules of settlement are others in {other} than in {year}, where the ledger begins",
                where="rules/settlement.yml, rules/supplement.yml",
                why="All months of a ledger are settled by the same rules; others would correct the months before.",
                remedy=f"Begin a ledger of its own, in another workspace, with {other}-01.",
            )


def _made_from(
    stored: StoredEnrolments, tariff: Tariff, supplement: Supplement, rules: SettlementRules
) -> dict[str, str]:
    """Fingerprints of what decides a closing: the same whatever the version of the program that read it."""
    files = sorted((file.name, file.sha256) for file in stored.provenance.inputs)
    return {
        "extract": fingerprint(files),
        "prices": fingerprint(_plain(tariff)),
        "rules": fingerprint(_plain(rules)),
        "supplement": _supplement_print(supplement),
    }


def _supplement_print(supplement: Supplement) -> str:
    """The same in whatever year it is looked at."""
    return fingerprint(_plain(replace(supplement, year=supplement.start)))


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, the same for equal ones."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = [f.name for f in value.__dataclass_fields__.values() if f.repr]
        return {name: _plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
