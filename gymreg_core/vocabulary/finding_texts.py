"""What a check says, in Swedish and in English: the texts of every rule stand in findings.yml."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import cast

from gymreg_core.findings import Finding, Severity
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

ROWS_KEPT = 50


def finding(
    rule: str,
    *,
    file: str | None = None,
    sheet: str | None = None,
    column: str | None = None,
    rows: Iterable[int] = (),
    count: int | None = None,
    **blanks: str | int,
) -> Finding:
    """A finding of `rule` with its severity and its English texts; `blanks` fill the blanks of the texts.

    `count` defaults to the number of rows, or 1 where the finding is about no rows; the first 50 rows are kept.
    Errors: KeyError where the rule has no text or a blank is not filled.
    """
    seen = tuple(rows)
    bare = Finding(
        rule=rule,
        severity=severities()[rule],
        message="",
        advice="",
        count=count if count is not None else max(len(seen), 1),
        rows=seen[:ROWS_KEPT],
        file=file,
        sheet=sheet,
        column=column,
        blanks=tuple(blanks.items()),
    )
    fields = {name: getattr(bare, name) for name in bare.__dataclass_fields__}
    return Finding(**{**fields, "message": finding_text(bare, "en"), "advice": finding_advice(bare, "en")})


def finding_text(found: Finding, language: Language) -> str:
    """What was seen and why it matters, in one or two sentences."""
    return _say(found, "message", language)


def finding_advice(found: Finding, language: Language) -> str:
    """What was done about it, or what to do now."""
    return _say(found, "advice", language)


@cache
def severities() -> dict[str, Severity]:
    """Every rule that has texts, with its severity, in the order of the file."""
    return {key.split(".")[1]: cast("Severity", key.split(".")[0]) for key in finding_texts().entries}


def finding_texts() -> Texts:
    """The texts themselves: `<severity>.<rule>.message` and `<severity>.<rule>.advice`."""
    return texts("gymreg_core.vocabulary", "findings.yml")


def _say(found: Finding, part: str, language: Language) -> str:
    filled = {k: number(v, language) if isinstance(v, int) else v for k, v in found.blanks}
    return finding_texts()(f"{found.severity}.{found.rule}.{part}", language, **filled)
