"""Which rows below a header are study paths, and which are totals, notes, repeated headers or broken in two."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gymreg_core.findings import Finding
from gymreg_core.sources.cells import figure, words
from gymreg_core.sources.headers import Header, is_header_again
from gymreg_core.sources.sheets import Cell, CellError, Row, Sheet
from gymreg_core.vocabulary.finding_texts import finding
from gymreg_core.vocabulary.study_paths import looks_like_code

IDENTITY = ("municipality", "school", "study_path_code", "study_path_name")
POINTS = ("cutoff", "median")
SEAT_COUNTS = ("seats", "admitted", "reserves", "free_seats")
APPLICANT_COUNTS = ("applicants", "first_choice_eligible", "first_choice_not_eligible", "other_choice_eligible")
NUMBERS = (*POINTS, *SEAT_COUNTS, *APPLICANT_COUNTS)
BROKEN = "row-split"
_TOTAL = re.compile(r"(total|totalt|summa|samtliga|delsumma|hela regionen)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A study path's row: its number in the sheet, its cells by meaning, and whether it is part of a joint intake."""

    number: int
    cells: dict[str, Cell]
    is_part: bool


@dataclass(frozen=True)
class Lines:
    """The study paths of one sheet and what was decided about its other rows."""

    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]


def study_path_lines(sheet: Sheet, header: Header, file: str) -> Lines:
    """The rows of `sheet` below its header that are study paths; every row that is not is counted in a finding."""
    lines: list[Line] = []
    aside: dict[str, list[int]] = {}
    for row in sheet.rows:
        if row.number <= header.row:
            continue
        if is_header_again(row.cells, header):
            aside.setdefault("header-repeated", []).append(row.number)
            continue
        cells, verdict = _straight(row, header, sheet.separator)
        if verdict:
            aside.setdefault(verdict, []).append(row.number)
        if verdict == BROKEN:
            continue
        by_meaning = {meaning: _at(cells, index) for meaning, index in header.columns.items()}
        kind = _kind(by_meaning)
        if kind:
            aside.setdefault(kind, []).append(row.number)
        elif any(cell is not None for cell in by_meaning.values()):
            lines.append(Line(row.number, by_meaning, _is_part(by_meaning)))
    findings = [finding(rule, file=file, sheet=sheet.name or None, rows=numbers) for rule, numbers in aside.items()]
    return Lines(tuple(lines), tuple(findings + _identity_findings(lines, file, sheet.name or None)))


def _at(cells: tuple[Cell, ...], index: int) -> Cell:
    return cells[index] if index < len(cells) else None


def _straight(row: Row, header: Header, separator: str) -> tuple[tuple[Cell, ...], str]:
    """The row's cells under the columns they belong to, and the rule by which they were moved there.

    A separator inside a name splits it in two and moves everything after it to the right, beyond the last column
    with a word. The pieces are joined where all numbers then stand in number columns.
    """
    spill = sum(cell is not None for cell in row.cells[header.width :])
    if not spill or _fits(row.cells, header):
        return row.cells, "unnamed-column" if spill else ""
    spill = len(row.cells) - header.width
    for meaning in ("study_path_name", "school", "study_path_code", "municipality"):
        at = header.columns.get(meaning)
        if at is None:
            continue
        pieces = [words(cell) for cell in row.cells[at : at + spill + 1]]
        joined = (*row.cells[:at], f"{separator} ".join(pieces), *row.cells[at + spill + 1 :])
        if all(pieces) and _fits(joined, header):
            return joined, "row-split-joined"
    return row.cells, BROKEN


def _fits(cells: tuple[Cell, ...], header: Header) -> bool:
    """Whether numbers stand in the number columns, and something that looks like a code in the code's."""
    kinds = [figure(_at(cells, header.columns[m])).kind for m in NUMBERS if m in header.columns]
    code = words(_at(cells, header.columns["study_path_code"])) if "study_path_code" in header.columns else ""
    return not {"text", "error"} & set(kinds) and looks_like_code(code)


def _kind(cells: dict[str, Cell]) -> str:
    """'' for a study path, else the rule by which the row is set aside."""
    named = {meaning for meaning in IDENTITY if cells.get(meaning) is not None}
    figures = any(cells.get(meaning) is not None for meaning in NUMBERS)
    first = next((words(cell) for cell in cells.values() if isinstance(cell, str)), "")
    unnamed_path = not named & {"study_path_code", "study_path_name"}
    if figures and (unnamed_path or (len(named) < len(IDENTITY) and _TOTAL.match(first))):
        return "total-row"
    if figures and _TOTAL.match(first) and not looks_like_code(words(cells.get("study_path_code"))):
        return "total-row"
    written = any(cell is not None for cell in cells.values())
    return "note-row" if written and not figures and len(named) < len(IDENTITY) else ""


def _is_part(cells: dict[str, Cell]) -> bool:
    kinds = {figure(cells[meaning]).kind for meaning in NUMBERS if meaning in cells} - {"blank"}
    return kinds == {"part"}


def _identity_findings(lines: list[Line], file: str, sheet: str | None) -> list[Finding]:
    found = []
    for meaning in IDENTITY:
        failed = [line.number for line in lines if isinstance(line.cells.get(meaning), CellError)]
        blank = [line.number for line in lines if not words(line.cells.get(meaning)) and line.number not in set(failed)]
        for rule, rows in (("formula-error", failed), ("identity-missing", blank)):
            if rows:
                found.append(finding(rule, file=file, sheet=sheet, column=meaning, rows=rows))
    return found
