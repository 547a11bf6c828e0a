"""What the sections share: columns with heads in the page's language, amounts in words, comparisons of two years."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.sections import figure, labelled, long_table, section
from gymreg_core.reporting.symbols import symbol
from gymreg_core.reporting.tables import Column, Form, Forms
from gymreg_core.vocabulary.numbers import money, number, percent, points
from gymreg_core.vocabulary.phrases import compared, programme_name, programme_short

__all__ = [
    "amount_change",
    "column",
    "columns",
    "figure",
    "labelled",
    "long_table",
    "merit_band",
    "people_change",
    "programme_labels",
    "section",
    "short",
    "thousands",
]

_HUNDRED = 100
_ENDINGS: tuple[tuple[str, Form], ...] = (
    ("_per_pupil_change_share", "percent_change"),
    ("_per_pupil_change", "kronor_change"),
    ("_per_pupil", "kronor"),
    ("_per_covered", "kronor"),
    ("_change_share", "percent_change"),
    ("_share", "percent"),
    ("share", "percent"),
)
_NAMES: dict[str, Form] = {
    **dict.fromkeys(("label", "municipality", "school", "payer", "cause", "status", "source_file", "sha256"), "text"),
    **dict.fromkeys(("series", "provider_form", "programme_name", "month", "note", "label_to"), "text"),
    **dict.fromkeys(("price", "vat", "supplement", "amount", "paid", "received"), "thousands"),
    **dict.fromkeys(("net", "gain", "corrected"), "thousands_change"),
    **dict.fromkeys(("odds_ratio", "low", "high"), "decimals"),
    **dict.fromkeys(("merit_from", "merit_below"), "points"),
    "pupils_change": "change",
    "value": "kronor",
}
_FORMS = Forms(_NAMES, _ENDINGS)


def column(view: View, name: str, head: str | None = None, form: Form | None = None) -> Column:
    """A column; its head is ``column.<head>`` (by default its own name), its form goes by its name."""
    text = view.say(f"column.{head or name}", year=view.compare_to or view.year)
    return Column(name, text, form or _FORMS.of(name))


def columns(view: View, *names: str) -> list[Column]:
    """Columns whose heads go by their names; those about the year compared with are left out where there is none."""
    return [column(view, name) for name in names if view.compared or "_change" not in name]


def programme_labels(view: View, codes: Iterable[object], *, short: bool = False) -> list[str]:
    """The names of programmes, those that several have with their code behind."""
    known = [str(code) for code in codes]
    names = [(programme_short if short else programme_name)(code, view.language) for code in known]
    several = {name for name in names if len({c for c, n in zip(known, names, strict=True) if n == name}) > 1}
    return [f"{name} ({code})" if name in several else name for name, code in zip(names, known, strict=True)]


def thousands(view: View, ore: Any) -> str:
    """An amount beside a bar: '412,3 mnkr' or '812 tkr', the symbol for hidden where it is not shown."""
    if pd.isna(ore):
        return symbol("hidden")
    unit = "millions" if abs(ore) >= _MILLION else "thousands"
    size = number(ore / _MILLION, view.language, 1) if unit == "millions" else number(ore / _THOUSAND, view.language)
    return view.say(f"unit.{unit}", n=size)


_THOUSAND, _MILLION = 100_000, 100_000_000


def short(view: View, ore: float) -> str:
    """An amount in a large type: '9 235 mnkr', '38,5 mnkr' or '812 tkr'."""
    if abs(ore) < _MILLION:
        return thousands(view, ore)
    decimals = 0 if abs(ore) >= _HUNDRED * _MILLION else 1
    return view.say("unit.millions", n=number(ore / _MILLION, view.language, decimals))


def amount_change(view: View, share: float | None, amount: float | None = None) -> str:
    """'4,1 procent mer än 2024', with the difference in kronor before it where it is given."""
    if share is None or view.compare_to is None:
        return ""
    rounded = round(share * _HUNDRED, 1)
    if rounded == 0:
        return view.say("change.same", year=view.compare_to)
    way = "more" if rounded > 0 else "less"
    told = view.say(f"change.{way}", share=percent(abs(share), view.language), year=view.compare_to)
    if amount is None:
        return told
    return view.say("change.with_amount", amount=money(abs(amount), view.language), told=told)


def people_change(view: View, now: int | None, before: int | None) -> str:
    """'1,2 procent fler än 2024'."""
    if now is None or before is None or view.compare_to is None:
        return ""
    return compared(now, before, view.compare_to, view.language)


def merit_band(view: View, low: float, high: float) -> str:
    """'from 140 to below 180' of the points of a level; a level without a merit value has none."""
    if np.isnan(low):
        return view.say("supplement.no_merit")
    if low == 0:
        return view.say("supplement.below", high=points(high, view.language))
    return view.say("supplement.from_to", low=points(low, view.language), high=points(high, view.language))
