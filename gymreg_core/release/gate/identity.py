"""Identity numbers in running text, whatever they are spelled like; with or without a right check digit.

Source: folkbokföringslagen (1991:481) 18 §; lag (2022:1697) om samordningsnummer (day + 60); SCB's instructions for
temporary numbers (letters in the serial). A number is told from others by what it is written as: a date that there is,
then a serial of its own, in a text, a table's cell or bare numbers (`Nature`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from gymreg_core.release.gate.runs import digits
from gymreg_core.rules import rule

Nature = Literal["text", "page", "amount", "cell", "code", "bytes", "numbers"]
"""text: words of readers. page: words of a PDF's page, on which the cells of a row follow each other after a blank.
cell: a table's cell whose number is written with spaces between thousands. amount: a cell of money. code: what programs
read. bytes: characters among bytes that are no text. numbers: co-ordinates and the like, where anything but bare digits
is another number."""

_DAY = r"(?:0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DATE = rf"(?P<c>\d\d)?(?P<y>\d\d)(?P<m>{_MONTH})(?P<d>{_DAY})"
_LETTERED = r"(?:[Tt][Ff]\d\d|[A-Z]\d{3}|[A-Z]{2}\d\d)(?![\dA-Za-z])"
_START = r"(?<!\d)(?<!\d[.,])"
_SOLID = re.compile(rf"{_START}{_DATE}\d{{4}}(?!\d)")
_BARE = re.compile(rf"(?<![\d.]){_DATE}\d{{4}}(?![\d.])")
_JOINED = re.compile(
    rf"{_START}{_DATE}(?:(?:[-+/_.:~| \u00a0\n\t]|[ \u00a0]?[-+][ \u00a0]?)\d{{4}}(?!\d|[-/]\d)"
    rf"|[-+ \u00a0]?{_LETTERED})"
)
_DASHED = re.compile(rf"{_START}{_DATE}(?:[-+]\d{{4}}(?!\d)|[-+]?{_LETTERED})")
_APART = re.compile(
    rf"{_START}(?:(?P<c>\d\d)(?P<t>[-/. _\u00a0]?))?(?P<y>\d\d)(?P<s>[-/. _\u00a0])(?P<m>{_MONTH})(?P=s)(?P<d>{_DAY})"
    rf"(?:(?:[ \u00a0]?[-+/][ \u00a0]?|(?P=s)|[ \u00a0])(?:\d{{4}}|\d\d(?P=s)\d\d)(?!\d|[-/]\d)"
    rf"|[-+ \u00a0]?{_LETTERED})"
)
_SPELLED = re.compile(r"(?<!\d)\d([-/. _,;|*\u00a0])\d(?:\1\d){8}(?:\1\d\1\d)?(?!\d)(?!\1\d(?!\d))")
_GROUPED = re.compile(
    r"(?<![\d])(?<!\d[.,\u00a0])\d{1,3}(?P<g>[\u00a0 .,'’])\d{3}(?:(?P=g)\d{3}){2,3}(?!\d|(?P=g)\d)"
    r"(?![ \u00a0]?(?:kr|tkr|mkr|kronor|öre|mn|md|miljoner|miljarder|SEK|million|billion|%)\b)"
)
_AS_DATE = re.compile(rf"{_DATE}\d{{4}}")
_HASH = re.compile(r"(?:[0-9a-f]{20,}|[0-9A-F]{20,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_PACKED = re.compile(r"[A-Za-z0-9+/=]{40,}")


@cache
def _born() -> tuple[int, int]:
    first, last = rule("release_gate", "born")
    return int(first), int(last)


def identities(text: str, nature: Nature) -> Iterator[int]:
    """Where in a text (in the form that `spelling.plain` gives) identity numbers begin."""
    runs = digits(text)
    for pattern in _PATTERNS[nature]:
        lengths = _LENGTHS.get(pattern)
        for match in _matches(text, pattern) if lengths is None else _at(text, pattern, runs.of(*lengths)):
            if _possible(match, nature) and not _in_a_hash(text, match):
                yield match.start()


def _at(text: str, pattern: re.Pattern[str], starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Matches of a pattern that begin where its run of digits does."""
    end = 0
    for start in starts:
        if start >= end and (found := pattern.match(text, start)) is not None:
            end = found.end()
            yield found


def _matches(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of a pattern, looked for only around what each of them holds, which is found far sooner."""
    end = 0
    for hint in _HINTS[pattern].finditer(text):
        if hint.start() < end:
            continue
        found = pattern.search(text, max(end, hint.start() - _BEFORE), hint.end() + _BEHIND)
        if found is not None:
            end = found.end()
            yield found


_PATTERNS: dict[Nature, tuple[re.Pattern[str], ...]] = {
    "text": (_SOLID, _JOINED, _APART, _SPELLED, _GROUPED),
    "page": (_SOLID, _JOINED, _APART, _SPELLED, _GROUPED),
    "cell": (_SOLID, _JOINED, _APART, _SPELLED),
    "amount": (_JOINED, _APART),
    "code": (_SOLID, _DASHED),
    "bytes": (_SOLID, _DASHED),
    "numbers": (_BARE,),
}
_LENGTHS = {_SOLID: (10, 12), _BARE: (10, 12), _JOINED: (6, 8), _DASHED: (6, 8)}
"""How many digits follow each other where such a match begins."""
_HINTS = {
    _APART: re.compile(r"[0-9]{2}[-/. _\u00a0][0-9]{2}[-/. _\u00a0][0-9]{2}"),
    _SPELLED: re.compile(r"[0-9]([-/. _,;|*\u00a0])[0-9]\1[0-9]\1[0-9]"),
    _GROUPED: re.compile(r"[0-9]{3}([\u00a0 .,'’])[0-9]{3}\1[0-9]{3}"),
}
_BEFORE, _BEHIND = 8, 40
"""Characters before and behind a hint in which a whole match lies."""


def _possible(match: re.Match[str], nature: Nature) -> bool:
    """Whether the digits are a person's date of birth and serial, and no row of cells that happens to look so."""
    found = match
    if match.re in (_SPELLED, _GROUPED):
        if nature == "page" and " " in match[0]:
            return False
        dated = _AS_DATE.fullmatch(re.sub(r"\D", "", match[0]))
        if dated is None:
            return False
        found = dated
    if match.re is _APART and nature == "page" and match["s"] == " " and "0" not in (match["m"][0], match["d"][0]):
        return False
    return _birth(found["c"], found["y"])


def _birth(century: str | None, year: str) -> bool:
    first, last = _born()
    return century is None or first <= int(century + year) <= last


def _in_a_hash(text: str, match: re.Match[str]) -> bool:
    """Whether the digits are a piece of a longer word that is a hash or packed bytes."""
    start, end = match.span()
    before, after = text[max(0, start - 80) : start], text[end : end + 80]
    head = re.search(r"[A-Za-z0-9+/=-]*$", before)
    tail = re.match(r"[A-Za-z0-9+/=-]*", after)
    word = (head[0] if head else "") + match[0] + (tail[0] if tail else "")
    if not re.search(r"[A-Za-z]", word) or not match[0].isdigit():
        return False
    return any(
        found.span()[0] <= len(head[0] if head else "") < found.span()[1] for found in _HASH.finditer(word)
    ) or bool(_PACKED.fullmatch(word))
