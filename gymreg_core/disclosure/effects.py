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
from gymreg_core.disclosure.released import Released, let_out
from gymreg_core.disclosure.small import small, small_rest
from gymreg_core.disclosure.suppression import Tied, hidden_rows, without
from gymreg_core.disclosure.ties import Ties
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
    counts = {name: table[name].to_numpy(np.float64) for name in counted}
    counts |= {name: np.round(has) for name, has in told.items()}
    few = np.zeros(len(table), np.bool_)
    for values in counts.values():
        few |= small(np.nan_to_num(values))
    for name in told:
        few |= small_rest(np.nan_to_num(counts[counted[0]] - counts[name]))
    if _SCHOOLS in table:
        few |= table[_SCHOOLS].between(1, policy().fewest_schools - 1).to_numpy()
    if means and not counted:
        raise DisclosureRefused(
            f"there are means ({', '.join(means)}) and no column 'pupils'",
            why="Whether a mean may be shown depends on how many pupils stand behind it.",
            remedy="Give each row the pupils that it is about.",
        )
    ties = Ties(() if ties is None else ties.sums)
    hidden = hidden_rows(Tied(counts, replace(ties, rests=[((name,), counted[0]) for name in told])), few)
    nobody = counts[counted[0]] == 0 if means else np.zeros(len(table), np.bool_)
    numbers = [*counted, *estimated, *([_SCHOOLS] if _SCHOOLS in table else [])]
    kept = without(table, dict.fromkeys(numbers, hidden | nobody))
    whose = About.given(about)
    known = Known(
        None if whose is None else replace(whose, derived=told),
        table,
        counted,
        ties,
        along=dict.fromkeys(numbers, numbers),
    )
    return let_out(kept, POLICY, provenance, whole_rows(kept, numbers, hidden & (few | ~nobody), few), known=known)
