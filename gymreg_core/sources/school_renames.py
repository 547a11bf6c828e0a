"""Which school of an earlier year goes on under another name: told by words in the names and by what is offered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gymreg_core.rules import rule
from gymreg_core.sources.headers import folded
from gymreg_core.sources.profiles import telling_nothing
from gymreg_core.vocabulary.successors import Lineage

School = tuple[str, str]  # municipality, name
Offer = frozenset[Lineage]

_SAME, _CONTAINED, _RELATED = range(3)  # how two names agree: same words, one holds the other, most words are shared
_ENDINGS_FROM, _ENDING = 5, 2  # letters: 'strands' is 'strand' with an ending, 'nti' has none


@dataclass(frozen=True)
class _Agreement:
    """How well two schools agree: `grade` by their names, shares of words and of what they offer."""

    grade: int
    words: float
    offer: float
    old: School
    new: School

    @property
    def order(self) -> tuple[int, float, float, School, School]:
        return (self.grade, -self.words, -self.offer, self.old, self.new)


def renamed_schools(
    ended: Mapping[School, Offer], begun: Mapping[School, Offer], others: Iterable[School] = ()
) -> dict[School, tuple[School, ...]]:
    """For every school of `begun` the schools of `ended` that it goes on from, the likeliest first.

    `ended`: schools of earlier intakes that are no more; `begun`: schools never seen before, both with what they offer;
    `others`: schools that go on under their name. Names with the same words go on in each other, in another
    municipality too where even its name agrees. A name that holds all words of the other goes on from it where they
    share a part of their offer; so schools may merge or part. Names that only share most words, one of them a word
    that no other school has, are paired one to one where most of the offer is the same.
    """
    agreements = sorted(
        (a for old in ended for new in begun if (a := _agreement(old, new, ended[old], begun[new]))),
        key=lambda a: a.order,
    )
    found: dict[School, tuple[School, ...]] = {}
    used: set[School] = set()
    everyone = {*ended, *begun, *others}
    for grade in (_SAME, _CONTAINED, _RELATED):
        before = frozenset(used)
        for a in (agreement for agreement in agreements if agreement.grade == grade):
            if {a.old, a.new} & (before if grade == _CONTAINED else used):
                continue
            if grade == _RELATED and not _word_of_their_own(a, everyone):
                continue
            found[a.new] = (*found.get(a.new, ()), a.old)
            used |= {a.old, a.new}
    return found


def _word_of_their_own(pair: _Agreement, everyone: set[School]) -> bool:
    """Whether two schools share a word that no third one has: the name of a chain says nothing about one school."""
    elsewhere = {word for school in everyone - {pair.old, pair.new} for word in _words(school)}
    return bool(set(_words(pair.old)) & set(_words(pair.new)) - elsewhere)


def _agreement(old: School, new: School, old_offer: Offer, new_offer: Offer) -> _Agreement | None:
    before, after = _words(old), _words(new)
    shared_offer = len(old_offer & new_offer) / max(1, min(len(old_offer), len(new_offer)))
    shared = sum(any(_same_word(a, b) for b in after) for a in before)
    part, whole = shared / min(len(before), len(after)), shared / (len(before) + len(after) - shared)
    if whole >= 1 and (old[0] == new[0] or _words(old, keep_place=True) == _words(new, keep_place=True)):
        return _Agreement(_SAME, 1.0, shared_offer, old, new)
    if old[0] != new[0]:
        return None
    least = "shared_offer_if_name_contains" if min(len(before), len(after)) > 1 else "shared_offer_if_one_word"
    if part >= 1 and shared_offer >= rule("linking", least):
        return _Agreement(_CONTAINED, whole, shared_offer, old, new)
    most_words = shared > 1 and part >= rule("linking", "shared_words_of_schools")
    related = most_words or whole >= rule("linking", "shared_words_of_both_schools")
    if related and shared_offer >= rule("linking", "shared_offer_if_related"):
        return _Agreement(_RELATED, whole, shared_offer, old, new)
    return None


def _words(school: School, *, keep_place: bool = False) -> tuple[str, ...]:
    """The words of a school's name that tell it apart, each once; all of them where none does."""
    everything = dict.fromkeys(folded(word) for word in re.split(r"[^\w]+", school[1].replace(":", "")) if folded(word))
    place = {folded(word) for word in re.split(r"[^\w]+", school[0])}
    common = telling_nothing("schools") if keep_place else telling_nothing("schools") | place
    return tuple([word for word in everything if word not in common] or everything or [school[1]])


def _same_word(a: str, b: str) -> bool:
    """Equal, or one ending apart: 'Fryshusets' and 'Fryshuset', 'Strand' and 'Strands'."""
    short, long = sorted((a, b), key=len)
    return a == b or (len(short) >= _ENDINGS_FROM and long.startswith(short) and len(long) - len(short) <= _ENDING)
