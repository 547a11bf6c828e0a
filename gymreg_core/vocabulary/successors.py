"""The line a study path's code stands in: which codes are one education under names of different years."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from gymreg_core.vocabulary.packaged import packaged_yaml
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import parse_code

KINDS = frozenset({"variant", "apprenticeship", "advanced", "aesthetic", "sport"})


@dataclass(frozen=True)
class Lineage:
    """What stays the same when codes change: codes of one lineage are one education.

    `programme` and `orientation` are the last known of their line; `aims_at` the programme that an introductory
    programme aims at. National recruitment is left out: from Gy25 on it is written where it was not before.
    """

    programme: str
    orientation: str
    aims_at: str
    kinds: frozenset[str]


@cache
def lineage(code: str) -> Lineage:
    """'EKEKO' and 'EKEKI' give the same, 'HAHAN0L' and 'FSFS00L', 'IMVHV' and 'IMVFRG', 'EK' and 'EK25'."""
    parts = parse_code(code)
    place = f"{parts.programme}{parts.orientation}"
    if parts.orientation:
        place = _last(_codes(), place)
        if parts.variant and place[2:] in _variants():
            place = place[:2] + _variants()[place[2:]]
    orientation = place[2:] if parts.orientation else ""
    programme = _last_programme(place[:2] if orientation else parts.programme)
    return Lineage(programme, orientation, _last_programme(parts.aims_at), parts.flags & KINDS)


@cache
def lineage_steps(place: str) -> tuple[str, ...]:
    """A place (programme and orientation) and the other names of its line, older ones first, then newer ones.

    A step is taken only where one place alone followed one other: 'BAMAA', which joined two, has no other name.
    """
    following, before = _codes(), _preceding()
    steps = [place]
    while len(older := before.get(steps[-1], ())) == 1:
        steps += older
    newer = place
    while newer in following and len(before[following[newer]]) == 1:
        newer = following[newer]
        steps.append(newer)
    return tuple(steps)


@cache
def _preceding() -> dict[str, tuple[str, ...]]:
    return {new: tuple(old for old, to in _codes().items() if to == new) for new in dict.fromkeys(_codes().values())}


def _last(following: dict[str, str], code: str) -> str:
    while code in following:
        code = following[code]
    return code


def _last_programme(code: str) -> str:
    known = programmes().get(code)
    return _last_programme(known.followed_by) if known is not None and known.followed_by else code


@cache
def _entries() -> list[dict[str, dict[str, str]]]:
    entries: list[dict[str, dict[str, str]]] = packaged_yaml("gymreg_core.vocabulary", "code_successors.yml")
    return entries


@cache
def _codes() -> dict[str, str]:
    """Old code -> the one that followed first; of two, the earlier change counts."""
    return {old: new for entry in _entries() for old, new in entry.get("codes", {}).items()}


@cache
def _variants() -> dict[str, str]:
    return {old: new for entry in _entries() for old, new in entry.get("variants", {}).items()}
