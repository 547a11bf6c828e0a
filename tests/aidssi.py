"""The data aidssi (mstate; Geskus 2016), read from the package pymsm and not copied: its licence is another one.

pymsm cannot be installed beside a current numpy, so its files alone are fetched, without what it needs. Where that is
not possible the tests that want them are skipped.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

PACKAGE = "pymsm==0.1.7"
CAUSES = {"event-free": "", "AIDS": "AIDS", "SI": "SI"}


@cache
def aidssi() -> pd.DataFrame:
    """329 men: time (years since infection) and cause ('' where censored)."""
    with TemporaryDirectory(prefix="gymreg-") as folder:
        uv = Path(sys.executable).with_name("uv")
        command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--target", folder, PACKAGE]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            pytest.skip(f"{PACKAGE}, whose data are wanted, cannot be fetched")
        told = pd.read_csv(Path(folder) / "pymsm" / "datasets" / "aidssi.csv")
    return pd.DataFrame({"time": told["time"], "cause": told["cause"].map(CAUSES)})
