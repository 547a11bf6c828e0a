"""What of effect studies may be shown: estimates and means with the pupils and the schools that stand behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.columns import counts_in, estimates_in, means_in
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.reasons import whole_rows
from gymreg_core.disclosure.recorded import Known
from gymreg_core.disclosure.released import Released, let_out, smallest_count
from gymreg_core.disclosure.small import small
from gymreg_core.disclosure.suppression import Ties, hidden_rows
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance

POLICY = "effects"
_SCHOOLS = "schools"


def release_effects(
    table: pd.DataFrame,
    provenance: Provenance,
    *,
    told: Mapping[str, NDArray[np.float64]] | None = None,
    ties: Ties | None = None,
    about: About | str | None = None,
) -> Released:
    """Let out rows of an effect study, whole rows at a time.

    A row is shown where each of its counts of pupils is 0 or at least `smallest_count`, and `schools`, where it tells
    how many, is 0 or at least `fewest_schools`; further rows are left out until no sum tells what is missing.
    What is left out of a row is every count and every estimate; of nobody there is no mean.

    told : by name, (n,) how many of the pupils have something, which a reader can work out, such as a diploma; NaN
        where that is not known. What remains of the pupils is told as well. ties : sums of rows; `rests` is not used.
    about : what is counted (rules/disclosure_links.yml, universes); on a page it has to be said.
    Errors: DisclosureRefused where a column is not on the policy's lists, holds persons, looks like identities, or
    means stand without the pupils behind them.
    """
    counted, means = counts_in(table, POLICY), means_in(table, POLICY)
    estimated = [*means, *estimates_in(table, POLICY)]
    table = table.reset_index(drop=True)
    told = told or {}
    counts = [table[name].to_numpy(np.int64) for name in counted]
    for has in told.values():
        rest = counts[0] - has
        counts += [np.nan_to_num(one).round().astype(np.int64) for one in (has, rest)]
    smallest = smallest_count()
    few = np.zeros(len(table), np.bool_)
    for values in counts:
        few |= small(values)
    if _SCHOOLS in table:
        few |= table[_SCHOOLS].between(1, policy().fewest_schools - 1).to_numpy()
    if means and not counted:
        raise DisclosureRefused(
            f"there are means ({', '.join(means)}) and no column 'pupils'",
            why="Whether a mean may be shown depends on how many pupils stand behind it.",
            remedy="Give each row the pupils that it is about.",
        )
    hidden = hidden_rows(few, counts, smallest, ties or Ties()) if counts else few
    nobody = counts[0] == 0 if means else np.zeros(len(table), np.bool_)
    kept, numbers = table.copy(), [*counted, *estimated, *([_SCHOOLS] if _SCHOOLS in table else [])]
    for name in numbers:
        if pd.api.types.is_integer_dtype(kept[name]):
            kept[name] = kept[name].astype("Int64")
        kept.loc[hidden | nobody, name] = pd.NA if kept[name].dtype == "Int64" else np.nan
    whose = About.given(about)
    known = Known(
        None if whose is None else replace(whose, derived=told),
        table,
        counted,
        Ties(sums=() if ties is None else ties.sums),
        along=dict.fromkeys(numbers, numbers),
    )
    return let_out(kept, POLICY, provenance, whole_rows(kept, numbers, hidden & (few | ~nobody), few), known=known)
