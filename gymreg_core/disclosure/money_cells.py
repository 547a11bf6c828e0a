"""Which columns of a table of money are cells, and which of its sums hold exactly."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gymreg_core.disclosure.about import About
from gymreg_core.disclosure.coordinates import links
from gymreg_core.disclosure.money import COVERED, MOVED, PUPILS, years_of
from gymreg_core.disclosure.recorded import Known
from gymreg_core.disclosure.ties import Ties

_HEADS = (PUPILS, COVERED, *MOVED.values(), "enrolled", "not_paid")
_PREVIOUS = "_previous"


def money_known(about: About | None, table: pd.DataFrame, behind: Mapping[str, str], ties: Ties) -> Known:
    """What `release_money` counts: heads and amounts, without what is made of them. behind : as in `without_few`."""
    additive = set(links()["additive"])
    base = {name: name.removesuffix(_PREVIOUS) for name in behind}
    counts = [name for name, of in base.items() if of in _HEADS or of in additive or of in links()["signed"]]
    alike = {
        name: [
            other for other, count in behind.items() if count == behind[name] and years_of(name)[0] in years_of(other)
        ]
        for name in counts
    }
    return Known(
        about,
        table,
        counts,
        ties,
        additive=[name for name in counts if base[name] in additive],
        amounts=[base[name] for name in counts if base[name] not in (*_HEADS, "months")],
        along=alike,
    )
