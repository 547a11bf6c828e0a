"""How far schools, and cohorts at a school, lie apart in an outcome beyond chance, from a panel's own counts."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from gymreg_core.effects.panel import Panel


def spreads(panel: Panel, outcome: str) -> tuple[float, float]:
    """Standard deviations, as shares, of what a school and programme adds, and of what happens at a school to a cohort.

    By moments: the squared sums of residuals (outcome less the share of the band and cohort) over each school and
    programme, and over each school and cohort, less what chance gives of them, are sums of the two variances times
    squared numbers of pupils; the two that fit, none below 0. (0, 0) where the outcome is known of nobody.
    """
    known, total = panel.known[outcome].astype(np.float64), panel.total[outcome]
    if not known.any():
        return 0.0, 0.0
    group = panel.band * len(panel.cohorts) + panel.cohort
    share = np.bincount(group, total) / np.maximum(np.bincount(group, known), 1)
    residual = total - known * share[group]
    chance = known * share[group] * (1 - share[group])
    place, shock = panel.place, panel.school * len(panel.cohorts) + panel.cohort
    squares = [float(np.sum(np.bincount(of, known) ** 2)) for of in (place, shock)]
    cell = np.unique(place * len(panel.cohorts) + panel.cohort, return_inverse=True)[1]
    both = float(np.sum(np.bincount(cell, known) ** 2))
    beyond = [float(np.sum(np.bincount(of, residual) ** 2) - chance.sum()) for of in (place, shock)]
    whole = max(squares)
    found, _ = nnls(np.array([[squares[0], both], [both, squares[1]]]) / whole, np.array(beyond) / whole)
    return float(np.sqrt(found[0])), float(np.sqrt(found[1]))
