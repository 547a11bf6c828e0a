"""What a cell says: a number, a text, nothing, a placeholder for nothing, or something it should not."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gymreg_core.sources.sheets import Cell, CellError

Kind = Literal["number", "blank", "dash", "part", "text", "error"]
PART_OF_JOINT_INTAKE = "P"
# Hyphen-minus, hyphen, figure dash, en dash, em dash, minus sign; alone in a cell they stand for nothing.
_DASHES = frozenset("-\u2010\u2012\u2013\u2014\u2212") | {"--"}
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(\s\d{3})+)([.,]\d+)?", re.UNICODE)
_WHOLE = 1e15  # beyond this a float no longer holds every whole number


@dataclass(frozen=True)
class Figure:
    """A cell of a number column. `kind` number: `value` holds it and `as_text` says that it was stored as text."""

    kind: Kind
    value: float | None = None
    as_text: bool = False


BLANK, DASH, PART, TEXT, ERROR = (Figure(kind) for kind in ("blank", "dash", "part", "text", "error"))


def figure(cell: Cell) -> Figure:
    """The number in a cell; text may use comma or point, spaces between thousands and any minus sign."""
    if cell is None:
        return BLANK
    if isinstance(cell, CellError):
        return ERROR
    if isinstance(cell, bool):
        return TEXT
    return Figure("number", cell) if isinstance(cell, float) else _figure_of(cell)


@lru_cache(maxsize=4096)
def _figure_of(text: str) -> Figure:
    plain = text.strip()
    if not plain:
        return BLANK
    if plain in _DASHES:
        return DASH
    if plain.upper() == PART_OF_JOINT_INTAKE:
        return PART
    number = plain.translate(_MINUS)
    if not _NUMBER.fullmatch(number):
        return TEXT
    return Figure("number", float("".join(number.split()).replace(",", ".")), as_text=True)


def words(cell: Cell) -> str:
    """The text of a cell, composed (NFC) and with every run of white space as one space; '' where there is none."""
    if isinstance(cell, str):
        return " ".join(unicodedata.normalize("NFC", cell).split())
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _WHOLE else str(cell)
    return ""
