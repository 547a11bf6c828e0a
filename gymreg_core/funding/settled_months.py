"""What a run of settlement tells: months closed, totals, and the payment files; none of it of a pupil."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.lines import lines_of
from gymreg_core.funding.payment_files import payment_files
from gymreg_core.funding.payments import payments
from gymreg_core.funding.settled import corrected_months, latest_schools, settled_year
from gymreg_core.funding.settled_words import months_sentences
from gymreg_core.funding.year_files import year_files
from gymreg_core.store.ledger import Ledger
from gymreg_core.store.postings import coded, protected_pupils
from gymreg_core.vocabulary.programmes import Language

_CENTURY = 100
_DECISIONS = ("prices", "rules", "supplement")
_COUNTS = ("postings", "pupil_months", *AMOUNTS, "amount", "corrections", "not_paid")


@dataclass(frozen=True, eq=False, repr=False)
class SettledMonths:
    """Closed months of a workspace.

    table : a row per month: booked (YYYYMM), known_by (day, ISO), closed_now, enrolled and not_paid (pupils on the
        count day), postings, pupil_months, price, vat, supplement, amount (their sum) and corrections (what of it
        concerns earlier months), öre; other_than_before: what of prices, rules and supplement is not that of the month
        before, by which this one then corrects all months.
    corrected : how many months of pupils they corrected, by cause (contracts/ledger.py, CAUSES), whatever the sum.
    head : hash of the last of them in the ledger. statuses : of every rule that they rest on, by its key.
    """

    workspace: Path
    table: pd.DataFrame
    made_up: bool
    corrected: Mapping[str, int]
    head: str
    statuses: Mapping[str, str]

    @classmethod
    def of(cls, workspace: Path, months: Sequence[int], closed_now: Collection[int]) -> SettledMonths:
        """What the ledger tells of these months. Errors: BadInput where it was changed."""
        every = Ledger(workspace).closings
        before = {closed.month: earlier for earlier, closed in pairwise(every)}
        closings = [closed for closed in every if closed.month in months]
        rows = [
            {
                "booked": closed.month,
                "known_by": closed.about["known_by"],
                "closed_now": closed.month in closed_now,
                **{name: closed.about[name] for name in ("enrolled", "not_paid")},
                **closed.about["totals"],
                "other_than_before": [
                    name for name in _DECISIONS if closed.about[name] != before.get(closed.month, closed).about[name]
                ],
            }
            for closed in closings
        ]
        statuses = {key: status for closed in closings for key, status in closed.about["statuses"].items()}
        made_up = any(closed.about["made_up"] for closed in closings)
        corrected = corrected_months(closings)
        head = closings[-1].sha256
        return cls(workspace, pd.DataFrame(rows), made_up, corrected, head, dict(sorted(statuses.items())))

    def summary(self) -> dict[str, int]:
        """Sums over the months, öre: months, closed_now, and the sums of the columns of `table`."""
        sums = {name: int(self.table[name].sum()) for name in _COUNTS}
        return {"months": len(self.table), "closed_now": int(self.table["closed_now"].sum()), **sums}

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What was closed, in whole sentences."""
        booked = self.table["booked"]
        others = dict(zip(booked.tolist(), self.table["other_than_before"], strict=True))
        span = int(booked.iloc[0]), int(booked.iloc[-1])
        return months_sentences(*span, self.summary(), self.corrected, others, self.statuses, language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def payment_files(self) -> dict[str, bytes]:
        """The payment files of the months by name, made of the ledger (funding/payment_files.py), and what their years
        were settled to so far (funding/year_files.py)."""
        ledger, files, wanted = Ledger(self.workspace), dict[str, bytes](), set(self.table["booked"])
        protected = protected_pupils(ledger)
        for closed in (closed for closed in ledger.closings if closed.month in wanted):
            postings = coded(ledger, "postings", [closed])
            hidden = protected[postings["pupil"].to_numpy()]
            paid = payments(lines_of(postings, hidden, latest_schools(ledger, closed.month)), closed.month)
            files |= payment_files(paid, made_up=bool(closed.about["made_up"]), sha256=closed.sha256)
        for year in sorted({month // _CENTURY for month in wanted}):
            files |= year_files(settled_year(self.workspace, year))
        return files

    def to_dict(self) -> dict[str, Any]:
        """All of it as JSON can hold it; öre."""
        by_month = self.table.to_dict(orient="records")
        told = {"made_up": self.made_up, "head": self.head, "by_month": by_month, "rules": dict(self.statuses)}
        return {**self.summary(), "corrected": dict(self.corrected), **told}

    def __repr__(self) -> str:
        return f"SettledMonths({len(self.table)} months, {self.summary()['closed_now']} closed now)"
