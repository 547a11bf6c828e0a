"""What a user may choose otherwise than it is packaged: a price list, and the reading of the compensation for VAT."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gymreg_core.findings import Findings
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.sources.price_lists.reading import check_price_list
from gymreg_core.sources.refusal import refuse_all

_CENTURY = 100


def tariff_of(prices: Path) -> tuple[Tariff, Findings]:
    """The packaged price lists, before which the list in a file counts, and what was found in it.

    Errors: BadInput with every finding where it cannot be used.
    """
    reading = check_price_list(prices)
    if reading.prices is None:
        raise refuse_all(reading.findings)
    return Tariff.packaged().with_list(reading.prices), reading.findings


def rules_of(month: int, vat: str) -> SettlementRules:
    """The packaged rules of the year of a month (YYYYMM), with a reading of the compensation for VAT: on_top or
    of_total. Errors: BadParameters for another one.
    """
    chosen: dict[str, Any] = {"vat_reading": vat}
    return replace(SettlementRules.packaged(month // _CENTURY), **chosen)
