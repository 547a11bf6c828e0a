"""One published file as a table: opened, its sheets recognised and chosen, its rows read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from gymreg_core.errors import BadInput
from gymreg_core.findings import Finding
from gymreg_core.provenance import InputFile
from gymreg_core.sources.extract import Extract, extract
from gymreg_core.sources.headers import Header, meanings, own_word, recognise
from gymreg_core.sources.intake import hint_of
from gymreg_core.sources.opening import open_source
from gymreg_core.sources.sheets import Sheet, Source
from gymreg_core.sources.subsets import counted_sheets
from gymreg_core.vocabulary.finding_texts import finding


@dataclass(frozen=True)
class FileTable:
    """What one file holds.

    `table`: its study paths as in `Extract.table`, empty where none could be read; `words`: meaning -> the file's own
    header word; `sheet`: the sheet that its rows are on, None where they are on several or sheets have no names;
    `input`: its name and hash, None where it could not even be opened.
    """

    findings: tuple[Finding, ...]
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    words: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    input: InputFile | None = None
    made_up: bool = False


def read_file(path: Path, *, in_folder: bool = False) -> FileTable:
    """Read one file; whatever is wrong with it is among the findings, nothing is raised.

    A file that was only found by looking into a folder, and neither has the columns of a result file nor is called
    after a round, is left alone with a warning.
    """
    try:
        source = open_source(path)
    except BadInput as refused:
        return FileTable(refused.findings.items)
    read = _read_source(source)
    if in_folder and not read.words and not hint_of(source.file).rounds:
        return FileTable((finding("file-not-results", file=source.file),))
    return replace(read, input=replace(InputFile.of(path), name=source.file), made_up=source.made_up)


def _read_source(source: Source) -> FileTable:
    file = source.file
    filled = [sheet for sheet in source.sheets if sheet.rows]
    if not filled:
        return FileTable((finding("sheet-empty", file=file),))
    headers = [(sheet, recognise(sheet.rows)) for sheet in filled]
    faults = [fault for sheet, header in headers if (fault := _fault(sheet, header, file))]
    extracts = [extract(sheet, header, file) for sheet, header in headers if header and not _fault(sheet, header, file)]
    if not extracts:
        return FileTable(tuple(faults))
    counted, about_sheets = counted_sheets(extracts)
    table = pd.concat([sheet.table for sheet in counted], ignore_index=True)
    findings = [
        *(finding("sheet-not-read", file=file, sheet=fault.sheet) for fault in faults),
        *about_sheets,
        *(found for sheet in counted for found in sheet.findings),
        *([] if len(table) else [finding("no-study-paths", file=file)]),
    ]
    words = {meaning: word for sheet in reversed(counted) for meaning, word in _words(sheet, headers).items()}
    only = counted[0].sheet or None if len(counted) == 1 else None
    return FileTable(in_words(findings, words), table, words, only)


def _fault(sheet: Sheet, header: Header | None, file: str) -> Finding | None:
    """Why a sheet cannot be read as results; None where it can."""
    name = sheet.name or None
    if header is None:
        return finding("merged-header" if sheet.merged else "columns-not-recognised", file=file, sheet=name)
    if header.missing:
        return finding("columns-missing", file=file, sheet=name, rows=[header.row], words=_quoted(header.missing))
    if header.twice:
        return finding("column-twice", file=file, sheet=name, rows=[header.row], words=_quoted(header.twice))
    return None


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _words(extract_: Extract, headers: list[tuple[Sheet, Header | None]]) -> dict[str, str]:
    return next((header.words for sheet, header in headers if header and sheet.name == extract_.sheet), {})


def in_words(findings: Iterable[Finding], words: dict[str, str]) -> tuple[Finding, ...]:
    """The findings with their column called by the file's own header word, else by the office's."""
    return tuple(
        replace(found, column=words.get(found.column) or own_word(found.column))
        if found.column in meanings()
        else found
        for found in findings
    )
