"""The designs, what each compares and assumes, and how it stands up to its tests."""

from __future__ import annotations

import pandas as pd

from gymreg_core.reporting.effects import words
from gymreg_core.reporting.effects.parts import column, labelled, section
from gymreg_core.reporting.effects.settled import settled
from gymreg_core.reporting.effects.told import in_plan_order
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions, paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, listing


def designs(view: View) -> Fragment:
    """What every design of the plan compares and assumes, and what its tests say."""
    pairs = [
        (words.name(view, "designs", d), f"{view.say(f'design.{d}.compares')} {view.say(f'design.{d}.assumes')}")
        for d in view.plan.designs
    ]
    out = section(view, "designs", "upplagg") + paragraph(view.say("designs.lead"), view.say("designs.why"))
    return out + definitions(pairs) + _tests(view) + _settled(view) + _claims(view)


def _tests(view: View) -> Fragment:
    """Every test of what the designs assume, for the plan's outcome."""
    rows = view.shown["checks"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome) & rows.table["check"].ne("same_dose"))
    if not len(rows):
        return Fragment()
    rows = in_plan_order(view, rows)
    frame = rows.table
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    names = [capital(words.name(view, "checks", str(check))) for check in frame["check"]]
    verdicts = [
        _verdict(view, str(row["design"]), str(row["check"]), str(row["verdict"])) for _, row in frame.iterrows()
    ]
    rows = rows.with_words("label_to", names).with_words("note", verdicts)
    shown = [
        column(view, "label", "design"),
        column(view, "label_to", "check"),
        column(view, "p_value"),
        column(view, "power", "power_of_test", "percent_short"),
        column(view, "note", "verdict"),
    ]
    caption = view.say("tests.table", outcome=words.name(view, "outcomes", view.plan.outcome))
    listed = table(rows, shown, caption=caption, identifier="prov", language=view.language)
    level = number(view.test_level, view.language, 2)
    lead = paragraph(view.say("tests.lead", level=level), view.say("tests.unclear"), view.say("tests.beside"))
    return section(view, "tests", "prov", 3) + lead + listed


def _verdict(view: View, design: str, check: str, verdict: str) -> str:
    told = view.say(f"verdict.{verdict}")
    return told if check in view.needs(design) else view.say("verdict.beside", verdict=told)


def _settled(view: View) -> Fragment:
    """What was settled before the start, and should not follow the dose."""
    listed = settled(
        view, [d for d in view.plan.designs if not view.is_offer(d)], caption="settled.table", name="avgjort"
    )
    if not listed.markdown:
        return listed
    return (
        section(view, "settled", "avgjort", 3)
        + paragraph(view.say("settled.lead"), view.say("settled.beside"))
        + listed
    )


def _claims(view: View) -> Fragment:
    """What may be said of every design, and why."""
    rows = view.shown["conclusions"]
    rows = rows.where(rows.table["outcome"].eq(view.plan.outcome))
    if not len(rows):
        return Fragment()
    frame = rows.table
    claims = [words.claim(view, str(d), str(c)) for d, c in zip(frame["design"], frame["claim"], strict=True)]
    reasons = [_because(view, row) for _, row in frame.iterrows()]
    rows = labelled(rows, [words.name(view, "designs", str(d)) for d in frame["design"]])
    rows = rows.with_words("label_to", claims).with_words("note", reasons)
    shown = [column(view, "label", "design"), column(view, "label_to", "carries"), column(view, "note", "because")]
    caption = view.say("claims.table", outcome=words.name(view, "outcomes", view.plan.outcome))
    listed = table(rows, shown, caption=caption, identifier="pastaenden", language=view.language)
    return (
        section(view, "claims", "pastaenden", 3) + paragraph(view.say("claims.lead"), view.say("claims.offer")) + listed
    )


def _because(view: View, row: pd.Series) -> str:
    if row["refusal"]:
        return words.name(view, "refusals", str(row["refusal"]))
    checks = [words.name(view, "checks", check) for check in str(row["because"]).split(",") if check]
    return listing(checks, view.language) if checks else view.say("claims.all_hold")
