"""Whose a school was: the extract tells it of today, the ledger of the months that were posted.

A school that was sold or renamed between two extracts keeps the provider, provider form and municipality of the months
that the ledger holds for it (rules/settlement.yml, provider_of_posted_months).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SCHOOL = ("school_id", "receiver", "municipality", "provider_form")
"""What of a placement is the school's and not the pupil's."""


def posted_otherwise(
    schools: pd.DataFrame, posted: pd.DataFrame, placed: pd.DataFrame, which: NDArray[np.int64]
) -> pd.DataFrame:
    """Schools as they were posted, in the months in which that differs from what an extract tells of them.

    schools : SCHOOL of an extract. posted : contracts.ledger.POSTINGS (n,). placed : SCHOOL at least, of its
    placements; which : (n,), the row of `placed` of each posting. Result: concerns (YYYYMM) and SCHOOL; one row at most
    of a month and school, that of the latest booking.
    """
    sold = placed.loc[~_among(placed, schools), "school_id"]
    of_sold = placed["school_id"].isin(set(sold) & set(schools["school_id"])).to_numpy()
    if not of_sold.any():
        return pd.DataFrame(columns=["concerns", *SCHOOL])
    rows = of_sold[which] & (posted["sign"] > 0).to_numpy()
    booked, concerns = (posted[name].to_numpy()[rows] for name in ("booked", "concerns"))
    every = placed[list(SCHOOL)].iloc[which[rows]].assign(booked=booked, concerns=concerns).drop_duplicates()
    latest = every.sort_values(["booked", *SCHOOL]).drop_duplicates(["concerns", "school_id"], keep="last")
    return latest[~_among(latest, schools)].drop(columns="booked").reset_index(drop=True)


def _among(table: pd.DataFrame, schools: pd.DataFrame) -> NDArray[np.bool_]:
    names = list(SCHOOL)
    return np.asarray(pd.MultiIndex.from_frame(table[names]).isin(pd.MultiIndex.from_frame(schools[names])), np.bool_)
