"""The fitted numbers as they are kept in the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from gymreg_core.synthetic.paths import COLUMNS
from gymreg_core.synthetic.pupils import Home

FOLDER = Path(__file__).parent
_DECIMALS = {"attraction": 3, "slope": 3, "reach": 3, "test_mean": 3}


def write_homes(homes: Sequence[Home], folder: Path = FOLDER) -> None:
    """homes.csv: municipality, share, level, spread, low."""
    pd.DataFrame([asdict(home) for home in homes]).to_csv(folder / "homes.csv", index=False, lineterminator="\n")


def write_paths(paths: pd.DataFrame, folder: Path = FOLDER) -> None:
    """study_paths.csv: the columns of `paths.COLUMNS`, a row per study path."""
    paths[list(COLUMNS)].round(_DECIMALS).to_csv(folder / "study_paths.csv", index=False, lineterminator="\n")
