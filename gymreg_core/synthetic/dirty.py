"""The faults that real extracts have, planted into a made-up one, with a list of what was planted where."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gymreg_core.errors import BadParameters
from gymreg_core.sources.enrolments.description import read_span
from gymreg_core.sources.enrolments.layout import FORMAT as ENROLMENTS
from gymreg_core.sources.extract_kinds import kind_of
from gymreg_core.sources.formats.folder import Folder
from gymreg_core.sources.formats.source import all_cells
from gymreg_core.sources.refusal import refuse_all
from gymreg_core.sources.register.layout import FORMAT as REGISTER
from gymreg_core.sources.register.layout import register_kind
from gymreg_core.sources.register.notes import Notes
from gymreg_core.sources.register.opening import read_description
from gymreg_core.synthetic.enrolment_faults import KINDS
from gymreg_core.synthetic.extracts import write_cells
from gymreg_core.synthetic.faults import Extract, plant_fault
from gymreg_core.vocabulary.finding_texts import severities
from gymreg_core.vocabulary.packaged import packaged_yaml

_FILES = {REGISTER: "dirty.yml", ENROLMENTS: "dirty_enrolments.yml"}
CLEANED = "cleaned"
"""Severity of what no check finds: a rule of rules/cleaning.yml, whose log counts it."""
LIST = "planterat.json"
"""The list of what was planted, beside the files of the extract."""


@dataclass(frozen=True)
class Planted:
    """A fault in an extract: the rule that finds it, of a check or (severity CLEANED) of the cleaning of histories, the
    file, the header word of the column, '' where it is the row.

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
def faults(name: str = REGISTER) -> tuple[dict[str, Any], ...]:
    """Every fault that can be planted into an extract of a format, in the order of its file."""
    return tuple(packaged_yaml("gymreg_core.synthetic", _FILES[name]))


def plant(folder: Path, seed: int, rules: Collection[str] | None = None) -> list[Planted]:
    """Plant faults into a made-up extract as write_register or write_enrolments wrote it, and list them, also in the
    file LIST beside.

    Read again, the extract has the findings in the list besides those that it had before, and no others; made into
    histories, the log of the cleaning has the rest. No line moves:
    a row that is lost leaves an empty line, rows that are added come last. A fault that nobody is left for, in a small
    extract, is left out. `rules`: only the faults of these. The same extract and seed give the same files.
    Errors: BadInput where the folder is no extract or cannot be read; BadParameters where its persons are real or it
    has planted faults already.
    """
    extract = _opened(folder, seed)
    for fault in faults(extract.kind.format):
        if rules is None or fault["rule"] in rules:
            plant_fault(extract, fault, KINDS)
    for name, frame in extract.tables.items():
        file = extract.kind.files[name]
        write_cells(folder, file, {column.header: frame[column.name] for column in file.fields})
    planted = [
        Planted(
            rule,
            severities().get(rule, CLEANED),
            extract.kind.files[table].name,
            extract.kind.files[table].header(column) if column else "",
            tuple(sorted((rows + 2).tolist())),
        )
        for rule, table, column, rows in extract.planted
    ]
    planted.sort(key=lambda one: (["error", "warning", "info", CLEANED].index(one.severity), one.file, one.rule))
    told = [{**asdict(one), "count": one.count} for one in planted]
    text = json.dumps({"seed": seed, "planted": told}, ensure_ascii=False, indent=1)
    (folder / LIST).write_text(text + "\n", encoding="utf-8")
    return planted


def _opened(folder: Path, seed: int) -> Extract:
    notes = Notes()
    kind = kind_of(folder) or register_kind()
    about = _about_register(folder, notes) if kind is register_kind() else _about_enrolments(folder, notes)
    opened = {name: Folder(folder).open(file, notes) for name, file in kind.files.items()}
    if about is None or notes.has_errors:
        raise refuse_all(notes.findings)
    year, later, made_up = about
    if not made_up or (folder / LIST).exists():
        raise BadParameters(
            "faults are not planted into this extract",
            where=str(folder),
            why="Its persons are real." if not made_up else "It has planted faults already.",
            remedy="Make an extract with gymreg synth and plant them there.",
        )
    cells = {name: all_cells(one) for name, one in opened.items() if one is not None}
    return Extract.of(kind, cells, year, later, np.random.default_rng([seed, year]))


def _about_register(folder: Path, notes: Notes) -> tuple[int, str, bool] | None:
    """Intake year, a day after it, and whether its persons are invented."""
    told = read_description(folder, notes)
    return (told.intake_year, f"{told.intake_year + 1}-01-01", told.made_up) if told else None


def _about_enrolments(folder: Path, notes: Notes) -> tuple[int, str, bool] | None:
    told = read_span(folder, notes)
    return (told.as_of.year, (told.as_of + timedelta(days=1)).isoformat(), told.made_up) if told else None
