"""What the results of a match rest on that nobody could source, and what is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from gymreg_core.reporting.admission.parts import column, section
from gymreg_core.reporting.admission.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number


def assumptions(view: View, rules: Mapping[str, str]) -> Fragment:
    """The rules without a source that the match asked for, each in a sentence, and how many of the others there are.

    rules : status (published, derived, assumption) of every rule that the match asked for, by ``file.key``; empty where
    it was stored without them, and so is the Fragment then. Errors: MissingText for an assumption without a sentence.
    """
    if not rules:
        return Fragment()
    assumed = [name for name, status in rules.items() if status == "assumption"]
    of_status = Counter(rules.values())
    others = {status: number(of_status[status], view.language) for status in ("published", "derived")}
    count = {0: "none", 1: "one"}.get(len(assumed), "many")
    told = paragraph(
        view.say(f"checked.assumptions.{count}", n=number(len(assumed), view.language)),
        view.say("checked.assumptions.others", **others),
    )
    parts = section(view, "checked.assumptions", "antaganden", 3) + told
    if assumed:
        parts += _listed(view, assumed)
    if view.stored.provenance.made_up:
        parts += paragraph(view.say("checked.assumptions.made_up", year=_fitted_year()))
    return parts


def _listed(view: View, assumed: list[str]) -> Fragment:
    rows = [(view.say(f"checked.assumed.{name}"), "rules/{}.yml, {}".format(*name.split("."))) for name in assumed]
    frame = pd.DataFrame(rows, columns=["label", "note"])
    return table(
        view.release(frame),
        [column(view, "label", "assumed"), column(view, "note", "stands")],
        caption=view.say("checked.assumptions.table", admission=view.admission),
        identifier="antaganden",
        language=view.language,
    )


def _fitted_year() -> int:
    from gymreg_core.synthetic.shape import value

    return int(value("base_year"))
