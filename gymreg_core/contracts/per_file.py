"""Findings about rows, told apart by the file that each row came from."""

from __future__ import annotations

import pandas as pd

from gymreg_core.findings import Finding
from gymreg_core.vocabulary.finding_texts import finding


def per_file(rule_id: str, rows: pd.DataFrame, column: str | None = None, *, limit: int | None = None) -> list[Finding]:
    """One finding of `rule_id` per file in `rows` (columns source_file, source_row), none where there are no rows.

    `column`: the column it is about, by the contract's name; `limit`: fills the blank of that name in the rule's texts.
    """
    blanks = {} if limit is None else {"limit": limit}
    by_file = rows.groupby("source_file", sort=True)["source_row"]
    return [
        finding(rule_id, file=str(file), sheet=None, column=column, rows=numbers.tolist(), count=None, **blanks)
        for file, numbers in by_file
    ]
