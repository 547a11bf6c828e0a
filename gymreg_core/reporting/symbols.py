"""What a page says of what it does not tell: symbols in cells without a number, and by which policy it was made."""

from __future__ import annotations

from collections.abc import Iterable

from gymreg_core.disclosure.cells import Why
from gymreg_core.disclosure.policy import policy
from gymreg_core.reporting.markup import escape
from gymreg_core.rules import entries
from gymreg_core.rules.audience import FILE
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_HUNDRED = 100
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
    told, say = policy(), _texts()
    used = set(names)
    blanks = {"count": told.smallest_count, "near": told.share_near - 1}
    lines = [
        say(f"symbols.{name}", language, symbol=symbol(name), **blanks)
        for name in type(told.symbols).model_fields
        if name in used
    ]
    return " ".join(lines)


def absent(table: str, language: Language) -> str:
    """What is said beside a picture whose table (markdown) has hidden numbers; nothing where it has none."""
    return _texts()("absent", language) if escape(legend(["hidden"], language)) in table else ""


def told_by(language: Language, *, office: bool = False) -> str:
    """For whom a page is made and what is left out of it, with whether that was decided by anybody or is assumed.

    office : the page shows the office's own published figures alone, so that only what holds for them is said.
    """
    told, say = policy(), _texts()
    out = [say(f"audience.{told.audience}", language)]
    if office:
        return f"{out[0]} {say(f'policy.office_{told.office_figures}', language, count=told.smallest_count)}"
    if told.method == "round":
        out.append(say("policy.rounded", language, base=told.rounding_base))
    elif told.smallest_count == 1:
        out.append(say("policy.everything", language))
    else:
        key = "policy.counts" if told.zeros == "shown" else "policy.counts_and_zeros"
        out.append(say(key, language, count=told.smallest_count, rest=told.smallest_rest))
        if told.least_interval:
            out.append(say("policy.interval", language, interval=told.least_interval))
    if told.single_provider == "hidden":
        out.append(say("policy.single", language))
    if told.dominance:
        out.append(
            say("policy.dominance", language, n=told.dominance.n, k=number(_HUNDRED * told.dominance.k, language))
        )
    statuses = {str(entry["status"]) for entry in entries(FILE).values()} - {"published"}
    out.append(say("policy.assumed" if statuses == {"assumption"} else "policy.decided", language))
    return " ".join(out)


def _texts() -> Texts:
    return texts("gymreg_core.reporting", "symbols_texts.yml")
