"""Sections on the value of a seat and on strategic programmes, from released tables alone."""

from __future__ import annotations

from collections.abc import Sequence

from gymreg_core.disclosure import Released
from gymreg_core.planning.strategic_words import criterion_name
from gymreg_core.reporting.charts import bars, dumbbells
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.planning.balance_parts import BalancePage, column, decimal, programme_names
from gymreg_core.reporting.planning.balance_released import ReleasedValues
from gymreg_core.reporting.planning.balance_sections import level
from gymreg_core.reporting.sections import figure, section
from gymreg_core.reporting.tables import Column, download, table
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import listing, programme_inside

_NAMED = 3


def values_section(page: BalancePage, released: ReleasedValues) -> Fragment:
    """What one seat more and one seat less mean, in the region and by programme."""
    whole = level(released.groups).table
    lead = []
    if len(whole):
        gained, lost = (decimal(page, whole[f"{name}_per_seat"].iloc[0]) for name in ("gained", "lost"))
        lead.append(page.say("values.lead", gained=gained, lost=lost))
    rows = level(released.groups, "programme").sort(["gained_per_seat", "programme"], ascending=[False, True])
    top = section(page, "values", "platsvarde")
    if not len(rows):
        return top + paragraph(*lead, page.say("values.none"))
    first = rows.table.loc[rows.table["gained_per_seat"] > 0, "programme"].head(_NAMED)
    if len(first):
        names = listing([programme_inside(code, page.language) for code in first], page.language)
        lead.append(page.say("values.most", names=names))
    rows = rows.with_words("label", programme_names(page, rows.table["programme"]))
    shown = [column(page, "programme", "label")]
    shown += [column(page, name) for name in ("study_paths", "gained", "gained_per_seat", "lost_per_seat")]
    listed = table(rows, shown, caption=page.say("values.table"), identifier="platsvarde", language=page.language)
    drawn = rows.with_words("note", [decimal(page, value) for value in rows.table["gained_per_seat"]])
    drawing = bars(drawn, label="label", value="gained_per_seat", text="note", language=page.language)
    alt = page.say("values.alt", least=number(int(rule("balance", "least_paths")), page.language))
    caption = page.say("values.caption")
    bar = figure(page, "platsvarde", drawing, kind="bars", alt=alt, caption=caption, data=listed)
    return top + paragraph(*lead) + bar


def strategic_section(page: BalancePage, ranking: Released, weights: Released, sentences: Sequence[str]) -> Fragment:
    """The programmes by criteria, the weights, and between which places they lie as the weights change.

    ranking, weights : of `Strategic.table` and `.weights`. sentences : `Strategic.sentences`.
    """
    used = weights.where(weights.table["weight"].gt(0))
    criteria = [str(name) for name in used.table["criterion"]]
    rows = ranking.where(ranking.table["rank"].notna())
    rows = rows.with_words("label", programme_names(page, rows.table["programme"]))
    named = column(page, "programme", "label")
    scores = [Column(f"{name}_score", criterion_name(name, page.language), "decimals") for name in criteria]
    places = [column(page, name) for name in ("rank_best", "rank_worst")]
    shown = [named, *scores, Column("total", page.say("column.total"), "decimals"), column(page, "rank"), *places]
    shown.append(column(page, "top_share"))
    listed = table(rows, shown, caption=page.say("strategic.table"), identifier="strategiska", language=page.language)
    said = [f"{row}–{end}" for row, end in zip(rows.table["rank_best"], rows.table["rank_worst"], strict=True)]
    drawing = dumbbells(
        rows.with_words("note", said),
        label="label",
        values=("rank_best", "rank_worst"),
        text="note",
        names=(page.say("column.rank_best"), page.say("column.rank_worst")),
        language=page.language,
    )
    told = {"alt": page.say("strategic.alt"), "caption": page.say("strategic.caption")}
    values = [
        Column(name, f"{criterion_name(name, page.language)} ({name})", "kronor" if name == "price" else "decimals")
        for name in criteria
    ]
    file = download(
        rows, [*values, *shown], name="strategiska", label=page.say("strategic.csv"), language=page.language
    )
    return (
        section(page, "strategic", "strategiska")
        + paragraph(*sentences)
        + _weights(page, used)
        + figure(page, "strategiska", drawing, kind="dumbbells", data=listed, **told)
        + file
    )


def _weights(page: BalancePage, used: Released) -> Fragment:
    named = used.with_words("label", [criterion_name(str(name), page.language) for name in used.table["criterion"]])
    named = named.with_words("note", [page.say(f"strategic.{way}") for way in used.table["direction"]])
    shown = [
        Column("label", page.say("strategic.criterion"), "text"),
        Column("weight", page.say("strategic.weight"), "percent_short"),
        Column("note", page.say("strategic.better"), "text"),
    ]
    return table(named, shown, caption=page.say("strategic.weights"), identifier="vikter", language=page.language)
