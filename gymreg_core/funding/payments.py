"""What is paid when a month is closed: payments, what they rest on, and the supplement, without any pupil."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.flows import require_equal
from gymreg_core.funding.lines import SUMS, without

_PAIR = ["payer", "receiver", "provider_form"]


@dataclass(frozen=True, eq=False, repr=False)
class Payments:
    """The payments of the booked month `booked` (YYYYMM); every table adds up to the lines to the öre.

    payments : a row per payer and receiver: payer, receiver, provider_form, pupil_months, price, vat, supplement,
        amount (their sum), corrections (what of the amount concerns earlier months). Öre, below 0 where taken back.
    basis : a row per payer, receiver, concerns, cause, school and programme: pupil_months and price. It has no VAT and
        no supplement: of a school where a municipality has one pupil they would tell the pupil's merit value.
        Protected identities are in one row per payer and receiver, without school and programme (''), month (0) and
        cause.
    supplement : a row per receiver, school and programme of all payers together: supplement; protected identities in
        one row per receiver, without school and programme.
    """

    booked: int
    payments: pd.DataFrame
    basis: pd.DataFrame
    supplement: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The rows of `payments`."""
        return self.payments

    def summary(self) -> dict[str, int]:
        """Öre, and how many payments: positive ones and those that take money back."""
        amount = self.payments["amount"]
        return {
            "amount": int(amount.sum()),
            "corrections": int(self.payments["corrections"].sum()),
            "payments": int((amount > 0).sum()),
            "taken_back": int((amount < 0).sum()),
        }

    def __repr__(self) -> str:
        return f"Payments({self.booked}, {len(self.payments)} of payers and receivers)"


def payments(lines: pd.DataFrame, booked: int = 0) -> Payments:
    """The payments of lines (funding/lines.py, LINES) of one booked month: `booked` (YYYYMM), where there may be none.

    Errors: GymregError where parts do not add up to the lines, which is an error in the program; ValueError for lines
    of several booked months.
    """
    (booked,) = lines["booked"].unique() if len(lines) else (booked,)
    amount = lines[list(AMOUNTS)].sum(axis=1)
    late = (lines["concerns"] != lines["booked"]).to_numpy()
    whole = lines.assign(amount=amount, corrections=np.where(late, amount, 0))
    paid = _summed(whole, _PAIR, [*SUMS, "amount", "corrections"])
    hidden = (lines["school_id"] == "").to_numpy()
    shown = whole.assign(
        concerns=np.where(hidden, 0, whole["concerns"]).astype(np.int32), cause=without(whole["cause"], hidden)
    )
    places = ["school_id", "school", "programme"]
    basis = _summed(shown, ["payer", "receiver", "concerns", "cause", *places], ["pupil_months", "price"])
    extra = _summed(shown[shown["supplement"] != 0], ["receiver", *places], ["supplement"])
    for name in AMOUNTS:
        require_equal(f"payments, {name}", paid[name], lines[name])
    require_equal("payments, months of pupils", basis["pupil_months"], paid["pupil_months"])
    require_equal("basis of payments", basis["price"], paid["price"])
    require_equal("supplement of schools and programmes", extra["supplement"], paid["supplement"])
    return Payments(int(booked), paid, basis, extra)


def _summed(rows: pd.DataFrame, keys: list[str], sums: list[str]) -> pd.DataFrame:
    summed = rows.groupby(keys, sort=True, observed=True, as_index=False)[sums].sum()
    return summed.astype({name: "str" for name in keys if name != "concerns"})
