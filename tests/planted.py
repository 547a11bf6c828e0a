"""What was planted into an extract and what is found in it, in a form in which they can be compared."""

from __future__ import annotations

from gymreg_core.findings import Findings
from gymreg_core.synthetic.dirty import CLEANED, Planted
from gymreg_core.vocabulary.finding_texts import ROWS_KEPT

Found = dict[tuple[str, str, str], tuple[int, tuple[int, ...]]]


def found_in(findings: Findings) -> Found:
    return {(one.rule, str(one.file), one.column or ""): (one.count, one.rows) for one in findings}


def told_by(planted: list[Planted], before: Findings | None = None) -> Found:
    """What is to be found: the planted faults, and the notes that the extract was read with before."""
    rows: dict[tuple[str, str, str], set[int]] = {}
    for fault in (fault for fault in planted if fault.severity != CLEANED):
        rows.setdefault((fault.rule, fault.file, fault.column), set()).update(fault.rows)
    for one in before or Findings():
        rows.setdefault((one.rule, str(one.file), one.column or ""), set()).update(one.rows)
    return {where: (len(lines), tuple(sorted(lines)[:ROWS_KEPT])) for where, lines in rows.items()}
