"""What the sections share: columns with heads in the page's language, and the names of programmes and places."""

from __future__ import annotations

from typing import Any

from gymreg_core.disclosure import Released
from gymreg_core.reporting.planning.demand_released import OTHERS
from gymreg_core.reporting.planning.view import View
from gymreg_core.reporting.sections import figure, labelled, long_table, section
from gymreg_core.reporting.tables import Column, Form, Forms
from gymreg_core.vocabulary.phrases import programme_short

__all__ = ["column", "columns", "figure", "labelled", "long_table", "named", "place", "section"]

_NAMES: dict[str, Form] = {
    **dict.fromkeys(("label", "group", "municipality", "note", "series", "source_file", "sha256"), "text"),
    **dict.fromkeys(("year",), "year"),
    **dict.fromkeys(("error", "error_previous"), "decimals"),
    **dict.fromkeys(("error_share", "share"), "percent_short"),
}
_FORMS = Forms(_NAMES)


def column(view: View, name: str, head: str | None = None, **blanks: Any) -> Column:
    """A column; its head is ``column.<head>`` (by default its own name), its form goes by its name."""
    return Column(name, view.say(f"column.{head or name}", **blanks), _FORMS.of(name))


def columns(view: View, *names: str) -> list[Column]:
    """Columns whose heads go by their names; those of a year name it."""
    years = {"pupils": view.forecast.last_year, "expected": view.year}
    return [column(view, name, year=years.get(name, view.year)) for name in names]


def named(view: View, rows: Released) -> Released:
    """The rows with the names of their programmes or types as their label."""
    pairs = zip(rows.table["kind"], rows.table["programme"], strict=True)
    return labelled(rows, [_name(view, str(kind), str(programme)) for kind, programme in pairs])


def place(view: View, name: str) -> str:
    """A municipality, or that it lies outside the area."""
    return name or view.say("place.outside")


def _name(view: View, kind: str, programme: str) -> str:
    if programme.startswith(OTHERS):
        return view.say("programme.others")
    return programme_short(programme, view.language) if programme else view.say(f"kind.{kind or 'all'}")
