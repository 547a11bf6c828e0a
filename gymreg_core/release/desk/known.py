"""What readers know when a release is out: its own cells and those of every release before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gymreg_core.errors import BadInput

if TYPE_CHECKING:
    from gymreg_core.disclosure.attack import Attack
    from gymreg_core.disclosure.cells import Cells


def attacked_with(record: Path, earlier: Sequence[Path]) -> Attack:
    """What an attacker finds who knows a release by its private record, and all `earlier` ones, the oldest first.

    Errors: BadInput where a record cannot be read.
    """
    from gymreg_core.disclosure.attack import attacked
    from gymreg_core.disclosure.policy import policy

    return attacked(cells_of(record), policy(), [cells_of(path) for path in earlier])


def cells_of(path: Path) -> Cells:
    """The cells of a private record. Errors: BadInput where it cannot be read."""
    from gymreg_core.disclosure.cells import Cells
    from gymreg_core.disclosure.cells_file import from_json

    held = _read(path)
    try:
        return from_json(held) if held.get("keys") else Cells.none()
    except (ValueError, TypeError, KeyError):
        raise _unreadable(path) from None


def record_about(path: Path) -> dict[str, Any]:
    """By kind of report, how many cells a private record has and how many of them are hidden, by reason; nothing where
    there is no record. Errors: BadInput where it cannot be read."""
    reports = _read(path).get("reports", {}) if path.is_file() else {}
    return dict(reports) if isinstance(reports, dict) else {}


def record_key(path: Path) -> str:
    """The key of the site that a private record is of. Errors: BadInput where it cannot be read."""
    return str(_read(path).get("key", ""))


def _read(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _unreadable(path) from None
    if not isinstance(held, dict):
        raise _unreadable(path)
    return held


def _unreadable(path: Path) -> BadInput:
    return BadInput("this private record cannot be read", where=path.name, remedy="Build the site anew.")
