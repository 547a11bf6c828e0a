"""An extract in a database: a table or view per file of the layout, and one, `utdrag`, for what utdrag.json says.

Everything is read in one transaction that only reads, so that the tables fit together whoever writes meanwhile, and
through a cursor of the server's, so that no table is fetched whole. No message holds the address: it may hold a
password. Nor does one hold what the database answers, which may quote a value.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.provenance import InputFile
from gymreg_core.sources.formats.parquet_files import texts_of
from gymreg_core.sources.formats.source import ROWS_AT_ONCE, Chunk, Opened, OutOfReach, Unreadable, places
from gymreg_core.sources.formats.typed import as_text
from gymreg_core.sources.register.layout import DESCRIPTION, ExtractKind, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

Meant = Callable[[Any], Any]
DESCRIBED_IN = Path(DESCRIPTION).stem
_SNAPSHOT = {"postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}}
_POINT_IN_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", re.ASCII)
_NOT_LET_IN, _REFUSED = "28", "42"  # classes of SQLSTATE: invalid authorisation; no right, or nothing of that name


def is_url(data: object) -> bool:
    """Whether what holds an extract was named by the address of a database."""
    return isinstance(data, str) and "://" in data


class Database:
    """An extract in the database at `url`. It is connected to as soon as something is asked of it."""

    described_in = DESCRIBED_IN

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._inputs: dict[str, InputFile] = {}

    def __repr__(self) -> str:
        return "Database()"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # one that is gone cannot be closed
            if self._connection is not None:
                self._connection.close()
        if self._engine is not None:
            self._engine.dispose()
        self._engine, self._connection = None, None

    def description(self, notes: Notes) -> Any:
        """The one row of `utdrag`, days as ISO text. Errors: Unreadable, with a finding, where there is no database."""
        columns = self._columns(DESCRIBED_IN, notes)
        if columns is None:
            return None
        rows = list(self._rows(DESCRIBED_IN, [*columns], notes))
        if len(rows) != 1 or len(rows[0]) != 1:
            return None
        told = {name.casefold(): _json(value) for name, value in zip(columns, rows[0][0], strict=True)}
        if "made_up" in told:
            told["made_up"] = _truth(told["made_up"])
        content = hashlib.sha256(repr(sorted(told.items())).encode())
        self._inputs[DESCRIBED_IN] = InputFile(DESCRIBED_IN, content.hexdigest(), len(repr(told)))
        return told

    def open(self, file: File, notes: Notes) -> Opened | None:
        """The rows of a table or view in the order of all its columns of the layout, the first being row 1."""
        file = file.called(Path(file.name).stem)
        header = self._columns(file.name, notes)
        if header is None:
            if not file.optional:
                notes.add(finding("database-table-missing", file=file.name))
            return None
        found = places(header, file, notes)
        if found is None:
            return None
        names = [*header]
        columns = {name: names[place] for name, place in found.items()}
        meant = {name: header[column] for name, column in columns.items()}
        return Opened(file, self._chunks(file, columns, meant, notes), 1 + self._size(file.name, notes) // ROWS_AT_ONCE)

    def inputs(self, kind: ExtractKind) -> list[InputFile]:
        """The tables that were read, each with the hash of its cells in the order they came in."""
        names = [DESCRIBED_IN, *(Path(file.name).stem for file in kind.files.values())]
        return [self._inputs[name] for name in names if name in self._inputs]

    def _connected(self, notes: Notes, table: str) -> Connection:
        if self._connection is not None:
            return self._connection
        import sqlalchemy as sql

        try:
            self._engine = sql.create_engine(self._url)
            if _no_file(self._engine.url):
                notes.add(finding("database-not-reached", file=table))
                raise OutOfReach
            connection = self._engine.connect()
            self._connection = connection.execution_options(**_SNAPSHOT.get(self._engine.dialect.name, {}))
        except (sql.exc.NoSuchModuleError, ImportError):
            notes.add(finding("database-driver-missing", file=table))
        except sql.exc.DBAPIError as refused:
            wrong = _state(refused).startswith(_NOT_LET_IN) or "password" in str(refused.orig)
            notes.add(finding("database-refuses-user" if wrong else "database-not-reached", file=table))
        except (sql.exc.SQLAlchemyError, ValueError, TypeError):
            notes.add(finding("database-address-not-readable", file=table))
        else:
            return self._connection
        raise OutOfReach from None

    def _columns(self, table: str, notes: Notes) -> dict[str, Meant | None] | None:
        """A table's columns by name, and what their cells mean where a database without such a type gives others: 1 and
        0, or text; None where there is no such table or view.
        """
        import sqlalchemy as sql

        connection = self._connected(notes, table)
        try:
            inspector = sql.inspect(connection)
            if table not in (*inspector.get_table_names(), *inspector.get_view_names()):
                return None
            kinds = ((sql.Boolean, _truth), (sql.DateTime, _day))
            return {
                str(column["name"]): next((meant for kind, meant in kinds if isinstance(column["type"], kind)), None)
                for column in inspector.get_columns(table)
            }
        except sql.exc.SQLAlchemyError as gone:
            raise self._broken(gone, table, notes) from None

    def _size(self, table: str, notes: Notes) -> int:
        import sqlalchemy as sql

        try:
            count = sql.select(sql.func.count()).select_from(sql.table(table))
            return int(self._connected(notes, table).execute(count).scalar_one())
        except sql.exc.SQLAlchemyError as gone:
            raise self._broken(gone, table, notes) from None

    def _rows(self, table: str, columns: Sequence[str], notes: Notes) -> Iterator[Sequence[Sequence[Any]]]:
        """The rows of a table in their order, many at a time."""
        import sqlalchemy as sql

        named: list[Any] = [sql.column(name) for name in columns]
        query = sql.select(*named).select_from(sql.table(table)).order_by(*named)
        try:
            result = self._connected(notes, table).execution_options(yield_per=ROWS_AT_ONCE).execute(query)
            with result:
                yield from result.partitions()
        except sql.exc.SQLAlchemyError as gone:
            raise self._broken(gone, table, notes) from None

    def _chunks(
        self, file: File, columns: dict[str, str], meant: dict[str, Meant | None], notes: Notes
    ) -> Iterator[Chunk]:
        row, size, digest = 1, 0, hashlib.sha256(repr([*columns]).encode())
        for part in self._rows(file.name, [*columns.values()], notes):
            by_column = zip(columns, zip(*part, strict=True), strict=True)
            typed = {name: _typed(map(means, cells) if (means := meant[name]) else cells) for name, cells in by_column}
            chunk = Chunk.of(texts_of(typed, file, notes), np.arange(row, row + len(part), dtype=np.int32))
            for column in chunk.cells.values():
                for content in (column.indices.to_numpy().tobytes(), "\0".join(column.dictionary.to_pylist()).encode()):
                    digest.update(content)
                    size += len(content)
            yield chunk
            row += len(part)
        self._inputs[file.name] = InputFile(file.name, digest.hexdigest(), size)

    def _broken(self, error: Any, table: str, notes: Notes) -> Unreadable:
        """Why a query came to nothing: it was refused, which is about this table alone, or the database is gone."""
        refused = hasattr(error, "orig") and _state(error).startswith(_REFUSED) and self._connection is not None
        notes.add(finding("database-table-refused" if refused else "database-gone", file=table))
        if refused and self._connection is not None:
            self._connection.rollback()
        return Unreadable() if refused else OutOfReach()


def _no_file(url: URL) -> bool:
    """Whether it is a database in a file that is not there, which connecting would make."""
    named = url.database or ""
    return url.get_backend_name() == "sqlite" and not named.startswith(("file:", ":")) and not Path(named).is_file()


def _truth(cell: Any) -> Any:
    return bool(cell) if cell in (0, 1) else cell


def _day(cell: Any) -> Any:
    return cell[:10] if isinstance(cell, str) and _POINT_IN_TIME.fullmatch(cell) else cell


def _typed(given: Iterable[Any]) -> pa.Array:
    """Cells as a column of one type; of several types, as a database without types may give, as text."""
    cells = list(given)
    try:
        return pa.array(cells)
    except (pa.ArrowException, OverflowError):
        return pa.array(map(_text, cells), pa.string())


def _text(cell: Any) -> str | None:
    try:
        text = as_text(pa.array([cell]))
    except (pa.ArrowException, OverflowError):
        text = None
    return str(cell) if text is None else text[0].as_py()


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value


def _state(error: Any) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
