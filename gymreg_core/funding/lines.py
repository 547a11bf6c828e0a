"""What was settled without any pupil: the one table that pages, payments and matrices are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gymreg_core.contracts.register import SCHOOLS, shaped
from gymreg_core.contracts.results import PROVIDER_FORMS, Column

KINDS = ("own", "inter_municipal", "independent", "region", "outside")
"""Whom a home municipality pays: its own school; another municipality of the area; an independent school; a school that
the region runs; a provider outside the area, or inside it for a pupil from outside."""
MONEY = ("price", "vat", "supplement")
AMOUNTS = ("pupil_months", *MONEY)
"""What adds up over lines: months of pupils, and öre."""

LINES: tuple[Column, ...] = (
    Column("booked", "int32", "month whose closing posted it", "YYYYMM"),
    Column("concerns", "int32", "month that was paid for; before `booked` where it corrects", "YYYYMM"),
    Column("payer", "str", "home municipality"),
    Column("payer_in_area", "bool", "the payer is a party of the area"),
    Column("receiver", "str", "provider that is paid"),
    Column("school_id", "str", "school unit; '' for protected identities"),
    Column("school", "str", "name; '' for protected identities"),
    Column("municipality", "str", "where the school lies"),
    Column("provider_form", "str", "who runs the school", values=PROVIDER_FORMS),
    Column("study_path_code", "str", "code as the office writes it; '' for protected identities"),
    Column("programme", "str", "programme, see vocabulary/programmes.yml; '' for protected identities"),
    Column("year_of_study", "int8", "1-4; 0 for protected identities", "year"),
    Column("kind", "str", "whom the home municipality pays", values=KINDS),
    Column("cause", "str", "why it was posted later; '' for what was posted in time"),
    Column("pupil_months", "int64", "months of pupils paid for; below 0 where taken back", "months"),
    Column("price", "int64", "programme money", "öre"),
    Column("vat", "int64", "compensation for value-added tax", "öre"),
    Column("supplement", "int64", "structural supplement", "öre"),
)
UNPAID: tuple[Column, ...] = (
    Column("concerns", "int32", "month that was not paid for", "YYYYMM"),
    Column("reason", "str", "why not"),
    Column("municipality", "str", "home; '' = in no municipality"),
    Column("pupil_months", "int64", "months of pupils", "months"),
)
SUPPLEMENT: tuple[Column, ...] = (
    *(column for column in SCHOOLS if column.name in ("school_id", "school", "municipality", "provider_form")),
    Column("programme", "str", "national programme"),
    Column("pupils", "int64", "pupils of the programme that months of the year were paid for", "persons"),
    Column("covered", "int64", "those of them with a supplement", "persons"),
    Column("pupil_months", "int64", "months of pupils paid for", "months"),
    Column("covered_months", "int64", "those of them with a supplement", "months"),
    Column("amount", "int64", "supplement of the year", "öre"),
)
FUNDING_TABLES: Mapping[str, tuple[Column, ...]] = {"lines": LINES, "unpaid": UNPAID, "supplement": SUPPLEMENT}


def funding_table(name: str, columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """A table of FUNDING_TABLES with exactly its columns, in order and with its dtypes. Errors: KeyError."""
    return shaped(FUNDING_TABLES[name], columns)
