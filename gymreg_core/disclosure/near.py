"""Which hidden counts are told to be near all or near none of a whole, as Skolverket's ~100 does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.policy import Policy
from gymreg_core.disclosure.suppression import Ties

Wholes = tuple[tuple[str, str], ...]


def with_near(
    table: pd.DataFrame, kept: pd.DataFrame, why: pd.DataFrame, ties: Ties, told: Policy
) -> tuple[pd.DataFrame, Wholes]:
    """`why` with NEAR_ALL and NEAR_NONE, and the pairs of a count and its whole that these are about.

    table, kept : before and after hiding. A hidden count is near none of its whole (`ties.rests`, of a single column)
    where it is from 1 to below `share_near`, and near all where what remains is; only where the whole is shown, and
    where so many are at most the share `near_within` of it: otherwise the share would not be near, and to mark those
    alone where it is would tell how many they are.
    """
    most = told.share_near - 1
    wholes: dict[str, str] = {}
    out = why.copy()
    if most < 1:
        return out, ()
    for parts, whole in ties.rests:
        part = parts[0]
        if len(parts) > 1 or part in wholes:
            continue
        wholes[part] = whole
        count, of = table[part].to_numpy(np.int64), table[whole].to_numpy(np.int64)
        may = kept[part].isna().to_numpy(np.bool_) & kept[whole].notna().to_numpy(np.bool_)
        may &= most <= told.near_within * of
        for code, few in ((Why.NEAR_NONE, count), (Why.NEAR_ALL, of - count)):
            out.loc[may & (few > 0) & (few <= most), part] = int(code)
    return out, tuple(wholes.items())


def ends_of_share(code: int, whole: float, told: Policy) -> tuple[float, float]:
    """What a count that is marked with `code` is at least and at most of its whole, a shown number of persons."""
    ends = 1 / whole, (told.share_near - 1) / whole
    return ends if code == Why.NEAR_NONE else (1 - ends[1], 1 - ends[0])
