"""A decision on money whose amounts can be reckoned in the head, and four pupils whom it pays for."""

from __future__ import annotations

import pandas as pd

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.price_lists import REGION, PriceList, price_table
from gymreg_core.funding.decision import Decision
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.funding.supplement import Supplement
from tests.enrolments import tiny_enrolments

YEAR = 2025
PRICES = {"EK": 120_000, "NA": 96_000}
SUPPLEMENTS = (1_200, 2_400, 3_600, 2_400)
"""Kronor a year: below 200, below 180, below 140, without a merit value."""


def decision() -> Decision:
    """The rules as packaged, with PRICES for the year and SUPPLEMENTS."""
    row = {"year_of_study": 0, "group": "ordinary", "price_year": YEAR, "per_month": False, "with_vat": False, "row": 0}
    rows = [{"code": code, "amount": kronor * 100, **row} for code, kronor in PRICES.items()]
    table = price_table(pd.DataFrame(rows))
    supplement = Supplement.packaged(YEAR).with_changes(
        limit=200, bands=(180, 140, 0), missing_level=4, amounts=[kronor * 100 for kronor in SUPPLEMENTS]
    )
    tariff = Tariff.packaged().with_list(PriceList(REGION, "a list for tests", table))
    return Decision(YEAR, tariff, supplement, SettlementRules.packaged(YEAR))


def four_pupils() -> Enrolments:
    """Three through the whole year; Dan comes between the 10th and the 15th of September."""
    return tiny_enrolments(
        """
        | who  | school | code  | year | start      |
        | Asta | A      | EKEKO | 1    | 2024-08-15 |
        | Bo   | B      | NANAT | 2    | 2024-08-15 |
        | Cia  | A      | NANAT | 1    | 2024-08-15 |
        | Dan  | A      | EKEKO | 1    | 2025-09-12 |
        """,
        """
        | who  | merit | home      |
        | Asta | 150   | Stockholm |
        | Bo   | 250   | Täby      |
        | Cia  | -     | Nacka     |
        | Dan  | 250   | Stockholm |
        """,
        schools="""
        | school | place     | form        |
        | A      | Stockholm | municipal   |
        | B      | Stockholm | independent |
        """,
    )
