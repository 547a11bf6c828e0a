"""Tables and files for readers, from released tables alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from gymreg_core.disclosure import Released, require_released
from gymreg_core.reporting.fragments import Fragment, page_slug
from gymreg_core.reporting.heads import Heads, heads_of
from gymreg_core.reporting.markup import escape, one_line
from gymreg_core.reporting.symbols import legend, name_of, symbol
from gymreg_core.vocabulary.numbers import NBSP, change, number, points
from gymreg_core.vocabulary.programmes import Language

Form = Literal[
    "text",
    "year",
    "count",
    "change",
    "points",
    "points_change",
    "percent",
    "percent_short",
    "percent_change",
    "ratio",
    "points_text",
    "kronor",
    "kronor_change",
    "thousands",
    "thousands_change",
    "decimals",
    "p_value",
]
_ORE = 100
_THOUSAND = 1000
_HUNDRED = 100
_LEAST_P = 0.001
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TABLE_RULE = {"left": ":---", "right": "---:"}


@dataclass(frozen=True)
class Column:
    """A column for readers: its name in the table, its head, and how its values are written.

    Forms
    -----
    text, points_text (a text that stands with numbers), year; count 6 626; change +393; points 232,5;
    points_change +7,5; percent 89,1 % and percent_short 89 % (of a share); percent_change +0,3 (of a difference of
    shares, in percentage points); ratio 8,8; decimals 0,38; p_value 0,038 or < 0,001. Of öre: kronor 91 200,
    thousands 91 (tkr), and with a sign their changes.
    """

    name: str
    head: str
    form: Form = "count"

    @property
    def align(self) -> str:
        return "left" if self.form == "text" else "right"


@dataclass(frozen=True)
class Forms:
    """How the columns of a report are written: by their name, else by how it ends, else as counts."""

    by_name: Mapping[str, Form]
    endings: Sequence[tuple[str, Form]] = ()

    def of(self, name: str) -> Form:
        by_ending: Form = next((form for ending, form in self.endings if name.endswith(ending)), "count")
        return self.by_name.get(name, by_ending)


def written(value: Any, form: Form, language: Language, reason: int = 0) -> str:
    """One value as readers see it; a symbol where there is none, by the `Why` that it is hidden for (symbols.py)."""
    if pd.isna(value):
        return escape(symbol(name_of(reason, form)))
    if form in ("text", "points_text"):
        return escape(value)
    if form == "year":
        return str(int(value))
    return _NUMBERS[form](float(value), language)


def _points_change(value: float, language: Language) -> str:
    return change(value, language, 0 if value.is_integer() else 1)


def _percent(value: float, language: Language, decimals: int = 1) -> str:
    sign = f"{NBSP}%" if language == "sv" else "%"
    return number(value * _HUNDRED, language, decimals) + sign


def _p_value(value: float, language: Language) -> str:
    return f"<{NBSP}{number(_LEAST_P, language, 3)}" if value < _LEAST_P else number(value, language, 3)


_NUMBERS: dict[str, Callable[[float, Language], str]] = {
    "count": number,
    "change": change,
    "points": points,
    "points_change": _points_change,
    "percent": _percent,
    "percent_short": lambda value, language: _percent(value, language, 0),
    "percent_change": lambda value, language: change(value * _HUNDRED, language, 1),
    "ratio": lambda value, language: number(value, language, 1),
    "decimals": lambda value, language: number(value, language, 2),
    "p_value": _p_value,
    "kronor": lambda value, language: number(value / _ORE, language),
    "kronor_change": lambda value, language: change(value / _ORE, language),
    "thousands": lambda value, language: number(value / _ORE / _THOUSAND, language),
    "thousands_change": lambda value, language: change(value / _ORE / _THOUSAND, language),
}


def table(
    released: Released, columns: Sequence[Column], *, caption: str, identifier: str, language: Language
) -> Fragment:
    """A pipe table with its caption, and what the symbols in it mean; `identifier` without ``tbl-``.

    Errors: DisclosureRefused where `released` is not a released table.
    """
    shown = require_released(released, [c.name for c in columns])
    head = _row(escape(c.head) for c in columns)
    rule = _row(_TABLE_RULE[c.align] for c in columns)
    cells = [[written(v, c.form, language, why) for v, why in _values(shown, c.name)] for c in columns]
    rows = [_row(row) for row in zip(*cells, strict=True)]
    text = "\n".join([head, rule, *rows]) + f"\n\n: {escape(caption)} {{#tbl-{identifier}}}"
    if meaning := legend(symbols_in(shown, columns), language):
        text += f"\n\n{escape(meaning)}"
    made = _made_of(released, columns, [c.head for c in columns])
    return Fragment(text, heads={f"{page_slug()}.html#tbl-{identifier}": made})


def _made_of(released: Released, columns: Sequence[Column], heads: Sequence[str]) -> Heads:
    return heads_of([c.name for c in columns], heads, [c.form for c in columns], released.policy)


def _values(shown: Released, name: str) -> Iterable[tuple[Any, int]]:
    return zip(shown.table[name], shown.why[name].tolist(), strict=True)


def symbols_in(released: Released, columns: Sequence[Column]) -> set[str]:
    """Which symbols stand in these columns (symbols.py)."""
    return {
        name_of(why, column.form)
        for column in columns
        for value, why in _values(released, column.name)
        if pd.isna(value)
    }


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def download(released: Released, columns: Sequence[Column], *, name: str, label: str, language: Language) -> Fragment:
    """A CSV of the table beside the page, and the link to it.

    Swedish: semicolons and decimal comma; English: commas and decimal point. Both UTF-8 with a mark that makes
    spreadsheets read it so. Numbers are bare, shares in per cent; a text that a spreadsheet would take for a
    formula is written with an apostrophe before it. Where there is no number stands the symbol that a page has.
    Errors: DisclosureRefused where `released` is not a released table.
    """
    shown = require_released(released, [c.name for c in columns])
    path = f"data/{page_slug()}/{name}.csv"
    cells = [[_bare(v, c.form, language, why) for v, why in _values(shown, c.name)] for c in columns]
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if language == "sv" else ",", lineterminator="\r\n")
    heads = [f"{c.head} (%)" if c.form == "percent" else c.head for c in columns]
    writer.writerow(heads)
    writer.writerows(zip(*cells, strict=True))
    content = ("\ufeff" + stream.getvalue()).encode()
    return Fragment(f"[{escape(label)}]({path})", {path: content}, {path: _made_of(released, columns, heads)})


def _bare(value: Any, form: Form, language: Language, reason: int) -> str:
    if pd.isna(value):
        return symbol(name_of(reason, form))
    if form in ("text", "points_text"):
        text = one_line(str(value)).replace(NBSP, " ")
        return f"'{text}" if text.startswith(_FORMULA) else text
    if form in ("year", "count", "change"):
        return str(int(value))
    if form in ("percent", "percent_short", "percent_change"):
        scaled = round(float(value) * _HUNDRED, 1)
    elif form.startswith(("kronor", "thousands")):
        scaled = int(value) / (_ORE if form.startswith("kronor") else _ORE * _THOUSAND)
    else:
        scaled = round(float(value), 2)
    text = str(int(scaled) if scaled.is_integer() else scaled)
    return text.replace(".", ",") if language == "sv" else text
