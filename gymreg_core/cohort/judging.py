"""How well scores tell who an event comes to: separation with schools as clusters, and what pointing out finds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Int32 = NDArray[np.int32]


def clustered_auc(score: Floats, event: Bools, cluster: Int32) -> tuple[float, float]:
    """The area under the ROC curve of scores (n,) and its standard error, pupils of a cluster being alike.

    The probability that whoever the event comes to has the higher score, ties half. Obuchowski (1997, Biometrics 53),
    which is DeLong's where every pupil is a cluster. NaN for the error with fewer than two clusters on either side.
    """
    from sklearn.metrics import roc_auc_score

    area = float(roc_auc_score(event, score))
    values, place = np.unique(score, return_inverse=True)
    up, down = (np.bincount(place[of], minlength=len(values)) for of in (event, ~event))
    beats = ((np.cumsum(down) - down / 2) / down.sum())[place]
    beaten = ((up.sum() - np.cumsum(up) + up / 2) / up.sum())[place]
    _, which = np.unique(cluster, return_inverse=True)
    with_event, without = (np.bincount(which, weights=of) for of in (event, ~event))
    more = np.bincount(which, weights=np.where(event, beats - area, 0))
    less = np.bincount(which, weights=np.where(event, 0, beaten - area))
    schools = [int((count > 0).sum()) for count in (with_event, without)]
    if min(schools) < 2:  # noqa: PLR2004 a variance needs two
        return area, float("nan")
    ones, zeros = with_event.sum(), without.sum()
    variance = _factor(schools[0]) * more @ more / ones**2 + _factor(schools[1]) * less @ less / zeros**2
    variance += 2 * _factor(len(with_event)) * more @ less / (ones * zeros)
    return area, float(np.sqrt(max(0.0, variance)))


def _factor(clusters: int) -> float:
    return clusters / (clusters - 1)


def pointed_out(score: Floats, workload: float) -> Bools:
    """Whether each of n is among the share `workload` with the highest scores, rounded to whole ones.

    Of equal scores at the edge those that come first are; the rows have to stand in an order that tells nothing.
    """
    flagged = np.zeros(len(score), np.bool_)
    flagged[np.argsort(-score, kind="stable")[: round(workload * len(score))]] = True
    return flagged
