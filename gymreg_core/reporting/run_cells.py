"""What a run told, beside its page: the cells of every table that it looked at. None of it goes to the site."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gymreg_core.disclosure.cells import Cells, Why
from gymreg_core.disclosure.cells_file import unpacked
from gymreg_core.disclosure.recorded import Recording
from gymreg_core.errors import BadInput
from gymreg_core.store.private import make_private, write

INDEX, FOLDER = "cells.json", "cells"
_SHORT = 16


@dataclass(frozen=True)
class Table:
    """A table that a run looked at: its universe, how many cells it has, how many of them are hidden by reason, and
    the file that holds them."""

    universe: str
    cells: int
    hidden: dict[str, int]
    file: str


def write_cells(folder: Path, seen: Recording) -> None:
    """Write the cells of every table in `seen` into a run's folder: the same tables give the same bytes."""
    make_private(folder / FOLDER)
    tables = {}
    for record in seen.records.values():
        content = record.packed
        name = f"{hashlib.sha256(content).hexdigest()[:_SHORT]}.json.gz"
        if name not in tables:
            write(folder / FOLDER / name, content)
            cells = record.cells
            tables[name] = Table(record.about.universe, _in_tables(cells), _hidden(cells), name)
    index = [vars(tables[name]) for name in sorted(tables)]
    write(folder / INDEX, (json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def tables_of(folder: Path) -> list[Table]:
    """The tables of a run. Errors: BadInput where they cannot be read."""
    try:
        held: list[dict[str, Any]] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return [Table(**one) for one in held]
    except (OSError, ValueError, TypeError, RecursionError):
        raise _damaged(folder) from None


def cells_of(folders: Iterable[Path]) -> Iterator[Cells]:
    """The cells of every table of some runs, each table once. Errors: BadInput where one cannot be read."""
    seen: set[str] = set()
    for folder in folders:
        for table in tables_of(folder):
            if table.file not in seen:
                seen.add(table.file)
                try:
                    yield unpacked((folder / FOLDER / table.file).read_bytes())
                except (OSError, ValueError, TypeError, KeyError, RecursionError):
                    raise _damaged(folder) from None


def _in_tables(cells: Cells) -> int:
    return int((cells.why != Why.NOWHERE).sum())


def _hidden(cells: Cells) -> dict[str, int]:
    there = np.isnan(cells.values) & (cells.why != Why.NOWHERE)
    return {Why(code).name: n for code, n in sorted(Counter(cells.why[there].tolist()).items())}


def _damaged(folder: Path) -> BadInput:
    return BadInput(
        "what this run told cannot be read",
        where=folder.name,
        remedy="Remove the folder runs/ of the workspace, and run the build again.",
    )
