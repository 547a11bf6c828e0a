"""Applicants around all cut-offs together: from pairs of an applicant and a study path to arrays of a discontinuity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.effects.local_linear import Points, crossed
from gymreg_core.effects.margins import Bools, Floats, Ints, Margins
from gymreg_core.effects.plan import AnalysisPlan


@dataclass(frozen=True, eq=False, repr=False)
class Around:
    """n pairs that tell something at a cut-off, sorted by points.

    points : Points, with a level for each study path of an intake, and clusters schools and applicants, crossed.
    applicant, school : int64 (n,), as in Margins. row : int64 (n,), places in the margins.
    """

    points: Points
    applicant: Ints
    school: Ints
    row: Ints

    def only(self, keep: Bools) -> Around:
        """Those of a mask (n,)."""
        p = self.points
        kept = Points(p.x[keep], p.right[keep], p.groups[keep], tuple(cluster[keep] for cluster in p.clusters))
        return Around(kept, self.applicant[keep], self.school[keep], self.row[keep])

    def moved(self, to: float) -> Around:
        """The side of a cut-off at `to` that the true one at 0 is not on, as if a jump were there."""
        kept = self.only(self.points.right if to > 0 else ~self.points.right)
        x = kept.points.x - to
        shifted = Points(x, x >= 0, kept.points.groups, kept.points.clusters)
        return Around(shifted, kept.applicant, kept.school, kept.row)

    def __repr__(self) -> str:
        return f"Around({len(self.row)} pairs)"


def in_plan(margins: Margins, plan: AnalysisPlan) -> Bools:
    """bool (m,), pairs of the plan's intakes and programmes that can be on both sides of the cut-off.

    Whoever would get an offer that they like better at the cut-off already (`better` at or below 0) is below it or not
    there at all: with them the sample would thin out towards the cut-off, by no one's doing.
    """
    keep = margins.better > 0
    if plan.first_cohort is not None:
        keep &= margins.intake >= plan.first_cohort
    if plan.last_cohort is not None:
        keep &= margins.intake <= plan.last_cohort
    if plan.programmes != "all":
        keep &= margins.vocational == (plan.programmes == "vocational")
    return np.asarray(keep)


def around(margins: Margins, keep: Bools) -> Around:
    """The pairs of a mask (m,) as arrays of a discontinuity.

    Of those with the lowest merit value admitted, the ones with an offer are above the cut-off and the others, whom the
    lot left out, below it.
    """
    row = np.flatnonzero(keep)
    row = row[np.argsort(margins.points[row], kind="stable")]
    x = margins.points[row]
    path = margins.intake[row].astype(np.int64) * (int(margins.path.max(initial=0)) + 1) + margins.path[row]
    points = Points(
        x=x,
        right=(x > 0) | ((x == 0) & margins.offered[row]),
        groups=np.unique(path, return_inverse=True)[1].astype(np.int64),
        clusters=crossed(margins.school[row], margins.applicant[row]),
    )
    return Around(points, margins.applicant[row], margins.school[row], row)


def settled(margins: Margins, row: Ints) -> tuple[tuple[str, ...], Floats]:
    """Names (q,) and values (n, q) of covariates; one that is missing counts as the mean of the others."""
    names = tuple(margins.covariates)
    values = np.column_stack([margins.covariates[name][row] for name in names]) if names else np.empty((len(row), 0))
    gaps = np.isnan(values)
    if gaps.any():
        means = np.where(gaps, 0.0, values).sum(0) / np.maximum((~gaps).sum(0), 1)
        values = np.where(gaps, means, values)
    return names, values
