"""The layout of a register extract, as reader and writer share it: layout.yml beside this file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

from gymreg_core.contracts.register import REGISTER_TABLES, SUBJECTS
from gymreg_core.contracts.results import Column
from gymreg_core.vocabulary.packaged import packaged_yaml

FORMAT, VERSION = "gymreg-register", 1
DESCRIPTION = "utdrag.json"
"""Format, version, system, intake_year and made_up (true where the persons are invented) of an extract."""
SEPARATOR = ";"
Kind = Literal[
    "person", "path", "school", "text", "word", "unit", "count", "rank", "year", "amount", "date", "day", "grade"
]


@dataclass(frozen=True)
class Field:
    """A column of a file: its `header`, the contract's column `name` and how a cell is written.

    `words`: Swedish word -> the contract's value. `empty`: what an empty cell stands for, None = nothing.
    """

    header: str
    name: str
    kind: Kind
    words: dict[str, Any] = field(default_factory=dict)
    empty: Any = None


@dataclass(frozen=True)
class File:
    """A file of an extract: its name, the table of the contract, its columns in the order they are written in.

    `contract`: the columns of that table. `sheet`: the one of a workbook that it is read from.
    """

    name: str
    table: str
    fields: tuple[Field, ...]
    contract: tuple[Column, ...]
    optional: bool = False
    sheet: str | None = None

    def called(self, name: str, sheet: str | None = None) -> File:
        """The same, read from a file, and a sheet in it, of another name."""
        return replace(self, name=name, sheet=sheet)

    def field(self, name: str) -> Field:
        """The contract's column `name`. Errors: StopIteration where the file has none."""
        return next(column for column in self.fields if column.name == name)

    def header(self, name: str) -> str:
        """The header word of the contract's column `name`."""
        return self.field(name).header

    def dtype(self, name: str) -> str:
        """The dtype of the contract's column `name`."""
        return next(column.dtype for column in self.contract if column.name == name)


@dataclass(frozen=True)
class ExtractKind:
    """A kind of extract: the format that its description names, and its files by the contract's table.

    `references`: per kind of cell that points into another table, that table, the column it is identified by there and
    the rule that is broken where nothing is pointed to. `never_empty`: tables that have rows. `repeated`: the rule of
    rows that stand twice, equal in every cell. `placeholders_shared`: two persons may have one placeholder.
    """

    format: str
    version: int
    files: dict[str, File]
    references: dict[str, tuple[str, str, str]]
    never_empty: tuple[str, ...]
    repeated: str
    placeholders_shared: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The names of its files, the description among them."""
        return frozenset({DESCRIPTION, *(file.name for file in self.files.values())})


@cache
def layout() -> dict[str, File]:
    """Every file of an extract by the register's table, those that others refer to first."""
    return files_of("gymreg_core.sources.register", REGISTER_TABLES)


@cache
def register_kind() -> ExtractKind:
    """An extract of the register of one intake year."""
    references = {
        "person": ("pupils", "applicant", "pupil-not-known"),
        "path": ("study_paths", "path_id", "study-path-not-known"),
        "school": ("schools", "school_id", "school-not-known"),
    }
    never_empty = ("pupils", "schools", "study_paths", "applications")
    return ExtractKind(FORMAT, VERSION, layout(), references, never_empty, "row-repeated-exactly")


@cache
def extract_names() -> frozenset[str]:
    """The names of the files of an extract, its description among them."""
    return register_kind().names


def files_of(package: str, tables: Mapping[str, tuple[Column, ...]]) -> dict[str, File]:
    """The files that layout.yml of a package describes, by table, in its order; `tables`: their contracts."""
    content = packaged_yaml(package, "layout.yml")
    return {entry["table"]: _file(name, entry, tables[entry["table"]]) for name, entry in content.items()}


def _file(name: str, entry: dict[str, Any], contract: tuple[Column, ...]) -> File:
    columns = [
        Field(header, spec["field"], spec["kind"], spec.get("words", {}), spec.get("empty"))
        for header, spec in entry["columns"].items()
    ]
    if entry.get("subjects"):
        columns += [Field(subject, subject, "grade", empty=0) for subject in SUBJECTS]
    return File(name, entry["table"], tuple(columns), contract, bool(entry.get("optional")))
