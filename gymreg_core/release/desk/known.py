"""What readers know when a release is out: its own cells and those of every release before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gymreg_core.disclosure.attack import Attack, attacked
from gymreg_core.disclosure.cells import Cells, merged
from gymreg_core.disclosure.policy import policy
from gymreg_core.errors import BadInput


def attacked_with(record: Path, earlier: Sequence[Path]) -> Attack:
    """What an attacker finds who knows a release by its private record, and all `earlier` ones.

    Errors: BadInput where a record cannot be read.
    """
    cells, _ = merged([*(cells_of(path) for path in earlier), cells_of(record)])
    return attacked(cells, policy())


def cells_of(path: Path) -> Cells:
    """The cells of a private record."""
    try:
        held = json.loads(path.read_bytes())
        return Cells(
            tuple(held.get("keys", ())),
            np.asarray([np.nan if value is None else value for value in held.get("values", ())], np.float64),
            np.asarray(held.get("why", ()), np.int8),
            np.asarray(held.get("unit", ()), np.float64),
            np.asarray(held.get("guarded", ()), np.bool_),
            tuple((whole, tuple(parts)) for whole, parts in held.get("sums", ())),
        )
    except (OSError, ValueError, TypeError, AttributeError):
        raise BadInput("this private record cannot be read", where=path.name, remedy="Build the site anew.") from None
