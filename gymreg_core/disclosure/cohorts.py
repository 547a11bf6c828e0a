"""What of cohorts may be shown: counts that lie in one another, and estimates with the counts behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gymreg_core.disclosure.nested import Difference, without_told
from gymreg_core.disclosure.released import Released, counts_in, estimates_in, let_out, smallest_count
from gymreg_core.disclosure.suppression import Ties, hidden_rows
from gymreg_core.provenance import Provenance

POLICY = "cohorts"


def release_cohorts(
    table: pd.DataFrame, provenance: Provenance, *, ties: Ties | None = None, differences: Sequence[Difference] = ()
) -> Released:
    """Let out counts of pupils of cohorts; shares are made afterwards, from what is left (`Released.with_share`).

    A count from 1 to below `smallest_count` becomes missing, and so does one whose remainder or whose difference to a
    count of pupils among which these are is that small, and what would tell any of them by a sum.

    ties : what adds up, and what remains of a count. differences : whose counts lie in one another.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, or looks like identities.
    """
    names, smallest = counts_in(table, POLICY), smallest_count()
    kept, gone = without_told(table, names, smallest, ties or Ties(), differences)
    return let_out(kept, POLICY, provenance, gone)


def release_estimates(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    behind: Sequence[str],
    rests: Sequence[tuple[str, str]] = (),
    ties: Ties | None = None,
) -> Released:
    """Let out estimates with the counts behind them, whole rows at a time.

    A row is shown where each count of `behind` and each rest is 0 or at least `smallest_count`, and the first of them,
    the pupils, is not 0; further rows are left out until no sum tells what is missing. What is left out of a row is
    every count and every estimate.

    behind : columns of counts, the pupils first. rests : (part, whole): what remains of the whole is a count too.
    ties : sums of rows; `rests` is not used.
    Errors: as `release_cohorts`.
    """
    numbers = [*counts_in(table, POLICY), *estimates_in(table, POLICY)]
    smallest, kept = smallest_count(), table.copy()
    told = [table[name].to_numpy(np.int64) for name in behind]
    told += [(table[whole] - table[part]).to_numpy(np.int64) for part, whole in rests]
    few = np.logical_or.reduce([(values > 0) & (values < smallest) for values in told]) | (told[0] == 0)
    hidden = hidden_rows(few, told, smallest, ties or Ties())
    for name in numbers:
        if pd.api.types.is_integer_dtype(kept[name]):
            kept[name] = kept[name].astype("Int64")
        kept.loc[hidden, name] = pd.NA if kept[name].dtype == "Int64" else np.nan
    return let_out(kept, POLICY, provenance, int(hidden.sum()) * len(numbers))
