"""Two decisions beside each other: what groups pay and get today and then, added up from cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.cells import SUMS
from gymreg_core.funding.money import MONTHS, split

GROUPINGS: Mapping[str, tuple[str, ...]] = {
    "region": (),
    "payer": ("payer",),
    "programme": ("programme",),
    "kind": ("kind",),
    "provider_form": ("provider_form",),
    "school": ("school",),
    "school_programme": ("school", "programme"),
}
"""What the rows are of, by `by`: the columns whose values are `group` and, if two, `programme`."""
OUTSIDE = "outside"
"""The payer that all municipalities outside the area are together."""
_KEYS = ["by", "group", "programme"]


def compared(before: pd.DataFrame, now: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """A row for each group of cells (funding/cells.py) of today's decision and of another.

    by, group, programme : what the row is of (GROUPINGS). '' is the school or programme of protected identities: it
        counts in every sum and is listed nowhere.
    pupil_months, covered_months : float64, with the ending _previous those of today; price, vat, supplement and amount,
        their sum : int64 öre, and _previous. amount_change : their difference.
    relative : öre, what a group has more than if all had changed by the same percentage; adds up to 0 over groups.
    amount_per_pupil, amount_per_pupil_previous : Int64 öre per pupil and twelve months, missing where there is none.
    schools : contracts/register.py, SCHOOLS; their names are the groups.
    """
    names = _names(schools)
    was, then = (_grouped(side, names) for side in (before, now))
    groups = was.index.union(then.index)
    sides = [was.reindex(groups, fill_value=0).add_suffix("_previous"), then.reindex(groups, fill_value=0)]
    table = pd.concat(sides, axis=1).reset_index()
    order = {by: place for place, by in enumerate(GROUPINGS)}
    table = table.iloc[np.lexsort((table["group"] == OUTSIDE, table["by"].map(order)))].reset_index(drop=True)
    table["amount_change"] = table["amount"] - table["amount_previous"]
    table["relative"] = table["amount_change"] - _even(table)
    for end in ("", "_previous"):
        months = table[f"pupil_months{end}"].to_numpy()
        yearly = np.divide(table[f"amount{end}"] * MONTHS, months, out=np.zeros(len(table)), where=months > 0)
        table[f"amount_per_pupil{end}"] = pd.array(np.rint(yearly), "Int64")
        table.loc[months <= 0, f"amount_per_pupil{end}"] = pd.NA
    return table


def _grouped(side: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    hidden = side["protected"].to_numpy()
    keyed = side.assign(
        payer=np.where(side["payer_in_area"], side["payer"], OUTSIDE),
        school=np.where(hidden, "", side["school_id"].map(names).astype(object)),
        programme=np.where(hidden, "", side["programme"]),
        provider_form=side["provider_form"],
        amount=side[list(AMOUNTS)].sum(axis=1),
    )
    parts = []
    for by, columns in GROUPINGS.items():
        keys: dict[str, Any] = {"by": by, "group": "", "programme": ""}
        keys |= {name: keyed[column] for name, column in zip(("group", "programme"), columns, strict=False)}
        rows = keyed[[*SUMS, "amount"]].assign(**keys)
        summed = rows.groupby(_KEYS, sort=True).sum()
        # Nobody paid for is still a region.
        parts.append(summed if columns or len(summed) else summed.reindex([(by, "", "")], fill_value=0))
    return pd.concat(parts)


def _even(table: pd.DataFrame) -> pd.Series:
    """What of the whole change each group would have if it were by the same percentage for all."""
    whole = table.loc[table["by"] == "region"]
    if not len(whole) or not int(whole["amount_previous"].iloc[0]):
        return pd.Series(0, index=table.index)
    change = int(whole["amount_change"].iloc[0])
    parts = [pd.Series(split(change, rows["amount_previous"]), index=rows.index) for _, rows in table.groupby("by")]
    even: pd.Series = pd.concat(parts).reindex(table.index)
    return even


def _names(schools: pd.DataFrame) -> dict[str, str]:
    """A name for each school unit, with its municipality and if need be its number where others have the same."""
    name = schools["school"].astype(object)
    for more in ("municipality", "school_id"):
        twice = name.duplicated(keep=False)
        name = name.where(~twice, name + " (" + schools[more].astype(object) + ")")
    return dict(zip(schools["school_id"], name, strict=True))
