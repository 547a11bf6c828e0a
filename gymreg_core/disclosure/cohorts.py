"""What of cohorts may be shown: counts that lie in one another, and estimates with the counts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.columns import as_numbers, counts_in, estimates_in
from gymreg_core.disclosure.coordinates import keys_of
from gymreg_core.disclosure.near import with_near
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.reasons import left_out, whole_rows
from gymreg_core.disclosure.recorded import Known
from gymreg_core.disclosure.released import Released, let_out, smallest_count
from gymreg_core.disclosure.small import few_of, small, small_rest
from gymreg_core.disclosure.suppression import Ints, Tied, hidden_or_rounded, hidden_rows, without
from gymreg_core.disclosure.ties import Ties
from gymreg_core.provenance import Provenance

POLICY = "cohorts"
_NOBODY = 1e-6
"""Pupils: what is left of a share of them by the inexactness of numbers."""


def release_cohorts(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    ties: Ties | None = None,
    nested: Ints | None = None,
    rests_nested: Ints | None = None,
    about: About | str | None = None,
) -> Released:
    """Let out counts of pupils of cohorts; shares are made afterwards, from what is left (`Released.with_share`).

    A count from 1 to below `smallest_count` becomes missing, and so does one whose remainder or whose difference to a
    count of pupils among which these are is that small, and what would tell any of them by a sum.

    table : a count that is not there is missing. ties : what adds up, and what remains of a count. nested : (m, 2)
        positions of rows whose counts lie in one another, of which the second is left out where they differ by few.
        rests_nested : the same of what remains of them. about : what is counted (rules/disclosure_links.yml,
        universes); on a page it has to be said.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, or looks like identities.
    """
    names, ties, whose = counts_in(table, POLICY), ties or Ties(), About.given(about)
    beside = {}
    if nested is not None:
        of_rests = nested if rests_nested is None else rests_nested
        beside = dict.fromkeys(names, nested)
        beside |= {"-".join((whole, *parts)): of_rests for parts, whole in ties.rests}
    counts = {name: as_numbers(table[name]) for name in names}
    few = few_of(table, names, ties)
    tied = Tied(counts, ties, beside=beside)
    if whose is not None:
        tied = replace(tied, within=whose.within, keys=keys_of(table, POLICY, whose, names), universe=whose.universe)
    kept = hidden_or_rounded(table, tied, few)
    why = left_out(table, kept, few)
    known = Known(whose, table, names, ties)
    return let_out(kept, POLICY, provenance, *with_near(table, kept, why, ties, policy()), known)


def release_estimates(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    behind: Sequence[str],
    rests: Sequence[tuple[str, str]] = (),
    ties: Ties | None = None,
    about: About | str | None = None,
    alone: NDArray[np.bool_] | None = None,
) -> Released:
    """Let out estimates with the counts behind them, whole rows at a time.

    A row is shown where each count of `behind` and each rest is 0 or at least `smallest_count`, and the first of them,
    the pupils, is not 0; further rows are left out until no sum tells what is missing. What is left out of a row is
    every count and every estimate.

    behind : columns of counts, the pupils first. rests : (part, whole): what remains of the whole is a count too.
    ties : sums of rows; `rests` is not used. about : as in `release_cohorts`. alone : (rows,), rows that are about one
        independent provider, which a policy may hide.
    Errors: as `release_cohorts`.
    """
    numbers = [*counts_in(table, POLICY), *estimates_in(table, POLICY)]
    told = {name: table[name].to_numpy(np.int64) for name in behind}
    few = np.logical_or.reduce([small(values) for values in told.values()])
    few = np.logical_or.reduce([few, *(small_rest(table[whole] - table[part]) for part, whole in rests)])
    nobody, single = told[behind[0]] == 0, np.zeros(len(table), np.bool_)
    if alone is not None and policy().single_provider == "hidden":
        single = alone
    sums = () if ties is None else ties.sums
    hidden = hidden_rows(
        Tied(told, Ties(sums, rests=[((part,), whole) for part, whole in rests])), few | nobody | single
    )
    kept = without(table, dict.fromkeys(numbers, hidden))
    known = Known(
        About.given(about),
        table,
        counts_in(table, POLICY),
        Ties(sums, rests=[((part,), whole) for part, whole in rests]),
        along=dict.fromkeys(numbers, numbers),
    )
    why = whole_rows(kept, numbers, hidden & (few | single | ~nobody), few)
    why.loc[single, numbers] = int(Why.SINGLE)
    return let_out(kept, POLICY, provenance, why, known=known)


def release_steps(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    curve: Sequence[str],
    share: str,
    of: str,
    about: About | str | None = None,
) -> Released:
    """Let out estimates over time that change only when `smallest_count` pupils have moved since the last change.

    A time without a change has every count and estimate of the one before; before the first that may be shown, and from
    when fewer pupils than that are followed, they are missing.

    table : rows of a curve in the order of time. curve : columns that tell curves apart. share, of : columns: the
        estimate whose steps count, and the pupils it is a share of. about : as in `release_cohorts`.
    Source: OpenSAFELY's rounding of survival curves, domain page 6.3. Errors: as `release_cohorts`.
    """
    numbers = [*counts_in(table, POLICY), *estimates_in(table, POLICY)]
    table = table.reset_index(drop=True)
    told_at = np.full(len(table), -1, np.int64)
    for _, rows in table.groupby(list(curve), sort=False):
        told_at[rows.index] = _told_at(rows.index.to_numpy(), rows[share].tolist(), rows[of].tolist())
    kept, shown = table.copy(), told_at >= 0
    held = table.iloc[np.where(shown, told_at, 0)]
    for name in numbers:
        values = held[name].reset_index(drop=True)
        kept[name] = (values.astype("Int64") if pd.api.types.is_integer_dtype(values) else values).where(shown)
    counts, whose = counts_in(table, POLICY), About.given(about)
    if whose is not None:
        whose = replace(whose, own=dict.fromkeys(counts, told_at == np.arange(len(table))))
    known = Known(whose, table, counts, along=dict.fromkeys(numbers, numbers))
    return let_out(kept, POLICY, provenance, whole_rows(kept, numbers, ~shown, ~shown), known=known)


def _told_at(rows: Ints, shares: Sequence[float], pupils: Sequence[float]) -> list[int]:
    """For each row of a curve, the row whose estimate stands there; -1 where none does."""
    smallest, at, out = smallest_count(), -1, []
    before = 0.0
    for row, share, of in zip(rows.tolist(), shares, pupils, strict=True):
        sides = (share * of, (1 - share) * of)
        whole = all(side < _NOBODY or side > smallest - _NOBODY for side in sides)
        moved = at < 0 or abs(share - before) * of > smallest - _NOBODY
        if whole and moved:
            at, before = row, share
        out.append(at if of >= smallest else -1)
    return out
