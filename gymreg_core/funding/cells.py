"""What a year costs by a decision, added up by who pays for which education at which school: no person in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS, KINDS
from gymreg_core.funding.decision import Decision
from gymreg_core.funding.entitlement import entitlement
from gymreg_core.funding.histories import Histories
from gymreg_core.funding.money import MONTHS, Ore
from gymreg_core.funding.settlement_rules import month_span

COUNTS = ("pupil_months", "covered_months")
SUMS = (*COUNTS, *AMOUNTS)
_CENTURY = 100


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """table : see `cells`. paid : int64 öre, what is paid for each pupil of the histories.

    `paid` tells of persons: all that is handed on is for how many of them something else is paid than before.
    """

    table: pd.DataFrame
    paid: Ore


def cells(h: Histories, decision: Decision) -> Cells:
    """A row for each payer and placement that months of `decision.year` are paid for.

    payer, payer_in_area, school_id, provider_form, programme, kind; protected: whether these are protected identities;
    pupil_months, covered_months: months of pupils, and those of them with a supplement, a day that counts by itself as
    its share of the month; price, vat, supplement: int64 öre.
    Errors: as `entitlement`.
    """
    months = [decision.year * _CENTURY + month for month in range(1, MONTHS + 1)]
    due = entitlement(h, months, decision.tariff, decision.supplement, decision.rules)
    lines = due.lines
    of_month = np.array([np.diff(month_span(month))[0].astype(int) + 1 for month in months])[lines.month % _CENTURY - 1]
    share = np.where(due.days > 0, due.days / of_month, 1.0)
    key = (lines.placement.astype(np.int64) * len(h.payers) + lines.payer) * 2 + lines.protected
    found, first, place = np.unique(key, return_index=True, return_inverse=True)
    placement, payer = lines.placement[first], lines.payer[first]
    sums = {
        "pupil_months": np.bincount(place, share, len(found)),
        "covered_months": np.bincount(place, np.where(lines.supplement != 0, share, 0.0), len(found)),
    }
    for name in AMOUNTS:
        total = np.zeros(len(found), np.int64)
        np.add.at(total, place, getattr(lines, name))
        sums[name] = total
    paid = np.zeros(len(h), np.int64)
    np.add.at(paid, lines.pupil, lines.price + lines.vat + lines.supplement)
    placed = h.placements.iloc[placement]
    table = pd.DataFrame(
        {
            "payer": h.payers[payer],
            "payer_in_area": h.party[payer],
            "school_id": placed["school_id"].to_numpy(),
            "provider_form": placed["provider_form"].to_numpy(),
            "programme": h.programmes[placement],
            "kind": np.array(KINDS, dtype=object)[lines.kind[first]],
            "protected": lines.protected[first],
            **sums,
        }
    )
    return Cells(table, paid)
