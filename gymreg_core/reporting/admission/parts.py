"""What the sections share: columns with heads in the page's language, figures with their table, long tables."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.sections import figure, long_table, section
from gymreg_core.reporting.tables import Column, Form
from gymreg_core.vocabulary.path_names import path_name, path_short
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.texts import terms

__all__ = ["column", "columns", "figure", "long_table", "named", "path_column", "section"]

_ENDINGS: tuple[tuple[str, Form], ...] = (
    ("reserves_per_seat", "ratio"),
    ("share_change", "percent_change"),
    ("rate_change", "percent_change"),
    ("cutoff_change", "points_change"),
    ("_change", "change"),
    ("rate", "percent"),
    ("share", "percent"),
)
_TEXTS = (
    "label",
    "label_previous",
    "group",
    "municipality",
    "school",
    "study_path_name",
    "programme_name",
    "provider_form",
    "message",
    "advice",
    "evidence",
    "source_file",
    "sha256",
    "status",
    "note",
    "series",
)
# Heads that are terms: what stands in the table of terms under that key.
_TERMS = {
    "programme_name": "programme.label",
    "study_path_name": "study_path.term",
    "study_paths": "study_path.label",
    "school": "school.term",
    "schools": "school.label",
    "municipality": "municipality.label",
    "provider_form": "provider.label",
    "seats": "seat.label",
    "admitted": "admitted.label",
    "fill_rate": "fill_rate.label",
    "free_seats": "free_seat.label",
    "reserves": "reserve.label",
    "reserves_per_seat": "reserves_per_seat.label",
    "first_choice_eligible": "first_choice.label",
    "cutoff": "cutoff.label",
    "median": "median.label",
}
_POINTS = ("cutoff", "median", "bin", "bin_from", "bin_to", "value")


def column(view: View, name: str, head: str | None = None, form: Form | None = None) -> Column:
    """A column; its head is a term or ``column.<head>`` (by default its own name), its form goes by its name."""
    wanted = head or name
    if wanted in _TERMS:
        return Column(name, capital(terms()(_TERMS[wanted], view.language)), form or _form(name))
    text = view.say(f"column.{wanted}", year=view.compare_to or view.intake_year, place=view.place)
    return Column(name, text, form or _form(name))


def columns(view: View, *names: str) -> list[Column]:
    """Columns whose heads go by their names; those about the year compared with are left out where there is none."""
    wanted = [n for n in names if view.compared or not n.endswith(("_change", "_previous"))]
    return [column(view, name) for name in wanted]


def _form(name: str) -> Form:
    if name == "intake_year":
        return "year"
    if name in _TEXTS:
        return "text"
    if name in _POINTS or name.startswith("cutoff_p"):
        return "points"
    return next((form for ending, form in _ENDINGS if name.endswith(ending)), "count")


def named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the names of its study paths as readers say them: short in `label`, whole in `study_path_name`."""
    names = [str(n) for n in frame["study_path_name"]]
    short = [path_short(n, view.language) for n in names]
    return frame.assign(study_path_name=[path_name(n) for n in names], label=short)


def path_column(view: View) -> Column:
    """The short names of study paths that `named` gave."""
    return column(view, "label", "study_path_name")
