"""The contract of a price list: what a municipality or the region has decided to pay, as it was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.contracts.enrolments import GROUPS
from gymreg_core.contracts.register import shaped
from gymreg_core.contracts.results import Column

REGION = ""
"""The owner of the list that the municipalities of the region have in common."""
NATIONAL = -1
"""An amount that says: as the national list has it."""

PRICES: tuple[Column, ...] = (
    Column(
        "code", "str", "programme, or programme and orientation (positions 1-5), or an introductory programme's code"
    ),
    Column("year_of_study", "int8", "1-4, or 0 for every year", "year"),
    Column("group", "str", "kind of teaching group that it is for", values=GROUPS),
    Column("price_year", "int16", "calendar year", "year"),
    Column("amount", "int64", "as published, per pupil; -1: as the national list", "öre"),
    Column("per_month", "bool", "the amount is for a month, not for a year"),
    Column("with_vat", "bool", "the amount holds the VAT compensation of independent schools"),
    Column("row", "int32", "row of the sheet it was read from"),
)


@dataclass(frozen=True, eq=False)
class PriceList:
    """A list with its table (PRICES, one row for each code, year of study, group and price year).

    `owner`: the municipality whose list it is, or REGION; `source`: what pages call it, a file's name or a decision.
    """

    owner: str
    source: str
    table: pd.DataFrame

    @property
    def price_years(self) -> tuple[int, ...]:
        return tuple(sorted({int(year) for year in self.table["price_year"]}))

    def __repr__(self) -> str:
        return f"PriceList({self.owner or 'the region'}, {self.price_years}, {len(self.table)} prices)"


def price_table(columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the contract with exactly its columns, in order and with its dtypes. Errors: KeyError."""
    return shaped(PRICES, columns)
