"""What was settled without any pupil: the one table that pages, payments and matrices are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.ledger import AMOUNTS, CAUSES, KINDS, UNPAID_REASONS
from gymreg_core.contracts.register import SCHOOLS, shaped
from gymreg_core.contracts.results import PROVIDER_FORMS, Column
from gymreg_core.vocabulary.programmes import municipalities, programmes
from gymreg_core.vocabulary.study_paths import programme_of

Bools = NDArray[np.bool_]
SUMS = ("pupil_months", *AMOUNTS)
"""What adds up over lines: months of pupils, and öre."""

_KEYS = (
    *("booked", "concerns", "payer", "receiver", "school_id", "municipality", "provider_form", "study_path_code"),
    *("year_of_study", "kind", "cause"),
)

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
    Column("cause", "str", "why it was posted later; '' for what was posted in time", values=CAUSES),
    Column("pupil_months", "int64", "months of pupils paid for; below 0 where taken back", "months"),
    Column("price", "int64", "programme money", "öre"),
    Column("vat", "int64", "compensation for value-added tax", "öre"),
    Column("supplement", "int64", "structural supplement", "öre"),
)
UNPAID: tuple[Column, ...] = (
    Column("concerns", "int32", "month that was not paid for", "YYYYMM"),
    Column("reason", "str", "why not", values=UNPAID_REASONS),
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


def lines_of(postings: pd.DataFrame, protected: Bools, schools: pd.DataFrame) -> pd.DataFrame:
    """The lines (LINES) of postings (n rows of contracts/ledger.py; who the pupils are does not matter).

    protected : (n,), whether the pupil of the row is, in whatever row. schools : contracts/register.py, SCHOOLS.
    Lines of the same keys are one; they come sorted by their keys, and add up to the postings to the öre. Texts are
    categories: `funding_table` makes texts of them.
    """
    rows = postings[[*_KEYS, *AMOUNTS]].assign(
        pupil_months=postings["sign"].astype("int64"),
        year_of_study=np.where(protected, 0, postings["year_of_study"]).astype(np.int8),
        **{name: without(postings[name], protected) for name in ("school_id", "study_path_code")},
    )
    summed = rows.groupby(list(_KEYS), sort=True, observed=True, as_index=False)[list(SUMS)].sum()
    area = {name for name, one in municipalities().items() if one.party}
    names = dict(zip(schools["school_id"], schools["school"], strict=True))
    more = {
        "payer_in_area": summed["payer"].isin(area),
        "school": _renamed(
            summed["school_id"], [names.get(str(unit), "") for unit in summed["school_id"].cat.categories]
        ),
        "programme": _programme(summed["study_path_code"]),
    }
    return summed.assign(**more)[[column.name for column in LINES]]


def unpaid_of(unpaid: pd.DataFrame) -> pd.DataFrame:
    """The rows (UNPAID) of what was not paid (contracts/ledger.py), added up by month, reason and home."""
    keys = ["concerns", "reason", "municipality"]
    counted = unpaid.groupby(keys, sort=True, observed=True).size().rename("pupil_months").reset_index()
    return funding_table("unpaid", counted)


def supplement_of(postings: pd.DataFrame, protected: Bools, schools: pd.DataFrame) -> pd.DataFrame:
    """The supplement (SUPPLEMENT) per school and national programme of coded postings (store/postings.py).

    Protected identities are in none of its rows. A pupil whose months were all taken back does not count.
    """
    has = postings["supplement"].to_numpy() != 0
    rows = pd.DataFrame(
        {
            "school_id": postings["school_id"],
            "programme": _programme(postings["study_path_code"]),
            "pupil": postings["pupil"],
            "pupil_months": postings["sign"].astype("int64"),
            "covered_months": np.where(has, postings["sign"], 0).astype(np.int64),
            "amount": postings["supplement"],
        }
    )[~protected]
    national = [code for code, known in programmes().items() if known.national]
    rows = rows[rows["programme"].isin(national) | (rows["amount"] != 0)]
    each = rows.groupby(["school_id", "programme", "pupil"], sort=True, observed=True).sum()
    each = each.assign(pupils=each["pupil_months"] > 0, covered=each["covered_months"] > 0)
    summed = each.groupby(["school_id", "programme"], sort=True, observed=True).sum().reset_index()
    about = schools.set_index("school_id").reindex(summed["school_id"].astype("str"))
    return funding_table("supplement", {**{str(name): about[name].to_numpy() for name in about}, **summed})


def without(column: pd.Series, protected: Bools) -> pd.Series:
    """The texts of a column (n,), '' where protected (n,), as a category; '' comes before all others."""
    column = column.astype("category")
    texts = pd.Index(["", *(text for text in column.cat.categories if text)], dtype="str")
    codes = column.cat.set_categories(texts).cat.codes.to_numpy()
    return pd.Series(pd.Categorical.from_codes(np.where(protected, 0, codes), texts), index=column.index)


def _programme(code: pd.Series) -> pd.Series:
    """The programmes of study-path codes (a category)."""
    return _renamed(code, [programme_of(text) if text else "" for text in code.cat.categories])


def _renamed(column: pd.Series, names: list[str]) -> pd.Series:
    """A category by other names of its categories, several of which may have the same; sorted by name."""
    places, texts = pd.factorize(pd.Index(names, dtype="str"), sort=True)
    codes = places[column.cat.codes.to_numpy()] if len(places) else column.cat.codes.to_numpy()
    return pd.Series(pd.Categorical.from_codes(codes, texts), index=column.index)
