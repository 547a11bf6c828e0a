"""What funding reports rest on: settled months in a workspace, or the made-up region settled for the purpose."""

from __future__ import annotations

from typing import Any

from gymreg_core.reporting.material import Given, Material, Note


def funding_state(given: Given) -> Any:
    """What is settled."""
    del given
    return None


def funding_material(given: Given, note: Note) -> Material | None:
    """The settled months that `given` holds; None where nothing is settled."""
    del given
    note("nothing is settled here, so there are no funding reports")
    return None
