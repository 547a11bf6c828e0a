"""The attacker: everything that follows from what is published, and whether it tells too much of anyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gymreg_core.disclosure.bounding import bound
from gymreg_core.disclosure.cells import Cells
from gymreg_core.disclosure.system import Floats, system
from gymreg_core.errors import DisclosureRefused

if TYPE_CHECKING:
    from gymreg_core.disclosure.policy import Policy

_SHOWN_AT_ONCE = 20


@dataclass(frozen=True)
class Attack:
    """What an attacker found; keys and counts, never a number that is hidden.

    cells, hidden, guarded : how many cells there are, how many of them show no number, how many have to stay open.
    told : keys of guarded cells whose bounds lie closer together than the policy allows, in the order of the cells;
    places : their places. contradictory : keys of cells of sums that cannot all hold.
    narrowest : the least distance of the bounds of a guarded cell as a multiple of what is asked, at most 1; for those
    that are open enough it is not looked for how much more they are.
    """

    cells: int
    hidden: int
    guarded: int
    told: tuple[str, ...]
    places: tuple[int, ...]
    contradictory: tuple[str, ...]
    narrowest: float

    def __bool__(self) -> bool:
        return bool(self.told or self.contradictory)


def bounds(cells: Cells, policy: Policy) -> tuple[Floats, Floats]:
    """The closest that a reader who knows `cells` can bound each of them: low, high, (n,) each, inf where it is open.

    By linear programs over all sums, ceiled and floored for counts; in whole numbers where that is close to what the
    policy asks. Of cells that contradict one another the bounds are those found until then.
    """
    found = bound(system(cells, policy))
    return found.low[: len(cells)], found.high[: len(cells)]


def attacked(cells: Cells, policy: Policy) -> Attack:
    """Which guarded cells are bounded closer than `least_interval` (counts) or `least_relative` (amounts) allow."""
    told = system(cells, policy)
    found = bound(told, enough=True)
    close = np.flatnonzero(told.guarded & ~told.wide(found.low, found.high))
    asked = np.where(told.relative > 0, told.relative * np.abs(found.high), told.width)[close]
    distance = (found.high - found.low)[close] / np.where(asked > 0, asked, 1)
    return Attack(
        len(cells),
        int(np.isnan(cells.values).sum()),
        int(cells.guarded.sum()),
        tuple(cells.keys[place] for place in close),
        tuple(close.tolist()),
        tuple(cells.keys[place] for place in np.flatnonzero(found.contradictory[: len(cells)])),
        float(distance.min(initial=1.0)),
    )


def refuse_attacked(attack: Attack, where: str | None = None) -> None:
    """Errors: DisclosureRefused where `attack` found anything, with the keys (the first of many) and no number."""
    if not attack:
        return
    lines = [f"bounded too closely: {_listed(attack.told)}"] if attack.told else []
    lines += (
        [f"told in ways that contradict one another: {_listed(attack.contradictory)}"] if attack.contradictory else []
    )
    raise DisclosureRefused(
        "what is left out can be told from what is shown; " + "; ".join(lines),
        where=where,
        why="A reader who knows all that is published, now and before, may not come closer to a hidden number than "
        "least_interval and least_relative of rules/disclosure_audiences.yml allow.",
        remedy="Leave out one more cell of a sum that each of these is in, or say in rules/disclosure_links.yml which "
        "tables count the same pupils, so that they are protected together.",
    )


def _listed(keys: tuple[str, ...]) -> str:
    more = len(keys) - _SHOWN_AT_ONCE
    return ", ".join(keys[:_SHOWN_AT_ONCE]) + (f" and {more} more" if more > 0 else "")
