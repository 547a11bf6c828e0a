"""What a year cost the municipalities of the area: by programme, by home, by whose school it is, and how they cross."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.flows import require_equal
from gymreg_core.funding.lines import SUMS

GROUPINGS: Mapping[str, tuple[str, ...]] = {
    "region": (),
    "programme": ("programme",),
    "payer": ("payer",),
    "kind": ("kind",),
    "provider_form": ("provider_form",),
    "payer_programme": ("payer", "programme"),
    "payer_kind": ("payer", "kind"),
    "form_programme": ("provider_form", "programme"),
}
"""What the rows of `Costs.table` are of, by `by`: the columns of the lines whose values are `group` and `other`."""
_PREVIOUS = "_previous"


@dataclass(frozen=True, eq=False, repr=False)
class Costs:
    """What the municipalities of the area paid for a calendar year, and for the year compared with.

    table : by, group, other (texts, '' where there is none); pupil_months; price, vat, supplement and amount, their sum
        (öre); the same with the ending _previous, 0 where nothing was paid then, absent where nothing is compared with.
        The programme '' is of protected identities: it counts in every sum and is listed nowhere.
    """

    table: pd.DataFrame
    year: int
    compare_to: int | None

    def sums(self) -> list[tuple[int | None, list[int]]]:
        """Rows of `table` (positions) that others add up to, and those."""
        by, group, other = (self.table[name].to_numpy(str) for name in ("by", "group", "other"))
        place = {key: row for row, key in enumerate(zip(by, group, other, strict=True))}
        found: list[tuple[int | None, list[int]]] = [
            (place["region", "", ""], np.flatnonzero(by == kind).tolist())
            for kind, columns in GROUPINGS.items()
            if len(columns) == 1 and (by == kind).any()
        ]
        for kind, columns in GROUPINGS.items():
            if len(columns) < 2:  # noqa: PLR2004 only what crosses has margins
                continue
            mine = np.flatnonzero(by == kind)
            for column, named in zip(columns, (group, other), strict=True):
                found += [
                    (place[column, name, ""], mine[named[mine] == name].tolist()) for name in np.unique(named[mine])
                ]
        return found

    def rows(self, by: str) -> pd.DataFrame:
        """The rows of one kind of group."""
        return self.table[self.table["by"] == by]

    def summary(self) -> dict[str, Any]:
        """The region's months and amounts (öre), of both years where there are two."""
        whole = self.rows("region").iloc[0]
        return {str(name): int(whole[name]) for name in whole.index[3:]}

    def __repr__(self) -> str:
        return f"Costs({self.year}, {len(self.table)} groups)"


def costs(lines: pd.DataFrame, before: pd.DataFrame | None, *, year: int, compare_to: int | None = None) -> Costs:
    """The costs of settled lines (funding/lines.py, LINES) of a year, and of the year compared with where there is one.

    Lines whose payer lies outside the area are left out: they cost the area nothing.
    Errors: GymregError where parts do not add up to the lines, which is an error in the program.
    """
    table = _grouped(lines)
    if before is not None:
        earlier = _grouped(before).rename(columns=lambda c: c if c in _KEYS else f"{c}{_PREVIOUS}")
        table = table.merge(earlier, on=list(_KEYS), how="outer", sort=False)
        numbers = [c for c in table if c not in _KEYS]
        table = table.fillna(dict.fromkeys(numbers, 0)).astype(dict.fromkeys(numbers, "int64"))
    order = {by: place for place, by in enumerate(GROUPINGS)}
    table = table.assign(_order=table["by"].map(order)).sort_values(["_order", "group", "other"], kind="stable")
    return Costs(table.drop(columns="_order").reset_index(drop=True), year, compare_to if before is not None else None)


_KEYS = ("by", "group", "other")


def _grouped(lines: pd.DataFrame) -> pd.DataFrame:
    inside = lines[lines["payer_in_area"]]
    keys = list(_KEYS)
    parts = [inside[list(SUMS)].sum().to_frame().T.assign(by="region", group="", other="")]
    for by, columns in GROUPINGS.items():
        if columns:
            keyed = inside[list(SUMS)].assign(by=by, group="", other="")
            for name, column in zip(("group", "other"), columns, strict=False):
                keyed[name] = inside[column].astype("str")
            parts.append(keyed.groupby(keys, sort=True, as_index=False)[list(SUMS)].sum())
        for name in SUMS:
            require_equal(f"costs by {by}, {name}", parts[-1][name], inside[name])
    whole = pd.concat(parts, ignore_index=True)[[*keys, *SUMS]].astype(dict.fromkeys(SUMS, "int64"))
    return whole.assign(amount=whole[list(AMOUNTS)].sum(axis=1).astype("int64"))
