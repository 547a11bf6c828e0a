"""What a user may choose otherwise than it is packaged: a price list, and the reading of the compensation for VAT."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.sources.price_lists.reading import read_price_list

_CENTURY = 100


def tariff_of(prices: Path) -> Tariff:
    """The packaged price lists, before which the list in a file counts. Errors: BadInput with every finding."""
    return Tariff.packaged().with_list(read_price_list(prices))


def rules_of(month: int, vat: str) -> SettlementRules:
    """The packaged rules of the year of a month (YYYYMM), with a reading of the compensation for VAT: on_top or
    of_total. Errors: BadParameters for another one.
    """
    chosen: dict[str, Any] = {"vat_reading": vat}
    return replace(SettlementRules.packaged(month // _CENTURY), **chosen)
