"""What would move if the limit or the levels of the structural supplement stood elsewhere, for the same money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.ledger import KINDS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.funding.entitlement import entitlement
from gymreg_core.funding.lorenz import lorenz
from gymreg_core.funding.money import MONTHS, Ore, part, split
from gymreg_core.funding.prices import Tariff
from gymreg_core.funding.settlement_rules import SettlementRules
from gymreg_core.funding.supplement import Supplement
from gymreg_core.funding.supplement_words import sentences
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import Language

Ints = NDArray[np.int64]
_TOP = Fraction(1, 10)
_CENTURY = 100


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """The supplement under other limits and levels, on the same pupils.

    table : a row per limit (points) and shift (points that the beginnings of the levels move by), today's among them
    (`today`): share_covered (of months), total (öre a year with today's amounts per level); and with today's total, the
    amounts moved in the same proportion: gini, top_share (of the tenth of pupils whose schools get most), reached
    (schools), moved (öre that lie with other schools than today), share_moved, gaining and losing (schools).
    schools : how many. year : price year of the amounts.
    """

    table: pd.DataFrame
    schools: int
    year: int

    def summary(self) -> dict[str, Any]:
        """The spans over the grid, and the setting that moves most."""
        table, today = self.table, self.table[self.table["today"]]
        most = table.iloc[[int(table["moved"].to_numpy().argmax())]]
        spans: dict[str, float] = {}
        for name in ("share_covered", "total", "gini", "share_moved"):
            spans |= {f"{name}_min": float(table[name].min()), f"{name}_max": float(table[name].max())}
        return {
            "settings": len(table),
            "limit_today": float(today["limit"].iloc[0]),
            "total_today": int(today["total"].iloc[0]),
            "most_limit": float(most["limit"].iloc[0]),
            "most_shift": float(most["shift"].iloc[0]),
            "most_moved": int(most["moved"].iloc[0]),
            **spans,
        }

    def describe(self, language: Language = "sv") -> str:
        """The spans in sentences."""
        return " ".join(sentences("sensitivity", self.summary(), language))

    def _repr_html_(self) -> str:
        return f"<p>{self.describe()}</p>{self.table.to_html(index=False)}"


def sensitivity_of(
    enrolments: Enrolments,
    year: int,
    *,
    limits: Sequence[float] | None = None,
    shifts: Sequence[float] | None = None,
) -> Sensitivity:
    """`sensitivity` on whom the rules of a calendar year pay for, as known at the end of the enrolments.

    Every month that is paid for on a covered programme, at the school where it was; protected identities are left out,
    as they are where the supplement is told by school. No row of a person is handed out.
    Errors: as `entitlement` and `sensitivity`; RuleMissing for a year without a supplement.
    """
    supplement, rules = Supplement.packaged(year), SettlementRules.packaged(year)
    months = [year * _CENTURY + month for month in range(1, MONTHS + 1)]
    due = entitlement(enrolments, months, Tariff.packaged(), supplement, rules)
    h, lines = due.histories, due.lines
    covered = supplement.covers(h.programmes, h.placements["year_of_study"])[lines.placement]
    kind = np.isin(lines.kind, [KINDS.index(name) for name in rules.supplement_kinds])
    counted = np.flatnonzero(covered & kind & ~lines.protected)
    pair = h.school[lines.placement[counted]].astype(np.int64) * len(h) + lines.pupil[counted]
    pairs, paid = np.unique(pair, return_counts=True)
    school, pupil = np.divmod(pairs, len(h))
    return sensitivity(h.merit[pupil], school, paid, supplement, limits=limits, shifts=shifts)


def sensitivity(
    merit: ArrayLike,
    school: ArrayLike,
    months: ArrayLike,
    supplement: Supplement,
    *,
    limits: Sequence[float] | None = None,
    shifts: Sequence[float] | None = None,
) -> Sensitivity:
    """Other limits and levels on a grid, against `supplement`.

    merit (n,), NaN = none; school (n,), any numbers; months (n,), how many are paid for: of every pupil on a covered
    programme, those at the limit or above too. limits, shifts : left out, those of rules/supplement.yml. Settings
    where a level would not begin below the limit, or the one before it, are passed over.
    Errors: BadInput for lengths that differ, months below 0, or nobody covered.
    """
    points, paid = np.asarray(merit, np.float64), np.asarray(months, np.int64)
    schools, at = np.unique(np.asarray(school), return_inverse=True)
    if not len(points) == len(paid) == len(at) or (paid < 0).any():
        raise BadInput("merit, school and months do not fit each other", where="sensitivity")
    grid = {
        (limit, shift): other
        for limit in sorted({*_tried("limits", limits), supplement.limit})
        for shift in sorted({*_tried("shifts", shifts), 0})
        if (other := _moved(supplement, float(limit), float(shift))) is not None
    }
    weight = np.bincount(at, paid, len(schools)).astype(np.int64)
    occurring = weight > 0
    before = _year(supplement, points, at, paid, len(schools))
    total = int(before.sum())
    if total <= 0:
        raise BadInput("nobody brings a supplement", where="sensitivity", remedy="Give pupils below the limit too.")
    rows = []
    for (limit, shift), other in grid.items():
        kept = _year(other, points, at, paid, len(schools))
        same = split(total, kept)
        change = same - before
        curve = lorenz(same[occurring], weight[occurring])
        rows.append(
            {
                "limit": float(limit),
                "shift": float(shift),
                "today": other is supplement,
                "share_covered": float(paid[other.level(points) > 0].sum() / paid.sum()),
                "total": int(kept.sum()),
                "gini": curve.index,
                "top_share": curve.top_share(_TOP),
                "reached": int((same > 0).sum()),
                "moved": int(change[change > 0].sum()),
                "share_moved": float(change[change > 0].sum() / total),
                "gaining": int((change > 0).sum()),
                "losing": int((change < 0).sum()),
            }
        )
    return Sensitivity(pd.DataFrame(rows), int(occurring.sum()), supplement.year)


def _tried(name: str, given: Sequence[float] | None) -> Sequence[float]:
    return rule("supplement", f"sensitivity_{name}") if given is None else given


def _moved(supplement: Supplement, limit: float, shift: float) -> Supplement | None:
    """The supplement with its limit there and its levels moved: itself where nothing moves, None where it cannot be."""
    if limit == supplement.limit and shift == 0:
        return supplement
    bands = [*(edge + shift for edge in supplement.bands[:-1]), supplement.bands[-1]]
    try:
        return supplement.with_changes(limit=limit, bands=bands)
    except BadParameters:
        return None


def _year(supplement: Supplement, merit: NDArray[np.float64], at: Ints, months: Ints, schools: int) -> Ore:
    """What the schools get in a year, int64 (schools,): months times the amount of the level, a twelfth of each."""
    amounts = np.concatenate([[0], supplement.amounts_in(supplement.year)])
    sums = np.zeros(schools, np.int64)
    np.add.at(sums, at, amounts[supplement.level(merit)] * months)
    return part(sums, 1, MONTHS)
