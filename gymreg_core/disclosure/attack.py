"""The attacker: everything that follows from what is published, and whether it tells too much of anyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gymreg_core.disclosure.bounding import Bounded, bound
from gymreg_core.disclosure.cells import Cells
from gymreg_core.disclosure.editions import Editions, editions_together
from gymreg_core.disclosure.system import Bools, Floats, System, system
from gymreg_core.errors import DisclosureRefused
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.texts import texts

if TYPE_CHECKING:
    from gymreg_core.disclosure.policy import Policy
    from gymreg_core.vocabulary.programmes import Language

_SHOWN_AT_ONCE = 20


@dataclass(frozen=True)
class Attack:
    """What an attacker found; keys and counts, never a number that is hidden. True where it is something.

    cells, hidden, guarded : how many cells there are, how many of them show no number, how many have to stay open.
    told : keys of guarded cells whose bounds lie closer together than the policy allows, in the order of the cells;
    places : their places. contradictory : keys of cells of sums that cannot all hold.
    narrowest : the least distance of the bounds of a guarded cell as a multiple of what is asked, at most 1; for those
    that are open enough it is not looked for how much more they are.
    releases : how many earlier ones were read too. changed : keys of changes of which these tell that they are of
    few; presumed : keys of cells that are told to whoever presumes that little has changed since. tell : whether the
    policy lets a release out with a note of such ones.
    """

    cells: int
    hidden: int
    guarded: int
    told: tuple[str, ...]
    places: tuple[int, ...]
    contradictory: tuple[str, ...]
    narrowest: float
    releases: int = 0
    changed: tuple[str, ...] = ()
    presumed: tuple[str, ...] = ()
    tell: bool = False

    def __bool__(self) -> bool:
        return bool(self.told or self.contradictory or ((self.changed or self.presumed) and not self.tell))

    def sentences(self, language: Language = "sv") -> tuple[str, ...]:
        """What was read and what was found, for whoever reviews a release; keys, and no number of a cell."""
        p = texts("gymreg_core.disclosure", "attack_texts.yml")
        counts = {name: number(getattr(self, name), language) for name in ("cells", "hidden", "guarded", "releases")}
        found = [p("read_with" if self.releases else "read", language, **counts)]
        if self.told:
            share = percent(self.narrowest, language, 0)
            found.append(p("told", language, share=share, **_named(self.told, language)))
        else:
            found.append(p("open", language))
        also = {"changed": self.changed, "presumed": self.presumed, "contradictory": self.contradictory}
        return (*found, *(p(name, language, **_named(keys, language)) for name, keys in also.items() if keys))

    def describe(self, language: Language = "sv") -> str:
        """The sentences as one paragraph."""
        return " ".join(self.sentences(language))


def bounds(cells: Cells, policy: Policy) -> tuple[Floats, Floats]:
    """The closest that a reader who knows `cells` can bound each of them: low, high, (n,) each, inf where it is open.

    By linear programs over all sums, ceiled and floored for counts; in whole numbers where that is close to what the
    policy asks. Of cells that contradict one another the bounds are those found until then.
    """
    found = bound(system(cells, policy))
    return found.low[: len(cells)], found.high[: len(cells)]


def attacked(cells: Cells, policy: Policy, earlier: Sequence[Cells] = ()) -> Attack:
    """Which guarded cells are bounded closer than `least_interval` (counts) or `least_relative` (amounts) allow.

    earlier : releases that were out before, the oldest first; a reader knows them too. Found as well are counts
    of which they tell that fewer than `smallest_count` have come or gone, and cells that they tell to a reader who
    presumes that little has changed (`editions_together`).
    """
    every = {key for one in earlier for key in one.keys}
    known = editions_together([*earlier, cells], apart=every) if earlier else Editions(cells, (), {})
    told, found = _bounded(known, policy)
    # What an earlier release tells by itself is out already, and no reason to refuse this one.
    ours = set(cells.keys)
    names = [known.cells.keys[place] for place in _close(known, told, found)]
    close = [place for place in _close(known, told, found) if known.cells.keys[place] in ours]
    asked = np.maximum(told.width[close], told.relative[close] * np.abs(found.high[close]))
    distance = (found.high - found.low)[close] / np.where(asked > 0, asked, 1)
    changed = _changed(known, told, found, policy.smallest_count)
    presumed = _presumed(cells, earlier, policy) if earlier else {}
    return Attack(
        len(cells),
        int(np.isnan(cells.values).sum()),
        int(known.cells.guarded.sum()),
        tuple(known.cells.keys[place] for place in close),
        tuple(close),
        tuple(known.cells.keys[place] for place in _places(found.contradictory, known.cells)),
        float(distance.min(initial=1.0)),
        len(earlier),
        changed,
        tuple(dict.fromkeys(key for name, key in presumed.items() if name not in (*names, *changed))),
        policy.revisions == "tell",
    )


def _presumed(cells: Cells, earlier: Sequence[Cells], policy: Policy) -> dict[str, str]:
    """Names and keys of cells that are bounded too closely by whoever presumes little change, and of changes of few."""
    apart: set[str] = set()
    while True:
        known = editions_together([*earlier, cells], apart)
        told, found = _bounded(known, policy)
        wrong = {known.keys[known.cells.keys[place]] for place in _places(found.contradictory, known.cells)}
        if wrong <= apart:
            break
        apart |= wrong
    close = {known.cells.keys[place]: known.keys[known.cells.keys[place]] for place in _close(known, told, found)}
    return close | {name: name for name in _changed(known, told, found, policy.smallest_count)}


def _close(known: Editions, told: System, found: Bounded) -> list[int]:
    """Places of guarded cells, changes aside, whose bounds are too close."""
    narrow = np.flatnonzero(told.guarded & ~told.wide(found.low, found.high))
    return [place for place in narrow.tolist() if place not in set(known.changes)]


def refuse_attacked(attack: Attack, where: str | None = None) -> None:
    """Errors: DisclosureRefused where `attack` found anything, with the keys (the first of many) and no number."""
    if not attack:
        return
    lines = [f"bounded too closely: {_listed(attack.told)}"] if attack.told else []
    if attack.changed and not attack.tell:
        lines.append(f"few have come or gone since an earlier release: {_listed(attack.changed)}")
    if attack.presumed and not attack.tell:
        lines.append(f"told to whoever presumes that little has changed since: {_listed(attack.presumed)}")
    if attack.contradictory:
        lines.append(f"told in ways that contradict one another: {_listed(attack.contradictory)}")
    raise DisclosureRefused(
        "what is left out can be told from what is shown; " + "; ".join(lines),
        where=where,
        why="A reader who knows all that is published, now and before, may not come closer to a hidden number than "
        "least_interval and least_relative of rules/disclosure_audiences.yml allow.",
        remedy="Leave out one more cell of a sum that each of these is in, or say in rules/disclosure_links.yml which "
        "tables count the same pupils, so that they are protected together.",
    )


def _places(of: Bools, cells: Cells) -> list[int]:
    """Places of cells, without those of slacks."""
    return np.flatnonzero(of[: len(cells)]).tolist()


def _bounded(editions: Editions, policy: Policy) -> tuple[System, Bounded]:
    """What is known, and bounds of guarded cells and of changes, as far as it takes to see that they are open."""
    told = system(editions.cells, policy)
    guarded, width, places = told.guarded.copy(), told.width.copy(), list(editions.changes)
    # Bounds of a change that lie this far apart are not all of few.
    guarded[places], width[places] = True, policy.smallest_count - 1
    told = replace(told, guarded=guarded, width=width)
    return told, bound(told, enough=True)


def _changed(known: Editions, told: System, found: Bounded, smallest: int) -> tuple[str, ...]:
    """The keys of changes of which a reader knows that they are of few, and not of none."""
    narrow = np.zeros(len(told), np.bool_)
    narrow[list(known.changes)] = True
    narrow &= ~told.wide(found.low, found.high)
    if not narrow.any():
        return ()
    closest = bound(told, of=narrow)
    few = narrow & (closest.low >= 1) & (closest.high < smallest)
    return tuple(known.cells.keys[place] for place in _places(few, known.cells))


def _named(keys: tuple[str, ...], language: Language) -> dict[str, str]:
    p, more = texts("gymreg_core.disclosure", "attack_texts.yml"), len(keys) - _SHOWN_AT_ONCE
    shown = ", ".join(keys[:_SHOWN_AT_ONCE])
    if more > 0:
        shown = p("more", language, keys=shown, number=number(more, language))
    return {"number": number(len(keys), language), "keys": shown}


def _listed(keys: tuple[str, ...]) -> str:
    return _named(keys, "en")["keys"]
