"""The faults that real extracts have, planted into a made-up one, with a list of what was planted where."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gymreg_core.errors import BadParameters
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.layout import layout
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import open_sheet, read_description
from gymreg_core.synthetic.extracts import write_cells
from gymreg_core.synthetic.faults import Extract, plant_fault
from gymreg_core.vocabulary.finding_texts import severities
from gymreg_core.vocabulary.packaged import packaged_yaml

LIST = "planterat.json"
"""The list of what was planted, beside the files of the extract."""


@dataclass(frozen=True)
class Planted:
    """A fault in an extract: the rule that finds it, the file, the header word of the column, '' where it is the row.

    `rows`: the lines it stands on, ascending, the header being line 1.
    """

    rule: str
    severity: str
    file: str
    column: str
    rows: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.rows)


@cache
def faults() -> tuple[dict[str, Any], ...]:
    """Every fault that can be planted, in the order of dirty.yml."""
    return tuple(packaged_yaml("gymreg_core.synthetic", "dirty.yml"))


def plant(folder: Path, seed: int, rules: Collection[str] | None = None) -> list[Planted]:
    """Plant faults into a made-up extract as write_register wrote it, and list them, also in the file LIST beside.

    Read again, the extract has the findings in the list besides those that it had before, and no others. No line moves:
    a row that is lost leaves an empty line, rows that are added come last. A fault that nobody is left for, in a small
    extract, is left out. `rules`: only the faults of these. The same extract and seed give the same files.
    Errors: BadInput where the folder is no extract or cannot be read; BadParameters where its persons are real or it
    has planted faults already.
    """
    extract = _opened(folder, seed)
    for fault in faults():
        if rules is None or fault["rule"] in rules:
            plant_fault(extract, fault)
    for name, frame in extract.tables.items():
        file = layout()[name]
        write_cells(folder, file, {column.header: frame[column.name] for column in file.fields})
    planted = [
        Planted(
            rule, severities()[rule], layout()[table].name, _header(table, column), tuple(sorted((rows + 2).tolist()))
        )
        for rule, table, column, rows in extract.planted
    ]
    planted.sort(key=lambda one: (["error", "warning", "info"].index(one.severity), one.file, one.rule))
    told = [{**asdict(one), "count": one.count} for one in planted]
    text = json.dumps({"seed": seed, "planted": told}, ensure_ascii=False, indent=1)
    (folder / LIST).write_text(text + "\n", encoding="utf-8")
    return planted


def _opened(folder: Path, seed: int) -> Extract:
    notes = Notes()
    description = read_description(folder, notes)
    sheets = {name: open_sheet(folder, file, notes) for name, file in layout().items()}
    if description is None or notes.has_errors:
        raise refuse_all(notes.findings)
    if not description.made_up or (folder / LIST).exists():
        raise BadParameters(
            "faults are not planted into this extract",
            where=str(folder),
            why="Its persons are real." if not description.made_up else "It has planted faults already.",
            remedy="Make an extract with gymreg synth and plant them there.",
        )
    cells = {name: sheet.cells for name, sheet in sheets.items() if sheet is not None}
    return Extract.of(cells, description.intake_year, np.random.default_rng([seed, description.intake_year]))


def _header(table: str, column: str | None) -> str:
    return layout()[table].header(column) if column else ""
