"""The data mpdta (Callaway and Sant'Anna 2021: minimum wages and teenage employment of 500 US counties, 2003-2007).

Read from the package moderndid and not copied.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import numpy as np
import pandas as pd

from tests.fetched import fetched

PACKAGE = "moderndid==0.2.0"


@cache
def mpdta() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Log employment (500, 5), first year with a higher minimum wage (500,), 0 never, years (5,), log population
    (500, 1)."""
    raw = fetched(PACKAGE, "moderndid/core/datasets/mpdta_long.pkl.gz")
    told = pd.read_pickle(BytesIO(raw), compression="gzip")
    wide = told.pivot(index="countyreal", columns="year", values="lemp")
    fixed = told.groupby("countyreal")[["first.treat", "lpop"]].first().loc[wide.index]
    years = wide.columns.to_numpy(np.int64)
    return wide.to_numpy(), fixed["first.treat"].to_numpy(np.int64), years, fixed[["lpop"]].to_numpy()
