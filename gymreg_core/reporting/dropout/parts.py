"""What the sections share: columns with heads in the page's language, states and measures in words, comparisons."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gymreg_core.cohort.histories import STATES
from gymreg_core.disclosure import Released
from gymreg_core.reporting.dropout.view import Figure, View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.sections import figure, labelled, long_table, section
from gymreg_core.reporting.tables import Column, Form, Forms
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import compared_share, per_cent

__all__ = [
    "change_of",
    "column",
    "columns",
    "figure",
    "labelled",
    "long_table",
    "newest",
    "not_drawn",
    "not_followed",
    "section",
    "smallest",
    "state_names",
]

_ENDINGS: tuple[tuple[str, Form], ...] = (
    ("share_change", "percent_change"),
    ("_share", "percent"),
    ("share", "percent"),
)
_NAMES: dict[str, Form] = {
    **dict.fromkeys(("label", "label_to", "note", "municipality", "school", "series", "status"), "text"),
    **dict.fromkeys(("source_file", "sha256", "programme_name"), "text"),
    **dict.fromkeys(("cohort", "year"), "year"),
    **dict.fromkeys(("odds_ratio", "odds_low", "odds_high", "auc", "correlation", "reliability"), "decimals"),
    **dict.fromkeys(("effect", "low", "high", "difference"), "percent_change"),
    **dict.fromkeys(("probability", "predicted", "observed", "expected", "workload"), "percent"),
}
_FORMS = Forms(_NAMES, _ENDINGS)


def column(view: View, name: str, head: str | None = None, form: Form | None = None, **blanks: object) -> Column:
    """A column; its head is ``column.<head>`` (by default its own name), its form goes by its name, whichever year it
    is of."""
    plain = name[:-3] if name[-3:-1] == "_y" else name
    return Column(name, view.say(f"column.{head or plain}", **blanks), form or _FORMS.of(plain))


def columns(view: View, *names: str) -> list[Column]:
    """Columns whose heads go by their names."""
    return [column(view, name) for name in names]


def state_names(view: View) -> dict[str, str]:
    """What the states are called."""
    return {state: view.say(f"state.{state}") for state in STATES}


def smallest(view: View) -> str:
    """The smallest count that is shown, in figures."""
    return number(int(told_to("smallest_count")), view.language)


def newest(view: View, card: str) -> Figure | None:
    """A measure of the scope for the newest cohort up to the page's that it is known for."""
    years = sorted({year for key, year, *_ in view.known_measures if key == card and year <= view.cohort}, reverse=True)
    return next((found for year in years if (found := view.figure(card, year)) is not None), None)


def change_of(view: View, found: Figure) -> str:
    """'0,4 procentenheter högre än 2021', against the cohort compared with, or as long before the figure's own; ''
    where either is not shown."""
    if view.compare_to is None or found.share is None:
        return ""
    year = view.compare_to + found.cohort - view.cohort
    before = view.figure(found.card.key, year)
    if before is None or before.share is None:
        return ""
    return compared_share(found.share, before.share, year, view.language)


def not_drawn(view: View, rows: Released, drawn: Released) -> Fragment:
    """Which of the labelled rows are not among those that are drawn, and why; empty where all are."""
    there = set(drawn.table["label"])
    names = [str(name) for name in rows.table["label"] if name not in there]
    if not names:
        return Fragment()
    return paragraph(view.say("not_drawn", names="; ".join(names), smallest=smallest(view)))


def not_followed(view: View, share: Any) -> str:
    """'0,6 procent av dem som började hade tillfälligt personnummer …', or that it is not shown."""
    if share is None or pd.isna(share):
        return view.say("not_followed.hidden")
    if share == 0:
        return view.say("not_followed.nobody")
    return view.say("not_followed.share", share=per_cent(float(share), view.language))
