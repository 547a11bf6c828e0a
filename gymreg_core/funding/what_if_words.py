"""The findings of a funding what-if in whole sentences, and what its steps are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gymreg_core.funding.money import ORE
from gymreg_core.funding.scenarios import Change, FundingScenario, PriceChange, SupplementChange
from gymreg_core.vocabulary.numbers import MINUS, NBSP, change, kronor, money, number, percent
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_FEW = 3
_HUNDRED = 100


def phrase() -> Texts:
    """The words of the funding what-if."""
    return texts("gymreg_core.funding", "what_if_texts.yml")


def step_names(scenario: FundingScenario, language: Language) -> list[str]:
    """What each change of a scenario is called, in its order and none twice; their own names where they have one."""
    names = [change.name or _step_name(change, language) for change in scenario.changes]
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else phrase()("step.again", language, name=name, n=seen[name]))
    return told


def sentences(scenario: FundingScenario, s: Mapping[str, Any], language: Language, *, made_up: bool) -> tuple[str, ...]:
    """What `FundingWhatIf.summary` says, most important first."""
    p = phrase()
    about = {"name": scenario.name, "year": s["year"], "amount": money(s["amount"], language)}
    told = [_total(s, about, language)]
    if len(s["steps"]) > 1:
        parts = [
            p("part", language, name=name, amount=_signed(step, language))
            for name, step in zip(step_names(scenario, language), s["steps"], strict=True)
        ]
        told.append(p("parts", language, parts=listing(parts, language)))
    if s["per_pupil"] is not None and s["per_pupil_previous"] is not None:
        now, before = (kronor(s[name], language) for name in ("per_pupil", "per_pupil_previous"))
        told.append(p("per_pupil", language, now=now, before=before))
    if s["per_pupil_real_change"] is not None:
        rise = percent(s["expected_rise"] / _HUNDRED, language)
        told.append(p("real", language, rise=rise, change=_share(s["per_pupil_real_change"], language)))
    ways = {name: number(s[name], language) for name in _WAYS}
    if s["amount_change"] or any(s[name] for name in _WAYS):
        told.append(p("ways" if any(s[name] for name in _WAYS) else "even", language, **ways))
    return (*told, p("pupils_stay", language), *([p("made_up", language)] if made_up else []))


_WAYS = ("payers_more", "payers_less", "schools_more", "schools_less")


def _total(s: Mapping[str, Any], about: Mapping[str, Any], language: Language) -> str:
    if not s["amount_change"]:
        return phrase()("same", language, **about)
    key = "more" if s["amount_change"] > 0 else "less"
    share = percent(abs(s["amount_change_share"]), language, 2) if s["amount_change_share"] is not None else "–"
    size, before = money(abs(s["amount_change"]), language), money(s["amount_previous"], language)
    return phrase()(key, language, **about, change=size, before=before, share=share)


def _step_name(what: Change, language: Language) -> str:
    if what.prices is not None:
        return _prices(what.prices, language)
    if what.supplement is not None:
        return _supplement(what.supplement, language)
    if what.pupils is not None:
        named = what.pupils.home_municipality or what.pupils.programme
        return f"{_of('pupils', named, language)} {_size(what.pupils.percent, language)}"
    key = what.vat or ("daily" if what.count_days == "daily" else "day")
    return phrase()(f"step.{key}", language, n=what.count_days)


def _prices(prices: PriceChange, language: Language) -> str:
    named = prices.code or prices.programme
    about = phrase()(f"cost_type.{prices.cost_type}", language) if prices.cost_type else ""
    head = _of("prices", named, language) if named or not about else ""
    size = _size(prices.percent, language) if prices.amount is None else kronor(prices.amount * ORE, language)
    return " ".join(part for part in (head, about, size) if part)


def _supplement(supplement: SupplementChange, language: Language) -> str:
    p = phrase()
    head, size = p("step.supplement", language), ""
    if supplement.levels is not None:
        levels = listing([str(level) for level in supplement.levels], language)
        head = p("step.supplement_levels", language, levels=levels)
    if supplement.total is not None:
        size = money(supplement.total * ORE, language)
    elif supplement.percent is not None:
        size = _size(supplement.percent, language)
    return f"{head} {size}".strip()


def _of(kind: str, named: Sequence[str] | None, language: Language) -> str:
    if not named:
        return phrase()(f"step.{kind}", language)
    if len(named) > _FEW:
        return phrase()(f"step.{kind}_many", language, n=len(named))
    return phrase()(f"step.{kind}_of", language, what=", ".join(named))


def _size(size: float | None, language: Language) -> str:
    """A per cent with its sign and the decimals that it has, two at most: '+2,8 %'."""
    value = round(float(size or 0), 2)
    decimals = next(n for n in range(3) if n == 2 or round(value, n) == value)  # noqa: PLR2004
    return change(value, language, decimals) + (f"{NBSP}%" if language == "sv" else "%")


def _share(share: float, language: Language) -> str:
    text = percent(abs(share), language)
    return f"{MINUS if share < 0 else '+'}{text}" if text != percent(0, language) else f"±{text}"


def _signed(ore: int, language: Language) -> str:
    return f"{'+' if ore > 0 else MINUS if ore < 0 else '±'}{money(abs(ore), language)}"
