"""Whether pages on supply and demand may be made of what is known of real pupils."""

from __future__ import annotations

from functools import partial

from gymreg_core.reporting.material import require_decision

decided = partial(
    require_decision,
    report="supply_demand",
    held="these are first choices of real pupils",
    why="What pupils choose is in the office's keeping; it decides what it publishes of it.",
)
"""As `require_decision`, of the provenance and the decision."""
