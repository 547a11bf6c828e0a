"""The same market solved by the Python package `matching`."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
from matching.games import HospitalResident
from numpy.typing import NDArray

from gymreg_core.matching.kernel import NONE, Assignment, deferred_acceptance

DEPTH = 1_000_000  # the package copies players that know each other, one inside the other
Arrays = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]


def table_of(market: Arrays) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The market as tables: applications (applicant, place on the list from 0, path, key) and paths (seats)."""
    choices, keys, capacity = market
    row, column = np.nonzero(choices != NONE)
    applications = {"applicant": row, "place": column, "path": choices[row, column], "key": keys[row, column]}
    return pd.DataFrame(applications), pd.DataFrame({"seats": capacity})


def by_package(applications: pd.DataFrame, paths: pd.DataFrame) -> NDArray[np.int32]:
    """Seat of every applicant (n,) by `HospitalResident`: its checks included, as it makes them by itself."""
    listed = applications.sort_values(["applicant", "place"]).groupby("applicant")["path"].agg(list)
    ranked = applications.sort_values(["path", "key"], ascending=[True, False]).groupby("path")["applicant"].agg(list)
    seats = paths["seats"].loc[ranked.index].to_dict()
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(DEPTH)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = HospitalResident.create_from_dictionaries(listed.to_dict(), ranked.to_dict(), seats).solve()
    finally:
        sys.setrecursionlimit(deepest)
    seat = np.full(int(applications["applicant"].max()) + 1, NONE, np.int32)
    for path, admitted in found.items():
        seat[[applicant.name for applicant in admitted]] = path.name
    return seat


def by_kernel(applications: pd.DataFrame, paths: pd.DataFrame) -> Assignment:
    """The same tables laid out as arrays and solved here."""
    row, column = applications["applicant"].to_numpy(), applications["place"].to_numpy()
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    choices, keys = np.full(shape, NONE, np.int32), np.zeros(shape, np.int64)
    choices[row, column], keys[row, column] = applications["path"].to_numpy(), applications["key"].to_numpy()
    return deferred_acceptance(choices, keys, paths["seats"].to_numpy(np.int32))
