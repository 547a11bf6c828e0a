"""Excel workbooks (.xlsx, .xlsm) as sheets of cells, read straight from the parts of the package.

Read with the XML parser of Python's own library, in pieces and sparsely: a hostile workbook costs a message, never
the process, and a cell in which a formula failed is told apart from an empty one (docs/decisions/0006).
"""

from __future__ import annotations

import math
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from gymreg_core.rules import rule
from gymreg_core.sources.package import Package
from gymreg_core.sources.refusal import refuse
from gymreg_core.sources.sheets import Cell, CellError, Row, Sheet, Source
from gymreg_core.sources.xml_parts import Elements, Reader, SharedStrings, Texts, local_name, unescaped

MADE_UP = "gymreg made-up region"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_LETTERS, _DIGITS = re.compile(r"[A-Z]{1,3}"), "0123456789"


def read_workbook(path: Path, file: str) -> Source:
    """The workbook's sheets in their order, chart sheets left out; `file` is its name in messages.

    Errors: BadInput where it is no Excel workbook, damaged, encrypted, or larger than `rules/file_limits.yml` allows.
    """
    with Package(path, file) as package:
        book = open_book(package)
        strings = SharedStrings(package, book.strings).items
        read = [SheetReader(package, part, strings).read().sheet(name) for name, part in book.sheets]
        category = Texts(package, "docProps/core.xml", "category").items
    return Source(file, tuple(read), made_up=MADE_UP in category)


@dataclass(frozen=True)
class Book:
    """What a workbook is made of: its sheets (name, part) in their order, the part with its strings, and whether it
    counts days from 1904 on."""

    sheets: tuple[tuple[str, str], ...]
    strings: str
    from_1904: bool


def open_book(package: Package) -> Book:
    """The sheets of a workbook, chart sheets left out. Errors: BadInput where it is none."""
    book = _linked(package, "", "/officeDocument").get("", "")
    sheets = Elements(package, book, "sheet").items if book.endswith(".xml") else []
    if not sheets:
        raise refuse("not-a-workbook", package.file)
    parts = _linked(package, book, "/worksheet")
    there = tuple((sheet.get("name", ""), parts[sheet["id"]]) for sheet in sheets if sheet.get("id") in parts)
    epochs = [item.get("date1904") for item in Elements(package, book, "workbookPr").items]
    return Book(there, _linked(package, book, "/sharedStrings").get("", ""), bool({"1", "true"} & set(epochs)))


def _linked(package: Package, part: str, kind: str) -> dict[str, str]:
    """The parts of one kind that `part` links to, by link id; under "" the first of them."""
    folder, name = posixpath.split(part)
    links = [
        link
        for link in Elements(package, posixpath.join(folder, "_rels", f"{name}.rels"), "Relationship").items
        if link.get("Type", "").endswith(kind)
    ]
    targets = {
        link.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, link.get("Target", ""))).lstrip("/")
        for link in links
    }
    return {"": next(iter(targets.values())), **targets} if targets else {}


class SheetReader(Reader):
    """The filled cells of one sheet, sparsely: row number -> column (first = 0) -> cell. `limits`: of cells, rows and
    columns, by default those of rules/file_limits.yml."""

    def __init__(
        self, package: Package, part: str, strings: list[str], limits: Mapping[str, int] | None = None
    ) -> None:
        self.part, self.strings = part, strings
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.row, self.column, self.kind, self.inside = 0, -1, "n", False
        self.pieces: list[str] = []
        self.filled = 0
        self.limits = limits or {name: int(rule("file_limits", name)) for name in ("cells", "rows", "columns")}
        if part not in package.names:
            raise refuse("workbook-damaged", package.file)
        self.package = package

    def read(self) -> Self:
        """The whole sheet."""
        super().__init__(self.package, self.part)
        return self

    def rows_in_turn(self) -> Iterator[dict[int, dict[int, Cell]]]:
        """The rows, some at a time and then forgotten; cells merged downwards fill only the first of their rows."""
        for _ in self.pieces_of(self.package, self.part):
            last = self.rows.pop(self.row, None)
            ready, self.rows = self.rows, {} if last is None else {self.row: last}
            yield ready
        yield self.rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name if ":" not in name else local_name(name)
        if local == "c":
            self.column = _column(attributes["r"].rstrip(_DIGITS)) if "r" in attributes else self.column + 1
            self.kind, self.pieces = attributes.get("t", "n"), []
        elif local in ("v", "t"):
            self.inside = True
        elif local == "row":
            self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = -1
        elif local == "mergeCell":
            corners = _REFERENCE.findall(attributes.get("ref", ""))
            (left, top), (right, bottom) = corners[0], corners[-1]
            self.merged.append((int(top), int(bottom), _column(left), _column(right)))

    def end(self, name: str) -> None:
        local = name if ":" not in name else local_name(name)
        if local in ("v", "t"):
            self.inside = False
        elif local == "c" and self.pieces:
            self._keep(self._value("".join(self.pieces)))

    def text(self, data: str) -> None:
        if self.inside:
            self.pieces.append(data)

    def _value(self, text: str) -> Cell:
        if self.kind == "s":
            return self.strings[int(text)]
        if self.kind == "n":
            value = float(text)
            return value if math.isfinite(value) else text
        if self.kind == "b":
            return text.strip() == "1"
        return CellError(text) if self.kind == "e" else unescaped(text)

    def _keep(self, value: Cell) -> None:
        if isinstance(value, str) and not value.strip():
            return
        if self.row not in self.rows:
            self.rows[self.row] = {}
            self._spend("rows", len(self.rows))
            self._spend("cells", self.filled)
        self._spend("columns", self.column + 1)
        self.rows[self.row][self.column] = value
        self.filled += 1

    def _spend(self, what: str, seen: int) -> None:
        if seen > self.limits[what]:
            raise refuse(f"too-many-{what}", self.package.file, limit=self.limits[what])

    def sheet(self, name: str) -> Sheet:
        """The sheet with its rows in order; a cell merged downwards fills the rows it spans."""
        numbers = sorted(self.rows)
        for top, bottom, left, right in self.merged:
            value = self.rows.get(top, {}).get(left)
            if left != right or value is None:
                continue
            spanned = numbers[bisect_right(numbers, top) : bisect_left(numbers, bottom + 1)]
            self.filled += len(spanned)
            self._spend("cells", self.filled)
            for number in spanned:
                self.rows[number].setdefault(left, value)
        rows = ((number, self.rows[number]) for number in numbers)
        return Sheet(
            name,
            tuple(Row(number, tuple(map(cells.get, range(max(cells) + 1)))) for number, cells in rows),
            merged=bool(self.merged),
        )


@cache
def _column(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise ValueError("no column is called so")
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
