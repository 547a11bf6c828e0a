"""What the cells of a price list say: codes, years of study and amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from gymreg_core.contracts.price_lists import NATIONAL
from gymreg_core.rules import rule
from gymreg_core.sources.cells import figure, words
from gymreg_core.sources.price_lists.layout import plain, vocabulary
from gymreg_core.sources.sheets import Cell, CellError
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import looks_like_code, parse_code, programme_of

ORE = 100
_MONEY = re.compile(r"(?i)\b(kr|kronor|sek)\b\.?|:-")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_WHOLE_GY25 = re.compile(r"[A-Z]{2}25")
_ORIENTATION = re.compile(r"[A-ZÅÄÖ]{3}")
_YEARS = re.compile(r"(?:ak|arskurs|ar|year|years)?\s*([1-4])\s*(?:(?:-|–|—|till|och|,|&)\s*([1-4]))?")
_IN_TEXT = re.compile(r"(?i)[\s,(]*\b(?:åk|årskurs|år)\.?\s*([1-4](?:\s*[-–]\s*[1-4])?)\)?\s*$")

AmountKind = Literal["amount", "blank", "none", "text", "negative", "error"]


@dataclass(frozen=True)
class AmountCell:
    """A cell of amounts: `ore` where there is one; none: a dash, the list has no price there."""

    kind: AmountKind
    ore: int = 0


def amount_of(cell: Cell) -> AmountCell:
    """The amount in a cell, to the öre; 'kr', spaces, commas and points may stand in it, 'riksprislista' for one."""
    if isinstance(cell, CellError):
        return AmountCell("error")
    text = words(cell)
    if isinstance(cell, str):
        if plain(text) in vocabulary()["national"]:
            return AmountCell("amount", NATIONAL)
        cell = _THOUSANDS.sub("", _MONEY.sub("", text).strip())
    read = figure(cell)
    if read.kind != "number" or read.value is None:
        return AmountCell({"blank": "blank", "dash": "none"}.get(read.kind, "text"))  # type: ignore[arg-type]
    return AmountCell("negative") if read.value < 0 else AmountCell("amount", round(read.value * ORE))


def years_of_study(cell: Cell) -> tuple[int, ...] | None:
    """The years that a cell names, (0,) for every one, None where it cannot be read."""
    text = plain(words(cell)).rstrip(".")
    if text in vocabulary()["every_year"]:
        return (0,)
    found = _YEARS.fullmatch(text)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    if "," in text or "och" in text or "&" in text:
        return (first, last)
    return tuple(range(first, last + 1)) if first <= last else None


def without_years(text: str) -> tuple[str, str]:
    """A text without the years of study at its end, and these: 'BAANL åk 2-3' -> 'BAANL', '2-3'."""
    found = _IN_TEXT.search(text)
    return (text[: found.start()].strip(), found[1]) if found else (text, "")


def place_of(code: str, programme: str, orientation: str) -> tuple[str, bool] | None:
    """The programme and orientation that a row is about, and whether it says apprenticeship; None where unknown.

    code, programme, orientation : the texts of those columns, '' where there is none.
    """
    base = code.replace(" ", "") or _named(programme)
    if adapted := [key for key in rule("prices/use", "adapted") if base.startswith(key)]:
        return adapted[0], False
    if not looks_like_code(base) or programme_of(base) not in programmes():
        return None
    parts = parse_code(base)
    place = parts.programme + (parts.aims_at if parts.aims_at in programmes() else parts.orientation)
    if _WHOLE_GY25.fullmatch(base):
        place = base
    elif place == parts.programme and plain(orientation) not in vocabulary()["whole_programme"]:
        if _ORIENTATION.fullmatch(orientation):
            place += orientation
        elif looks_like_code(orientation) and orientation.startswith(place):
            place = orientation[: len(place) + 3]
        else:
            return None
    return place, parts.apprenticeship


def group_of(text: str) -> str | None:
    """The kind of group that a text names, None where it names none."""
    wanted = plain(text)
    return next((group for group, spellings in vocabulary()["groups"].items() if wanted in spellings), None)


@cache
def _names() -> dict[str, str]:
    """The bare names of programmes in both languages, to their codes."""
    return {_bare(name): code for code, known in programmes().items() for name in (known.sv, known.en)}


def _bare(name: str) -> str:
    """'Barn- och fritidsprogrammet' and 'Barn och fritid' are one name."""
    return re.sub(r"s?programmet$| programme$", "", plain(name)).replace("-", "")


def _named(programme: str) -> str:
    known = _names().get(_bare(re.sub(r"\([^)]*\)", " ", programme)))
    return known or (programme if looks_like_code(programme) else "")
