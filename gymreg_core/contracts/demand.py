"""The contract of what a forecast of demand rests on: young people by municipality, year 9, choices made so far,
and what working life needs.

Every table is of counts; none holds a person. Those of choices stay in the workspace until disclosure lets them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gymreg_core.contracts.register import shaped
from gymreg_core.contracts.results import Column

ELSEWHERE = ""
"""The municipality of those who live, or go to school, outside the area."""
NOT_TOLD = "*"
"""The municipality of residence where it is not told, as in published results."""

POPULATION: tuple[Column, ...] = (
    Column("year", "int16", "calendar year; the age is that of 31 December", "year"),
    Column("municipality", "str", "municipality of residence, as in vocabulary/municipalities.yml"),
    Column("age", "int8", "age on 31 December", "years"),
    Column("pupils", "int64", "young people registered there", "persons"),
)
YEAR9: tuple[Column, ...] = (
    Column("year", "int16", "calendar year of the spring in which year 9 was finished", "year"),
    Column("municipality", "str", "municipality of the school, not of residence"),
    Column("pupils", "int64", "pupils who finished year 9, of schools whose number is told", "pupils"),
    Column("known", "int64", "of them, at schools whose share of eligible pupils is told", "pupils"),
    Column("eligible", "float64", "of the known, eligible for a vocational programme", "pupils"),
    Column("hidden_schools", "int64", "schools whose number of pupils is not told", "schools"),
)
CHOICES: tuple[Column, ...] = (
    Column("intake_year", "int16", "calendar year of the autumn start", "year"),
    Column("home", "str", "municipality of residence; '' outside the area, '*' not told"),
    Column("programme", "str", "programme code, see vocabulary/programmes.yml"),
    Column("place", "str", "municipality of the school; '' outside the area"),
    Column("pupils", "int64", "pupils whose choice it is", "pupils"),
)
WANTED: tuple[Column, ...] = (
    Column("intake_year", "int16", "calendar year of the autumn start", "year"),
    Column("programme", "str", "programme code"),
    Column("wanted", "int64", "what is wanted of it: first choices, or reserve entries", "persons or entries"),
    Column("there", "int64", "what there is of it: seats, or admitted", "seats or persons"),
)
"""Made of registers and results, and read from no file."""
NEED: tuple[Column, ...] = (
    Column("programme", "str", "programme code, a row for each"),
    Column("need", "float64", "need of the labour market, higher = more, all rows on the scale of their source"),
    Column("source", "str", "who says so"),
    Column("year", "Int64", "what year it is about", nullable=True),
)
"""The criterion of strategic programmes that others know; about nobody."""
DEMAND_TABLES: Mapping[str, tuple[Column, ...]] = {
    "population": POPULATION,
    "year9": YEAR9,
    "choices": CHOICES,
    "wanted": WANTED,
    "need": NEED,
}


def demand_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of the contract with exactly its columns, in order and with their dtypes. Errors: KeyError."""
    return shaped(DEMAND_TABLES[name], columns)


def empty_demand(name: str) -> pd.DataFrame:
    """A table of the contract with no rows."""
    return demand_table(name, {column.name: [] for column in DEMAND_TABLES[name]})
