"""What every kind of file becomes before anyone asks what it means: sheets of rows of cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CellError:
    """A cell in which a formula failed, such as #REF!; it stands for no value at all."""

    kind: str


Cell = str | float | bool | CellError | None


@dataclass(frozen=True)
class Row:
    """A row with something in it. `number`: row of the sheet or line of the file, the first is 1. Empty cells: None."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The filled rows of a sheet in order; a delimited file is one sheet without a name.

    `merged`: whether cells are merged somewhere; `separator`: what parts the cells where the rows came from text.
    """

    name: str
    rows: tuple[Row, ...]
    merged: bool = False
    separator: str = ";"


@dataclass(frozen=True)
class Source:
    """A file that could be opened: its sheets, and whether it says of itself that it is made up."""

    file: str
    sheets: tuple[Sheet, ...]
    made_up: bool = False
