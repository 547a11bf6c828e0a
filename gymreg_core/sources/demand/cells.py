"""What the cells of tables of population, year 9 and choices say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from gymreg_core.contracts.demand import ELSEWHERE
from gymreg_core.rules import rule
from gymreg_core.sources.cells import figure, words
from gymreg_core.sources.demand.layout import layout
from gymreg_core.sources.headers import folded
from gymreg_core.sources.sheets import Cell, CellError
from gymreg_core.vocabulary.programmes import municipalities, programmes
from gymreg_core.vocabulary.sweden import swedish_municipalities

NumberKind = Literal["number", "blank", "hidden", "almost_all", "text", "impossible", "error"]
PlaceKind = Literal["area", "outside", "total", "unknown", "blank"]
_CODE_DIGITS = 4


@dataclass(frozen=True)
class NumberCell:
    """A cell of numbers: its value where it has one. hidden: the source does not tell it."""

    kind: NumberKind
    value: float = 0.0


@dataclass(frozen=True)
class PlaceCell:
    """A cell of municipalities: the name as in vocabulary/municipalities.yml, ELSEWHERE outside the area."""

    kind: PlaceKind
    name: str = ELSEWHERE


def number_of(cell: Cell, *, whole: bool, most: float) -> NumberCell:
    """The number in a cell, from 0 to `most`; `whole`: without decimals."""
    if isinstance(cell, CellError):
        return NumberCell("error")
    text = words(cell)
    if text in rule("demand", "almost_symbols"):
        return NumberCell("almost_all")
    if text in rule("demand", "hidden_symbols"):
        return NumberCell("hidden")
    read = figure(cell)
    if read.kind != "number" or read.value is None:
        return NumberCell("blank" if read.kind == "blank" else "text")
    possible = 0 <= read.value <= most and not (whole and not read.value.is_integer())
    return NumberCell("number", read.value) if possible else NumberCell("impossible")


def year_of(cell: Cell) -> int | None:
    """The calendar year in a cell; None where there is none that can be."""
    limits = rule("demand", "limits")
    read = number_of(cell, whole=True, most=limits["last_year"])
    return int(read.value) if read.kind == "number" and read.value >= limits["first_year"] else None


def place_of(cell: Cell) -> PlaceCell:
    """The municipality in a cell, by name with or without 'kommun', by code, or by both ('0180 Stockholm')."""
    text = words(cell)
    if not text:
        return PlaceCell("blank")
    if folded(text) in layout()["total"]:
        return PlaceCell("total")
    if folded(text) in layout()["elsewhere"]:
        return PlaceCell("outside")
    head = text.split(" ", 1)[0]
    by_code = head.zfill(_CODE_DIGITS) if head.isdigit() and len(head) <= _CODE_DIGITS else ""
    name = _codes().get(by_code) or _names().get(_bare(text))
    if name is None:
        return PlaceCell("total" if by_code == "0000" else "unknown")
    return PlaceCell("area", name) if name in municipalities() else PlaceCell("outside")


def programme_in(cell: Cell) -> str | None:
    """The code of a programme in a cell; None where there is none that is known."""
    text = words(cell).upper()
    return text if text in programmes() else None


@cache
def _codes() -> dict[str, str]:
    own = {one.code: name for name, one in municipalities().items()}
    return {code: name for name, code in swedish_municipalities().items()} | own


@cache
def _names() -> dict[str, str]:
    return {_bare(name): name for name in (*swedish_municipalities(), *municipalities())}


def _bare(name: str) -> str:
    plain = " ".join(name.casefold().split())
    for ending in (" kommun", "s stad", " stad"):
        if plain.endswith(ending):
            plain = plain.removesuffix(ending)
            break
    return plain.removesuffix("s") if len(plain) > len("åsas") else plain
