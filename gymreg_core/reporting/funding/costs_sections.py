"""What the year cost: by programme, by whose school it is, and by municipality."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import (
    column,
    columns,
    figure,
    labelled,
    programme_labels,
    section,
    thousands,
)
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import Column, download, table, written
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import kronor, money
from gymreg_core.vocabulary.phrases import capital, per_cent, programme_inside
from gymreg_core.vocabulary.slugs import swedish_order

_CROSSED = {
    ("payer", "programme"): "payer_programme",
    ("payer", "kind"): "payer_kind",
    ("provider_form", "programme"): "form_programme",
}


def programmes(view: View) -> Fragment:
    """Programme money of every programme, drawn, with what a pupil-year of it cost."""
    rows = _of_scope(view, "programme")
    frame = rows.table
    rows = rows.where(frame["programme"].ne("") & frame["pupils"].ne(0))
    rows = labelled(rows, programme_labels(view, rows.table["programme"]))
    rows = rows.sort(["price", "label"], ascending=[False, True])
    shown = rows.where(rows.table["price"].notna())
    if not len(shown):
        return Fragment()
    top = section(view, "programmes", "program")
    first = shown.table.iloc[0]
    message = view.say(
        "programmes.caption",
        name=capital(programme_inside(str(first["programme"]), view.language)),
        amount=money(first["price"], view.language),
        share=per_cent(float(first["price"]) / view.figure("price"), view.language),
    )
    drawn = labelled(shown, programme_labels(view, shown.table["programme"], short=True))
    drawn = drawn.with_words("note", [thousands(view, ore) for ore in shown.table["price"]])
    drawn = drawn.head(int(rule("report", "programmes_drawn")))
    drawing = bars(drawn, label="label", value="price", text="note", language=view.language)
    head = columns(view, "pupils", "pupils_change", "price", "price_change_share", "price_per_pupil")
    listed = _table(view, rows, [column(view, "label", "programme"), *head], "program", view.say("programmes.table"))
    alt = view.say("programmes.alt", about=view.about, message=message)
    return (
        top
        + paragraph(view.say("programmes.lead"))
        + figure(view, "program", drawing, kind="bars", alt=alt, caption=message, data=listed)
    )


def kinds(view: View) -> Fragment:
    """Own schools, other municipalities' schools, independent ones, the region's and those outside."""
    if view.scope == "provider_form":
        return Fragment()
    rows = _of_scope(view, "kind")
    rows = rows.where(rows.table["pupils"].ne(0))
    if not len(rows):
        return Fragment()
    names = [view.say(f"kind.{kind}") for kind in rows.table["kind"]]
    rows = labelled(rows, names).sort(["price", "label"], ascending=[False, True])
    whole = view.figure("price")
    known = rows.table["price"].notna()
    drawn = rows.where(known)
    if not len(drawn) or not whole:
        return Fragment()
    shares = [written(ore / whole, "percent_short", view.language) for ore in drawn.table["price"]]
    drawn = drawn.with_words("note", shares)
    drawing = bars(drawn, label="label", value="price", text="note", language=view.language)
    first = drawn.table.iloc[0]
    message = view.say(
        "kinds.caption", name=str(first["label"]), share=per_cent(float(first["price"]) / whole, view.language)
    )
    head = columns(view, "pupils", "pupils_change", "price", "price_change_share", "price_per_pupil")
    listed = _table(view, rows, [column(view, "label", "kind"), *head], "skolor", view.say("kinds.table"))
    alt = view.say("kinds.alt", about=view.about, message=message)
    return (
        section(view, "kinds", "skolor")
        + paragraph(view.say("kinds.lead"), _vat(view))
        + figure(view, "skolor", drawing, kind="bars", alt=alt, caption=message, data=listed)
    )


def municipalities(view: View) -> Fragment:
    """What each municipality paid, and what a pupil-year cost it; for the region."""
    if not view.is_region:
        return Fragment()
    rows = view.amounts.where(view.amounts.table["by"].eq("payer"))
    rows = labelled(rows, [str(name) for name in rows.table["group"]])
    shown = rows.where(rows.table["amount"].notna()).sort(["amount", "label"], ascending=[False, True])
    if not len(shown):
        return Fragment()
    drawn = shown.with_words("note", [thousands(view, ore) for ore in shown.table["amount"]])
    drawing = bars(drawn, label="label", value="amount", text="note", language=view.language)
    frame = shown.table
    dearest, cheapest = (frame.sort_values("amount_per_pupil", kind="stable").iloc[at] for at in (-1, 0))
    message = view.say(
        "municipalities.caption", name=frame["label"].iloc[0], amount=money(frame["amount"].iloc[0], view.language)
    )
    spread = view.say(
        "municipalities.spread",
        high=dearest["label"],
        high_amount=kronor(dearest["amount_per_pupil"], view.language),
        low=cheapest["label"],
        low_amount=kronor(cheapest["amount_per_pupil"], view.language),
    )
    head = [
        column(view, "label", "municipality"),
        *columns(view, "pupils", "pupils_change", "amount", "amount_change_share", "amount_per_pupil"),
    ]
    order = sorted(rows.table["label"], key=swedish_order)
    place = rows.table["label"].map({name: at for at, name in enumerate(order)})
    ordered = rows.with_words("other", [f"{at:04d}" for at in place]).sort("other")
    listed = _table(view, ordered, head, "kommuner", view.say("municipalities.table"))
    whole = [*head, *columns(view, "price", "vat", "supplement")]
    file = download(ordered, whole, name="kommuner", label=view.say("municipalities.csv"), language=view.language)
    alt = view.say("municipalities.alt", about=view.about, message=message)
    top = section(view, "municipalities", "kommuner") + paragraph(spread, view.say("municipalities.why"))
    return top + figure(view, "kommuner", drawing, kind="bars", alt=alt, caption=message, data=listed) + file


def _of_scope(view: View, by: str) -> Released:
    """The rows of programmes or kinds of the scope, with their code in a column of that name."""
    whole, group = view.key
    frame = view.crossed.table
    kind = by if whole == "region" else _CROSSED[whole, by]
    mine = frame["by"].eq(kind) & ((whole == "region") | frame["group"].eq(group))
    rows = view.crossed.where(mine)
    return rows.with_words(by, [str(one) for one in rows.table["group" if whole == "region" else "other"]])


def _vat(view: View) -> str:
    vat = view.figure("vat")
    return view.say("kinds.vat", amount=money(vat, view.language)) if vat else ""


def _table(view: View, rows: Released, shown: list[Column], identifier: str, caption: str) -> Fragment:
    return table(rows, shown, caption=caption, identifier=identifier, language=view.language)
