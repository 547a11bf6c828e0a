"""Merit bands of the cells of a panel (rules/effects.yml)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gymreg_core.cohort.starts import NO_BAND
from gymreg_core.rules import rule


def band_names() -> list[str]:
    """The names of all bands from the lowest, of those without a merit value last: '0-99', …, 'none'."""
    edges = [*rule("effects", "merit_bands"), int(rule("merit_scale", "ordinary_maximum")) + 1]
    return [*(f"{low}-{above - 1}" for low, above in pairwise(edges)), NO_BAND]


def band_of(merit: NDArray[np.float64]) -> NDArray[np.int64]:
    """The place in `band_names` of merit values (n,) in points, NaN where there is none: int64 (n,)."""
    edges = rule("effects", "merit_bands")
    place = np.maximum(np.searchsorted(edges, merit, side="right") - 1, 0)
    return np.where(np.isnan(merit), len(edges), place).astype(np.int64)
