"""The data aidssi (mstate; Geskus 2016), read from the package pymsm and not copied: its licence is another one.

pymsm cannot be installed beside a current numpy, so its files alone are fetched, without what it needs. Where that is
not possible the tests that want them are skipped.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pandas as pd

from tests.fetched import fetched

PACKAGE = "pymsm==0.1.7"
CAUSES = {"event-free": "", "AIDS": "AIDS", "SI": "SI"}


@cache
def aidssi() -> pd.DataFrame:
    """329 men: time (years since infection) and cause ('' where censored)."""
    told = pd.read_csv(BytesIO(fetched(PACKAGE, "pymsm/datasets/aidssi.csv")))
    return pd.DataFrame({"time": told["time"], "cause": told["cause"].map(CAUSES)})
