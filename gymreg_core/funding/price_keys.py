"""From a study path's code to the names that a price list may have it under, the closest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from gymreg_core.rules import entries
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import parse_code
from gymreg_core.vocabulary.successors import lineage_steps

_GY25 = "25"
_SPECIAL = frozenset({"variant", "advanced", "national"})


@dataclass(frozen=True)
class PriceKey:
    """A name in a price list; `aimed`: it is the price of the programme that an introductory programme aims at."""

    key: str
    aimed: bool = False


@dataclass(frozen=True)
class PriceKeys:
    """What a code can be priced as, the closest first.

    `special`: a special variant, advanced or nationwide education, for which Skolverket decides; `introductory`: no
    national programme; `apprenticeship`: the code names it.
    """

    keys: tuple[PriceKey, ...]
    special: bool
    introductory: bool
    apprenticeship: bool


@cache
def price_keys(code: str) -> PriceKeys:
    """'ESMUK0PR' -> ESMUK, ESMUS, ES; 'FRFRR0L' -> FRFRR, HVFRS, FR, HV; 'IMYBAGL' -> IMYBA, BA (aimed), IMY.

    An orientation is looked for under its own name, then under those of its line (vocabulary/code_successors.yml) as
    long as each follows one other alone; then its programme, likewise.
    """
    parts = parse_code(code)
    adapted = next((key for key in _adapted() if code.startswith(key)), "")
    introductory = bool(adapted) or parts.programme.startswith("IM")
    if adapted:
        keys = [PriceKey(adapted)]
    elif introductory:
        aims_at = parts.aims_at if parts.aims_at in programmes() else ""
        aimed = [PriceKey(parts.programme + aims_at)] if aims_at else []
        if aims_at and parts.programme in _use("aimed_at"):
            aimed += [PriceKey(name, aimed=True) for name in _line_of_programmes((aims_at,))]
        keys = [*aimed, PriceKey(parts.programme)]
    else:
        place = parts.programme + parts.orientation
        places = list(lineage_steps(place)) if parts.orientation else []
        whole = [f"{parts.programme}{_GY25}"] if code == f"{parts.programme}{_GY25}" else []
        names = _line_of_programmes((parts.programme, *(name[:2] for name in places)))
        keys = [PriceKey(name) for name in dict.fromkeys([*places, *whole, *names])]
    return PriceKeys(tuple(keys), bool(parts.flags & _SPECIAL), introductory, parts.apprenticeship)


def _line_of_programmes(names: tuple[str, ...]) -> tuple[str, ...]:
    """Programmes, then those before them, then those after them."""
    older = [old for name in names for old in _before(name)]
    newer = [after for name in names if (known := programmes().get(name)) and (after := known.followed_by)]
    return tuple(dict.fromkeys([*names, *older, *newer]))


def _before(programme: str) -> Iterator[str]:
    for known in programmes().values():
        if known.followed_by == programme:
            yield known.code
            yield from _before(known.code)


def _use(key: str) -> list[str]:
    value: list[str] = entries("prices/use")[key]["value"]
    return value


def _adapted() -> list[str]:
    value: list[str] = entries("prices/use")["adapted"]["value"]
    return value
