"""How many finish among women and men, by merit value and by kind of start, with the caution that takes; region."""

from __future__ import annotations

from gymreg_core.cohort.cards import Card
from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, newest, not_drawn, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.dropout.words import level_name
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.vocabulary.phrases import capital, per_cent, share_points

_KINDS = ("region", "entry", "sex", "merit_band")
_SEXES, _HUNDRED = ("F", "M"), 100


def groups(view: View) -> Fragment:
    """The main measures by group, each for the newest cohort it is known for."""
    if not view.is_region:
        return Fragment()
    parts = [part for card in view.cards if card.main if (part := _card(view, card)).markdown]
    if not parts:
        return Fragment()
    out = section(view, "groups", "grupper") + paragraph(view.say("groups.lead"), view.say("groups.caution"))
    for part in parts:
        out += part
    return out + paragraph(view.say("groups.background"))


def _card(view: View, card: Card) -> Fragment:
    found = newest(view, card.key)
    if found is None:
        return Fragment()
    rows = _rows(view, card, found.cohort)
    words = {"measure": card.words(view.language).name, "cohort": found.cohort}
    listed = table(
        rows,
        [column(view, "label", "group"), *columns(view, "starters", "share", "not_followed_share")],
        caption=view.say("groups.table", **words),
        identifier=f"grupper-{card.horizon}",
        language=view.language,
    )
    known = rows.where(rows.table["share"].notna())
    if not len(known):
        return paragraph(view.say("groups.few", smallest=smallest(view), **words)) + listed
    drawn = known.with_words("note", [written(share, "percent", view.language) for share in known.table["share"]])
    everyone = capital(view.say("groups.everyone"))
    drawing = bars(
        drawn, label="label", value="share", text="note", language=view.language, maximum=1.0, highlight=everyone
    )
    message = _message(view, known, words)
    alt = view.say("groups.alt", about=view.place, message=message, **words)
    picture = figure(view, f"grupper-{card.horizon}", drawing, kind="bars", alt=alt, caption=message, data=listed)
    return picture + not_drawn(view, rows, known)


def _rows(view: View, card: Card, cohort: int) -> Released:
    """Everyone and each group, with their names, in a fixed order."""
    frame = view.measures.table
    mine = frame["card"].eq(card.key) & frame["cohort"].eq(cohort) & frame["by"].isin(_KINDS)
    if card.population == "national":
        mine &= frame["by"].ne("entry")
    rows = view.measures.where(mine)
    kinds = zip(rows.table["by"], rows.table["group"], strict=True)
    rows = rows.with_words("rank", [f"{_KINDS.index(by)}{_last(group)}{group}" for by, group in kinds]).sort("rank")
    kinds = zip(rows.table["by"], rows.table["group"], strict=True)
    return labelled(rows, [_name(view, str(by), str(group)) for by, group in kinds])


def _last(group: str) -> int:
    return int(group in ("none", "introductory"))


def _name(view: View, by: str, group: str) -> str:
    return capital(view.say("groups.everyone") if by == "region" else level_name(view, by, group))


def _message(view: View, known: Released, words: dict[str, object]) -> str:
    frame = known.table
    shares = dict(zip(zip(frame["by"], frame["group"], strict=True), frame["share"], strict=True))
    by_sex = [shares.get(("sex", sex)) for sex in _SEXES]
    if any(share is None for share in by_sex):
        everyone = shares.get(("region", ""))
        if everyone is None:
            return view.say("groups.caption_none", **words)
        return view.say("groups.caption_all", share=per_cent(float(everyone), view.language), **words)
    women, men = (float(share) for share in by_sex if share is not None)
    gap = round(_HUNDRED * abs(women - men), 1)
    return view.say(
        "groups.caption",
        women=per_cent(women, view.language),
        men=per_cent(men, view.language),
        gap=share_points(gap, view.language),
        **words,
    )
