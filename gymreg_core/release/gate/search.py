"""What may stand in no file, whatever kind it is of: looked for in every piece of text, in every spelling."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate

from gymreg_core.release.gate.canaries import Needles, squashed
from gymreg_core.release.gate.content import LINES, Content, Piece
from gymreg_core.release.gate.identity import Nature, identities
from gymreg_core.release.gate.runs import hexadecimals
from gymreg_core.release.gate.spelling import plain, unwrapped
from gymreg_core.rules import rule

_PSEUDONYM = 32
_REST = re.compile(r"(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-zA-Z])")
_UUID_HEAD = 8
_AT = re.compile("@"), re.compile(r"at(?<=[(\[]at)[)\]]\s?")
_BEFORE_AT, _BEHIND_AT = re.compile(r"[\w.+-]+(?=(?:\s?[(\[])?$)"), re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LONGEST_NAME = 64
_PATHS = (
    (re.compile(r":(?:\\{1,2}|/)(?!/)[\w.-]"), re.compile(r"(?<![A-Za-z0-9])[A-Za-z]$")),
    (re.compile(r"\\\\[\w.-]+\\[\w$.-]+"), re.compile(r"(?<![\\\w])$")),
    (re.compile(r"file:/*[\w%.~/]"), re.compile(r"(?<!\w)$")),
    (re.compile(r"~(?:[A-Za-z][\w.-]*)?/[\w.]"), re.compile(r"(?<![\w/])$")),
)
"""What a path begins with, and what stands before it: drives, shares, addresses of files and homes."""
_APART = "\0\n\0"
"""What stands between pieces that have nothing to do with each other: no pattern goes across it."""
_BETWEEN = ("\0", "\r")


@dataclass(frozen=True)
class Sought:
    """What to look for beside what the rules say.

    needles : of planted persons. pseudonyms : of the store, in hexadecimal. names : of users and machines; folders : of
    this machine, as they are written.
    """

    needles: Needles = field(default_factory=Needles)
    pseudonyms: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


def found_in(content: Content, sought: Sought) -> Iterator[tuple[str, str]]:
    """(kind, place) of everything in a file that may stand in none."""
    decoded = [
        Piece(text, place, "text")
        for piece in content.pieces
        if piece.nature not in ("numbers", "bytes")
        for line, place in _lines(piece)
        for text in unwrapped(line)
    ]
    pieces = [*content.pieces, *decoded]
    for nature in dict.fromkeys(piece.nature for piece in pieces):
        yield from _of_nature([piece for piece in pieces if piece.nature == nature], nature, sought)
    if sought.needles:
        yield from _canaries(pieces, sought.needles)


def _lines(piece: Piece) -> Iterable[tuple[str, str]]:
    if piece.place != LINES:
        return [(piece.text, piece.place)]
    return ((line, f"line {number}") for number, line in enumerate(piece.text.split("\n"), 1))


def _of_nature(pieces: list[Piece], nature: Nature, sought: Sought) -> Iterator[tuple[str, str]]:
    """What stands in pieces that are written alike: those that follow each other joined, the others apart."""
    ordered = [piece for piece in pieces if piece.joint != "\0"] + [piece for piece in pieces if piece.joint == "\0"]
    alone = nature == "amount"
    parts = [(_APART if alone or p.joint in _BETWEEN else p.joint) + plain(p.text) for p in ordered]
    text = "".join(parts)
    starts = list(accumulate(map(len, parts), initial=0))
    positions = [("identity-number", position) for position in identities(text, nature)]
    for kind, position in [*positions, *_patterns(text, nature, sought)]:
        number = min(bisect_right(starts, position) - 1, len(ordered) - 1)
        place = ordered[number].place
        yield (
            kind,
            f"line {text.count(chr(10), starts[number] + len(_APART), position) + 1}" if place == LINES else place,
        )


def _patterns(text: str, nature: Nature, sought: Sought) -> Iterator[tuple[str, int]]:
    yield from (("pseudonym", position) for position in _pseudonyms(text, sought.pseudonyms))
    if nature == "numbers":
        return
    yield from (("absolute-path", position) for position in _paths(text))
    for kind, needed, pattern in _traces():
        if needed in text:
            yield from ((kind, found.start()) for found in pattern.finditer(text))
    yield from (("email", position) for position in _emails(text))
    for name in sought.names:
        if name in text:
            yield from (("machine-name", found.start()) for found in _whole_word(name).finditer(text))
    yield from (("absolute-path", text.find(folder)) for folder in sought.folders if folder in text)


def _emails(text: str) -> Iterator[int]:
    for found in (found for at in _AT for found in at.finditer(text)):
        name = _BEFORE_AT.search(text[max(0, found.start() - _LONGEST_NAME) : found.start()])
        host = _BEHIND_AT.match(text, found.end())
        if name and host and f"{name[0]}@{host[0]}" not in _allowed_emails():
            yield found.start()


@cache
def _allowed_emails() -> frozenset[str]:
    return frozenset(rule("release_gate", "emails"))


def _pseudonyms(text: str, known: frozenset[str]) -> Iterator[int]:
    for start, end in hexadecimals(text, _UUID_HEAD):
        word = text[start:end]
        alone = not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
        if (len(word) == _PSEUDONYM and alone and word in (word.lower(), word.upper())) or (
            len(word) == _UUID_HEAD and not text[start - 1 : start].isalnum() and _REST.match(text, end)
        ):
            yield start
        elif known and len(word) >= _PSEUDONYM:
            small = word.lower()
            if any(small[n : n + _PSEUDONYM] in known for n in range(len(small) - _PSEUDONYM + 1)):
                yield start


def _paths(text: str) -> Iterator[int]:
    for pattern, before in (*_PATHS, _folders()):
        for found in pattern.finditer(text):
            if before.search(text[max(0, found.start() - 2) : found.start()]):
                yield found.start()


@cache
def _folders() -> tuple[re.Pattern[str], re.Pattern[str]]:
    folders = "|".join(map(re.escape, rule("release_gate", "folders_of_machines")))
    return re.compile(rf"/(?:{folders})/[\w.~-]"), re.compile(r"(?<![\w.~:/%-])$")


@cache
def _whole_word(name: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(name)}(?<![\w-]{re.escape(name)})(?![\w-])")


@cache
def _traces() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (kind, str(needed), re.compile(pattern))
        for kind, key in (("traceback", "traces"), ("notebook-remnant", "notebook_traces"))
        for needed, pattern in rule("release_gate", key)
    )


def _canaries(pieces: list[Piece], needles: Needles) -> Iterator[tuple[str, str]]:
    words = [squashed(piece.text) for piece in pieces]
    whole = "".join(words)
    starts = list(accumulate(map(len, words), initial=0))
    for needle in needles.alone:
        position = whole.find(needle)
        if position >= 0:
            place = pieces[min(bisect_right(starts, position) - 1, len(pieces) - 1)].place
            yield "canary", "" if place == LINES else place
    row: list[str] = []
    place = ""
    for piece, word in zip(pieces, words, strict=True):
        if piece.joint not in ("", "\t"):
            yield from _together("\0".join(row), place, needles)
            row, place = [], piece.place
        row.append(word)
    yield from _together("\0".join(row), place, needles)


def _together(row: str, place: str, needles: Needles) -> Iterator[tuple[str, str]]:
    digits = "".join(filter(str.isdigit, row))
    spelled = any(needle in digits for needle in needles.alone if needle.isdigit())
    if spelled or any(part in row and merit in row for part, merit in needles.together):
        yield "canary", "" if place == LINES else place
