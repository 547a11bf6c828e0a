"""Whom the structural supplement reaches: by school and programme, how unevenly, and against flat money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.funding.lines import FUNDING_TABLES
from gymreg_core.funding.lorenz import Curve, concentration, lorenz
from gymreg_core.funding.money import MONTHS, split
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.vocabulary.programmes import Language

SCHOOL = ("school_id", "school", "municipality", "provider_form")
_SUMS = ("pupils", "covered", "pupil_months", "covered_months", "amount", "flat", "gain")
_TOP = Fraction(1, 10)


@dataclass(frozen=True, eq=False)
class Distribution:
    """How a year's supplement lies over schools on national programmes; weights are months of pupils.

    table : a row per school and programme: the columns of `lines.SUPPLEMENT`, then flat (öre that the same total gives
    when every month of a pupil brings as much), gain (amount - flat; over all rows they add up to 0) and per_pupil (öre
    per pupil and year, a ratio).
    curve : Lorenz curve over schools in the order of the amount per month of a pupil. concentration : the same in the
    order of the share of months with a supplement. unplaced : öre of rows that belong to no school.
    """

    table: pd.DataFrame
    curve: Curve
    concentration: Curve
    unplaced: int

    def by(self, columns: Sequence[str] = SCHOOL) -> pd.DataFrame:
        """Sums by some of SCHOOL and programme, with share_covered (of months) and per_pupil (öre per year) beside."""
        unknown = sorted(set(columns) - {*SCHOOL, "programme"})
        if unknown or not columns:
            raise BadParameters(
                f"no sums by {', '.join(unknown) or 'nothing'}",
                where="by",
                remedy=f"Some of {', '.join((*SCHOOL, 'programme'))}.",
            )
        sums = self.table.groupby(list(columns), as_index=False, sort=True)[list(_SUMS)].sum()
        return sums.assign(
            share_covered=sums["covered_months"] / sums["pupil_months"],
            per_pupil=sums["amount"] * MONTHS / sums["pupil_months"],
        )

    def lorenz_table(self) -> pd.DataFrame:
        """The points of the curve: share_pupils, share_amount, from (0, 0) to (1, 1)."""
        pupils, amount = self.curve.shares
        return pd.DataFrame({"share_pupils": pupils, "share_amount": amount})

    def summary(self) -> dict[str, Any]:
        """Total in öre, months, schools and how many are reached, Gini, share of the top tenth, concentration index;
        schools that gain and lose against flat money, the öre moved, and the gain by provider form."""
        schools = self.by(("school_id",))
        gain = schools["gain"].to_numpy()
        months = int(schools["pupil_months"].sum())
        return {
            "total": int(schools["amount"].sum()),
            "unplaced": self.unplaced,
            "pupil_months": months,
            "share_covered": float(schools["covered_months"].sum() / months),
            "per_pupil": float(schools["amount"].sum() * MONTHS / months),
            "per_covered": float(schools["amount"].sum() * MONTHS / max(1, schools["covered_months"].sum())),
            "schools": len(schools),
            "reached": int((schools["amount"] > 0).sum()),
            "gini": self.curve.index,
            "top_share": self.curve.top_share(_TOP),
            "concentration": self.concentration.index,
            "gaining": int((gain > 0).sum()),
            "losing": int((gain < 0).sum()),
            "moved": int(gain[gain > 0].sum()),
            "forms": tuple(self.by(("provider_form",))[["provider_form", "gain"]].itertuples(index=False, name=None)),
        }

    def describe(self, language: Language = "sv") -> str:
        """Reach, unevenness, and who gains and loses, in sentences."""
        return " ".join(sentences("distribution", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>"


def distribution(supplement: pd.DataFrame) -> Distribution:
    """How the supplement of a year is distributed.

    supplement : rows of `lines.SUPPLEMENT`, one per school and programme. Rows with neither months nor an amount are
    passed over, and those that belong to no school ('', protected identities).
    Errors: BadInput for amounts or months below 0, amounts without months, rows twice, or nothing left.
    """
    columns = [column.name for column in FUNDING_TABLES["supplement"]]
    placed = (supplement["school_id"] != "").to_numpy(bool)
    table = supplement.loc[placed, columns].reset_index(drop=True)
    _check(table)
    table = table[table["pupil_months"] > 0].sort_values(["school_id", "programme"], ignore_index=True)
    if table.empty:
        raise BadInput("no school has a pupil on a national programme", where="supplement")
    flat = split(int(table["amount"].sum()), table["pupil_months"].to_numpy())
    table = table.assign(
        flat=flat,
        gain=table["amount"] - flat,
        per_pupil=table["amount"] * MONTHS / table["pupil_months"],
    )
    schools = table.groupby("school_id")[["amount", "pupil_months", "covered_months"]].sum()
    amounts, months, covered = (schools[name].to_numpy(np.int64) for name in schools.columns)
    ratio = np.array([Fraction(c, m) for c, m in zip(covered.tolist(), months.tolist(), strict=True)], dtype=object)
    place = pd.Series(ratio).map({value: rank for rank, value in enumerate(sorted(set(ratio)))})
    return Distribution(
        table=table,
        curve=lorenz(amounts, months),
        concentration=concentration(amounts, months, place.to_numpy()),
        unplaced=int(supplement.loc[~placed, "amount"].sum()),
    )


def _check(table: pd.DataFrame) -> None:
    numbers = table[["pupils", "covered", "pupil_months", "covered_months", "amount"]]
    faults = {
        "are below 0": (numbers < 0).any(axis=1),
        "have more months with a supplement than months": table["covered_months"] > table["pupil_months"],
        "have an amount and no months": (table["pupil_months"] <= 0) & (table["amount"] > 0),
        "stand there twice": table.duplicated([*SCHOOL, "programme"]),
        "have another provider form": ~table["provider_form"].isin(PROVIDER_FORMS),
    }
    told = [f"{int(rows.sum())} rows {what}" for what, rows in faults.items() if rows.any()]
    if told:
        raise BadInput(
            "; ".join(told),
            where="supplement",
            why="A row is a school and a programme with the supplement of a whole year, corrections in it.",
            remedy="Take the table from settled_year(...).supplement.",
        )
