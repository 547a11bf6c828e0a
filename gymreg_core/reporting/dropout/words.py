"""Names of what the models tell apart: characteristics and their levels, and differences with their intervals."""

from __future__ import annotations

from gymreg_core.cohort.model_words import phrase
from gymreg_core.reporting.dropout.view import View
from gymreg_core.vocabulary.numbers import change, number
from gymreg_core.vocabulary.phrases import programme_name
from gymreg_core.vocabulary.programmes import programmes

_HUNDRED = 100


def term_name(view: View, term: str) -> str:
    """'meritvärde', 'läsår'; the key itself where there is no word for it."""
    words, key = phrase(), f"hazard.term.{term}"
    return words(key, view.language) if key in words.entries else term.replace("_", " ")


def level_name(view: View, term: str, level: str) -> str:
    """'kvinnor', 'meritvärde 160–199', 'läsår 2', as it stands alone."""
    if view.says(f"level.{term}.{level}"):
        return view.say(f"level.{term}.{level}")
    if view.says(f"level.{term}.other"):
        return view.say(f"level.{term}.other", level=level.replace("-", "–"))
    words, key = phrase(), f"hazard.level.{level}"
    if key in words.entries:
        return words(key, view.language)
    return programme_name(level, view.language) if level in programmes() else level


def span(view: View, low: float, high: float, decimals: int = 1) -> str:
    """'0,8 till 1,6' of two differences of shares, in percentage points."""
    ends = (change(round(_HUNDRED * end, decimals), view.language, decimals) for end in (low, high))
    return view.say("interval", **dict(zip(("low", "high"), ends, strict=True)))


def effect(view: View, size: float, low: float, high: float) -> str:
    """'+1,2 (+0,8 till +1,6)' in percentage points."""
    return f"{change(round(_HUNDRED * size, 1), view.language, 1)} ({span(view, low, high)})"


def share_span(view: View, share: float, low: float, high: float) -> str:
    """'74 (72–76)' of shares, in per cent."""
    told = [number(_HUNDRED * one, view.language) for one in (share, low, high)]
    return f"{told[0]} ({told[1]}–{told[2]})"
