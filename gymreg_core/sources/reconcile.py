"""Totals of the files beside the totals that the office stated in its press releases, with the difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from gymreg_core.contracts.rounds import ROUNDS
from gymreg_core.errors import BadInput
from gymreg_core.vocabulary.programmes import programmes

PUBLISHED = ("intake_year", "round", "group", "measure", "value", "source")
COLUMNS = ("intake_year", "round", "group", "measure", "file_total", "published_total", "difference", "source")
GROUPS = {"national_programmes": None, "higher_education_preparatory": "preparatory", "vocational": "vocational"}


def reconcile(table: pd.DataFrame, published: Path | str | pd.DataFrame) -> pd.DataFrame:
    """Every published total of the intakes in `table` beside the same total of the files (columns COLUMNS).

    `published`: a CSV or table with the columns PUBLISHED. `group`: national_programmes, higher_education_preparatory,
    vocational or a programme's code. `measure`: admitted, change_in_admitted (against the same round of the year
    before), first_choice_applicants or first_choice_applicants_eligible (persons). `file_total` and `difference` (file
    less published) are NA where the files hold no such number; so they are for a group or measure that is not known.
    Errors: BadInput where the published totals lack a column or hold text in place of a number.
    """
    stated = _stated(published)
    intakes = set(table[["intake_year", "round"]].drop_duplicates().itertuples(index=False, name=None))
    here = [pair in intakes for pair in stated[["intake_year", "round"]].itertuples(index=False, name=None)]
    stated = stated[pd.Series(here, index=stated.index, dtype="bool")].reset_index(drop=True)
    totals = [
        _total(table, year, round_, group, measure)
        for year, round_, group, measure in stated[list(PUBLISHED[:4])].itertuples(index=False, name=None)
    ]
    found = stated.rename(columns={"value": "published_total"}).assign(file_total=pd.Series(totals, dtype="Int64"))
    found["difference"] = found["file_total"] - found["published_total"]
    return found[list(COLUMNS)]


def _stated(published: Path | str | pd.DataFrame) -> pd.DataFrame:
    if isinstance(published, pd.DataFrame):
        stated, name = published, "published totals"
    else:
        name = Path(published).name
        try:
            stated = pd.read_csv(published, dtype="str", keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError) as error:  # a parser's or a decoder's error is a ValueError
            raise _unusable(name, "the published totals cannot be read") from error
    missing = [column for column in PUBLISHED if column not in stated.columns]
    if missing:
        raise _unusable(name, f"columns are missing: {', '.join(missing)}")
    try:
        whole = stated[list(PUBLISHED)].astype({"intake_year": "int64", "value": "Int64"})
    except (TypeError, ValueError) as error:
        raise _unusable(name, "a year or a total is no whole number") from error
    order = whole["round"].map({round_: i for i, round_ in enumerate(ROUNDS)})
    return whole.assign(order=order).sort_values(["intake_year", "order"], kind="stable").drop(columns="order")


def _unusable(name: str, what: str) -> BadInput:
    return BadInput(
        what,
        where=name,
        why=f"Published totals are a CSV with the columns {', '.join(PUBLISHED)}.",
        remedy="Correct the file, or leave it out: the report then shows no reconciliation.",
    )


def _total(table: pd.DataFrame, year: int, round_: str, group: str, measure: str) -> int | None:
    """The files' number for one published one; None where they hold none."""
    compute = _MEASURES.get(measure)
    rows = _of_group(table[table["round"].eq(round_)], group)
    return None if compute is None or rows is None else compute(rows, year)


def _of_group(table: pd.DataFrame, group: str) -> pd.DataFrame | None:
    if group in GROUPS:
        kind = GROUPS[group]
        codes = [code for code, p in programmes().items() if p.national and kind in (None, p.type)]
    elif group in programmes():
        codes = [group]
    else:
        return None
    return table[table["programme"].isin(codes)]


def _sum(rows: pd.DataFrame, year: int, columns: tuple[str, ...]) -> int | None:
    """The sum over an intake; None where no row or not every row has the numbers."""
    numbers = rows.loc[rows["intake_year"].eq(year), list(columns)]
    return None if numbers.empty or numbers.isna().any(axis=None) else int(numbers.to_numpy(dtype="int64").sum())


def _admitted(rows: pd.DataFrame, year: int) -> int | None:
    return _sum(rows, year, ("admitted",))


def _change(rows: pd.DataFrame, year: int) -> int | None:
    now, before = _admitted(rows, year), _admitted(rows, year - 1)
    return None if now is None or before is None else now - before


def _first_choice(rows: pd.DataFrame, year: int) -> int | None:
    return _sum(rows, year, ("first_choice_eligible", "first_choice_not_eligible"))


def _first_choice_eligible(rows: pd.DataFrame, year: int) -> int | None:
    return _sum(rows, year, ("first_choice_eligible",))


_MEASURES: dict[str, Callable[[pd.DataFrame, int], int | None]] = {
    "admitted": _admitted,
    "change_in_admitted": _change,
    "first_choice_applicants": _first_choice,
    "first_choice_applicants_eligible": _first_choice_eligible,
}
