"""The first screen: the figures that matter, each with its change."""

from __future__ import annotations

from gymreg_core.funding.money import ORE
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.funding.parts import amount_change, people_change, section, short
from gymreg_core.reporting.funding.view import View
from gymreg_core.reporting.markup import callout, key_figures, paragraph
from gymreg_core.reporting.tables import written
from gymreg_core.vocabulary.numbers import money, month, number
from gymreg_core.vocabulary.phrases import capital, per_cent, programme_inside

_Figure = tuple[str, str, str]


def in_brief(view: View) -> Fragment:
    """What the year cost, per pupil, the change, the supplement and what went between municipalities."""
    top = section(view, "brief", "korthet") + _unfinished(view)
    if view.figure("price") is None:
        return top + paragraph(view.say(f"brief.nothing.{view.scope}", place=view.place, year=view.year))
    figures = [_total(view), _per_pupil(view), _pupils(view), _supplement(view), _last(view)]
    told = paragraph(*_sentences(view), view.say("brief.units"))
    return top + key_figures([one for one in figures if one]) + told


def highlights(view: View) -> list[str]:
    """The sentences that stand for the page elsewhere."""
    told = []
    for name, change in (("amount", view.figure("amount_change")), ("amount_per_pupil", None)):
        ore = view.figure(name)
        if ore is not None:
            compared = amount_change(view, view.figure(f"{name}_change_share"), change)
            key = f"highlight.{name}.{view.scope}" if name == "amount" else f"highlight.{name}"
            said = view.say(key, amount=money(ore, view.language), place=view.place, year=view.year)
            told.append(f"{said} {view.say('brief.that_is', compared=compared)}" if compared else said)
    return [*told, *_sentences(view)]


def _unfinished(view: View) -> Fragment:
    if view.is_whole_year:
        return Fragment()
    first, last = (month(end, view.language) for end in (view.months[0], view.months[-1]))
    said = view.say("brief.unfinished", first=first, last=last, year=view.year, n=len(view.months))
    return callout("note", view.say("brief.unfinished_title"), paragraph(said))


def _total(view: View) -> _Figure | None:
    amount = view.figure("amount")
    if amount is None:
        return None
    told = amount_change(view, view.figure("amount_change_share"), view.figure("amount_change"))
    what = view.say(f"brief.total.{view.scope}", place=view.place)
    return short(view, amount), what, view.say("brief.that_is", compared=told) if told else ""


def _per_pupil(view: View) -> _Figure | None:
    each = view.figure("amount_per_pupil")
    if each is None:
        return None
    told = amount_change(view, view.figure("amount_per_pupil_change_share"))
    said = view.say("brief.that_is", compared=told) if told else ""
    return view.say("unit.kronor", n=number(each / ORE, view.language)), view.say("brief.per_pupil"), said


def _pupils(view: View) -> _Figure | None:
    pupils = view.figure("pupils")
    if pupils is None:
        return None
    told = people_change(view, pupils, view.figure("pupils_previous"))
    said = view.say("brief.that_is", compared=told) if told else ""
    return number(pupils, view.language), view.say("brief.pupils"), said


def _supplement(view: View) -> _Figure | None:
    supplement, price = view.figure("supplement"), view.figure("price")
    if supplement is None or not price:
        return None
    said = view.say("brief.supplement_is", amount=money(supplement, view.language))
    return written(supplement / price, "percent", view.language), view.say("brief.supplement"), said


def _last(view: View) -> _Figure | None:
    """Between municipalities, net to or from others, or the share of all."""
    if view.scope == "provider_form":
        share = view.figure("amount_share")
        return None if share is None else (written(share, "percent", view.language), view.say("brief.share_of_all"), "")
    cells, balances = (released.table for released in view.between)
    if view.is_region:
        whole = cells.loc[cells["by"] == "all", "price"]
        if whole.empty or whole.isna().all():
            return None
        return short(view, int(whole.iloc[0])), view.say("brief.between"), view.say("brief.between_is")
    own = balances[balances["municipality"] == view.scope_name]
    if own.empty or own["net"].isna().all():
        return None
    net = int(own["net"].iloc[0])
    way = "received" if net >= 0 else "paid"
    return short(view, abs(net)), view.say(f"brief.net.{way}", place=view.place), view.say("brief.net_is")


def _sentences(view: View) -> list[str]:
    """Which programme costs the most, and where each krona goes."""
    out = []
    frame = view.crossed.table
    by, group = view.key
    crossed = {"region": "programme", "payer": "payer_programme", "provider_form": "form_programme"}[by]
    column = "group" if by == "region" else "other"
    rows = frame[(frame["by"] == crossed) & (frame[column] != "")]
    rows = rows if by == "region" else rows[rows["group"] == group]
    rows = rows[rows["price"].notna()].sort_values("price", ascending=False, kind="stable")
    whole = view.figure("price")
    if len(rows) > 1 and whole:
        first = rows.iloc[0]
        share = per_cent(float(first["price"]) / whole, view.language)
        name = capital(programme_inside(str(first[column]), view.language))
        out.append(view.say("brief.largest", name=name, share=share))
    if by == "region" and (share := view.figure("amount_share", "provider_form", "independent")) is not None:
        out.append(view.say("brief.independent", share=per_cent(share, view.language)))
    return out
