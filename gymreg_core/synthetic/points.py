"""Cut-offs and medians of made-up study paths, on the scale that each is admitted on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.synthetic.allocation import Floats, Ints
from gymreg_core.synthetic.proportions import block, value

_QUARTERS = (0.0, 0.25, 0.5, 0.75)
_TENTHS = (0.0, 0.1, 0.5, 0.9, 1.0)
_RISE_AT = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_BEYOND = 0.1  # how far the ends lie beyond the 10th and 90th percentile, as a share of them
Words = NDArray[np.object_]


def cutoffs(family: Words, scale: Words, level: Floats, full: NDArray[np.bool_]) -> Floats:
    """Cut-offs of the full rows from their rank in demand through the quantiles of their kind; 0 for the others.

    All arguments and the result have shape (P,).
    """
    out = np.zeros(len(level))
    for table, rows in _kinds(family, scale):
        mine = rows[full[rows]]
        rank = np.argsort(np.argsort(level[mine], kind="stable"), kind="stable")
        out[mine] = _stepped(_cutoff_at((rank + 0.5) / max(1, len(mine)), table["cutoff"]), table)
    return out


def earlier_cutoffs(family: Words, scale: Words, cutoff: Floats, final: Floats, rng: np.random.Generator) -> Floats:
    """Preliminary cut-offs: the final one, where there is one, less what it rises until then; no lower than its kind's.

    All arguments but `rng` and the result have shape (P,); 0 where there is no cut-off.
    """
    rise = np.interp(rng.random(len(cutoff)), _RISE_AT, value("shape", "rise_to_final"))
    out = cutoff.copy()
    for table, rows in _kinds(family, scale):
        mine = rows[(cutoff[rows] > 0) & (final[rows] > 0)]
        lowest = np.minimum(table["cutoff"][0], final[mine])
        out[mine] = _stepped(np.maximum(final[mine] - rise[mine], lowest), table)
    return out


def medians(family: Words, scale: Words, cutoff: Floats, admitted: Ints, rng: np.random.Generator) -> Floats:
    """Medians of the admitted: above the cut-off by the gap of their kind, or of the height of rows with free seats.

    All arguments but `rng` and the result have shape (P,); 0 where nobody was admitted.
    """
    out = np.zeros(len(cutoff))
    draw = rng.random(len(cutoff))
    for table, rows in _kinds(family, scale):
        gap = np.interp(draw[rows], _TENTHS, (0.0, *table["gap"], table["gap"][2] * (1 + _BEYOND)))
        gap = np.where(admitted[rows] > 1, gap, 0.0)
        highest = np.maximum(table["top"] - table["step"], cutoff[rows])
        low, _, high = table["with_free_seats"]
        ends = (low * (1 - _BEYOND), *table["with_free_seats"], high * (1 + _BEYOND))
        free = np.interp(draw[rows], _TENTHS, ends)
        points = np.where(cutoff[rows] > 0, np.minimum(cutoff[rows] + gap, highest), np.minimum(free, table["top"]))
        out[rows] = np.where(admitted[rows] > 0, _stepped(points, table), 0.0)
    return out


def _kinds(family: Words, scale: Words) -> Iterator[tuple[dict[str, Any], Ints]]:
    """Rows that share one table of points: a family on the grade scale, else the scale alone."""
    kinds = sorted({(f if s == "grades" else "", s) for f, s in zip(family, scale, strict=True)})
    for f, s in kinds:
        table = {**block("scales")[s], **(block("points")[f] if f else {})}
        yield table, np.flatnonzero((scale == s) & ((family == f) | (s != "grades")))


def _cutoff_at(place: Floats, quartiles: list[float]) -> Floats:
    """Quantiles of a cut-off from its minimum, quartiles and maximum; beyond the upper quartile it thins out."""
    tail = value("shape", "upper_tail")
    upper = quartiles[3] + tail["share"] * (quartiles[4] - quartiles[3])
    drawn = np.interp(place, (*_QUARTERS, tail["at"], 1.0), (*quartiles[:4], upper, quartiles[4]))
    return np.asarray(drawn, dtype=np.float64)


def _stepped(points: Floats, table: dict[str, Any]) -> Floats:
    step = float(table["step"])
    return np.asarray(np.round(points / step) * step, dtype=np.float64)
