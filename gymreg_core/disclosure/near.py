"""Which hidden counts are told to be near all or near none of a whole, as Skolverket's ~100 does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.columns import as_numbers
from gymreg_core.disclosure.policy import Policy
from gymreg_core.disclosure.reasons import NEAR
from gymreg_core.disclosure.ties import Ties

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
        count, of = (np.nan_to_num(as_numbers(table[name])) for name in (part, whole))
        may = (why[part] != Why.SHOWN).to_numpy(np.bool_) & kept[whole].notna().to_numpy(np.bool_)
        may &= most <= told.near_within * of
        for code, few in ((Why.NEAR_NONE, count), (Why.NEAR_ALL, of - count)):
            out.loc[may & (few > 0) & (few <= most), part] = int(code)
    return out, tuple(wholes.items())


def ends_of_share(code: int, whole: float, told: Policy) -> tuple[float, float]:
    """What a count that is marked with `code` is at least and at most of its whole, a shown number of persons."""
    ends = 1 / whole, (told.share_near - 1) / whole
    return ends if code == Why.NEAR_NONE else (1 - ends[1], 1 - ends[0])


def without_marks(cells: Cells, told: Sequence[int]) -> tuple[Cells, tuple[str, ...]]:
    """`cells` without that counts are near all or none, where sums tie these to the cells at the places `told`; and the
    keys of these counts.

    What a mark stands for may tell more with others than by itself: then the count is hidden and no more is said.
    """
    near = np.isin(cells.why, NEAR) | ((cells.why == Why.NOWHERE) & (cells.unit > 0) & cells.guarded)
    lines = [(line, place) for line, (whole, parts) in enumerate(cells.sums) for place in (whole, *parts)]
    rows, columns = np.asarray(lines, np.int64).reshape(-1, 2).T
    n, m = len(cells), len(cells.sums)
    ties = coo_array((np.ones(len(rows)), (columns, n + rows)), shape=(n + m, n + m))
    part = connected_components(ties, directed=False)[1][:n]
    mine = near & np.isin(part, part[np.asarray(told, np.int64)])
    marked = mine & np.isin(cells.why, NEAR)
    out = replace(
        cells,
        values=np.where(mine, np.nan, cells.values),
        unit=np.where(mine, 0.0, cells.unit),
        why=np.where(marked, Why.FEW, cells.why).astype(np.int8),
    )
    return out, tuple(cells.keys[place] for place in np.flatnonzero(marked).tolist())
