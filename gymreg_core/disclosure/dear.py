"""What it costs readers that a count is left out, by its key: where there is a choice, others go first."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gymreg_core.disclosure.coordinates import links

Floats = NDArray[np.float64]
_NEXT = re.compile(r" (?=[a-z_0-9]+=)")


def coordinates(key: str) -> tuple[str, str, dict[str, str]] | None:
    """Universe, measure and coordinates of a key; None for a rest or a difference, which hold several keys."""
    pieces = key.split("|")
    if len(pieces) != 3 or "*" in key:  # noqa: PLR2004 universe, measure and coordinates
        return None
    universe, measure, of = pieces
    return universe, measure, dict(one.split("=", 1) for one in _NEXT.split(of) if one)


def dearer(keys: Sequence[str]) -> Floats:
    """(n,): how many ordinary counts may go in the place of each, beyond one (rules/disclosure_links.yml, dear)."""
    found = np.zeros(len(keys))
    for link in links()["dear"]:
        start = f"{link['universe']}|"
        for place, key in enumerate(keys):
            if key.startswith(start) and (cell := coordinates(key)) is not None:
                _, measure, of = cell
                if all(of.get(name) in wanted for name, wanted in link["where"].items()):
                    found[place] += link["measures"].get(measure, 0)
    return found
