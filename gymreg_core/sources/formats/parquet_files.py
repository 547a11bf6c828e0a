"""A table as a Parquet file whose columns have the header words of the text file; days may be days or text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from gymreg_core.sources.formats.source import ROWS_AT_ONCE, Chunk, Opened, Unreadable, places
from gymreg_core.sources.formats.typed import as_text
from gymreg_core.sources.register.layout import File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding


def open_parquet(path: Path, file: File, notes: Notes) -> Opened | None:
    """The rows of a Parquet file; None, with a finding, where it is damaged or lacks columns. The first is row 1."""
    try:
        with pq.ParquetFile(path) as content:
            schema, rows = content.schema_arrow, content.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        notes.add(finding("parquet-damaged", file=file.name))
        return None
    found = places(schema.names, file, notes)
    if found is None:
        return None
    columns = {name: schema.names[place] for name, place in found.items()}
    texts = [word for word in columns.values() if pa.types.is_string(schema.field(word).type)]
    return Opened(file, _chunks(path, columns, texts, file, notes), 1 + rows // ROWS_AT_ONCE)


def _chunks(path: Path, columns: dict[str, str], texts: list[str], file: File, notes: Notes) -> Iterator[Chunk]:
    row = 1
    try:
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as content:
            for batch in content.iter_batches(ROWS_AT_ONCE, columns=[*columns.values()], use_threads=False):
                rows = np.arange(row, row + len(batch), dtype=np.int32)
                yield Chunk.of(texts_of({n: batch.column(h) for n, h in columns.items()}, file, notes), rows)
                row += len(batch)
    except (pa.ArrowException, OSError, ValueError):
        notes.add(finding("parquet-damaged", file=file.name))
        raise Unreadable from None


def texts_of(columns: dict[str, pa.Array], file: File, notes: Notes) -> dict[str, pa.Array]:
    """Columns of any type as text, by the contract's name. Errors: Unreadable, with findings, where one has no text."""
    texts = {name: as_text(column) for name, column in columns.items()}
    strange = [name for name, column in texts.items() if column is None]
    for name in strange:
        notes.add(finding("column-type-not-read", file=file.name, column=file.header(name)))
    if strange:
        raise Unreadable
    return texts
