"""What the definitions do to the number: every measure side by side, and whose it is."""

from __future__ import annotations

import pandas as pd

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import bars
from gymreg_core.reporting.dropout.parts import column, columns, figure, newest, not_drawn, section
from gymreg_core.reporting.dropout.view import Figure, View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import definitions as definition_list
from gymreg_core.reporting.markup import fold, paragraph
from gymreg_core.reporting.tables import table, written
from gymreg_core.vocabulary.phrases import listing, per_cent, share_points

_FEWEST = 2
_HUNDRED = 100


def measures(view: View) -> Fragment:
    """Each measure for the newest cohort it is known for, drawn and in a table, and what each of them counts."""
    found = [one for card in view.cards if (one := newest(view, card.key)) is not None]
    top = section(view, "measures", "matten")
    if not found:
        return top + paragraph(view.say("measures.none")) + _defined(view)
    return top + paragraph(view.say("measures.lead")) + _compared(view, found) + _defined(view)


def _compared(view: View, found: list[Figure]) -> Fragment:
    rows = _rows(view, found)
    listed = table(
        rows,
        [
            column(view, "label", "measure"),
            *columns(view, "cohort", "starters"),
            column(view, "series", "told", "points_text"),
            *columns(view, "not_followed_share"),
            column(view, "note", "published_by"),
        ],
        caption=view.say("measures.table"),
        identifier="matten",
        language=view.language,
    )
    comparable = [one for one in found if one.card.told == "completed" and one.share is not None]
    if len(comparable) < _FEWEST:
        return listed
    low, high = (end(comparable, key=lambda one: one.share or 0.0) for end in (min, max))
    names = {one.card.key: one.card.words(view.language).name for one in (low, high)}
    gap = round(_HUNDRED * ((high.share or 0.0) - (low.share or 0.0)), 1)
    message = view.say(
        "measures.caption",
        gap=share_points(gap, view.language),
        low=names[low.card.key],
        low_share=per_cent(low.share or 0.0, view.language),
        high=names[high.card.key],
        high_share=per_cent(high.share or 0.0, view.language),
    )
    drawn = rows.where(rows.table["card"].isin([one.card.key for one in comparable])).sort("share", ascending=False)
    drawing = bars(drawn, label="label", value="share", text="series", language=view.language, maximum=1.0)
    alt = view.say("measures.alt", about=view.about, message=message)
    others = [one.card.key for one in found if one.card.told != "completed"]
    alike = rows.where(~rows.table["card"].isin(others))
    picture = figure(view, "matten", drawing, kind="bars", alt=alt, caption=message, data=listed)
    return picture + not_drawn(view, alike, drawn) + _complements(view, others)


def _complements(view: View, keys: list[str]) -> Fragment:
    """That measures of those who did not complete are not drawn beside the others."""
    names = [view.card(key).words(view.language).name for key in keys]
    return paragraph(view.say("measures.complement", names=listing(names, view.language))) if names else Fragment()


def _rows(view: View, found: list[Figure]) -> Released:
    """A row per measure with its name, whose it is, and the share as it is told, in the order of `found`."""
    place = {(one.card.key, one.cohort, *view.key): at for at, one in enumerate(found)}
    frame = view.measures.table
    keys = zip(frame["card"], frame["cohort"], frame["by"], frame["group"], strict=True)
    order = [place.get((str(card), int(cohort), str(by), str(group)), -1) for card, cohort, by, group in keys]
    rows = view.measures.with_words("rank", [f"{at:03d}" for at in order])
    rows = rows.where(pd.Series(order, index=frame.index) >= 0).sort("rank")
    rows = rows.with_words("label", [one.card.words(view.language).name for one in found])
    rows = rows.with_words("note", [one.card.published_by or view.say("measures.ours") for one in found])
    shares = [None if one.share is None else written(one.share, "percent", view.language) for one in found]
    return rows.with_words("series", shares, of=["share"])


def _defined(view: View) -> Fragment:
    """What each measure counts, who publishes it, and the newest figure of the country."""
    pairs = []
    for card in view.cards:
        words, published = card.words(view.language), card.reference()
        said = [words.definition]
        if card.published_by:
            said.append(view.say("measures.publishes", by=card.published_by))
        if published:
            year = max(published)
            said.append(view.say("measures.country", cohort=year, share=per_cent(published[year], view.language)))
        pairs.append((words.name, " ".join(said)))
    return fold(view.say("measures.defined"), definition_list(pairs))
