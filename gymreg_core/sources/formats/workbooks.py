"""A table as a sheet of an Excel workbook, read row by row; real days and numbers become the text that a CSV has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.errors import BadInput
from gymreg_core.rules import rule
from gymreg_core.sources.formats.source import Chunk, Opened, Unreadable, places
from gymreg_core.sources.formats.typed import NO, YES, written
from gymreg_core.sources.package import Package
from gymreg_core.sources.register.layout import Field, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.sheets import Cell, CellError
from gymreg_core.sources.workbook import SheetReader, open_book
from gymreg_core.sources.xml_parts import SharedStrings
from gymreg_core.vocabulary.finding_texts import finding

_ROWS_AT_ONCE = 1 << 14
_DAY_0, _DAY_0_FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_DAY = (date.max - _DAY_0).days
_FIRST_AS_NUMBER = 19_000_101  # from here on a whole number is ÅÅÅÅMMDD, since no day that is counted is as far off
_MIDNIGHT = "T00:00:00"
_DAYS = ("day", "date")


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook in their order. Errors: BadInput where it cannot be read."""
    with _package(path) as package:
        return [name for name, _ in open_book(package).sheets]


def open_workbook(path: Path, sheet: str, file: File, notes: Notes) -> Opened | None:
    """The rows of a sheet, the first that is filled being the header; None, with a finding, where it cannot be read."""
    chunks = _chunks(path, sheet, file, notes)
    try:
        return Opened(file, chunks, 1) if next(chunks, None) else None
    except Unreadable:
        return None


def _chunks(path: Path, sheet: str, file: File, notes: Notes) -> Iterator[Chunk]:
    """First a chunk without rows, once the header is read and has all columns."""
    limits = {what: int(rule("extract_limits", what)) for what in ("cells", "rows", "columns")}
    try:
        with _package(path) as package:
            book = open_book(package)
            strings = SharedStrings(package, book.strings, limits["cells"]).items
            reader = SheetReader(package, dict(book.sheets)[sheet], strings, limits)
            yield from _of_rows(reader.rows_in_turn(), file, book.from_1904, notes)
    except BadInput as refused:
        for found in refused.findings:
            notes.add(replace(found, sheet=file.sheet))
        raise Unreadable from None


def _of_rows(rows: Iterator[dict[int, dict[int, Cell]]], file: File, from_1904: bool, notes: Notes) -> Iterator[Chunk]:
    places_: dict[str, int] | None = None
    waiting: list[tuple[int, dict[int, Cell]]] = []
    for some in rows:
        waiting += some.items()
        if places_ is None and waiting:
            line, header = waiting.pop(0)
            words = ["" if header.get(n) is None else str(header[n]) for n in range(max(header) + 1)]
            if (places_ := places(words, file, notes, line=line)) is None:
                raise Unreadable
            yield _chunk([], places_, file, from_1904)
        if places_ is not None and len(waiting) >= _ROWS_AT_ONCE:
            yield _chunk(waiting, places_, file, from_1904)
            waiting = []
    if places_ is None:
        notes.add(finding("file-empty", file=file.name, sheet=file.sheet))
        raise Unreadable
    yield _chunk(waiting, places_, file, from_1904)


def _chunk(rows: list[tuple[int, dict[int, Cell]]], places_: dict[str, int], file: File, from_1904: bool) -> Chunk:
    cells = {}
    for name, place in places_.items():
        column = file.field(name)
        cells[name] = pa.array([_text(row.get(place), column, from_1904) for _, row in rows], pa.string())
    return Chunk.of(cells, np.array([number for number, _ in rows], np.int32))


def _text(cell: Cell, column: Field, from_1904: bool) -> str | None:
    if isinstance(cell, str):
        return cell.removesuffix(_MIDNIGHT) if column.kind in _DAYS else cell
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, CellError):
        return cell.kind
    if cell is not None and column.kind in _DAYS and 0 < cell < _FIRST_AS_NUMBER:
        return _day(cell, from_1904)
    return None if cell is None else written(cell)


def _day(cell: float, from_1904: bool) -> str:
    whole = math.floor(cell)
    if whole > _LAST_DAY - (_DAY_0_FROM_1904 - _DAY_0).days:
        return written(cell)
    return ((_DAY_0_FROM_1904 if from_1904 else _DAY_0) + timedelta(days=whole)).isoformat()


def _package(path: Path) -> Package:
    return Package(path, path.name, int(rule("extract_limits", "unpacked_bytes")))
