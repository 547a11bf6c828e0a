"""Whose pupils or money a row is about: rows that tell of one independent provider, or mostly of a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.policy import Policy, policy

Floats = NDArray[np.float64]
Reasons = NDArray[np.int8]
INDEPENDENT = "independent"
"""The provider form of those whose business a row might tell; what public ones are paid is public."""


@dataclass(frozen=True, eq=False)
class Providers:
    """What rows are made of.

    independent : (rows, m), of what the row counts or sums, the part of each independent provider.
    public : (rows,), the part of all public ones together. Parts count by their size, whatever their sign.
    """

    independent: Floats
    public: Floats

    @classmethod
    def of(
        cls, table: pd.DataFrame, lines: pd.DataFrame, groupings: Mapping[str, Sequence[str]], value: str
    ) -> Providers:
        """Of a table with the keys by, group and other.

        lines : single amounts, with receiver (who is paid), provider_form and `value`. groupings : for each `by` the
            columns of `lines` whose values stand in group and other.
        """
        form = lines["provider_form"].astype("str")
        private = form.eq(INDEPENDENT)
        names = sorted(lines.loc[private, "receiver"].astype("str").unique())
        column = pd.Series(range(len(names)), index=names)
        keyed = lines.assign(_at=lines["receiver"].astype("str").map(column).where(private).fillna(-1).astype("int64"))
        keys = zip(*(table[name].astype("str") for name in ("by", "group", "other")), strict=True)
        place = {key: row for row, key in enumerate(keys)}
        found = np.zeros((len(table), len(names) + 1))
        for by, columns in groupings.items():
            sums = keyed.groupby([*columns, "_at"], observed=True)[value].sum()
            for index, amount in sums.items():
                *of, at = index if isinstance(index, tuple) else (index,)
                group, other = (*map(str, of), "", "")[:2]
                if (row := place.get((by, group, other))) is not None:
                    found[row, at] += amount
        return cls(found[:, :-1], found[:, -1])


def providers_of(
    table: pd.DataFrame, lines: pd.DataFrame, groupings: Mapping[str, Sequence[str]], value: str
) -> Providers | None:
    """`Providers.of` where the audience is not told of everyone's part, else None."""
    told = policy()
    if told.single_provider == "shown" and told.dominance is None:
        return None
    return Providers.of(table, lines, groupings, value)


def reasons_of(providers: Providers, told: Policy) -> Reasons:
    """(rows,) int8: SINGLE where a row is about one independent provider alone, and the policy hides that; DOMINATED
    where more than the share `k` of it is that of the `n` largest independent ones; else SHOWN."""
    private, public = np.abs(providers.independent), np.abs(providers.public)
    alone = ((private > 0).sum(axis=1) == 1) & (public == 0) & (told.single_provider == "hidden")
    out = np.where(alone, Why.SINGLE, Why.SHOWN)
    if told.dominance is not None:
        largest = -np.sort(-private, axis=1)[:, : told.dominance.n].sum(axis=1)
        of = private.sum(axis=1) + public
        out = np.where((out == Why.SHOWN) & (largest > told.dominance.k * of), Why.DOMINATED, out)
    return out.astype(np.int8)
