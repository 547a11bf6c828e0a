"""Number columns of a file: text becomes numbers, and everything that is none becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gymreg_core.findings import Finding
from gymreg_core.sources.cells import figure
from gymreg_core.sources.headers import Header
from gymreg_core.sources.rows import NUMBERS, POINTS, SEAT_COUNTS, Line
from gymreg_core.vocabulary.finding_texts import finding

# Where a dash may stand for none: nobody admitted, nobody in reserve, no seat left. No study path offers "–" seats.
_DASH_IS_ZERO = frozenset(SEAT_COUNTS) - {"seats"}
_REQUIRED = frozenset(SEAT_COUNTS)
_BEYOND_COUNTING = 1e12


@dataclass
class _Column:
    """One number column while it is read; `seen`: rule -> rows."""

    meaning: str
    values: list[float | None] = field(default_factory=list)
    seen: dict[str, list[int]] = field(default_factory=dict)

    def note(self, rule: str, row: int) -> None:
        self.seen.setdefault(rule, []).append(row)

    def take(self, line: Line) -> None:
        """Append the line's value: a number, or None where there is none or it cannot be one."""
        if line.is_part:
            self.values.append(None)
            return
        read = figure(line.cells.get(self.meaning))
        value = read.value
        if read.kind == "dash" and self.meaning in _DASH_IS_ZERO:
            self.note("dash-as-zero", line.number)
            value = 0.0
        elif read.kind in ("blank", "dash") and self.meaning in _REQUIRED:
            self.note("figure-missing", line.number)
        elif read.kind in ("text", "part"):
            self.note("text-in-number-column", line.number)
        elif read.kind == "error":
            self.note("formula-error", line.number)
        if read.as_text:
            self.note("numbers-as-text", line.number)
        self.values.append(value if value is None else self._possible(value, line.number))

    def _possible(self, value: float, row: int) -> float | None:
        if value < 0:
            self.note("negative-number", row)
        elif self.meaning not in POINTS and not value.is_integer():
            self.note("decimals-in-count", row)
        elif value > _BEYOND_COUNTING:
            self.note("implausible-number", row)
        else:
            return value
        return None


def number_columns(
    lines: Iterable[Line], header: Header, file: str, sheet: str
) -> tuple[dict[str, list[float | None]], list[Finding]]:
    """Values by meaning, one per line, for every number column of the header; counts are whole and not negative.

    Errors become findings (`text-in-number-column`, `formula-error`, `figure-missing`, `negative-number`,
    `decimals-in-count`, `implausible-number`), each with its rows and column; the value is then None.
    """
    kept = list(lines)
    columns: dict[str, list[float | None]] = {}
    findings = []
    for meaning in NUMBERS:
        if meaning not in header.columns:
            continue
        column = _Column(meaning)
        for line in kept:
            column.take(line)
        columns[meaning] = column.values
        findings += [
            finding(rule, rows=rows, file=file, sheet=sheet or None, column=header.words[meaning])
            for rule, rows in column.seen.items()
        ]
    return columns, findings
