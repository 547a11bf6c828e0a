"""Who paid whom: home municipalities by provider, and what municipalities pay each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.errors import GymregError
from gymreg_core.funding.lines import SUMS

BETWEEN = ("inter_municipal", "outside")
"""Kinds of lines that one municipality pays another for, where the school is municipal."""


@dataclass(frozen=True, eq=False, repr=False)
class Flows:
    """What settled lines add up to, between payers and receivers; every sum is that of the lines to the öre.

    providers : a row per payer, receiver and provider_form, in this order: pupil_months, price, vat, supplement and
        amount, their sum (öre).
    between : the same per payer and municipality of the school, of what one municipality paid another for its own
        schools (kinds BETWEEN).
    balances : a row per municipality that pays or receives in `between`: received, paid, net = received - paid (öre);
        the nets add up to 0.
    """

    providers: pd.DataFrame
    between: pd.DataFrame
    balances: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The rows of `providers`."""
        return self.providers

    def matrix(self) -> pd.DataFrame:
        """Payers (rows) by receivers (columns), öre; 0 where nothing was paid."""
        return self.providers.pivot_table(
            index="payer", columns="receiver", values="amount", aggfunc="sum", fill_value=0, observed=True
        ).astype("int64")

    def between_matrix(self) -> pd.DataFrame:
        """Paying municipalities (rows) by receiving ones (columns), öre; 0 where nothing was paid."""
        return self.between.pivot_table(
            index="payer", columns="municipality", values="amount", aggfunc="sum", fill_value=0, observed=True
        ).astype("int64")

    def summary(self) -> dict[str, int]:
        """Öre: all that was paid, what municipalities paid each other of it; payers, receivers."""
        return {
            "amount": int(self.providers["amount"].sum()),
            "between": int(self.between["amount"].sum()),
            "payers": int(self.providers["payer"].nunique()),
            "receivers": int(self.providers["receiver"].nunique()),
        }

    def __repr__(self) -> str:
        return f"Flows({len(self.providers)} of payers and receivers, {len(self.balances)} municipalities)"


def flows(lines: pd.DataFrame) -> Flows:
    """The flows of settled lines (funding/lines.py, LINES).

    Errors: GymregError where parts do not add up to the lines, which is an error in the program.
    """
    among = lines[lines["kind"].isin(BETWEEN) & (lines["provider_form"] == "municipal")]
    among = among[among["payer"].astype("str") != among["municipality"].astype("str")]
    providers = _summed(lines, ["payer", "receiver", "provider_form"])
    between = _summed(among, ["payer", "municipality"])
    found = Flows(providers, between, _balances(between))
    for name in SUMS:
        require_equal(f"payers by receivers, {name}", providers[name], lines[name])
        require_equal(f"municipalities by municipalities, {name}", between[name], among[name])
    require_equal("net balances", found.balances["net"], [0])
    require_equal("matrix of payers and receivers", found.matrix().to_numpy(), lines[list(AMOUNTS)].to_numpy())
    return found


def require_equal(what: str, parts: object, whole: object) -> None:
    """Errors: GymregError where two sums of integers are not the same; `what` names them, without any value."""
    if int(np.asarray(parts, np.int64).sum()) != int(np.asarray(whole, np.int64).sum()):
        raise GymregError(
            f"{what}: the parts do not add up to the total; nothing was written",
            remedy="This is an error in the program, not in the data. Please report this line; it holds no data.",
        )


def _summed(lines: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    summed = lines.groupby(keys, sort=True, observed=True, as_index=False)[list(SUMS)].sum()
    return summed.assign(amount=summed[list(AMOUNTS)].sum(axis=1).astype("int64"))


def _balances(between: pd.DataFrame) -> pd.DataFrame:
    received = between.groupby("municipality", observed=True)["amount"].sum()
    paid = between.groupby("payer", observed=True)["amount"].sum()
    both = pd.DataFrame({"received": received, "paid": paid}).fillna(0).astype("int64").sort_index()
    both.index = both.index.astype("str").rename("municipality")
    return both.assign(net=both["received"] - both["paid"]).reset_index()
