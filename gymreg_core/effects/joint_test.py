"""Whether several estimates are all nothing, with few clusters, and how large a violation such a test would see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gymreg_core.contracts.effects import VERDICTS
from gymreg_core.effects.panel import Floats
from gymreg_core.rules import rule

HOLDS, FAILS, UNCLEAR = VERDICTS


@dataclass(frozen=True)
class JointTest:
    """statistic : F. p_value : of all being nothing. power : chance to see the violation; NaN where none is given.
    verdict : of contracts.effects.VERDICTS, at the level and power of rules/effects.yml."""

    statistic: float
    p_value: float
    power: float
    verdict: str

    @property
    def row(self) -> dict[str, float | str]:
        """What the test adds to a row of `checks`."""
        return {"statistic": self.statistic, "p_value": self.p_value, "power": self.power, "verdict": self.verdict}


def joint_test(estimate: Floats, moves: Floats, clusters: float, violation: Floats | None = None) -> JointTest:
    """Wald test that estimates (q,) are 0, by what each of the clusters moves them by (q columns), see fit.Fit;
    clusters : G, those of equal weight that they rest on (`Fit.effective`).

    Wald's statistic W is told as F = W (G - q) / (q (G - 1)) with q and G - q degrees of freedom, as Hotelling's T² of
    G - 1 degrees of freedom is (Pustejovsky and Tipton 2018, Journal of Business and Economic Statistics 36, on why the
    plain W / q with few clusters rejects too often). violation : (q,), estimates that would matter, or (j, q), several
    of which the hardest to see counts; the power is that of the noncentral F. Without, a test that finds nothing is
    `unclear`.
    """
    from scipy.special import fdtrc, fdtri, ncfdtr

    many, rest = len(estimate), clusters - len(estimate)
    covariance = moves.T @ moves
    if rest < 1 or np.linalg.matrix_rank(covariance) < many:
        return JointTest(np.nan, np.nan, np.nan, UNCLEAR)
    scale = rest / (many * (clusters - 1))
    statistic = float(estimate @ np.linalg.solve(covariance, estimate)) * scale
    p_value = float(fdtrc(many, rest, statistic))
    level, power = float(rule("effects", "test_level")), np.nan
    if violation is not None:
        each = np.atleast_2d(violation)
        away = float((each * np.linalg.solve(covariance, each.T).T).sum(axis=1).min())
        power = 1 - float(ncfdtr(many, rest, away, fdtri(many, rest, 1 - level)))
    seen = power >= float(rule("effects", "test_power"))
    return JointTest(statistic, p_value, power, FAILS if p_value < level else HOLDS if seen else UNCLEAR)
