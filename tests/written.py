"""Result files written for tests from tables anyone can read: cells between bars, one row per line."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

Rows = list[list[Any]]
HEADER = (
    "År | Kommun | Skola | Organistionsform | StudieVagKod | Studievag | Antagningsgrans | Median"
    " | AntalPlatser | AntalAntagna | AntalReserver | AntalLedigaPlatser"
)


def rows(table: str) -> Rows:
    """The cells of a table drawn with bars. Numbers become numbers, 'quoted' cells text, blank cells None."""
    return [[_cell(cell) for cell in line.split("|")] for line in table.strip("\n").splitlines() if line.strip()]


def _cell(text: str) -> Any:
    text = text.strip()
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return text[1:-1]
    try:
        return float(text)
    except ValueError:
        return text or None


def workbook(path: Path, sheets: Mapping[str, str | Rows], *, properties: dict[str, str] | None = None) -> Path:
    """An .xlsx with these sheets; a table's first row is the first row of its sheet."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties(properties or {})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows(table) if isinstance(table, str) else table):
                for j, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(i, j, cell)
                    elif cell is not None:
                        sheet.write_number(i, j, cell)
    return path


def delimited(path: Path, table: str | Rows, separator: str = ";", encoding: str = "utf-8", decimal: str = ",") -> Path:
    """A CSV of the table; whole numbers without decimals, others with `decimal`."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    for row in rows(table) if isinstance(table, str) else table:
        writer.writerow([_written(cell, decimal) for cell in row])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _written(cell: Any, decimal: str) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", decimal)
    return "" if cell is None else str(cell)


def repacked(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of a workbook with the parts of its package changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return target


def shown(table: pd.DataFrame, columns: Iterable[str]) -> list[list[str]]:
    """Columns of a table as text, to compare with a drawn one: NA is blank, 30.0 is 30."""
    return [[_shown(cell) for cell in row] for row in table[list(columns)].itertuples(index=False, name=None)]


def drawn(table: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a drawn table as text."""
    head, *body = (
        [cell.strip() for cell in line.split("|")] for line in table.strip("\n").splitlines() if line.strip()
    )
    return head, body


def _shown(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
