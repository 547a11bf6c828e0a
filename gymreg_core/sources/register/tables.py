"""From the files of an extract to values of its contract, whatever kind of extract it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from gymreg_core.contracts.register import shaped
from gymreg_core.sources.register.cells import Values, read_cells
from gymreg_core.sources.register.checks import Table
from gymreg_core.sources.register.identities import normalised
from gymreg_core.sources.register.layout import ExtractKind, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import Sheet, open_sheet
from gymreg_core.vocabulary.finding_texts import finding


def open_sheets(folder: Path, kind: ExtractKind, notes: Notes) -> dict[str, Sheet]:
    """The files that could be opened, exactly repeated rows left out, identity numbers in one way of writing."""
    sheets: dict[str, Sheet] = {}
    for name, file in kind.files.items():
        sheet = open_sheet(folder, file, notes)
        if sheet is not None:
            cells = {n: normalised(c) if file.field(n).kind == "person" else c for n, c in sheet.cells.items()}
            sheets[name] = _without_repetitions(replace(sheet, cells=cells), kind.repeated, notes)
    empty = [f"'{sheets[name].file.name}'" for name in kind.never_empty if name in sheets and not len(sheets[name])]
    if empty:
        notes.add(finding("register-empty", file=empty[0].strip("'"), words=", ".join(empty)))
    return sheets


def table_of(sheet: Sheet, sheets: dict[str, Sheet], kind: ExtractKind, year: int, notes: Notes) -> Table:
    """The values of a sheet, with findings about its cells; references as rows of the tables they point into.

    `year`: the intake year, or the last that the extract tells of.
    """
    columns: dict[str, Values] = {}
    for column in sheet.file.fields:
        cells = sheet.cells[column.name]
        if kind.references.get(column.kind, (sheet.file.table,))[0] != sheet.file.table:
            values = _references(cells, sheets, *kind.references[column.kind])
        elif column.kind == "person":
            values = Values(cells.to_numpy(zero_copy_only=False))
        else:
            values = read_cells(cells, column, sheet.file.dtype(column.name), year)
        columns[column.name] = values
        for rule_id, broken in values.broken.items():
            if rule_id:
                notes.rows(rule_id, sheet.file, sheet.rows, broken, column.name)
    return Table(sheet.file, sheet.rows, columns, sheet.whole)


def as_contract(file: File, table: Table | None, own: dict[str, Any]) -> pd.DataFrame:
    """The table of a file by its contract, empty where there is none; `own`: columns besides those of the file.

    Of `own`, _kept tells which rows stay, bool (n,).
    """
    if table is None:
        return shaped(file.contract, {column.name: [] for column in file.contract})
    kept = own.pop("_kept", slice(None))
    columns = {n: values.values for n, values in table.columns.items()} | own
    return shaped(file.contract, {n: np.asarray(values)[kept] for n, values in columns.items()})


def _without_repetitions(sheet: Sheet, rule_id: str, notes: Notes) -> Sheet:
    codes = {
        name: column.dictionary_encode().indices.to_numpy(zero_copy_only=False) for name, column in sheet.cells.items()
    }
    again = pd.DataFrame(codes).duplicated().to_numpy()
    if not again.any():
        return sheet
    notes.rows(rule_id, sheet.file, sheet.rows, again)
    kept = pa.array(~again)
    cells = {name: column.filter(kept) for name, column in sheet.cells.items()}
    return replace(sheet, cells=cells, rows=sheet.rows[~again])


def _references(cells: pa.Array, sheets: dict[str, Sheet], table: str, identified_by: str, rule_id: str) -> Values:
    """Rows (n,) of the table that `cells` point into, -1 where there is none. Where that table is missing, empty or has
    lost rows, that has a finding of its own and what points into it none."""
    empty = pc.equal(cells, "").to_numpy(zero_copy_only=False)
    if table not in sheets or not len(sheets[table]):
        return Values(np.full(len(cells), -1, np.int32), {"cell-empty": empty, "": ~empty})
    encoded = cells.dictionary_encode()
    at = pc.index_in(encoded.dictionary, value_set=sheets[table].cells[identified_by])
    places = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    rows = np.where(empty, np.int32(-1), places[encoded.indices.to_numpy(zero_copy_only=False)])
    return Values(rows, {"cell-empty": empty, rule_id if sheets[table].whole else "": (rows < 0) & ~empty})
