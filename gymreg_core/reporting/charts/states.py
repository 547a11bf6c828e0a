"""One colour for each state of a pupil, the same in every chart, and the order in which states are stacked."""

from __future__ import annotations

from collections.abc import Iterable

from gymreg_core.reporting.charts.canvas import DARK, INK, LILAC, NAVY, ORANGE, PAPER, PLUM, TEAL

# Finished in blues, at school in greens and lilac, away in warm tones and greys: neighbours differ in lightness.
STATE_COLOURS = {
    "diploma": NAVY,
    "study_certificate": "#6B8FB3",
    "vocational": "#14655E",
    "preparatory": TEAL,
    "introductory": LILAC,
    "study_break": ORANGE,
    "interrupted": PLUM,
    "moved_out": "#838E97",
    "age_limit": DARK,
}
"""From the bottom of a stack to its top."""
_PAPER_ON = ("diploma", "vocational", "interrupted", "age_limit")


def in_order(states: Iterable[object]) -> list[str]:
    """The states among `states`, each once, from the bottom of a stack to its top. Errors: KeyError."""
    there = {str(state) for state in states}
    if unknown := there - set(STATE_COLOURS):
        raise KeyError(f"no state is called {min(unknown)!r}")
    return [state for state in STATE_COLOURS if state in there]


def on(state: str) -> str:
    """The colour of text that stands on a state's colour."""
    return PAPER if state in _PAPER_ON else INK
