"""What the sections share: columns with heads in the page's language, and what is said where a source is missing."""

from __future__ import annotations

from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.sections import figure, labelled, long_table, section
from gymreg_core.reporting.tables import Column, Form

__all__ = ["column", "figure", "labelled", "long_table", "missing", "section"]

_TEXTS = ("label", "label_to", "note", "source", "source_file", "sha256", "school", "municipality", "study_path_name")
_FORMS: dict[str, Form] = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(("series", "series_previous"), "points_text"),
    **dict.fromkeys(("intake_year", "year"), "year"),
    **dict.fromkeys(("fill_rate", "free_share"), "percent"),
    "reserves_per_seat": "ratio",
    "weight": "percent_short",
}


def column(view: View, name: str, head: str | None = None, **blanks: object) -> Column:
    """A column; its head is ``column.<head>`` (by default its own name), its form goes by its name."""
    return Column(name, view.say(f"column.{head or name}", **blanks), _FORMS.get(name, "count"))


def missing(view: View, key: str, identifier: str, why: str, **blanks: object) -> Fragment:
    """The heading of a section, and the sentence ``missing.<why>`` alone."""
    return section(view, key, identifier) + paragraph(view.say(f"missing.{why}", name=view.place, **blanks))
