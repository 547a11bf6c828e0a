"""The layout of a register extract, as reader and writer share it: layout.yml beside this file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.vocabulary.packaged import packaged_yaml

FORMAT, VERSION = "gymreg-register", 1
DESCRIPTION = "utdrag.json"
"""Format, version, system, intake_year and made_up (true where the persons are invented) of an extract."""
SEPARATOR = ";"
Kind = Literal["person", "path", "school", "text", "word", "unit", "count", "rank", "year", "amount", "date", "grade"]


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
    """A file of an extract: its name, the register's table, its columns in the order they are written in."""

    name: str
    table: str
    fields: tuple[Field, ...]
    optional: bool = False

    def field(self, name: str) -> Field:
        """The contract's column `name`. Errors: StopIteration where the file has none."""
        return next(column for column in self.fields if column.name == name)

    def header(self, name: str) -> str:
        """The header word of the contract's column `name`."""
        return self.field(name).header


@cache
def layout() -> dict[str, File]:
    """Every file of an extract by the register's table, those that others refer to first."""
    content = packaged_yaml("gymreg_core.sources.register", "layout.yml")
    return {entry["table"]: _file(name, entry) for name, entry in content.items()}


@cache
def extract_names() -> frozenset[str]:
    """The names of the files of an extract, its description among them."""
    return frozenset({DESCRIPTION, *(file.name for file in layout().values())})


def is_register(path: Path) -> bool:
    """Whether a folder is a register extract: it holds a description, or two of the files of one."""
    there = [name for name in extract_names() if (path / name).is_file()]
    return DESCRIPTION in there or len(there) > 1


def _file(name: str, entry: dict[str, Any]) -> File:
    columns = [
        Field(header, spec["field"], spec["kind"], spec.get("words", {}), spec.get("empty"))
        for header, spec in entry["columns"].items()
    ]
    if entry.get("subjects"):
        columns += [Field(subject, subject, "grade", empty=0) for subject in SUBJECTS]
    return File(name, entry["table"], tuple(columns), bool(entry.get("optional")))
