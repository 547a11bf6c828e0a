"""Turning a file down: one finding with its texts, or all findings of several files at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gymreg_core.errors import BadInput
from gymreg_core.findings import Findings
from gymreg_core.vocabulary.finding_texts import finding


def refuse(rule: str, file: str, **details: Any) -> BadInput:
    """The error that a file is turned down with; `details` as for `finding`."""
    return refuse_all(Findings((finding(rule, file=file, **details),)))


def refuse_all(findings: Iterable[Any]) -> BadInput:
    """One error that says every reason, files and rows included; the findings travel with it."""
    collected = Findings(tuple(findings)).sorted()
    errors = collected.errors
    if len(errors) == 1:
        only = errors[0]
        return BadInput(only.message, where=only.where or None, remedy=only.advice, findings=collected)
    reasons = "\n  ".join(f"{e.where}: {e.message} {e.advice}" for e in errors)
    return BadInput(
        f"{len(errors)} reasons why this data cannot be used; nothing was stored",
        why=reasons,
        remedy="Correct the files, or ask their owner for new ones. 'gymreg check' lists everything that was found.",
        findings=collected,
    )
