"""How good the data are: who could not be followed, and what the cleaning did."""

from __future__ import annotations

from typing import Any

from gymreg_core.reporting.dropout.parts import column, columns, labelled, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.rules import entries


def quality(view: View) -> Fragment:
    """The starters of each cohort that could not be followed; for the region also the log of the cleaning."""
    out = section(view, "quality", "datakvalitet")
    out += paragraph(view.say("quality.lead"), view.say("quality.placeholder"), view.say("quality.protected"))
    return out + _not_followed(view) + (_cleaning(view) if view.is_region else Fragment())


def _not_followed(view: View) -> Fragment:
    rows = view.of_scope(view.not_followed)
    rows = rows.where(rows.table["cohort"] <= view.cohort)
    if not len(rows):
        return paragraph(view.say("quality.nobody"))
    names = [view.say(f"quality.reason.{reason or 'all'}") for reason in rows.table["reason"]]
    rows = labelled(rows, names).sort(["cohort", "reason"])
    shown = [column(view, "cohort"), column(view, "label", "why"), column(view, "pupils")]
    listed = table(rows, shown, caption=view.say("quality.table"), identifier="ej-foljda", language=view.language)
    return listed + paragraph(view.say("quality.hidden", smallest=smallest(view)))


def _cleaning(view: View) -> Fragment:
    rows = view.cleaning
    if not len(rows):
        return Fragment()
    known = entries("cleaning")
    rows = labelled(rows, [_rule(view, str(rule), known) for rule in rows.table["rule"]])
    listed = table(
        rows,
        [column(view, "label", "cleaning"), *columns(view, "rows", "pupils")],
        caption=view.say("quality.cleaning.table"),
        identifier="rensning",
        language=view.language,
    )
    return section(view, "quality.cleaning", "rensning", 3) + paragraph(view.say("quality.cleaning.lead")) + listed


def _rule(view: View, rule: str, known: dict[str, Any]) -> str:
    """What a rule does, in plain words."""
    entry = known.get(rule)
    if entry is None:
        return rule.replace("_", " ")
    blanks = entry["value"] if isinstance(entry["value"], dict) else {}
    return str(entry[view.language]).strip().format(**blanks)
