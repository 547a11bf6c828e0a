"""Which columns a released table may have, by the lists of ``rules/disclosure.yml``, and what none may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from pydantic import BaseModel, ValidationError

from gymreg_core.errors import DisclosureRefused, RuleMissing
from gymreg_core.rules import entries

# Ten or twelve digits shaped like a date and a serial, with or without a separator; days up to 91 for
# co-ordination numbers and letters in the serial for temporary ones (TF10 and the like).
_IDENTITY = re.compile(
    r"(?<!\d)(?:\d{2})?\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+ ]?(?:\d{4}|[A-Za-z]{2}\d{2})(?!\d)"
)
_SHORTEST_IDENTITY = 1_000_000_000


class _Lists(BaseModel):
    """What one kind of table may hold."""

    keys: list[str]
    measures: list[str]
    endings: list[str]
    persons: list[str] = []
    estimates: list[str] = []
    amounts: list[str] = []
    behind: dict[str, list[str]] = {}


class _Never(BaseModel):
    columns: list[str]


class _File(BaseModel):
    already_public: _Lists
    counts: _Lists
    rounded: _Lists
    money: _Lists
    cohorts: _Lists
    effects: _Lists
    never: _Never


@cache
def lists() -> dict[str, Any]:
    """``rules/disclosure.yml``: for each kind of table the lists of its columns, and those that none may have.

    Errors: RuleMissing where the file cannot be read, or lacks a list, naming every one.
    """
    found = entries("disclosure")
    try:
        _File.model_validate(found)
    except ValidationError as problem:
        faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problem.errors(include_input=False)]
        raise RuleMissing(
            "the lists of columns cannot be used",
            where="rules/disclosure.yml",
            why="; ".join(faults),
            remedy="Each kind of table has keys, measures and endings, lists of names.",
        ) from None
    return found


def as_numbers(column: pd.Series) -> NDArray[np.float64]:
    """A column of numbers as (n,) float64, NaN where one is missing."""
    return np.asarray(column.astype("Float64").to_numpy(np.float64, na_value=np.nan), np.float64)


def counts_in(table: pd.DataFrame, policy: str) -> list[str]:
    """The columns of `table` that are counts of persons by a policy.

    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, or looks like identities.
    """
    refuse_columns(table, policy)
    of = lists()[policy]
    return [str(c) for c in table.columns if listed(str(c), of["persons"], of["endings"])]


def estimates_in(table: pd.DataFrame, policy: str) -> list[str]:
    """The columns of `table` that are estimates by a policy."""
    of = lists()[policy]
    return [str(c) for c in table.columns if listed(str(c), of["estimates"], of["endings"])]


def means_in(table: pd.DataFrame, policy: str) -> list[str]:
    """The columns of `table` that are means over pupils by a policy, and stand beside the count of them."""
    of = lists()[policy]
    means = of["behind"]["pupils"]
    return [str(c) for c in table.columns if listed(str(c), means, of["endings"])]


def count_behind(column: str, policy: dict[str, Any]) -> str | None:
    """The count that an amount or a count of pupils depends on; None where it depends on no pupil."""
    return next((count for count, names in policy["behind"].items() if listed(column, names, policy["endings"])), None)


def refuse_columns(table: pd.DataFrame, policy: str) -> None:
    """Errors: DisclosureRefused for a column that `policy` does not know, or that holds persons."""
    never = [str(c) for c in table.columns if str(c).lower() in lists()["never"]["columns"]]
    unknown = [str(c) for c in table.columns if str(c) not in never and not allowed(str(c), policy)]
    if never or unknown:
        reasons = [f"column {c!r} holds persons" for c in never]
        reasons += [f"column {c!r} is not on the list of columns that may be shown" for c in unknown]
        raise DisclosureRefused(
            "; ".join(reasons),
            why="Everything that is drawn or written has its columns listed in rules/disclosure.yml.",
            remedy="Drop the column, or add it to the list with a reason.",
        )
    amounts = lists()[policy].get("amounts", ())
    for column in table.columns:
        # A number of öre may well be shaped like a date and a serial; that of a person may not stand among amounts.
        if not (listed(str(column), amounts, lists()[policy]["endings"]) and is_numeric_dtype(table[column])):
            _refuse_identities(table[column])


def allowed(column: str, name: str) -> bool:
    """Whether the policy `name` lists a column."""
    policy = lists()[name]
    behind = [name for names in policy.get("behind", {}).values() for name in names]
    names = [*policy["keys"], *policy.get("persons", ()), *policy.get("estimates", ()), *behind, *policy["measures"]]
    return listed(column, names, policy["endings"])


def listed(column: str, names: Sequence[str], endings: Sequence[str]) -> bool:
    """Whether a column is one of `names`, as it is or with one of `endings`."""
    return column in names or any(column.endswith(end) and column.removesuffix(end) in names for end in endings)


def _refuse_identities(column: pd.Series) -> None:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_float_dtype(column):
        text = (
            column.dropna().loc[lambda s: s.abs() >= _SHORTEST_IDENTITY].map(lambda v: f"{v:.0f}")
            if len(column)
            else column.astype(str)
        )
    else:
        text = column.dropna().astype(str)
    if column.name == "sha256":
        return
    # One search over all values is enough to know that there is none; line breaks keep them apart.
    if not _IDENTITY.search("\n".join(text)):
        return
    hits = text[text.str.contains(_IDENTITY)]
    if len(hits):
        rows = ", ".join(str(i) for i in list(hits.index[:5]))
        raise DisclosureRefused(
            f"column {column.name!r} holds what looks like identity numbers in {len(hits)} rows (positions {rows})",
            why="No person row leaves the store.",
            remedy="Aggregate before releasing; if the value is no identity number, write it in another form.",
        )
