"""An extract in text files, written anew in the other formats that one may come in: with real days and numbers."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sql
import xlsxwriter

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.sources.register.layout import DESCRIPTION, ExtractKind, Field, File

Cells = Mapping[str, list[Any]]
Written = Callable[[Path, Path], Path | str]
"""From the folder of an extract in text, and an empty folder, to what is read."""


def cells_of(folder: Path, file: File) -> dict[str, list[str]] | None:
    """The cells of a text file by header word, None where it is not there."""
    if not (folder / file.name).is_file():
        return None
    with (folder / file.name).open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    return {word: [row[place] for row in rows] for place, word in enumerate(header)}


def typed(file: File, cells: Mapping[str, list[str]]) -> Cells:
    """Days, numbers, true and false as what they are; empty cells None."""
    by_header = {column.header: column for column in file.fields}
    return {word: [_typed(cell, by_header.get(word)) for cell in column] for word, column in cells.items()}


def _typed(cell: str, column: Field | None) -> Any:
    if cell == "" or column is None:
        return cell or None
    if set(column.words.values()) == {True, False}:
        return cell == "Ja"
    kinds: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(("day", "date"), date.fromisoformat),
        **dict.fromkeys(("count", "rank", "year"), int),
        "amount": lambda text: float(text.replace(",", ".")),
    }
    return kinds.get(column.kind, str)(cell)


def described(source: Path, folder: Path) -> Path:
    """The description alone in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / DESCRIPTION, folder / DESCRIPTION)
    return folder


def tables(folder: Path, kind: ExtractKind | None = None, *, plain: bool = False) -> dict[str, Cells]:
    """The cells of the text files that are there, by file name without ending; as text where `plain`, else typed."""
    found = [(file, cells_of(folder, file)) for file in (kind or enrolment_kind()).files.values()]
    there = {Path(file.name).stem: (file, cells) for file, cells in found if cells is not None}
    return {name: cells if plain else typed(file, cells) for name, (file, cells) in there.items()}


def as_text(separator: str, encoding: str) -> Written:
    def write(source: Path, folder: Path) -> Path:
        described(source, folder)
        for path in sorted(source.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream, delimiter=";"))
            with (folder / path.name).open("w", encoding=encoding, newline="") as stream:
                csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(rows)
        return folder

    return write


def as_parquet(day: pa.DataType | None = None, *, dictionaries: bool = False, plain: bool = False) -> Written:
    """`day`: the type of days, text without; `dictionaries`: texts are encoded; `plain`: everything is text."""

    def write(source: Path, folder: Path) -> Path:
        described(source, folder)
        for name, cells in tables(source, plain=plain).items():
            columns = {word: _arrow(column, day, dictionaries) for word, column in cells.items()}
            pq.write_table(pa.table(columns), folder / f"{name}.parquet", row_group_size=7)
        return folder

    return write


def _arrow(column: list[Any], day: pa.DataType | None, dictionaries: bool) -> pa.Array:
    if any(isinstance(cell, date) for cell in column):
        if day is None:
            return pa.array([cell and cell.isoformat() for cell in column])
        if pa.types.is_timestamp(day):
            return pa.array(column, pa.date32()).cast(day)
        return pa.array(column, day)
    found = pa.array(column)
    return found.dictionary_encode() if dictionaries and pa.types.is_string(found.type) else found


def as_workbook(*, one: bool, from_1904: bool = False, plain: bool = False) -> Written:
    """`one`: a workbook with a sheet per table, else one per table; `plain`: everything is text."""

    def write(source: Path, folder: Path) -> Path:
        described(source, folder)
        found = tables(source, plain=plain)
        for group in [found] if one else [{name: cells} for name, cells in found.items()]:
            called = "enrolments" if one else next(iter(group))
            with xlsxwriter.Workbook(folder / f"{called}.xlsx", {"date_1904": from_1904}) as book:
                form = book.add_format({"num_format": "yyyy-mm-dd"})
                for name, cells in group.items():
                    sheet = book.add_worksheet(name if one else "Blad1")
                    for place, (word, column) in enumerate(cells.items()):
                        sheet.write_string(0, place, word)
                        for row, cell in enumerate(column, 1):
                            if isinstance(cell, date):
                                sheet.write_datetime(row, place, cell, form)
                            elif isinstance(cell, str):
                                sheet.write_string(row, place, cell)
                            elif cell is not None:
                                sheet.write(row, place, cell)
        return folder

    return write


def as_sqlite(source: Path, folder: Path, day: type[sql.types.TypeEngine[Any]] = sql.Date) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'utdrag.db'}"
    into_database(source, url, day=day)
    return url


def as_sqlite_of_times(source: Path, folder: Path) -> str:
    """As a data frame with days writes itself: columns of points in time, which SQLite holds as text."""
    return as_sqlite(source, folder, sql.DateTime)


def into_database(
    source: Path, url: str, kind: ExtractKind | None = None, day: type[sql.types.TypeEngine[Any]] = sql.Date
) -> None:
    """Write an extract to a database, its description to the table `utdrag`. `day`: the type of days in the others."""
    engine, known = sql.create_engine(url), sql.MetaData()
    about = json.loads((source / DESCRIPTION).read_bytes())
    days = {"since", "as_of"} & set(about)
    about |= {name: date.fromisoformat(about[name]) for name in days}
    written: dict[str, tuple[sql.Table, list[dict[str, Any]]]] = {}
    for name, cells in {"utdrag": {word: [cell] for word, cell in about.items()}, **tables(source, kind)}.items():
        of_days = sql.Date if name == "utdrag" else day
        columns = [sql.Column(word, _sql(column, of_days)) for word, column in cells.items()]
        rows = [
            {word: _cell(cell, of_days) for word, cell in zip(cells, row, strict=True)}
            for row in zip(*cells.values(), strict=True)
        ]
        written[name] = sql.Table(name, known, *columns), rows
    known.drop_all(engine)
    known.create_all(engine)
    with engine.begin() as connection:
        for table, rows in written.values():
            if rows:
                connection.execute(table.insert(), rows)
    engine.dispose()


def _cell(cell: Any, day: Any) -> Any:
    return datetime.combine(cell, time(23, 30)) if isinstance(cell, date) and day is sql.DateTime else cell


def _sql(column: list[Any], day: Any) -> Any:
    first = next((cell for cell in column if cell is not None), "")
    kinds = {bool: sql.Boolean, date: day, int: sql.BigInteger, float: sql.Numeric(8, 2)}
    return kinds.get(type(first), sql.Text)


def canonical(enrolments: Enrolments) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table in an order of their own, persons and schools named by what they are known by."""
    whose = enrolments.persons["applicant"].to_numpy(object)
    where = enrolments.schools["school_id"].to_numpy(object)
    found = {}
    for name, table in enrolments.tables().items():
        named = {"pupil": whose, "former": where if name == "predecessors" else whose, "school": where}
        columns = [
            named[column][table[column]].tolist()
            if table[column].dtype == "int32"
            else table[column].astype("str").fillna("").tolist()
            for column in table
        ]
        found[name] = sorted(zip(*columns, strict=True))
    return found


FORMATS: dict[str, Written] = {
    "semicolons, UTF-8 with a mark": as_text(";", "utf-8-sig"),
    "commas, Windows letters": as_text(",", "cp1252"),
    "tabs": as_text("\t", "utf-8"),
    "Parquet with days": as_parquet(pa.date32()),
    "Parquet with points in time": as_parquet(pa.timestamp("ns")),
    "Parquet with text": as_parquet(dictionaries=True),
    "a workbook": as_workbook(one=True),
    "workbooks, days from 1904 on": as_workbook(one=False, from_1904=True),
    "SQLite": as_sqlite,
    "SQLite with points in time": as_sqlite_of_times,
}
