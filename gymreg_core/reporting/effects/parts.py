"""What the sections share: columns with heads in the page's language, and the names of groups."""

from __future__ import annotations

from typing import Any

from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.sections import figure, labelled, long_table, section
from gymreg_core.reporting.tables import Column, Form, Forms
from gymreg_core.vocabulary.phrases import label, programme_name
from gymreg_core.vocabulary.programmes import programmes

__all__ = ["column", "columns", "figure", "group_name", "labelled", "long_table", "section"]

_NAMES: dict[str, Form] = {
    **dict.fromkeys(("label", "label_to", "note", "series", "text", "status", "source_file", "sha256"), "text"),
    **dict.fromkeys(("cohort",), "year"),
    **dict.fromkeys(("completion_3", "share", "power", "exposure"), "percent"),
    **dict.fromkeys(("own", "dose", "dose_low", "dose_high", "points"), "ratio"),
    **dict.fromkeys(("p_value", "p_wild", "p_random", "p_adjusted"), "p_value"),
    **dict.fromkeys(("statistic", "violation"), "decimals"),
    **dict.fromkeys(("merit_from", "points_from"), "points"),
}
_FORMS = Forms(_NAMES)


def column(view: View, name: str, head: str | None = None, form: Form | None = None, **blanks: Any) -> Column:
    """A column; its head is ``column.<head>`` (by default its own name), its form goes by its name."""
    return Column(name, view.say(f"column.{head or name}", **blanks), form or _FORMS.of(name))


def columns(view: View, *names: str) -> list[Column]:
    """Columns whose heads go by their names."""
    return [column(view, name) for name in names]


def group_name(view: View, by: str, group: str) -> str:
    """A group as it stands alone: 'meritvärde 140–159', 'yrkesprogram', 'fristående huvudman'."""
    if by == "region":
        return view.say("group.region")
    if by == "programme" and group in programmes():
        return programme_name(group, view.language)
    if by == "provider_form":
        return label(group, view.language)
    if view.says(f"group.{by}.{group}"):
        return view.say(f"group.{by}.{group}")
    return view.say(f"group.{by}.other", group=group.replace("-", "–"))
