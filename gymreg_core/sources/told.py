"""The intake year and the round of every row: from a column, else from the sheet, its title or the file's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gymreg_core.findings import Finding
from gymreg_core.sources.cells import words
from gymreg_core.sources.headers import Header
from gymreg_core.sources.intake import Hint, hint_of, is_intake_year, round_in, year_in
from gymreg_core.sources.rows import Line
from gymreg_core.sources.sheets import Cell, Sheet
from gymreg_core.vocabulary.finding_texts import finding

Value = int | str


@dataclass(frozen=True)
class Aspect:
    """What is asked for: the year or the round; `meaning` is its column, `named` every value that a hint names."""

    name: str
    meaning: str
    in_cell: Callable[[Cell], Value | None]
    in_hint: Callable[[Hint], Value | None]
    named: Callable[[Hint], tuple[Value, ...]]


def _year(hint: Hint) -> int | None:
    return hint.year if hint.year is not None and is_intake_year(hint.year) else None


YEAR = Aspect("year", "intake_year", year_in, _year, lambda hint: hint.years)
ROUND = Aspect("round", "round", round_in, lambda hint: hint.round, lambda hint: hint.rounds)


def told(
    aspect: Aspect, lines: Sequence[Line], sheet: Sheet, header: Header, file: str
) -> tuple[list[Value | None], list[Finding]]:
    """One value per line, None where nobody tells, and findings on where it was taken from.

    A column decides over the header's own words, these over the sheet's name, a title above the header and the file's
    name; a value that the file's name contradicts is kept, with a warning.
    """
    of_file = hint_of(file)
    values: list[Value | None] = [aspect.in_cell(line.cells.get(aspect.meaning)) for line in lines]
    unreadable = [
        line.number
        for line, value in zip(lines, values, strict=True)
        if value is None and line.cells.get(aspect.meaning) is not None
    ]
    without = [i for i, line in enumerate(lines) if line.cells.get(aspect.meaning) is None]
    found: dict[str, list[int]] = {f"{aspect.name}-not-readable": unreadable} if unreadable else {}
    if without:
        value, rule = _elsewhere(aspect, sheet, header, of_file)
        for i in without:
            values[i] = value
        found[f"{aspect.name}-{rule}"] = [lines[i].number for i in without]
    named = aspect.named(of_file)
    used = {value for value in values if value is not None}
    if named and used and not used & set(named):
        found[f"{aspect.name}-contradicts-file-name"] = [line.number for line in lines]
    return values, [finding(rule, file=file, sheet=sheet.name or None, rows=rows) for rule, rows in found.items()]


def _elsewhere(aspect: Aspect, sheet: Sheet, header: Header, of_file: Hint) -> tuple[Value | None, str]:
    title = [words(cell) for row in sheet.rows if row.number < header.row for cell in row.cells]
    of_header = Hint(years=() if header.year is None else (header.year,))
    for hint in (of_header, hint_of(sheet.name), hint_of(*title)):
        if (value := aspect.in_hint(hint)) is not None:
            return value, "from-title"
    value = aspect.in_hint(of_file)
    return value, "from-file-name" if value is not None else "missing"
