"""Enrolments as an extract of a system of pupils, in the layout that real ones are read from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.sources.enrolments.layout import enrolment_kind
from gymreg_core.synthetic.extracts import text_of, write_cells, write_description


def write_enrolments(enrolments: Enrolments, numbers: Sequence[str], folder: Path) -> list[Path]:
    """Write enrolments to `folder`, which is made, with `numbers[i]` as the identity number of person i.

    The same enrolments and numbers give the same bytes; who is written with the numbers of a register is known there
    too. Returns the files, the description first. Errors: OSError where the folder cannot be written.
    """
    kind, tables = enrolment_kind(), enrolments.tables()
    about = {"since": enrolments.since, "as_of": enrolments.as_of, "made_up": enrolments.made_up}
    known = {
        "applicant": pa.array(numbers, pa.string()),
        "school_id": pa.array(enrolments.schools["school_id"], pa.string()),
    }
    year = date.fromisoformat(enrolments.as_of).year
    written = [write_description(folder, kind, about)]
    for name, file in kind.files.items():
        cells = {column.header: text_of(tables[name], column, known, year) for column in file.fields}
        written.append(write_cells(folder, file, cells))
    return written
