"""A made-up register as an extract of an admission system, in the layout that real ones are read from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv

from gymreg_core.contracts.register import Register
from gymreg_core.rules import rule
from gymreg_core.sources.register.layout import (
    DESCRIPTION,
    SEPARATOR,
    ExtractKind,
    Field,
    File,
    layout,
    register_kind,
)

SYSTEM = "gymreg synth"
_IDENTIFIED_BY = {"person": "applicant", "path": "path_id", "school": "school_id"}


def write_register(register: Register, numbers: Sequence[str], folder: Path) -> list[Path]:
    """Write a register to `folder`, which is made, with `numbers[i]` as the identity number of pupil i.

    The same register and numbers give the same bytes. `late` is not written: the reader tells it from the day.
    Returns the files, the description first. Errors: OSError where the folder cannot be written.
    """
    about = {"intake_year": register.intake_year, "made_up": register.made_up}
    written = [write_description(folder, register_kind(), about)]
    known = {
        "applicant": pa.array(numbers, pa.string()),
        "path_id": pa.array(register.study_paths["path_id"], pa.string()),
        "school_id": pa.array(register.schools["school_id"], pa.string()),
    }
    tables = register.tables()
    for name, file in layout().items():
        cells = {column.header: text_of(tables[name], column, known, register.intake_year) for column in file.fields}
        written.append(write_cells(folder, file, cells))
    return written


def write_description(folder: Path, kind: ExtractKind, about: Mapping[str, Any]) -> Path:
    """Write what an extract of a kind says of itself to `folder`, which is made; `about`: beside format and system."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / DESCRIPTION
    description = {"format": kind.format, "version": kind.version, "system": SYSTEM, **about}
    path.write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def write_cells(folder: Path, file: File, cells: Mapping[str, Any]) -> Path:
    """Write the cells of a file, string arrays (n,) by header word, and return its path."""
    table = pa.table({header: pa.array(column, pa.string()) for header, column in cells.items()})
    path = folder / file.name
    with path.open("wb") as stream:
        stream.write((SEPARATOR.join(cells) + "\n").encode())
        try:
            arrow_csv.write_csv(table, stream, _writing("none"))
        except pa.ArrowInvalid:  # a separator or quotation mark in a name
            stream.seek(0)
            stream.truncate()
            stream.write((SEPARATOR.join(cells) + "\n").encode())
            arrow_csv.write_csv(table, stream, _writing("needed"))
    return path


def _writing(quoting: str) -> arrow_csv.WriteOptions:
    return arrow_csv.WriteOptions(include_header=False, delimiter=SEPARATOR, quoting_style=quoting)


def text_of(frame: pd.DataFrame, column: Field, known: Mapping[str, pa.Array], year: int) -> pa.Array:
    """The column of a table as it is written (n,), each different value once and then laid out over the rows.

    `known`: identity numbers and ids that rows are known by, per column of the table they stand in; `year`: of the
    grade scale.
    """
    if column.kind in ("person", "path", "school"):
        by = _IDENTIFIED_BY[column.kind]
        return known[by].take(pa.array(np.arange(len(frame)) if column.name == by else frame[column.name].to_numpy()))
    codes, different = pd.factorize(frame[column.name], use_na_sentinel=False)
    word = _writer(column, year)
    cells = ["" if pd.isna(value) else word(value) for value in different.tolist()]
    return pa.array(cells, pa.string()).take(pa.array(codes))


def _writer(column: Field, year: int) -> Callable[[Any], str]:
    """How a value of the column is written."""
    if column.kind == "word":
        words = {column.empty: "", **{value: word for word, value in column.words.items()}}
        return lambda value: words[value]
    if column.kind == "grade":
        letters: list[str] = rule("grades", rule("grades", "scale", year), year)["grades"]
        return lambda value: letters[value]
    if column.kind in ("date", "day"):
        return lambda value: value.strftime("%Y-%m-%d")
    if column.kind == "amount":
        return lambda value: repr(float(value)).removesuffix(".0").replace(".", ",")
    if column.kind == "year":
        return lambda value: str(value) if value else ""
    return str
