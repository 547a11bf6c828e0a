"""What a check has to say about data: collected, counted, never with the values themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
_ROWS_SHOWN = 5
_ORDER: dict[str, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Finding:
    """One thing that was seen, and what was decided about it.

    `rule` is a stable id such as ``year-from-file-name``; `rows` are spreadsheet row numbers (first
    row of the sheet = 1) and may be cut, `count` never is; `message` and `advice` hold no cell value.
    `blanks` is what fills the blanks of the rule's texts (vocabulary/findings.yml), so that a page can
    say the same in another language.
    """

    rule: str
    severity: Severity
    message: str
    advice: str
    count: int = 1
    rows: tuple[int, ...] = ()
    file: str | None = None
    sheet: str | None = None
    column: str | None = None
    blanks: tuple[tuple[str, str | int], ...] = ()

    @property
    def where(self) -> str:
        parts = [self.file, self.sheet and f"sheet {self.sheet!r}", self.column and f"column {self.column!r}"]
        if self.rows:
            shown = ", ".join(str(r) for r in self.rows[:_ROWS_SHOWN])
            parts.append(f"row {shown}" + (" …" if self.count > _ROWS_SHOWN else ""))
        return ", ".join(p for p in parts if p)

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON scalars, lists and one dict (`blanks`); `from_dict` is the way back."""
        return {**asdict(self), "rows": list(self.rows), "blanks": dict(self.blanks)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Finding:
        """A finding from what `to_dict` gave."""
        rows, blanks = tuple(record.get("rows", ())), tuple(dict(record.get("blanks", {})).items())
        return cls(**{**record, "rows": rows, "blanks": blanks})


@dataclass(frozen=True)
class Findings:
    """An immutable collection of findings; `+` joins two."""

    items: tuple[Finding, ...] = field(default=())

    def __add__(self, other: Findings | Iterable[Finding]) -> Findings:
        return Findings(self.items + tuple(other))

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.items if f.severity == "error")

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)

    def sorted(self) -> Findings:
        """Errors first, then by file and rule, so that two runs print the same."""
        return Findings(tuple(sorted(self.items, key=lambda f: (_ORDER[f.severity], f.file or "", f.rule, f.rows))))

    def to_records(self) -> list[dict[str, Any]]:
        return [f.to_dict() for f in self.sorted()]
