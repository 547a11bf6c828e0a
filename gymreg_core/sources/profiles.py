"""What a study path's name says beyond its code: the profile that tells two of one code at one school apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from gymreg_core.sources.headers import folded
from gymreg_core.vocabulary.packaged import packaged_yaml

_ENDINGS_FROM = 5  # letters: in shorter words an s at the end is no ending


def profiles(paths: Iterable[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """(code, name) -> words of the profile, for the study paths of one intake.

    What most names of an orientation begin with is its own name; what they add is the profile. Where nothing is shared,
    and in introductory programmes, the profile is everything after the programme: "ES - Musik, Sång" -> {musik, sang}.
    """
    known = sorted(set(paths))
    groups: dict[str, list[str]] = {}
    for code, name in known:
        groups.setdefault(code[:5], []).append(name)
    own = {group: _own_name(names) for group, names in groups.items() if not group.startswith("IM")}
    return {(code, name): _profile(name, own.get(code[:5], "")) for code, name in known}


@cache
def telling_nothing(about: str) -> frozenset[str]:
    """Folded words that tell no two names of `about` (schools | study_paths) apart: linking_words.yml."""
    return frozenset(packaged_yaml("gymreg_core.sources", "linking_words.yml")[about])


def _own_name(names: list[str]) -> str:
    """The shortest name that at least half of the names begin with; '' where there is none."""
    for candidate in sorted(set(names), key=lambda name: (len(name), name)):
        if 2 * sum(name.startswith(candidate) for name in names) >= len(names):
            return candidate
    return ""


def _profile(name: str, own: str) -> frozenset[str]:
    rest = name.removeprefix(own) if own and name.startswith(own) else name.partition(" - ")[2]
    stems = (_stem(word) for word in re.split(r"[^\w/]+", rest))
    return frozenset(stem for stem in stems if stem and stem not in telling_nothing("study_paths"))


@cache
def _stem(word: str) -> str:
    """'Fordons' -> 'fordon', 'transportprogrammet' -> 'transport': what Gy11 and Gy25 names share."""
    plain = folded(word).removesuffix("programmet")
    return plain[:-1] if len(plain) >= _ENDINGS_FROM and plain.endswith("s") else plain


def likeness(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared words among all words of two profiles; two blank ones are the same, a blank and another are not."""
    return len(a & b) / len(a | b) if a | b else 1.0
