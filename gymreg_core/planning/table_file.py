"""Small tables that planners write themselves: CSV with a header, checked as a whole, every fault told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.errors import BadInput
from gymreg_core.scenario_file import near
from gymreg_core.sources.cells import Figure, figure, words
from gymreg_core.sources.delimited import read_delimited
from gymreg_core.sources.sheets import Cell, Row
from gymreg_core.vocabulary.programmes import programmes

Headers = Mapping[str, Sequence[str]]
"""By column the words that may stand above it, the one that messages use first."""


@dataclass(frozen=True)
class Line:
    """A row of the file: its line number, and its cells by column; a column that the file lacks has none."""

    number: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """The words of a cell, '' where there are none."""
        return words(self.cells.get(column))

    def figure(self, column: str) -> Figure:
        """What a cell of numbers holds."""
        return figure(self.cells.get(column))


def read_lines(path: Path, headers: Headers, needed: Sequence[str]) -> list[Line]:
    """The rows of a CSV file by the words of its header.

    Errors: BadInput where the file cannot be read, a needed column is missing, or nothing stands below the header; as
    `read_delimited`.
    """
    meaning = {word: column for column, told in headers.items() for word in told}

    def known(rows: list[Row]) -> int:
        return max((sum(_word(cell) in meaning for cell in row.cells) for row in rows[:1]), default=0)

    try:
        rows = read_delimited(path, path.name, known).sheets[0].rows
    except OSError as problem:
        raise BadInput("this file cannot be read", where=path.name, why=type(problem).__name__) from None
    head = [meaning.get(_word(cell), "") for cell in rows[0].cells] if rows else []
    missing = [headers[column][0] for column in needed if column not in head]
    twice = [headers[column][0] for column in headers if head.count(column) > 1]
    if missing or twice or len(rows) == 1:
        faults = [f"the column {name!r} is missing" for name in missing]
        faults += [f"the column {name!r} stands twice" for name in twice]
        raise refused(path, faults or ["there is no row below the header"])
    return [
        Line(row.number, {column: cell for column, cell in zip(head, row.cells, strict=False) if column})
        for row in rows[1:]
    ]


def refused(path: Path, faults: Sequence[str]) -> BadInput:
    """The error that tells every fault of a file."""
    return BadInput("\n  ".join(faults), where=path.name, remedy="Correct the file and read it again.")


def programme_fault(line: Line, column: str = "programme") -> str | None:
    """What is wrong with the programme of a row; None where it is known."""
    code = line.text(column)
    if code in programmes():
        return None
    return f"line {line.number}: there is no such programme. {near(code, list(programmes()))}"


def _word(cell: Cell) -> str:
    return words(cell).casefold()
