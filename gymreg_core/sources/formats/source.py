"""What every way of writing an extract gives: per table of the layout, its cells as trimmed text, chunk by chunk.

So a number, a word or a day is read and checked by the same code whether it stood in a text file or in a database, and
no more of a table is held at once than a chunk of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from gymreg_core.provenance import InputFile
from gymreg_core.sources.register.layout import ExtractKind, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

ROWS_AT_ONCE = 1 << 17


class Unreadable(Exception):
    """Reading breaks off, and why is among the findings."""


class OutOfReach(Unreadable):
    """Nothing more can be read of the source."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows of a table, none of them empty. `cells` by the contract's column name: text as dictionary arrays (n,),
    trimmed. `rows` int32 (n,): where each stands. `whole`: no row was left out because it did not fit."""

    cells: dict[str, pa.DictionaryArray]
    rows: NDArray[np.int32]
    whole: bool = True

    @classmethod
    def of(cls, cells: Mapping[str, pa.Array], rows: NDArray[np.int32], *, whole: bool = True) -> Self:
        """A chunk of columns of text (n,) as they came, encoded or not."""
        tidied = {name: _tidied(column) for name, column in cells.items()}
        filled = np.zeros(len(rows), np.bool_)
        for column in tidied.values():
            texts = pc.not_equal(column.dictionary, "").to_numpy(zero_copy_only=False)
            filled |= texts[column.indices.to_numpy()] if len(texts) else False
        if not filled.all():
            kept = pa.array(filled)
            tidied, rows = {name: column.filter(kept) for name, column in tidied.items()}, rows[filled]
        return cls(tidied, rows, whole)


@dataclass(frozen=True, eq=False)
class Opened:
    """A table that is about to be read. `file`: what findings call it; `pieces`: about how many chunks it comes in."""

    file: File
    chunks: Iterator[Chunk]
    pieces: int


class Source(Protocol):
    """Where an extract is: a folder or a database. Use as a context."""

    described_in: str

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def description(self, notes: Notes) -> Any:
        """What the extract says of itself, as JSON has it; None where it says nothing.

        Errors: Unreadable, with a finding, where the source itself is out of reach.
        """

    def open(self, file: File, notes: Notes) -> Opened | None:
        """The table that stands in the layout as `file`; None where it is not there or cannot be used, with a finding
        unless it may be absent.

        Errors, here and while its chunks are read: Unreadable, with findings, where it breaks off.
        """

    def inputs(self, kind: ExtractKind) -> list[InputFile]:
        """What was read, by name and hash; of a database only once it has been read."""


def places(header: Iterable[str], file: File, notes: Notes, *, line: int | None = None) -> dict[str, int] | None:
    """Where the contract's columns stand among header words; None, with a finding, where one is missing or twice.

    `line`: the one that the header stands on.
    """
    words = [plain(word) for word in header]
    wanted = {plain(column.header): column for column in file.fields}
    missing = [f"'{column.header}'" for word, column in wanted.items() if word not in words]
    twice = [f"'{wanted[word].header}'" for word, times in Counter(words).items() if times > 1 and word in wanted]
    rows = [] if line is None else [line]
    for fault, named in (("extract-columns-missing", missing), ("column-twice", twice)):
        if named:
            shown = ", ".join(named[:5])
            notes.add(finding(fault, file=file.name, sheet=file.sheet, rows=rows, count=len(named), words=shown))
    return None if missing or twice else {column.name: words.index(word) for word, column in wanted.items()}


def all_cells(opened: Opened) -> dict[str, pa.Array]:
    """A whole table as text (n,), by the contract's column name. Errors: Unreadable."""
    parts: dict[str, list[pa.Array]] = {column.name: [pa.array([], pa.string())] for column in opened.file.fields}
    for chunk in opened.chunks:
        for name, cells in chunk.cells.items():
            parts[name].append(cells.cast(pa.string()))
    return {name: pa.concat_arrays(cells) for name, cells in parts.items()}


def plain(word: str) -> str:
    """A header word as it is compared."""
    return word.strip().casefold()


def _tidied(column: pa.Array) -> pa.DictionaryArray:
    """Trimmed, letters composed (NFC), nothing missing."""
    if not pa.types.is_dictionary(column.type):
        column = pc.fill_null(column, "").dictionary_encode()
    texts, places_ = pc.fill_null(column.dictionary.cast(pa.string()), ""), column.indices.cast(pa.int32())
    if places_.null_count:
        places_ = pc.fill_null(places_, len(texts))
        texts = pa.concat_arrays([texts, pa.array([""])])
    texts = pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFC"))
    return pa.DictionaryArray.from_arrays(places_, texts)
