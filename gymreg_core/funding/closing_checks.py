"""What is looked at before a closing is posted: that parts add up to totals, debits to credits, heads to months."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.flows import flows, require_equal
from gymreg_core.funding.lines import lines_of
from gymreg_core.funding.payments import payments
from gymreg_core.funding.reconciliation import HeadCount
from gymreg_core.funding.settlement import Closing, accounts
from gymreg_core.funding.settlement_rules import SettlementRules


def check_closing(
    closing: Closing, schools: pd.DataFrame, heads: HeadCount, rules: SettlementRules
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The head count of a closing (one row of funding/reconciliation.py, COUNTED) and its totals by name.

    Totals: postings, pupil_months, price, vat, supplement, amount (their sum), corrections (what of it concerns earlier
    months), all öre or counts. schools : contracts/register.py, SCHOOLS.
    Errors: GymregError where sums do not agree, which is an error in the program; nothing may be posted then.
    """
    postings, month = closing.postings, closing.month
    lines = lines_of(postings, postings["protected"].to_numpy(), schools)
    for name in AMOUNTS:
        require_equal(f"lines of {month}, {name}", lines[name], postings[name])
    require_equal(f"lines of {month}, months of pupils", lines["pupil_months"], postings["sign"])
    flows(lines)
    payments(lines)
    _require_balance(lines)
    counted = heads.of_month(month, rules.count_day(month), closing.known_by, postings, closing.unpaid)
    amounts = {name: int(lines[name].sum()) for name in AMOUNTS}
    late = lines.loc[lines["concerns"] != month, list(AMOUNTS)]
    totals = {
        "postings": len(postings),
        "pupil_months": int(lines["pupil_months"].sum()),
        **amounts,
        "amount": sum(amounts.values()),
        "corrections": int(late.to_numpy().sum()),
    }
    return counted, totals


def _require_balance(lines: pd.DataFrame) -> None:
    """Debits are credits, in every month booked and concerned, and over all parties."""
    pairs = lines.groupby(["booked", "concerns", "payer", "receiver"], observed=True, as_index=False)[
        list(AMOUNTS)
    ].sum()
    for (booked, concerns), rows in accounts(pairs).groupby(["booked", "concerns"]):
        require_equal(f"accounts of {booked} for {concerns}", rows["debit"], rows["credit"])
