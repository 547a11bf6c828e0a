"""What a study says, in whole sentences: which of them, the conclusions decide."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd

from gymreg_core.contracts.effects import Studied
from gymreg_core.vocabulary.numbers import MINUS, change, kronor, number
from gymreg_core.vocabulary.programmes import Language
from gymreg_core.vocabulary.texts import Texts, texts

_ORE = 100
_DECIMALS = 1


def say() -> Texts:
    """The texts of studies."""
    return texts("gymreg_core.effects", "study_texts.yml")


def answer(studied: Studied, design: str, outcome: str, language: Language) -> str:
    """What may be said of an outcome by a design, in a sentence or two. Errors: KeyError where there is no such row."""
    p, one = say(), _one(studied.conclusions, design=design, outcome=outcome)
    words = {"outcome": p(f"outcomes.{outcome}", language)}
    if one["claim"] == "none":
        return p("none", language, **words, reason=p(f"refusals.{one['refusal']}", language))
    if one["because"]:
        words["checks"] = _listed([p(f"checks.{check}", language) for check in one["because"].split(",")], language)
    if one["claim"] == "withdrawn":
        return p("withdrawn", language, **words)
    points = _one(studied.cost, design=design, outcome=outcome, quantity="percentage_points")
    if points["refusal"]:
        return p("none", language, **words, reason=p(f"refusals.{points['refusal']}", language))
    told = float(points["estimate"])
    amount = number(abs(told), language, _DECIMALS) if one["claim"] == "causal" else change(told, language, _DECIMALS)
    low, high = (_end(float(points[end]), language) for end in ("low", "high"))
    if one["claim"] == "causal" and one["finding"] == "less":
        low, high = (_end(-float(points[end]), language) for end in ("high", "low"))
    smallest = number(float(studied.plan["smallest_of_interest"]), language, _DECIMALS)
    key = f"{one['measure']}.{one['claim']}.{one['finding']}"
    return p(key, language, **words, points=amount, low=low, high=high, smallest=smallest)


def cost_told(studied: Studied, design: str, outcome: str, language: Language) -> str:
    """What one more pupil with a diploma costs by a design, or that it cannot be said; '' where that is no question."""
    p = say()
    rows = studied.cost[(studied.cost["design"] == design) & (studied.cost["outcome"] == outcome)]
    by = {str(row["quantity"]): row for row in rows.to_dict("records")}
    if "kronor_per_pupil" not in by:
        return ""
    if least := by.get("least_kronor_per_pupil"):
        return p("cost.least", language, points=_kronor(least["estimate"], language))
    told = by["kronor_per_pupil"]
    if told["refusal"]:
        return p("cost.cannot", language)
    amounts = {name: _kronor(told[end], language) for name, end in _AMOUNTS.items()}
    return p("cost.told", language, **amounts)


def sentences(summary: Mapping[str, Any], studied: Studied, language: Language) -> list[str]:
    """What a study says as a whole, its main design first: summary as `StudyOfWorkspace.summary` gives it."""
    p = say()
    days = {"since": summary["since"], "as_of": summary["as_of"], "plan": summary["plan_hash"][:8]}
    cohorts, rules = summary["cohorts"], summary["rules"]
    told = [
        p("span", language, first=cohorts[0], last=cohorts[-1], **days) if cohorts else p("nobody", language, **days)
    ]
    main = (str(summary["main"]), str(summary["outcome"]))
    told.append(answer(studied, *main, language))
    told.append(cost_told(studied, *main, language))
    if summary["detectable"] is not None:
        told.append(p("detectable", language, points=number(summary["detectable"], language, _DECIMALS)))
    if assumed := rules.get("assumption"):
        told.append(p("assumptions", language, n=assumed, all=sum(rules.values())))
    if summary["made_up"]:
        told.append(p("made_up", language))
    return [text for text in told if text]


_AMOUNTS = {"points": "estimate", "low": "low", "high": "high"}


def _one(table: pd.DataFrame, **is_: str) -> dict[str, Any]:
    """The row of a table that has these values. Errors: KeyError where there is none, or more than one."""
    kept = table
    for name, value in is_.items():
        kept = kept[kept[name] == value]
    if len(kept) != 1:
        raise KeyError(f"{len(kept)} rows for {is_}")
    return {str(name): value for name, value in kept.iloc[0].items()}


def _listed(words: list[str], language: Language) -> str:
    *first, last = words
    return f"{', '.join(first)} {say()('and', language)} {last}" if first else last


def _end(value: float, language: Language) -> str:
    if isfinite(value):
        return number(value, language, _DECIMALS)
    return f"{MINUS if value < 0 else ''}{say()('unbounded', language)}"


def _kronor(value: float, language: Language) -> str:
    """To whole thousands: no interval is narrower."""
    return kronor(_ORE * round(float(value), -3), language)
