"""Cells that are left out for the sake of other reports: what a build found that linked tables would tell."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

from gymreg_core.errors import GymregError

VARIABLE = "GYMREG_WITHHELD"
"""Names a file with a list of keys (JSON)."""


def withheld() -> frozenset[str]:
    """The keys of cells that are to be left out of every table of this run. Errors: GymregError where the file that
    GYMREG_WITHHELD names cannot be read."""
    path = os.environ.get(VARIABLE)
    return _read(path) if path else frozenset()


@cache
def _read(path: str) -> frozenset[str]:
    try:
        return frozenset(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise GymregError(
            "the list of withheld cells cannot be read", where=VARIABLE, remedy="Run the build again."
        ) from None
