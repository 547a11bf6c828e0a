"""A table as delimited text: semicolon, comma or tab; UTF-8 or the old Windows letters; read in blocks of lines."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from gymreg_core.sources.delimited import BROKEN_LETTERS
from gymreg_core.sources.formats.source import Chunk, Opened, Unreadable, places
from gymreg_core.sources.register.layout import File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import ROWS_KEPT, finding

SEPARATORS = (";", ",", "\t")
BLOCK = 1 << 24  # bytes of a file that are read at once
_LONGEST = 4 * BLOCK  # of a line
_UTF8, _WINDOWS = "utf-8-sig", "cp1252"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BROKEN_FIRST = ("Ã", "\N{REPLACEMENT CHARACTER}")


def open_delimited(path: Path, file: File, notes: Notes) -> Opened | None:
    """The rows of a text file; None, with a finding, where it cannot be read. Rows are its lines, the header line 1."""
    try:
        fault, encoding = _looked_over(path)
        size = path.stat().st_size
        first = next(_blocks(path, encoding), b"").partition(b"\n")[0] if fault is None else b""
    except OSError:
        fault = "file-not-readable"
    except Unreadable:
        fault = "not-text"
    if fault:
        notes.add(finding(fault, file=file.name))
        return None
    headers = {separator: _cells(first, separator) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda one: len(headers[one]))
    found = places(headers[separator], file, notes, line=1)
    if found is None:
        return None
    reading = _Reading(path, encoding, separator, len(headers[separator]), found, file, notes)
    return Opened(file, reading.chunks(), 1 + size // BLOCK)


def _looked_over(path: Path) -> tuple[str | None, str]:
    """The finding that a file is turned down with, if any, and how its letters are written."""
    start, empty = b"", True
    with path.open("rb") as stream:
        while piece := stream.read(BLOCK):
            start = start or piece[:2]
            if start.startswith(_UTF16):
                return "text-in-utf-16", ""
            if b"\0" in piece:
                return "not-text", ""
            empty = empty and not piece.strip()
    if empty:
        return "file-empty", ""
    try:
        return ("letters-broken" if _has_broken_letters(path, _UTF8, "strict") else None), _UTF8
    except UnicodeDecodeError:
        return ("letters-broken" if _has_broken_letters(path, _WINDOWS, "replace") else None), _WINDOWS


def _has_broken_letters(path: Path, encoding: str, errors: str) -> bool:
    decoder, last = codecs.getincrementaldecoder(encoding)(errors), ""
    with path.open("rb") as stream:
        while piece := stream.read(BLOCK):
            text = last + decoder.decode(piece)
            if any(letter in text for letter in _BROKEN_FIRST) and BROKEN_LETTERS.search(text):
                return True
            last = text[-1:]
        decoder.decode(b"", final=True)
    return False


def _blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file in UTF-8 without a byte-order mark, in blocks of whole lines that end in a line feed.

    Empty lines at its end are left out; a last line without an end gets one. Errors: Unreadable at an endless line.
    """
    rest, held = b"", 0
    with path.open("rb") as stream:
        if encoding == _UTF8 and stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)
        while piece := stream.read(BLOCK):
            while piece.endswith(b"\r") and (more := stream.read(1)):
                piece += more
            if encoding == _WINDOWS:
                piece = piece.decode(_WINDOWS, errors="replace").encode()
            lines = rest + piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            cut = lines.rfind(b"\n") + 1
            rest = lines[cut:]
            if len(rest) > _LONGEST:
                raise Unreadable
            full = lines[:cut].rstrip(b"\n")
            if full:
                yield b"\n" * held + full + b"\n"
                held = 0
            held += cut - len(full) - bool(full)
    if rest:
        yield b"\n" * held + rest + b"\n"


def _ends_open(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, io.SEEK_END)
        return stream.read(1) not in (b"\n", b"\r")


def _cells(line: bytes, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(line.decode().strip()), delimiter=separator), [])


class _Reading:
    """One file while it is read. `width`: cells of the header; `places_`: where the columns stand."""

    def __init__(
        self,
        path: Path,
        encoding: str,
        separator: str,
        width: int,
        places_: dict[str, int],
        file: File,
        notes: Notes,
    ) -> None:
        self.path, self.encoding, self.separator = path, encoding, separator
        self.names, self.places = [str(place) for place in range(width)], places_
        self.file, self.notes = file, notes
        self.wrong: list[int] = []
        self.count = 0

    def chunks(self) -> Iterator[Chunk]:
        line = 1
        try:
            for block in _blocks(self.path, self.encoding):
                body = block.partition(b"\n")[2] if line == 1 else block
                line += line == 1
                if body:
                    yield self._chunk(body, line)
                    line += body.count(b"\n")
            if _ends_open(self.path):
                self.notes.add(finding("last-line-open", file=self.file.name, rows=[line - 1]))
        except (OSError, UnicodeDecodeError, Unreadable) as amiss:
            if not isinstance(amiss, Unreadable):
                self.notes.add(finding("file-not-readable", file=self.file.name))
            raise Unreadable from None
        finally:
            if self.wrong:
                found = finding("row-of-another-width", file=self.file.name, rows=self.wrong, count=self.count)
                self.notes.add(found)

    def _chunk(self, block: bytes, line: int) -> Chunk:
        wrong: list[int] = []

        def skip(row: Any) -> str:
            wrong.append(row.number)
            return "skip"

        wanted = sorted({self.names[place] for place in self.places.values()}, key=int)
        try:
            table = arrow_csv.read_csv(
                io.BytesIO(block),
                # One thread, since only then is the line of a row known that does not fit.
                read_options=arrow_csv.ReadOptions(
                    use_threads=False, column_names=self.names, block_size=len(block) + 1
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.separator, invalid_row_handler=skip, ignore_empty_lines=False
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=wanted,
                    column_types=dict.fromkeys(wanted, pa.dictionary(pa.int32(), pa.string())),
                    strings_can_be_null=False,
                ),
            )
        except pa.ArrowInvalid:
            table = None
        if table is None or len(table) + len(wrong) != block.count(b"\n"):  # else a cell goes on over lines
            self.notes.add(finding("quotation-marks-broken", file=self.file.name))
            raise Unreadable
        self.count += len(wrong)
        self.wrong += [line - 1 + row for row in sorted(wrong)][: ROWS_KEPT - len(self.wrong)]
        rows = np.arange(line, line + len(table) + len(wrong), dtype=np.int32)
        cells = {name: _one(table.column(self.names[place])) for name, place in self.places.items()}
        return Chunk.of(cells, np.delete(rows, np.array(wrong, np.int64) - 1), whole=not wrong)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
