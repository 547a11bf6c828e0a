"""Two decisions beside each other: what groups pay and get today and then, added up from cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.ledger import AMOUNTS
from gymreg_core.funding.cells import SUMS, Cells, Moved
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
_NOBODY = np.iinfo(np.int64).max
_KEYS = ["by", "group", "programme"]


def compared(stages: Sequence[Cells], steps: Sequence[Moved], schools: pd.DataFrame) -> pd.DataFrame:
    """A row for each group of cells of today's decision, the first of `stages`, and of another, the last.

    steps : for which pupils each stage pays something else than the one before it (`cells.moved`).

    by, group, programme : what the row is of (GROUPINGS). '' is the school or programme of protected identities: it
        counts in every sum and is listed nowhere.
    pupil_months, covered_months : float64, with the ending _previous those of today; price, vat, supplement and amount,
        their sum : int64 öre, and _previous. amount_change : their difference.
    relative : öre, what a group has more than if all had changed by the same percentage; adds up to 0 over groups.
    moved : int64, for how many pupils of the group a step pays other programme money, of those steps that do so for
        anyone the one with the fewest; 0 where none does. moved_covered : the same of the supplement.
    amount_per_pupil, amount_per_pupil_previous : Int64 öre per pupil and twelve months, missing where there is none.
    schools : contracts/register.py, SCHOOLS; their names are the groups.
    """
    names = _names(schools)
    was, then = (_grouped(_keyed(stage.table, names)) for stage in (stages[0], stages[-1]))
    groups = was.index.union(then.index)
    sides = [was.reindex(groups, fill_value=0).add_suffix("_previous"), then.reindex(groups, fill_value=0)]
    table = pd.concat(sides, axis=1).reset_index()
    order = {by: place for place, by in enumerate(GROUPINGS)}
    table = table.iloc[np.lexsort((table["group"] == OUTSIDE, table["by"].map(order)))].reset_index(drop=True)
    table["amount_change"] = table["amount"] - table["amount_previous"]
    every = pd.concat([stage.table for stage in stages])
    keyed = _keyed(every[~every.index.duplicated()], names)
    fewest = _moved(keyed, steps, max(stages[0].pupils, 1))
    fewest = fewest.reindex(pd.MultiIndex.from_frame(table[_KEYS]), fill_value=0)
    table[["moved", "moved_covered"]] = fewest.to_numpy()
    table["relative"] = table["amount_change"] - _even(table)
    for end in ("", "_previous"):
        months = table[f"pupil_months{end}"].to_numpy()
        yearly = np.divide(table[f"amount{end}"] * MONTHS, months, out=np.zeros(len(table)), where=months > 0)
        table[f"amount_per_pupil{end}"] = pd.array(np.rint(yearly), "Int64")
        table.loc[months <= 0, f"amount_per_pupil{end}"] = pd.NA
    return table


def _keyed(side: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Cells with the columns of GROUPINGS as they are told."""
    hidden = side["protected"].to_numpy()
    return side.assign(
        payer=np.where(side["payer_in_area"], side["payer"], OUTSIDE),
        school=np.where(hidden, "", side["school_id"].map(names).astype(object)),
        programme=np.where(hidden, "", side["programme"]),
        amount=side[list(AMOUNTS)].sum(axis=1),
    )


def _grouped(keyed: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for by, columns in GROUPINGS.items():
        rows = keyed[[*SUMS, "amount"]].assign(**_keys(keyed, by, columns))
        summed = rows.groupby(_KEYS, sort=True).sum()
        # Nobody paid for is still a region.
        parts.append(summed if columns or len(summed) else summed.reindex([(by, "", "")], fill_value=0))
    return pd.concat(parts)


def _keys(keyed: pd.DataFrame, by: str, columns: Sequence[str]) -> dict[str, Any]:
    named = {name: keyed[column] for name, column in zip(("group", "programme"), columns, strict=False)}
    return {"by": by, "group": "", "programme": "", **named}


def _moved(keyed: pd.DataFrame, steps: Sequence[Moved], pupils: int) -> pd.DataFrame:
    """How many pupils the step that moves fewest of a group, but some, moves: by the group, 0 where none does."""
    kinds = {"moved": [step.price for step in steps], "moved_covered": [step.supplement for step in steps]}
    placed = {
        name: [(keyed.index.get_indexer(pd.Index(pairs // pupils)), pairs % pupils) for pairs in some]
        for name, some in kinds.items()
    }
    parts = []
    for by, columns in GROUPINGS.items():
        keys = pd.DataFrame(_keys(keyed, by, columns), index=keyed.index)
        of_cell, groups = pd.MultiIndex.from_frame(keys).factorize()
        fewest = pd.DataFrame(_NOBODY, index=groups, columns=list(placed))
        for name, some in placed.items():
            for cell, pupil in some:
                group = np.unique(of_cell[cell].astype(np.int64) * pupils + pupil) // pupils
                counts = np.bincount(group, minlength=len(groups))
                fewest[name] = np.where(counts > 0, np.minimum(counts, fewest[name]), fewest[name])
        parts.append(fewest)
    return pd.concat(parts).replace(_NOBODY, 0)


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
