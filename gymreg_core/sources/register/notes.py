"""Findings about an extract while it is read: collected, with the rows of the file, never with a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.findings import Finding, Findings
from gymreg_core.sources.register.layout import File
from gymreg_core.vocabulary.finding_texts import ROWS_KEPT, finding


@dataclass
class Notes:
    """What was found so far."""

    items: list[Finding] = field(default_factory=list)

    def add(self, found: Finding) -> None:
        self.items.append(found)

    def rows(
        self,
        rule: str,
        file: File,
        rows: NDArray[np.int32],
        broken: NDArray[np.bool_],
        column: str | None = None,
        **blanks: str | int,
    ) -> None:
        """A finding of `rule` about the rows for which `broken` (n,) holds, nothing where it holds nowhere.

        `rows` (n,): line numbers, the header being line 1. `column`: the contract's name. `blanks`: of the rule's text.
        """
        count = int(np.count_nonzero(broken))
        if count:
            shown = np.sort(rows[broken])[:ROWS_KEPT].tolist()
            header = file.header(column) if column else None
            seen: dict[str, Any] = {"column": header, "rows": shown, "count": count, **blanks}
            self.add(finding(rule, file=file.name, sheet=file.sheet, **seen))

    @property
    def findings(self) -> Findings:
        """All of them, errors first."""
        return Findings(tuple(self.items)).sorted()

    @property
    def has_errors(self) -> bool:
        return self.findings.has_errors
