"""What there is to apply for in each municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from gymreg_core.admission.measures import absent, is_national, measure, with_change
from gymreg_core.admission.result import Result, phrase, plain
from gymreg_core.vocabulary.phrases import counted, listing, per_cent
from gymreg_core.vocabulary.programmes import Language, municipalities


@dataclass(frozen=True, eq=False)
class Supply(Result):
    """One row per municipality of the co-operation area and of the data, national programmes only; most seats first.

    table : municipality, x, y (place in the tile map, NA outside the co-operation area), every measure with
    ``_previous`` and ``_change``, seats_share (of all). A municipality without national programmes counts zero.
    """

    def with_supply(self) -> pd.DataFrame:
        """The municipalities that have a national programme."""
        return self.table[self.table["study_paths"] > 0]

    def without_supply(self) -> list[str]:
        """The municipalities that have none."""
        return self.table.loc[self.table["study_paths"] == 0, "municipality"].tolist()

    def summary(self) -> dict[str, Any]:
        there = self.with_supply()
        share = plain(there["seats_share"].iloc[0]) if len(there) else None
        return {"municipalities": len(there), "without": self.without_supply(), "largest_share": share}

    def sentences(self, language: Language) -> tuple[str, ...]:
        there = self.with_supply()
        if there.empty:
            return (phrase()("supply.none", language),)
        out = [phrase()("supply.where", language, municipalities=counted(len(there), "municipality", language))]
        top = there.iloc[0]
        if len(there) > 1 and plain(top["seats_share"]) is not None:
            out.append(
                phrase()(
                    "supply.largest",
                    language,
                    name=top["municipality"],
                    share=per_cent(float(top["seats_share"]), language),
                )
            )
        without = self.without_supply()
        if without:
            out.append(phrase()("supply.without", language, names=listing(without, language)))
        return tuple(out)


def by_municipality(
    now: pd.DataFrame, before: pd.DataFrame | None, *, intake_year: int, compare_to: int | None
) -> Supply:
    """The measures of each municipality, national programmes.

    Parameters
    ----------
    now, before : results tables of one year and round each; None = nothing to compare with.
    """
    keys = ["municipality"]
    own = municipalities()
    names = pd.DataFrame({"municipality": sorted({*own, *now["municipality"].unique()})})
    earlier = None if before is None else _complete(measure(before[is_national(before)], keys), names)
    table = with_change(_complete(measure(now[is_national(now)], keys), names), earlier, keys)
    for axis in ("x", "y"):
        table[axis] = table["municipality"].map({name: getattr(m, axis) for name, m in own.items()}).astype("Int64")
    whole = table["seats"].sum()
    table["seats_share"] = table["seats"].astype("Float64") / whole if whole else absent(len(table), "Float64")
    table = table.sort_values(["seats", "municipality"], ascending=[False, True], ignore_index=True)
    return Supply(table, intake_year, compare_to)


def _complete(measured: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    table = names.merge(measured, on="municipality", how="left")
    counts = ["study_paths", "schools", "seats", "admitted", "free_seats", "reserves"]
    table[counts] = table[counts].fillna(0)
    return table
