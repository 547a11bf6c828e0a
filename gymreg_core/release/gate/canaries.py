"""Planted persons: what of them a page could hold, in every spelling."""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.errors import BadParameters
from gymreg_core.release.gate.spelling import plain
from gymreg_core.sources.register.keys import pseudonyms

REGISTER = "canaries.csv"
"""File of a workspace that names the persons who were planted in its store."""
_COLUMNS = ("name", "identity", "pseudonym", "merit")
_LEAST_LETTERS = 6
_CENTURY = 2
_LATER = {"\u00e6": "ae", "\u00f8": "o", "\u00df": "ss", "\u0111": "d", "\u0142": "l"}


@dataclass(frozen=True)
class Canary:
    """A person who does not exist and is in the store, so that no page may know anything of them. merit: points, as
    written with a point; '' what is not known."""

    name: str = ""
    identity: str = ""
    pseudonym: str = ""
    merit: str = ""


@dataclass(frozen=True)
class Needles:
    """What to look for in text without blanks, signs and accents (`squashed`).

    alone : tells a person by itself. together : (a part of the name, merit) that do so in one row.
    """

    alone: tuple[str, ...] = ()
    together: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alone or self.together)


def read_canaries(path: Path) -> tuple[Canary, ...]:
    """Planted persons of a CSV with the columns name, identity, pseudonym and merit, any of them left out.

    Errors: BadParameters where it cannot be read, has other columns, or a person of whom nothing can be looked for.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, restkey="too many", restval=""))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadParameters(
            "the planted persons cannot be read", where=str(path), remedy="Name a CSV in UTF-8."
        ) from None
    told = [{name.strip().lower(): str(value).strip() for name, value in row.items()} for row in rows]
    if not told or any(set(row) - set(_COLUMNS) for row in told):
        raise BadParameters(
            "these are no planted persons",
            where=str(path),
            remedy=f"Give the columns {', '.join(_COLUMNS)} and a row for each person.",
        )
    canaries = tuple(Canary(**row) for row in told)
    bare = [place for place, one in enumerate(canaries, 2) if not needles_of([one])]
    if bare:
        raise BadParameters(
            f"there is nothing to look for in row {', '.join(map(str, bare[:5]))}",
            where=str(path),
            remedy="Give a name in two parts, an identity number or a pseudonym.",
        )
    return canaries


def needles_of(canaries: Iterable[Canary], keys: Sequence[bytes] = ()) -> Needles:
    """What to look for; with `keys` the pseudonyms that they give the identity numbers too."""
    alone: dict[str, None] = {}
    together: dict[tuple[str, str], None] = {}
    for one in canaries:
        digits = re.sub(r"[^0-9A-Za-z]", "", plain(one.identity)).upper()
        for number in {digits, digits[_CENTURY:]} if len(digits) > len("YYMMDDNNNN") else {digits} - {""}:
            alone |= dict.fromkeys((number.casefold(), number[::-1].casefold()))
            for written in (number, f"{number[:-4]}-{number[-4:]}"):
                alone |= dict.fromkeys(
                    h(written.encode()).hexdigest() for h in (hashlib.md5, hashlib.sha1, hashlib.sha256)
                )
            alone |= dict.fromkeys(pseudonyms([number], key)[0] for key in keys)
        if one.pseudonym:
            alone[squashed(one.pseudonym)] = None
        parts = [squashed(part) for part in one.name.split()]
        if len(parts) > 1 and sum(map(len, parts)) >= _LEAST_LETTERS:
            alone |= dict.fromkeys(("".join(parts), parts[-1] + "".join(parts[:-1]), parts[0] + parts[-1]))
        if one.merit and parts:
            merit = squashed(one.merit)
            together |= {(part, merit): None for part in parts if len(part) > _CENTURY}
    return Needles(tuple(alone), tuple(together))


def squashed(text: str) -> str:
    """Letters and digits alone, small, without accents: 'Å-sa 12,5' -> 'asa125'."""
    folded = plain(text).casefold()
    if not folded.isascii():
        folded = "".join(_LATER.get(c, c) for c in unicodedata.normalize("NFD", folded))
    return "".join(filter(str.isalnum, folded))
