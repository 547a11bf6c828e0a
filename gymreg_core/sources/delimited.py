"""Delimited text (CSV) as one sheet of cells: semicolon, comma or tab; UTF-8 or the old Windows letters."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gymreg_core.rules import rule
from gymreg_core.sources.headers import recognise
from gymreg_core.sources.refusal import refuse
from gymreg_core.sources.sheets import Row, Sheet, Source
from gymreg_core.sources.workbook import MADE_UP

SEPARATORS = (";", ",", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
BROKEN_LETTERS = re.compile("Ã[\x80-\xbf…„–]|\N{REPLACEMENT CHARACTER}")
"""Letters that went through a wrong encoding once already."""


@dataclass(frozen=True)
class _Reading:
    """The rows under one separator; `broken`: the line at which its quotation marks made no sense any more."""

    separator: str
    rows: list[Row]
    broken: int | None = None


Known = Callable[[list[Row]], int]
"""How many words of a header among the rows have a meaning."""


def _of_results(rows: list[Row]) -> int:
    header = recognise(rows)
    return len(header.columns) if header else 0


def read_delimited(path: Path, file: str, known: Known = _of_results) -> Source:
    """The file as one sheet; row numbers are line numbers. Leading lines that begin with # are remarks.

    The separator is the one under which most header words have a meaning, by `known`. Errors: BadInput where the text
    is UTF-16 or no text, its letters or quotation marks are broken, its lines part their cells in different ways, or it
    is too long.
    """
    lines = [f"{line}\n" for line in _text(path, file).split("\n")]
    start = 0
    while start < len(lines) and lines[start].lstrip().startswith("#"):
        start += 1
    made_up = any(MADE_UP in line for line in lines[:start])
    if start < len(lines) and lines[start].strip().lower().startswith("sep="):
        start += 1
    readings = [_read(lines, start, separator, file) for separator in SEPARATORS]
    words = [known(reading.rows) for reading in readings]
    best = readings[words.index(max(words))]
    if best.broken is not None:
        raise refuse("quotation-marks-broken", file, rows=[best.broken])
    if max(words) and (mixed := _mixed(best, readings)):
        raise refuse("separators-mixed", file, rows=mixed)
    sheet = Sheet("", tuple(best.rows), separator=";" if best.separator == "\t" else best.separator)
    return Source(file, (sheet,), made_up)


def _text(path: Path, file: str) -> str:
    content = path.read_bytes()
    if content.startswith(_UTF16) or content[:2000].count(0) > len(content[:2000]) // 4:
        raise refuse("text-in-utf-16", file)
    if b"\0" in content:
        raise refuse("not-text", file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if BROKEN_LETTERS.search(text):
        raise refuse("letters-broken", file)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(lines: list[str], start: int, separator: str, file: str) -> _Reading:
    reader = csv.reader(lines[start:], delimiter=separator, strict=True)
    rows: list[Row] = []
    line = start + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(line, tuple(cell if cell.strip() else None for cell in cells)))
            line = start + reader.line_num + 1
            for what, seen in (("rows", len(rows)), ("columns", len(cells))):
                if seen > rule("file_limits", what):
                    raise refuse(f"too-many-{what}", file, limit=rule("file_limits", what))
    except csv.Error:
        return _Reading(separator, rows, broken=line)
    return _Reading(separator, rows)


def _mixed(best: _Reading, readings: list[_Reading]) -> list[int]:
    """Lines that are one cell under the header's separator, but about as many as the header has under another one."""
    width = Counter(len(row.cells) for row in best.rows).most_common(1)[0][0]
    whole = {row.number for row in best.rows if len(row.cells) == 1}
    others = (row for reading in readings if reading is not best for row in reading.rows)
    return sorted({row.number for row in others if row.number in whole and len(row.cells) > max(4, width // 2)})
