"""Seats, admitted, reserves and free seats of groups of study paths, and how they stand to another year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from gymreg_core.vocabulary.programmes import programmes

COUNTED = ("seats", "admitted", "free_seats", "reserves", "first_choice_eligible")
SHARES = ("fill_rate", "competitive_share")
MEASURES = ("study_paths", "schools", *COUNTED, *SHARES)


def is_national(table: pd.DataFrame) -> pd.Series:
    """True on the rows of national programmes (vocabulary/programmes.yml)."""
    national = {code for code, programme in programmes().items() if programme.national}
    return table["programme"].isin(national)


def is_introductory(table: pd.DataFrame) -> pd.Series:
    """True on the rows of introductory programmes."""
    return table["programme_type"] == "introductory"


def measure(rows: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """The measures of each group of study paths.

    Parameters
    ----------
    rows : a results table of one year and round.
    by : columns to group by; none gives one row for all.

    Returns
    -------
    One row per group, sorted by `by`: the group's keys and
    study_paths, schools : counts; seats, admitted, free_seats, reserves : sums;
    first_choice_eligible : sum, NA where a row of the group lacks it;
    fill_rate : admitted / seats, NA without seats;
    competitive_share : share of study paths with a cut-off.
    """
    work = rows.assign(
        _school=rows["municipality"] + "\0" + rows["school"], _competitive=rows["cutoff_kind"] == "competitive", _all=0
    )
    groups = work.groupby(list(by) or "_all", sort=True, observed=True)
    out = groups[list(COUNTED)].sum(skipna=False).astype("Int64")
    out.insert(0, "study_paths", groups.size().astype("Int64"))
    out.insert(1, "schools", groups["_school"].nunique().astype("Int64"))
    out["fill_rate"] = ratio(out["admitted"], out["seats"])
    out["competitive_share"] = ratio(groups["_competitive"].sum().astype("Int64"), out["study_paths"])
    return out.reset_index(drop=not by)


def ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part` / `whole` as Float64, NA where `whole` is zero."""
    return part.astype("Float64") / whole.astype("Float64").mask(whole == 0)


def absent(length: int, dtype: Literal["Int64", "Float64"]) -> pd.Series:
    """A column of missing values of a nullable dtype."""
    return pd.Series(pd.NA, index=range(length), dtype="object").astype(dtype)


def with_change(now: pd.DataFrame, before: pd.DataFrame | None, by: Sequence[str]) -> pd.DataFrame:
    """`now` with ``_previous`` and ``_change`` beside every measure.

    A group that only one year has counts zero study paths, seats and admitted in the other; its shares
    there are NA. Without `before` the added columns are NA throughout, so that the columns stay the same.
    """
    names = [m for m in MEASURES if m in now]
    if before is None:
        nothing = {
            f"{m}{ending}": absent(len(now), "Float64" if m in SHARES else "Int64")
            for m in names
            for ending in ("_previous", "_change")
        }
        return now.assign(**nothing)
    keys = list(by)
    if not keys:
        joined = now.join(before[names].add_suffix("_previous"))
    else:
        joined = now.merge(before[[*keys, *names]], on=keys, how="outer", suffixes=("", "_previous"))
    for m in names:
        if m not in (*SHARES, "first_choice_eligible"):
            joined[m], joined[f"{m}_previous"] = joined[m].fillna(0), joined[f"{m}_previous"].fillna(0)
        joined[f"{m}_change"] = joined[m] - joined[f"{m}_previous"]
    return joined
