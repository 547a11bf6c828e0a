"""US senate elections (Cattaneo, Frandsen and Titiunik 2015), read from the package rdrobust and not copied."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import pandas as pd

from tests.fetched import fetched

PACKAGE = "rdrobust==2.1.1"


@cache
def senate() -> pd.DataFrame:
    """1,390 elections by margin (percentage points of votes for the Democrat): margin, vote (of the next election for
    the same seat, 93 missing) and state."""
    told = pd.read_csv(BytesIO(fetched(PACKAGE, "rdrobust/data/rdrobust_RDsenate.csv")))
    told = told.sort_values("margin", kind="stable", ignore_index=True)
    return told.assign(state=np.unique(told["state"], return_inverse=True)[1])[["margin", "vote", "state"]]
