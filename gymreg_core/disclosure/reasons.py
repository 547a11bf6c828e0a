"""Why a cell of a table is missing: for which of the reasons it was left out, else there is nothing to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.cells import Why

Reasons = NDArray[np.int8]
Bools = NDArray[np.bool_]
NEAR = (Why.NEAR_ALL, Why.NEAR_NONE)


def all_shown(table: pd.DataFrame) -> pd.DataFrame:
    """A frame of int8 of the same shape: nothing of `table` was left out."""
    return pd.DataFrame(np.full(table.shape, Why.SHOWN, np.int8), index=table.index, columns=table.columns)


def left_out(before: pd.DataFrame, after: pd.DataFrame, few: Mapping[str, Bools]) -> pd.DataFrame:
    """What became missing from `before` to `after`: FEW where `few` of its column says so, else LINKED.

    before, after : the same rows and columns. few : (rows,) bool by column; a column that is not there has none.
    """
    why = all_shown(after)
    for name in after.columns:
        gone = (after[name].isna() & before[name].notna().to_numpy()).to_numpy(np.bool_)
        if gone.any():
            small = few.get(str(name), np.zeros(len(after), np.bool_))
            why[name] = np.where(gone, np.where(small, Why.FEW, Why.LINKED), Why.SHOWN).astype(np.int8)
    return why


def whole_rows(table: pd.DataFrame, names: Sequence[str], hidden: Bools, few: Bools) -> pd.DataFrame:
    """The reasons where `names` are left out of whole rows: FEW in the rows `few`, LINKED in the others `hidden`."""
    why = all_shown(table)
    for name in names:
        why[name] = np.where(hidden, np.where(few, Why.FEW, Why.LINKED), Why.SHOWN).astype(np.int8)
    return why


def of_several(why: pd.DataFrame, names: Sequence[str]) -> Reasons:
    """(rows,) int8: for each row the reason of the first of the columns `names` that is left out.

    That a number is near all or near none of something tells nothing of what else is made of it: it is few.
    """
    out = np.full(len(why), Why.SHOWN, np.int8)
    for name in names:
        reason = without_near(why[name].to_numpy(np.int8))
        out = np.where(out == Why.SHOWN, reason, out)
    return out


def without_near(reason: Reasons) -> Reasons:
    """(n,) int8 with FEW for NEAR_ALL and NEAR_NONE."""
    return np.where(np.isin(reason, NEAR), Why.FEW, reason).astype(np.int8)
