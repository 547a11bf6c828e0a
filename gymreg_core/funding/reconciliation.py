"""Head counts of the count days beside the months that were paid, what was not paid and why, and what came later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import GymregError
from gymreg_core.funding.flows import require_equal
from gymreg_core.funding.lines import SUMS

COUNTED = ("concerns", "enrolled", "paid", "not_paid")
"""Of a month when it was closed: pupils with a spell on its count day, and which of them were paid for."""


@dataclass(frozen=True, eq=False, repr=False)
class Reconciliation:
    """Counts of pupils beside months of pupils; a pupil is paid for once a month at most.

    table : a row per month of the year, by concerns (YYYYMM): enrolled, paid and not_paid, pupils on the count day as
        known when the month was closed (enrolled = paid + not_paid); corrected, months of pupils that later closings of
        the year paid or took back; paid_now = paid + corrected.
    unpaid : a row per month and reason: concerns, reason, pupil_months, as known at the last closing of the year.
    """

    table: pd.DataFrame
    unpaid: pd.DataFrame

    def summary(self) -> dict[str, int]:
        """Sums over the months."""
        return {str(name): int(self.table[name].sum()) for name in self.table if name != "concerns"}

    def __repr__(self) -> str:
        return f"Reconciliation({len(self.table)} months)"


def reconcile(counted: pd.DataFrame, lines: pd.DataFrame, unpaid: pd.DataFrame) -> Reconciliation:
    """Head counts (COUNTED) beside lines and unpaid (funding/lines.py) of a year.

    Errors: GymregError where a month was paid for other pupils than were counted, which is an error in the program.
    """
    late = lines["concerns"] != lines["booked"]
    in_time = lines[~late].groupby("concerns")["pupil_months"].sum()
    corrected = lines[late].groupby("concerns")["pupil_months"].sum()
    table = counted[list(COUNTED)].sort_values("concerns", ignore_index=True)
    for month, paid in zip(table["concerns"], table["paid"], strict=True):
        require_equal(f"pupils paid for in {month}", in_time.get(month, 0), paid)
    table["corrected"] = corrected.reindex(table["concerns"]).fillna(0).to_numpy(np.int64)
    table["paid_now"] = table["paid"] + table["corrected"]
    by_reason = unpaid.groupby(["concerns", "reason"], sort=True, as_index=False)["pupil_months"].sum()
    return Reconciliation(table, pd.DataFrame(by_reason))


def corrections_by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """What was posted late: concerns, booked, cause, pupil_months, price, vat, supplement and amount, their sum."""
    late = lines[lines["concerns"] != lines["booked"]]
    summed = late.groupby(["concerns", "booked", "cause"], sort=True, observed=True, as_index=False)[list(SUMS)].sum()
    return summed.assign(amount=summed[list(AMOUNTS)].sum(axis=1).astype("int64"))


class HeadCount:
    """Counts the pupils of an extract on count days by other means than those that the settlement decides with."""

    def __init__(self, enrolments: Enrolments) -> None:
        spells = enrolments.spells[enrolments.spells["reason"] != "invalid"]
        self._pupil = spells["pupil"].to_numpy()
        self._days = {name: _days(spells[name]) for name in ("start", "stop", "recorded", "annulled")}
        self._persons = pd.Index(enrolments.persons["applicant"])
        self._seen: tuple[pd.Index[str], NDArray[np.intp]] | None = None

    def of_month(
        self, month: int, day: np.datetime64, known_by: np.datetime64, postings: pd.DataFrame, unpaid: pd.DataFrame
    ) -> pd.DataFrame:
        """One row (COUNTED) of a month that is being closed.

        day : its count day. known_by : its closing day. postings, unpaid : contracts/ledger.py, of the closing.
        Errors: GymregError where a pupil was enrolled on the count day and is neither paid for nor told why not, or is
        paid for and was not enrolled; both are errors in the program.
        """
        enrolled = self._enrolled(day, known_by)
        paid = self._of_month(postings, month)
        refused = self._of_month(unpaid, month)
        told = np.zeros(len(enrolled), np.int64)
        for rows in (paid, refused):
            told += np.bincount(rows, minlength=len(enrolled))
        if (told > 1).any() or (told[enrolled] != 1).any() or not enrolled[paid].all():
            raise GymregError(
                f"the head count of {month} and what is paid do not agree; nothing was posted",
                remedy="This is an error in the program, not in the data. Please report this line; it holds no data.",
            )
        counts = (month, int(enrolled.sum()), len(paid), int(enrolled[refused].sum()))
        return pd.DataFrame([counts], columns=list(COUNTED)).astype({"concerns": "int32"})

    def _enrolled(self, day: np.datetime64, known_by: np.datetime64) -> NDArray[np.bool_]:
        days, at, known = self._days, day.astype("datetime64[D]"), known_by.astype("datetime64[D]")
        there = (days["recorded"] <= known) & ~(days["annulled"] <= known)
        there &= (days["start"] <= at) & ~(days["stop"] < at)
        enrolled = np.zeros(len(self._persons), np.bool_)
        enrolled[self._pupil[there]] = True
        return enrolled

    def _of_month(self, table: pd.DataFrame, month: int) -> NDArray[np.intp]:
        """The persons that the rows of a table for a month are about."""
        whose = table.loc[table["concerns"] == month, "pupil"].array
        if self._seen is None or self._seen[0] is not whose.categories:
            self._seen = whose.categories, np.asarray(self._persons.get_indexer(whose.categories), np.intp)
        return np.asarray(self._seen[1][whose.codes])


def _days(column: pd.Series) -> NDArray[np.datetime64]:
    return np.asarray(column.to_numpy().astype("datetime64[D]"))
