"""How well probabilities tell who became eligible: separation and agreement, on counted pupils."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gymreg_core.errors import BadInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_CUT = 0.5


@dataclass(frozen=True)
class Measures:
    """Of probabilities against what happened, pupils counted once each.

    accuracy : share told right when 0.5 or more counts as eligible. majority : share told right by telling the more
    usual outcome of all. auc, auc_low, auc_high : probability that an eligible pupil has the higher one, ties half,
    with the interval of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44). mcfadden : 1 less the ratio of the log
    likelihoods with and without the probabilities. tjur : difference of the mean probabilities (Tjur 2009, American
    Statistician 63). brier : mean squared difference.
    """

    pupils: int
    accuracy: float
    majority: float
    auc: float
    auc_low: float
    auc_high: float
    mcfadden: float
    tjur: float
    brier: float


def measure(probability: Floats, yes: Ints, no: Ints, confidence: float) -> Measures:
    """The measures of probabilities (c,) told to `yes` eligible and `no` other pupils, each (c,)."""
    positives, negatives = int(yes.sum()), int(no.sum())
    if not positives or not negatives:
        raise BadInput(
            "every pupil has the same outcome",
            where="outcome",
            why="There is nothing to tell apart.",
            remedy="Give cohorts in which some became eligible and some did not.",
        )
    everyone = positives + negatives
    share = positives / everyone
    told_yes = probability >= _CUT
    right = int(yes[told_yes].sum() + no[~told_yes].sum())
    with np.errstate(divide="ignore"):
        likelihood = _dot(yes, np.log(probability)) + _dot(no, np.log1p(-probability))
    alone = positives * np.log(share) + negatives * np.log1p(-share)
    area, deviation = auc(probability, yes, no)
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * deviation
    return Measures(
        pupils=everyone,
        accuracy=right / everyone,
        majority=max(share, 1 - share),
        auc=area,
        auc_low=max(0.0, area - reach),
        auc_high=min(1.0, area + reach),
        mcfadden=float(1 - likelihood / alone),
        tjur=float(yes @ probability / positives - no @ probability / negatives),
        brier=float((yes @ (1 - probability) ** 2 + no @ probability**2) / everyone),
    )


def auc(score: Floats, yes: Ints, no: Ints) -> tuple[float, float]:
    """The area under the curve of scores (c,) and its standard error after DeLong; NaN for it with a single pupil."""
    values, place = np.unique(score, return_inverse=True)
    up = np.bincount(place, yes, len(values))
    down = np.bincount(place, no, len(values))
    positives, negatives = up.sum(), down.sum()
    beaten = (np.cumsum(down) - down / 2) / negatives
    beaten_by = (positives - np.cumsum(up) + up / 2) / positives
    area = float(up @ beaten / positives)
    if positives < 2 or negatives < 2:  # noqa: PLR2004 a variance needs two
        return area, float("nan")
    of_yes = up @ (beaten - area) ** 2 / (positives - 1)
    of_no = down @ (beaten_by - area) ** 2 / (negatives - 1)
    return area, float(np.sqrt(of_yes / positives + of_no / negatives))


def wilson(yes: Ints, pupils: Ints, confidence: float) -> tuple[Floats, Floats]:
    """Interval of shares yes/pupils (g,) after Wilson (1927); NaN where there is nobody."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n = np.where(pupils > 0, pupils, np.nan)
    middle = (yes + z**2 / 2) / (n + z**2)
    reach = z * np.sqrt(yes * (n - yes) / n + z**2 / 4) / (n + z**2)
    return middle - reach, middle + reach


def _dot(counts: Ints, logarithms: Floats) -> float:
    """Sum of counts times logarithms, where no count times minus infinity is nothing."""
    return float(np.sum(counts * np.where(counts > 0, logarithms, 0.0)))
