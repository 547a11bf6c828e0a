"""What stands in a cell without a number, and the line below a table that says what it means."""

from __future__ import annotations

from collections.abc import Iterable

from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import texts

_SHARES = ("percent", "percent_short")
_NEAR = {int(Why.NEAR_ALL): "near_all", int(Why.NEAR_NONE): "near_none"}


def name_of(reason: int, form: str) -> str:
    """Which of the policy's symbols stands for a missing number: a share alone is told to be near all or none.

    reason : of `Why`, 0 where the number is not hidden, so that there is none. form : how the column is written.
    """
    if reason == Why.SHOWN:
        return "not_applicable"
    return _NEAR.get(reason, "hidden") if form in _SHARES else "hidden"


def symbol(name: str) -> str:
    """The symbol itself, as it stands in a file."""
    return str(getattr(policy().symbols, name))


def legend(names: Iterable[str], language: Language) -> str:
    """What the symbols of a table mean, in the order of the policy; nothing where there are none."""
    told, say = policy(), texts("gymreg_core.reporting", "symbols_texts.yml")
    used = set(names)
    blanks = {"count": told.smallest_count, "near": told.share_near - 1}
    lines = [
        say(f"symbols.{name}", language, symbol=symbol(name), **blanks)
        for name in type(told.symbols).model_fields
        if name in used
    ]
    return " ".join(lines)
