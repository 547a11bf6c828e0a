"""Which counts are too small for an audience, by its policy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.disclosure.columns import as_numbers
from gymreg_core.disclosure.policy import Policy, policy
from gymreg_core.disclosure.ties import Ties

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def small(counts: ArrayLike, told: Policy | None = None) -> Bools:
    """(n,) bool: counts from 1 to below `smallest_count`, and 0 where the policy hides zeros; a missing one is 0."""
    told = told or policy()
    return _below(counts, told.smallest_count, told)


def small_rest(rests: ArrayLike, told: Policy | None = None) -> Bools:
    """(n,) bool: what remains of a whole, from 1 to below `smallest_rest`, and 0 where the policy hides zeros."""
    told = told or policy()
    return _below(rests, told.smallest_rest, told)


def few_of(table: pd.DataFrame, counts: Sequence[str], ties: Ties) -> dict[str, Bools]:
    """For each column of `counts` where it is small by itself, or what it leaves of a whole that `ties` name is."""
    few = {name: small(table[name]) for name in counts}
    for parts, whole in ties.rests:
        rest = table[whole] - table[list(parts)].sum(axis=1)
        few[parts[0]] = few[parts[0]] | small_rest(rest)
    return few


def _below(counts: ArrayLike, smallest: int, told: Policy) -> Bools:
    values = np.nan_to_num(as_numbers(pd.Series(counts))).astype(np.int64)
    return np.asarray((values < smallest) & ((values > 0) | ((values == 0) & (told.zeros == "hidden"))), np.bool_)
