"""An extract in a folder: utdrag.json, and per table a text file, a Parquet file, a workbook, or a sheet of one."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding
from gymreg_core.provenance import InputFile
from gymreg_core.sources.formats.delimited_text import open_delimited
from gymreg_core.sources.formats.parquet_files import open_parquet
from gymreg_core.sources.formats.source import Opened
from gymreg_core.sources.formats.workbooks import open_workbook, sheet_names
from gymreg_core.sources.register.layout import DESCRIPTION, ExtractKind, File
from gymreg_core.sources.register.notes import Notes
from gymreg_core.vocabulary.finding_texts import finding

TEXT, PARQUET, WORKBOOK = ".csv", ".parquet", ".xlsx"


@dataclass(frozen=True)
class Place:
    """Where a table stands: a file, and of a workbook the sheet."""

    path: Path
    sheet: str | None = None


class Folder:
    """An extract in `folder`. Files that are called otherwise than the layout says are not looked into, but workbooks
    for a sheet that is."""

    described_in = DESCRIPTION

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sheets: dict[Path, list[str]] = {}
        self._amiss: list[Finding] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def description(self, notes: Notes) -> Any:  # noqa: ARG002 a database may have to say why there is none
        """What utdrag.json says; None where it is not there or no JSON."""
        try:
            return json.loads((self.folder / DESCRIPTION).read_bytes())
        except (OSError, ValueError):
            return None

    def open(self, file: File, notes: Notes) -> Opened | None:
        """The table as it stands in the only place that holds it."""
        there = self.places(file)
        if len(there) > 1:
            names = ", ".join(place.path.name for place in there)
            notes.add(finding("extract-file-several", file=there[0].path.name, count=len(there), words=names))
            return None
        if not there:
            if not file.optional:
                self._missing(file, notes)
            return None
        path, sheet = there[0].path, there[0].sheet
        file = file.called(path.name, sheet)
        if path.suffix == PARQUET:
            return open_parquet(path, file, notes)
        return open_delimited(path, file, notes) if sheet is None else open_workbook(path, sheet, file, notes)

    def inputs(self, kind: ExtractKind) -> list[InputFile]:
        """The files of the extract that are there, in the order of the layout, each once."""
        return [InputFile.of(path) for path in self.files(kind)]

    def files(self, kind: ExtractKind) -> list[Path]:
        """The files of the extract that are there, in the order of the layout, each once."""
        described = [self.folder / DESCRIPTION] if (self.folder / DESCRIPTION).is_file() else []
        return list(dict.fromkeys([*described, *(p.path for file in kind.files.values() for p in self.places(file))]))

    def places(self, file: File) -> list[Place]:
        """Every place that holds a table; sheets of other workbooks only where no file is called like it."""
        stem = Path(file.name).stem
        own = [self.folder / f"{stem}{ending}" for ending in (TEXT, PARQUET, WORKBOOK)]
        there = [
            Place(path, self._sheet_of_its_own(path, stem) if path.suffix == WORKBOOK else None)
            for path in own
            if path.is_file()
        ]
        return there or [
            Place(path, name)
            for path in sorted(self.folder.glob(f"*{WORKBOOK}"))
            if not path.name.startswith((".", "~$"))
            for name in self._sheets_in(path)
            if _plain(name) == stem
        ]

    def _sheet_of_its_own(self, path: Path, stem: str) -> str:
        """The sheet of a workbook that is called like the table: the one called so too, else the first."""
        names = self._sheets_in(path)
        return next((name for name in names if _plain(name) == stem), names[0] if names else "")

    def _sheets_in(self, path: Path) -> list[str]:
        if path not in self._sheets:
            try:
                self._sheets[path] = sheet_names(path)
            except BadInput as refused:
                self._sheets[path] = []
                self._amiss += refused.findings
        return self._sheets[path]

    def _missing(self, file: File, notes: Notes) -> None:
        """Told is that the table is missing, or instead that a workbook that may hold it cannot be read."""
        if not self._amiss:
            notes.add(finding("extract-file-missing", file=file.name))
        for found in self._amiss:
            if found not in notes.items:
                notes.add(found)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
