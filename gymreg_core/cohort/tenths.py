"""What was predicted beside what came: tenths of the rows in the order of their predicted risk."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_TENTHS = 10


def tenths(predicted: Floats, rows: Ints, events: Ints) -> pd.DataFrame:
    """Cells (c,) with their predicted risk, rows and events: bin, predicted, observed, pupils, events.

    Equal risks fall into the same tenth, that of their middle; a tenth that nothing falls into has no row.
    """
    values, place = np.unique(predicted, return_inverse=True)
    at = np.bincount(place, rows, len(values))
    middle = (np.cumsum(at) - at / 2) / max(1, at.sum())
    bins, which = np.unique((middle * _TENTHS).astype(np.int64)[place] + 1, return_inverse=True)
    pupils, came = (np.bincount(which, counts, len(bins)).astype(np.int64) for counts in (rows, events))
    told = np.bincount(which, predicted * rows, len(bins)) / np.maximum(1, pupils)
    table: dict[str, Any] = {"bin": bins, "predicted": told, "observed": came / np.maximum(1, pupils)}
    return pd.DataFrame({**table, "pupils": pupils, "events": came})
