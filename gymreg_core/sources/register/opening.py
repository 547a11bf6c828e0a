"""The files of an extract as columns of text, with the line that each row stands on."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from gymreg_core.rules import rule
from gymreg_core.sources.delimited import BROKEN_LETTERS
from gymreg_core.sources.intake import is_intake_year
from gymreg_core.sources.register.layout import DESCRIPTION, FORMAT, VERSION, ExtractKind, File, register_kind
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

_SEPARATORS = (";", ",", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Description:
    """What utdrag.json says of an extract."""

    intake_year: int
    made_up: bool


@dataclass(frozen=True, eq=False)
class Sheet:
    """A file's cells as text, trimmed: `cells` by the contract's column name, string arrays (n,).

    `rows` int64 (n,): the line that each row stands on. `whole`: no row was left out because it did not fit.
    """

    file: File
    cells: dict[str, pa.Array]
    rows: NDArray[np.int64]
    whole: bool = True

    def __len__(self) -> int:
        return len(self.rows)


def extract_files(folder: Path, kind: ExtractKind | None = None) -> list[Path]:
    """The files of an extract that are there, in the order of the layout; others in the folder are not looked into.

    `kind`: by default that of a register.
    """
    names = [DESCRIPTION, *(file.name for file in (kind or register_kind()).files.values())]
    return [folder / name for name in names if (folder / name).is_file()]


def read_description(folder: Path, notes: Notes) -> Description | None:
    """What utdrag.json says; None, with a finding, where it does not say enough."""
    try:
        content: Any = json.loads((folder / DESCRIPTION).read_bytes())
        if content["format"] != FORMAT or content["version"] != VERSION:
            notes.add(finding("extract-version-unknown", file=DESCRIPTION, limit=VERSION))
            return None
        year, made_up = content["intake_year"], content["made_up"]
    except (OSError, ValueError, KeyError, TypeError):
        year, made_up = None, None
    if type(year) is not int or not is_intake_year(year) or type(made_up) is not bool:
        notes.add(finding("extract-not-described", file=DESCRIPTION))
        return None
    return Description(year, made_up)


def open_sheet(folder: Path, file: File, notes: Notes) -> Sheet | None:
    """The cells of a file, empty lines left out; None, with a finding, where it is not there or cannot be read."""
    path = folder / file.name
    if not path.is_file():
        if not file.optional:
            notes.add(finding("extract-file-missing", file=file.name))
        return None
    content = _text(path, file, notes)
    if content is None:
        return None
    first, _, _ = content.partition(b"\n")
    header = max((_header(first, separator) for separator in _SEPARATORS), key=len)
    places = _places(header, file, notes)
    if places is None:
        return None
    separator = next(s for s in _SEPARATORS if len(_header(first, s)) == len(header))
    return _sheet(content, separator, len(header), places, file, notes)


def _text(path: Path, file: File, notes: Notes) -> bytes | None:
    """The file in UTF-8 without a byte-order mark, its lines ended by a line feed."""
    try:
        content = path.read_bytes()
    except OSError:
        notes.add(finding("file-not-readable", file=file.name))
        return None
    fault = None
    if not content.strip():
        fault = "file-empty"
    elif content.startswith(_UTF16):
        fault = "text-in-utf-16"
    elif b"\0" in content:
        fault = "not-text"
    elif len(content) > rule("file_limits", "unpacked_bytes"):
        notes.add(finding("unpacked-too-large", file=file.name, limit=rule("file_limits", "unpacked_bytes") // 10**6))
        return None
    if fault:
        notes.add(finding(fault, file=file.name))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if BROKEN_LETTERS.search(text):
        notes.add(finding("letters-broken", file=file.name))
        return None
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return (lines.rstrip("\n") + "\n").encode()


def _header(line: bytes, separator: str) -> list[str]:
    cells = next(csv.reader(io.StringIO(line.decode().strip()), delimiter=separator), [])
    return [_plain(cell) for cell in cells]


def _plain(word: str) -> str:
    return word.strip().casefold()


def _places(header: list[str], file: File, notes: Notes) -> dict[str, int] | None:
    """Where the contract's columns stand in the header; None, with a finding, where one is missing or twice."""
    wanted = {_plain(column.header): column for column in file.fields}
    missing = [f"'{column.header}'" for word, column in wanted.items() if word not in header]
    twice = [f"'{wanted[word].header}'" for word, times in Counter(header).items() if times > 1 and word in wanted]
    for fault, words in (("extract-columns-missing", missing), ("column-twice", twice)):
        if words:
            notes.add(finding(fault, file=file.name, rows=[1], count=len(words), words=", ".join(words[:5])))
    return None if missing or twice else {column.name: header.index(word) for word, column in wanted.items()}


def _sheet(
    content: bytes, separator: str, width: int, places: dict[str, int], file: File, notes: Notes
) -> Sheet | None:
    names = [str(place) for place in range(width)]
    wrong: list[int] = []

    def skip(row: Any) -> str:
        wrong.append(row.number)
        return "skip"

    try:
        table = arrow_csv.read_csv(
            io.BytesIO(content),
            # One thread, since only then is the line of a row known that does not fit.
            read_options=arrow_csv.ReadOptions(use_threads=False, column_names=names, skip_rows=1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, invalid_row_handler=skip, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        table = None
    if table is None or len(table) + len(wrong) + 1 != content.count(b"\n"):  # else a cell goes on over lines
        notes.add(finding("quotation-marks-broken", file=file.name))
        return None
    if wrong:
        notes.add(finding("row-of-another-width", file=file.name, rows=sorted(wrong)))
    lines = np.delete(np.arange(2, 2 + len(table) + len(wrong), dtype=np.int64), np.array(wrong, np.int64) - 2)
    cells = {name: pc.utf8_trim_whitespace(table.column(place).combine_chunks()) for name, place in places.items()}
    filled = np.zeros(len(table), np.bool_)
    for column in cells.values():
        filled |= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    if not filled.all():
        cells, lines = {name: column.filter(pa.array(filled)) for name, column in cells.items()}, lines[filled]
    return Sheet(file, cells, lines, whole=not wrong)
