"""A settled year as pages and analysts read it from the ledger: without any pupil."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import BadInput
from gymreg_core.funding.flows import Flows, flows, require_equal
from gymreg_core.funding.lines import funding_table, lines_of, supplement_of, unpaid_of
from gymreg_core.funding.reconciliation import Reconciliation, corrections_by_month, reconcile
from gymreg_core.funding.settled_words import year_sentences
from gymreg_core.store.ledger import ClosedMonth, Ledger, written_month
from gymreg_core.store.postings import coded, protected_pupils
from gymreg_core.vocabulary.programmes import Language

_CENTURY = 100


@dataclass(frozen=True, eq=False, repr=False)
class SettledYear:
    """What was booked in the closings of a calendar year.

    lines, unpaid, supplement : funding/lines.py. Lines are those booked in the year, corrections of earlier years among
    them; supplement is that of the months of the year alone, so that nothing in it is below 0; unpaid is what of the
    months of the year was not paid, as known at the last closing that tells of them.
    counted : a row per month closed in the year, funding/reconciliation.py, COUNTED.
    about : months (YYYYMM, closed in the year); corrected, how many months of pupils they corrected, by cause; head
        (hash of the last of them), made_up, extract, prices and rules (fingerprints) of the last of them; statuses, of
        every rule that they asked for, by its key.
    """

    year: int
    lines: pd.DataFrame
    unpaid: pd.DataFrame
    supplement: pd.DataFrame
    counted: pd.DataFrame
    about: Mapping[str, Any]

    @property
    def table(self) -> pd.DataFrame:
        """The lines."""
        return self.lines

    def flows(self) -> Flows:
        """Who paid whom."""
        return flows(self.lines)

    def corrections(self) -> pd.DataFrame:
        """What was posted late, by the month it concerns, the month it was booked in and the cause."""
        return corrections_by_month(self.lines)

    def reconciliation(self) -> Reconciliation:
        """Head counts of the count days beside the months that were paid, and what was not."""
        return reconcile(self.counted, self.lines, self.unpaid)

    def summary(self) -> dict[str, int]:
        """Months closed; months of pupils; öre: price, vat, supplement, their sum, and what of it corrects earlier
        months; months of pupils that were not paid."""
        amounts = {name: int(self.lines[name].sum()) for name in AMOUNTS}
        late = self.lines.loc[self.lines["concerns"] != self.lines["booked"], list(AMOUNTS)]
        return {
            "months": len(self.about["months"]),
            "pupil_months": int(self.lines["pupil_months"].sum()),
            **amounts,
            "amount": sum(amounts.values()),
            "corrections": int(late.to_numpy().sum()),
            "unpaid_months": int(self.unpaid["pupil_months"].sum()),
        }

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What was settled, in whole sentences."""
        return year_sentences(self.year, self.summary(), language)

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))

    def __repr__(self) -> str:
        return f"SettledYear({self.year}, {len(self.about['months'])} months, {len(self.lines)} lines)"


def settled_years(workspace: Path) -> list[int]:
    """The calendar years that a month is closed of, ascending. Errors: BadInput where the ledger was changed."""
    return sorted({closed.month // _CENTURY for closed in Ledger(workspace).closings})


def settled_year(workspace: Path, year: int) -> SettledYear:
    """What was booked in a calendar year, from the ledger of a workspace.

    A pupil who is protected, or was at any time, is in lines without school and in no row of the supplement.
    Errors: BadInput where no month of the year is closed, or the ledger was changed; GymregError where parts do not add
    up to the postings, which is an error in the program.
    """
    ledger = Ledger(workspace)
    closings = [closed for closed in ledger.closings if closed.month // _CENTURY == year]
    if not closings:
        years = ", ".join(map(str, settled_years(workspace))) or "none"
        raise BadInput(
            f"no month of {year} is closed here",
            where=str(workspace),
            why=f"Years with a closed month: {years}.",
            remedy=f"Run gymreg settle with this workspace and --months {year}-01:{year}-12 first.",
        )
    postings = coded(ledger, "postings", closings)
    hidden = protected_pupils(ledger)[postings["pupil"].to_numpy()]
    schools = latest_schools(ledger, closings[-1].month)
    lines = lines_of(postings, hidden, schools)
    of_year = (postings["concerns"] // _CENTURY == year).to_numpy()
    supplement = supplement_of(postings[of_year], hidden[of_year], schools)
    for name in AMOUNTS:
        require_equal(f"lines of {year}, {name}", lines[name], postings[name])
    require_equal(f"lines of {year}, months of pupils", lines["pupil_months"], postings["sign"])
    extra = lines.loc[lines["concerns"] // _CENTURY == year, ["school_id", "supplement"]]
    apart = extra.loc[extra["school_id"] == "", "supplement"].sum()
    require_equal(f"supplement of {year}", [supplement["amount"].sum(), apart], extra["supplement"])
    counted = ledger.table("counted", closings)
    return SettledYear(
        year=year,
        lines=funding_table("lines", lines),
        unpaid=unpaid_of(_unpaid(ledger, closings, year)),
        supplement=supplement,
        counted=counted.sort_values("concerns", ignore_index=True),
        about=_about(closings),
    )


def _unpaid(ledger: Ledger, closings: list[ClosedMonth], year: int) -> pd.DataFrame:
    """What of the months of a year was not paid, each month by the last of the closings whose extract tells of it."""
    parts, told_from = [], f"{year + 1}-01-01"
    for closed in reversed(closings):
        since = max(closed.about["since"], f"{year}-01-01")
        if since < told_from:
            unpaid = coded(ledger, "unpaid", [closed])
            first_day = unpaid["concerns"].map(lambda month: f"{written_month(month)}-01").astype("str")
            parts.append(unpaid[(first_day >= since) & (first_day < told_from)])
            told_from = since
    every: pd.DataFrame = pd.concat([part.astype({"reason": "str", "municipality": "str"}) for part in reversed(parts)])
    return every


def latest_schools(ledger: Ledger, until: int) -> pd.DataFrame:
    """The schools (contracts/register.py, SCHOOLS) of the closings until a month (YYYYMM), each as last known then."""
    closings = [closed for closed in ledger.closings if closed.month <= until]
    return ledger.table("schools", closings).drop_duplicates("school_id", keep="last", ignore_index=True)


def corrected_months(closings: list[ClosedMonth]) -> dict[str, int]:
    """How many months of pupils closings corrected, by cause."""
    corrected: Counter[str] = Counter()
    for closed in closings:
        corrected.update(closed.about["corrected"])
    return dict(sorted(corrected.items()))


def _about(closings: list[ClosedMonth]) -> dict[str, Any]:
    last = closings[-1]
    statuses = {key: status for closed in closings for key, status in closed.about["statuses"].items()}
    return {
        "months": [closed.month for closed in closings],
        "corrected": corrected_months(closings),
        "head": last.sha256,
        **{name: last.about[name] for name in ("made_up", "extract", "prices", "rules")},
        "statuses": dict(sorted(statuses.items())),
    }
