"""What a year costs by a decision, added up by who pays for which education at which school: no person in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import AMOUNTS, KINDS
from gymreg_core.funding.decision import Decision
from gymreg_core.funding.entitlement import entitlement
from gymreg_core.funding.histories import Histories
from gymreg_core.funding.money import MONTHS, Ore
from gymreg_core.funding.settlement_rules import month_span

COUNTS = ("pupil_months", "covered_months")
SUMS = (*COUNTS, *AMOUNTS)
Pairs = NDArray[np.int64]
_CENTURY = 100
_SUPPLEMENT = AMOUNTS.index("supplement")


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """table : see `cells`; its index is the number of the cell, the same in every decision on the same histories.

    pairs : int64 (k,), number of the cell times `pupils` plus that of the pupil, for each cell and pupil that is paid
    for in it, ascending. due : int64 öre (k, 3), AMOUNTS of each pair. pupils : how many the histories have.
    `pairs` tells of persons: all that is handed on is for how many of them something else is paid than before.
    """

    table: pd.DataFrame
    pairs: Pairs
    due: Ore
    pupils: int

    def paid_for(self) -> int:
        """For how many pupils something is paid."""
        return len(np.unique(self.pairs[self.due.any(axis=1)] % max(self.pupils, 1)))


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
    pairs, of_line = np.unique(key * len(h) + lines.pupil, return_inverse=True)
    paid = np.zeros((len(pairs), len(AMOUNTS)), np.int64)
    np.add.at(paid, of_line, np.column_stack([getattr(lines, name) for name in AMOUNTS]))
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
        },
        index=pd.Index(found, name="cell"),
    )
    return Cells(table, pairs, paid, len(h))


@dataclass(frozen=True, eq=False, repr=False)
class Moved:
    """Pairs of cell and pupil that something else is paid for by one decision than by another, `Cells.pairs`.

    price : whose programme money or compensation for tax on it is another. supplement : whose supplement is.
    """

    price: Pairs
    supplement: Pairs
    pupils: int

    def about(self) -> int:
        """How many pupils."""
        return len(np.unique(np.append(self.price, self.supplement) % max(self.pupils, 1)))


def moved(before: Cells, now: Cells) -> Moved:
    """What another decision moves: all pairs of the cells that have more or fewer, where only pupils are."""
    if before.pairs is now.pairs:
        other = before.table.index[before.table["pupil_months"] != now.table["pupil_months"]]
        mine = np.isin(before.pairs // max(before.pupils, 1), other)
        return Moved(before.pairs[mine], before.pairs[mine & (before.due[:, _SUPPLEMENT] != 0)], before.pupils)
    every = np.union1d(before.pairs, now.pairs)
    due = np.zeros((2, len(every), len(AMOUNTS)), np.int64)
    for side, found in zip(due, (before, now), strict=True):
        side[np.searchsorted(every, found.pairs)] = found.due
    price, vat, supplement = (due[0] != due[1]).T
    return Moved(every[price | (vat & ~supplement)], every[supplement], before.pupils)
