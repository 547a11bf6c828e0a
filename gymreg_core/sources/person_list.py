"""A list of identity numbers from outside, as pseudonyms: to see who of them a register knows, never who they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.contracts.results import Column
from gymreg_core.errors import BadInput
from gymreg_core.sources.formats.delimited_text import open_delimited
from gymreg_core.sources.formats.source import Opened, Unreadable
from gymreg_core.sources.formats.workbooks import open_workbook, sheet_names
from gymreg_core.sources.refusal import refuse, refuse_all
from gymreg_core.sources.register.identities import NOT_READABLE, classified, normalised
from gymreg_core.sources.register.keys import key_for, pseudonyms
from gymreg_core.sources.register.layout import Field, File
from gymreg_core.sources.register.notes import Notes

_COLUMN = "applicant"
_FIELD = Field("Personnummer", _COLUMN, "person")
_CONTRACT = (Column(_COLUMN, "str", "keyed pseudonym of the identity number"),)
_WORKBOOKS = (".xlsx", ".xlsm")


def read_person_list(path: Path, key: bytes | Path | None = None, *, made_up: bool = False) -> list[str]:
    """The pseudonyms of the numbers in the column Personnummer of a text file or the first sheet of a workbook.

    Each is there once, in an order that tells nothing of the file. key : as for an extract (sources/register/keys.py);
    of a made-up register the public one. Errors: BadInput with every finding: the file cannot be read, has no such
    column, a cell holds no identity number, the key is missing.
    """
    notes, path = Notes(), Path(path)
    secret = key_for(made_up, key, notes)
    opened = _opened(path, notes)
    if opened is None or notes.has_errors:
        raise refuse_all(notes.findings)
    numbers, rows = [], [np.zeros(0, np.int32)]
    try:
        for chunk in opened.chunks:
            numbers.append(normalised(chunk.cells[_COLUMN].cast(pa.string())))
            rows.append(chunk.rows)
    except Unreadable:
        raise refuse_all(notes.findings) from None
    cells = pa.concat_arrays([*numbers, pa.array([], pa.string())])
    wrong = classified(cells, date.max.year).kind == NOT_READABLE
    notes.rows("identity-number-not-readable", opened.file, np.concatenate(rows), wrong, _COLUMN)
    if notes.has_errors:
        raise refuse_all(notes.findings)
    return sorted(set(pseudonyms(cells.to_pylist(), secret)))


def _opened(path: Path, notes: Notes) -> Opened | None:
    file = File(path.name, "listed", (_FIELD,), _CONTRACT)
    if not path.is_file():
        raise refuse("file-not-found", path.name)
    if path.suffix.lower() not in _WORKBOOKS:
        return open_delimited(path, file, notes)
    try:
        sheets = sheet_names(path)
    except BadInput as refused:
        raise refuse_all(refused.findings) from None
    if not sheets:
        raise refuse("not-a-workbook", path.name)
    return open_workbook(path, sheets[0], file.called(path.name, sheets[0]), notes)
