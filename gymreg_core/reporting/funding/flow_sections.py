"""What municipalities paid each other: who for whose pupils, and what is left when both ways are set off."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import diverging_bars, heat_map
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import column, columns, figure, labelled, long_table, section, thousands
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.rules import rule
from gymreg_core.rules.audience import told_to
from gymreg_core.vocabulary.numbers import money, number
from gymreg_core.vocabulary.phrases import listing
from gymreg_core.vocabulary.slugs import swedish_order

_MILLION = 100_000_000


def flows(view: View) -> Fragment:
    """The matrix of payers and receivers and the net of each; of a municipality its exchange with every other one."""
    if view.scope == "provider_form":
        return Fragment()
    return _region(view) if view.is_region else _municipality(view)


def _region(view: View) -> Fragment:
    cells, balances = view.between
    top = section(view, "flows", "floden")
    frame = cells.table
    if not (frame["by"] == "between").any():
        return top + paragraph(view.say("flows.none"))
    return top + paragraph(*_told(view, balances)) + _matrix(view, cells) + _balances(view, balances)


def _told(view: View, balances: Released) -> list[str]:
    net = balances.table.dropna(subset="net").sort_values("net", kind="stable")
    out = [view.say("flows.lead")]
    if len(net) and net["net"].iloc[-1] > 0:
        last, first = net.iloc[-1], net.iloc[0]
        out.append(
            view.say(
                "flows.ends",
                most=last["municipality"],
                received=money(last["net"], view.language),
                least=first["municipality"],
                paid=money(-first["net"], view.language),
            )
        )
    return out


def _matrix(view: View, cells: Released) -> Fragment:
    frame = cells.table
    pairs = cells.where(frame["by"].eq("between"))
    classes = _classes(view)
    hidden = view.say("flows.hidden")
    shades = [hidden if pd.isna(ore) else _class(float(ore), classes) for ore in pairs.table["price"]]
    drawn = pairs.with_words("shade", shades)
    for name in ("municipality", "payer"):
        order = sorted(set(frame[name]), key=swedish_order)
        place = drawn.table[name].map({one: at for at, one in enumerate(order)})
        drawn = drawn.with_words("other", [f"{at:04d}" for at in place]).sort("other")
    drawing = heat_map(
        drawn,
        row="payer",
        column="municipality",
        shade="shade",
        shades=[name for name, _, _ in classes],
        suppressed=hidden,
        titles=(view.say("column.payer"), view.say("column.receiver")),
        language=view.language,
    )
    known = pairs.where(pairs.table["price"].gt(0).fillna(False)).sort("price", ascending=False)
    first = known.table.iloc[:1]
    message = view.say("flows.caption_none")
    if len(first):
        row = first.iloc[0]
        message = view.say(
            "flows.caption", payer=row["payer"], receiver=row["municipality"], amount=money(row["price"], view.language)
        )
    shown = [column(view, "payer"), column(view, "municipality", "receiver"), *columns(view, "pupils", "price")]
    listed = long_table(
        view, known, shown, caption=view.say("flows.table"), identifier="floden", csv=view.say("flows.csv")
    )
    smallest = number(int(told_to("smallest_count")), view.language)
    alt = view.say("flows.alt", about=view.about, message=message)
    return figure(view, "floden", drawing, kind="matrix", alt=alt, caption=message, data=listed) + paragraph(
        view.say("flows.hidden_why", smallest=smallest)
    )


def _balances(view: View, balances: Released) -> Fragment:
    top = section(view, "flows.net", "netto", 3)
    known = balances.where(balances.table["net"].notna()).sort(["net", "municipality"], ascending=[False, True])
    if not len(known):
        return top + paragraph(view.say("flows.net.none"))
    frame = known.table
    drawn = labelled(known, [str(name) for name in frame["municipality"]])
    drawn = drawn.with_words("note", [thousands(view, ore) for ore in frame["net"]])
    names = (view.say("flows.net.receives"), view.say("flows.net.pays"))
    drawing = diverging_bars(drawn, label="label", value="net", text="note", names=names, language=view.language)
    ends = [str(name) for name in frame.loc[frame["net"] > 0, "municipality"].head(_NAMED)]
    message = view.say("flows.net.caption", names=listing(ends, view.language)) if ends else view.say("flows.net.even")
    shown = [column(view, "municipality"), *columns(view, "received", "paid", "net")]
    listed = table(balances, shown, caption=view.say("flows.net.table"), identifier="netto", language=view.language)
    alt = view.say("flows.net.alt", about=view.about, message=message)
    return top + figure(view, "netto", drawing, kind="bars", alt=alt, caption=message, data=listed)


_NAMED = 3


def _municipality(view: View) -> Fragment:
    name = str(view.scope_name)
    rows = view.exchange(name).sort(["net", "municipality"], ascending=[False, True])
    top = section(view, "flows.own", "floden", place=name)
    if not len(rows):
        return top + paragraph(view.say("flows.own.none", place=name))
    _, balances = view.between
    own = balances.table[balances.table["municipality"] == name]
    told = [view.say("flows.own.lead", place=name)]
    if len(own) and own["net"].notna().all():
        sums = {key: money(int(own[key].iloc[0]), view.language) for key in ("paid", "received")}
        told.append(view.say("flows.own.sums", place=name, **sums))
    top += paragraph(*told)
    known = rows.where(rows.table["net"].notna())
    if len(known) < len(rows):
        top += paragraph(view.say("flows.own.hidden", n=number(len(rows) - len(known), view.language)))
    shown = [column(view, "municipality"), *columns(view, "paid", "received", "net")]
    listed = table(
        known, shown, caption=view.say("flows.own.table", place=name), identifier="floden", language=view.language
    )
    if not len(known):
        return top
    drawn = labelled(known, [str(other) for other in known.table["municipality"]])
    drawn = drawn.with_words("note", [thousands(view, ore) for ore in known.table["net"]])
    names = (view.say("flows.own.receives", place=name), view.say("flows.own.pays", place=name))
    drawing = diverging_bars(drawn, label="label", value="net", text="note", names=names, language=view.language)
    most = known.table.iloc[-1]
    message = view.say("flows.own.caption_even", place=name)
    if most["net"] < 0:
        message = view.say(
            "flows.own.caption", place=name, other=most["municipality"], amount=money(-most["net"], view.language)
        )
    alt = view.say("flows.own.alt", about=view.about, message=message)
    return top + figure(view, "floden", drawing, kind="bars", alt=alt, caption=message, data=listed)


def _classes(view: View) -> list[tuple[str, float, float]]:
    """(name, from, to) in öre of each class of amounts, the smallest first; 0 is in none."""
    limits = [0.0, *(float(limit) for limit in rule("report", "flow_classes")), float("inf")]
    out = []
    for low, high in pairwise(limits):
        key = "below" if low == 0 else "above" if high == float("inf") else "between"
        ends = {"from": number(low, view.language), "to": number(min(high, limits[-2]), view.language)}
        out.append((view.say(f"flows.class.{key}", **ends), low * _MILLION, high * _MILLION))
    return out


def _class(ore: float, classes: list[tuple[str, float, float]]) -> str:
    return next((name for name, low, high in classes if low <= ore < high), "") if ore > 0 else ""
