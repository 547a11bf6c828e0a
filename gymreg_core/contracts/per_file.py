"""Findings about rows, told apart by the file that each row came from."""

from __future__ import annotations

import pandas as pd

from gymreg_core.findings import Finding
from gymreg_core.vocabulary.finding_texts import finding


def per_file(
    rule_id: str, table: pd.DataFrame, broken: pd.Series, column: str | None = None, *, limit: int | None = None
) -> list[Finding]:
    """One finding of `rule_id` per file with rows of `table` for which `broken` holds, none where it holds nowhere.

    `table` has the columns source_file and source_row; a missing value in `broken` breaks nothing. `column`: what the
    finding is about, by the contract's name; `limit`: fills the blank of that name in the rule's texts.
    """
    rows = broken.fillna(False).to_numpy(dtype="bool")
    if not rows.any():
        return []
    blanks = {} if limit is None else {"limit": limit}
    by_file = table["source_row"][rows].groupby(table["source_file"][rows], sort=True)
    return [
        finding(rule_id, file=str(file), sheet=None, column=column, rows=numbers.tolist(), count=None, **blanks)
        for file, numbers in by_file
    ]
