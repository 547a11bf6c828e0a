"""What an attacker finds in random linked releases: as they are, with small counts left out, and protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gymreg_core.disclosure.attack import Attack, attacked
from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.disclosure.protect import protect
from tests.linked_releases import SMALLEST, Linked, linked_release
from tests.protect_reference import fewest

Bools = NDArray[np.bool_]
_EARLIER, _NOW = "edition=1", "edition=2"


@dataclass(frozen=True)
class Tried:
    """cells : that stand in tables. small, hidden : how many of them are small, and are left out after protection;
    fewest : how many have to be at least, None where it was not looked for or takes too long to find out.

    nothing, primary, protected : what is found where nothing is left out, small counts alone, and what has to be;
    alone, both : what a second edition tells together with the
    first, each protected by itself, or both at once; None where there is one edition.
    """

    cells: int
    small: int
    hidden: int
    nothing: Attack
    primary: Attack
    protected: Attack
    alone: Attack | None
    both: Attack | None
    fewest: int | None = None

    def leaks(self) -> bool:
        """Whether something is found in what is protected, without presuming anything."""
        return any(
            attack.told or attack.changed or attack.contradictory
            for attack in (self.protected, self.both)
            if attack is not None
        )


def tried(seed: int, size: str, optimum: bool = False) -> Tried:
    """Protect a random release, and attack it in every way; and look for the fewest cells that have to be hidden."""
    told, linked = policy(), linked_release(seed, size)
    cells = linked.cells
    stands = cells.why != Why.NOWHERE
    small = stands & (cells.values > 0) & (cells.values < SMALLEST)
    hidden = protect(cells, told)
    after = linked.read(hidden)
    two = any(_EARLIER in key for key in cells.keys)
    open_ = linked.read(np.zeros(len(cells), np.bool_))
    return Tried(
        int(stands.sum()),
        int(small.sum()),
        int((hidden & stands).sum()),
        attacked(replace(open_, guarded=open_.guarded | small), told),
        attacked(linked.read(small), told),
        attacked(after, told),
        _two_editions([_alone(edition(cells, of)) for of in (_EARLIER, _NOW)]) if two else None,
        _two_editions([edition(after, of) for of in (_EARLIER, _NOW)]) if two else None,
        fewest(cells, told) if optimum else None,
    )


def _alone(cells: Cells) -> Cells:
    """What a reader has of true `cells` that were protected by themselves."""
    return Linked(cells, (), ()).read(protect(cells, policy()))


def _two_editions(editions: Sequence[Cells]) -> Attack:
    return attacked(editions[1], policy(), editions[:1])


def edition(cells: Cells, of: str) -> Cells:
    """The cells of one edition of a release, as if it had been out alone."""
    places = np.flatnonzero([of in key and "less edition" not in key for key in cells.keys])
    at = {int(place): new for new, place in enumerate(places)}
    return Cells(
        tuple(cells.keys[place].replace(of, "edition") for place in places),
        cells.values[places],
        cells.why[places],
        cells.unit[places],
        cells.guarded[places],
        tuple(
            (at[whole], tuple(at[part] for part in parts))
            for whole, parts in cells.sums
            if whole in at and all(part in at for part in parts)
        ),
        None,
        tuple((at[part], at[of], least, most) for part, of, least, most in cells.ratios if part in at and of in at),
    )
