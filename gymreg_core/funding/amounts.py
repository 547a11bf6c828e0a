"""What is due for pupils and months, in öre: programme price, compensation for value-added tax, supplement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.contracts.ledger import KINDS
from gymreg_core.funding.histories import Histories
from gymreg_core.funding.money import Ore, part, twelfth
from gymreg_core.funding.settlement_rules import SettlementRules, month_span
from gymreg_core.vocabulary.programmes import programmes

Int32 = NDArray[np.int32]
_CENTURY = 100
_WHOLE = 100
_NO_PRICE = -1
_OWN, _INTER_MUNICIPAL, _INDEPENDENT, _REGION, _OUTSIDE = (
    KINDS.index(kind) for kind in ("own", "inter_municipal", "independent", "region", "outside")
)


class HasAmount(Protocol):
    """Prices of keys: int64 (n,) öre a year, -1 where there is none."""

    @property
    def amount(self) -> Ore: ...


class PricesKeys(Protocol):
    """A tariff (funding/prices.py)."""

    def prices(self, keys: pd.DataFrame, /) -> HasAmount: ...


class SupplementsPupils(Protocol):
    """A structural supplement (funding/supplement.py)."""

    def amount(
        self, merit: ArrayLike, programme: ArrayLike, year: int | ArrayLike, *, year_of_study: ArrayLike | None = None
    ) -> Ore: ...


@dataclass(frozen=True, eq=False)
class Due:
    """Kind int8 (place in contracts.ledger.KINDS), price, vat and supplement int64 öre, each (n,)."""

    kind: NDArray[np.int8]
    price: Ore
    vat: Ore
    supplement: Ore


class Amounts:
    """What is due by a tariff and a supplement; every price and supplement is asked for once.

    `missing` : placement, price year and pupil of the prices that were wanted and not found.
    """

    def __init__(
        self, histories: Histories, tariff: PricesKeys, supplement: SupplementsPupils, rules: SettlementRules
    ) -> None:
        self._histories, self._tariff, self._supplement, self._rules = histories, tariff, supplement, rules
        h = histories
        self._prices: dict[int, Ore] = {}
        self._supplements: dict[int, Ore] = {}
        merits, values = pd.factorize(h.merit, use_na_sentinel=False)
        self._merit, self._merits = merits.astype(np.int32), np.asarray(values, np.float64)
        learning = pd.MultiIndex.from_arrays([h.programmes, h.placements["year_of_study"]])
        codes, self._learning = pd.factorize(learning)
        self._learns = codes.astype(np.int32)
        form = h.placements["provider_form"].to_numpy()
        by_form = {"independent": _INDEPENDENT, "region": _REGION}
        self._kind = np.array([by_form.get(name, _INTER_MUNICIPAL) for name in form], np.int8)
        self._with_vat = np.isin(form.astype("U"), list(rules.vat_forms))
        self._with_supplement = np.array([kind in rules.supplement_kinds for kind in KINDS], np.bool_)
        self.missing: list[pd.DataFrame] = []

    def kind(self, placement: Int32, payer: Int32) -> NDArray[np.int8]:
        """The relation of payer and receiver, place in contracts.ledger.KINDS, int8 (n,)."""
        h = self._histories
        found = self._kind[placement]
        own = (found == _INTER_MUNICIPAL) & (h.place_payer[placement] == payer)
        found = np.where(own, _OWN, found)
        return np.where(h.placement_party[placement] & h.party[payer], found, _OUTSIDE).astype(np.int8)

    def due(
        self,
        month: int,
        pupil: Int32,
        placement: Int32,
        payer: Int32,
        percent: NDArray[np.int16],
        days: NDArray[np.int16] | None = None,
    ) -> Due:
        """What is due for a month (YYYYMM) of pupils in placements, all (n,).

        The price of the year, the share of it that is paid, the tax compensation on it, and a twelfth of each; of which
        `days` is the part of the month's days that counts, the whole where None.
        """
        year, of_year = divmod(month, _CENTURY)
        kind = self.kind(placement, payer)
        yearly = self._price(year, pupil, placement, payer)
        extra = np.where(
            self._with_supplement[kind], self._supplement_of(year)[self._merit[pupil], self._learns[placement]], 0
        )
        shared = np.flatnonzero(percent != _WHOLE)
        for share in np.unique(percent[shared]):
            those = shared[percent[shared] == share]
            yearly[those], extra[those] = (
                part(yearly[those], int(share), _WHOLE),
                part(extra[those], int(share), _WHOLE),
            )
        vat = np.zeros(len(pupil), np.int64)
        taxed = np.flatnonzero(self._with_vat[placement])
        vat[taxed] = self._vat(yearly[taxed] + (extra[taxed] if self._rules.vat_on_supplement else 0))
        amounts = [twelfth(amount, of_year) for amount in (yearly, vat, extra)]
        if days is not None:
            first, last = month_span(month)
            of_month = int((last - first).astype(int)) + 1
            for count in np.unique(days):
                those = np.flatnonzero(days == count)
                for amount in amounts:
                    amount[those] = part(amount[those], int(count), of_month)
        return Due(kind, *amounts)

    def _vat(self, net: Ore) -> Ore:
        percent = self._rules.vat_percent
        return part(net, percent, _WHOLE if self._rules.vat_reading == "on_top" else _WHOLE - percent)

    def _price(self, year: int, pupil: Int32, placement: Int32, payer: Int32) -> Ore:
        h = self._histories
        if year not in self._prices:
            self._prices[year] = self._ask(year)
        price = self._prices[year][h.offer[placement], payer]
        lacking = np.flatnonzero(price == _NO_PRICE)
        if len(lacking):
            self.missing.append(
                pd.DataFrame({"placement": placement[lacking], "price_year": year, "pupil": pupil[lacking]})
            )
        return price

    def _ask(self, year: int) -> Ore:
        """Öre a year by offer and payer, of those that occur together."""
        h = self._histories
        offer, home = h.offers_to_homes
        keys = h.offers.iloc[offer].reset_index(drop=True)
        keys = keys.rename(columns={"study_path_code": "code", "municipality": "school_municipality"})
        keys = keys.assign(price_year=np.full(len(keys), year, np.int64), home=h.payers[home])
        table = np.full((len(h.offers), len(h.payers)), _NO_PRICE, np.int64)
        table[offer, home] = self._tariff.prices(keys).amount
        return table

    def _supplement_of(self, year: int) -> Ore:
        """Öre a year by merit value and by programme and year of study."""
        if year not in self._supplements:
            table = np.zeros((len(self._merits), len(self._learning)), np.int64)
            known = [place for place, (code, _) in enumerate(self._learning) if code in programmes()]
            if known and len(table):
                code = np.array([self._learning[place][0] for place in known], dtype=object)
                of_study = np.array([self._learning[place][1] for place in known], np.int64)
                found: Any = self._supplement.amount(
                    np.repeat(self._merits, len(known)),
                    np.tile(code, len(self._merits)),
                    year,
                    year_of_study=np.tile(of_study, len(self._merits)),
                )
                table[:, known] = np.asarray(found, np.int64).reshape(len(self._merits), len(known))
            self._supplements[year] = table
        return self._supplements[year]
