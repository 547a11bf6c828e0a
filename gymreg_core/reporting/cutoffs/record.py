"""How right the forecasts of years that have ended were: the last one path by path, all of them in scores."""

from __future__ import annotations

from gymreg_core.reporting.charts import fans
from gymreg_core.reporting.cutoffs.expected import QUANTILES, column
from gymreg_core.reporting.cutoffs.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.sections import figure, long_table, section
from gymreg_core.reporting.tables import Column, Form, table
from gymreg_core.vocabulary.numbers import percent
from gymreg_core.vocabulary.phrases import capital, counted, merit

_TABLES: dict[str, dict[str, tuple[str, Form]]] = {
    "both": {
        "both": ("study_paths", "count"),
        "mae_both": ("value", "ratio"),
        "mae_rise": ("value_preliminary", "ratio"),
        "mae_last_both": ("value_previous", "ratio"),
        "ratio_both": ("share", "decimals"),
    },
    "last": {
        "last": ("study_paths", "count"),
        "mae_of_last": ("value", "ratio"),
        "mae_last": ("value_previous", "ratio"),
        "ratio_last": ("share", "decimals"),
    },
    "intervals": {
        "judged": ("study_paths", "count"),
        "covered_80": ("share", "percent_short"),
        "covered_50": ("share_p50", "percent_short"),
        "ratio_brier": ("value", "decimals"),
    },
}
"""Tables of scores: what of cutoff_scores.SCORES they hold, under which name it is let out, and how it is written."""


def last_year(view: View) -> Fragment:
    """What came beside what was foretold, for the newest year that has ended; the largest misses first."""
    top = section(view, "last", "forra-prognosen")
    if view.last_judged is None:
        return top + paragraph(view.say("last.none"))
    year, rows = view.last_judged
    if rows.empty:
        return top + paragraph(view.say("last.none_here", year=year))
    miss = (rows["cutoff"] - rows["cutoff_p50"]).abs()
    order = rows.assign(_miss=miss).sort_values(["_miss", "study_path_id"], ascending=[False, True])
    order = order.drop(columns="_miss").reset_index(drop=True)
    held = {
        name: percent(float(rows["cutoff"].between(rows[low], rows[high]).mean()), view.language, 0)
        for name, low, high in (("wide", "cutoff_p10", "cutoff_p90"), ("narrow", "cutoff_p25", "cutoff_p75"))
    }
    n = counted(len(rows), "study_path", view.language)
    error = merit(round(float(miss.median())), view.language)
    sentences = [view.say("last.lead", n=n, year=year, error=error), view.say("last.held", **held)]
    drawn = order.head(view.shown)
    drawing = fans(
        view.release(drawn[["label", "school", *QUANTILES, "cutoff"]]),
        label="label",
        below="school",
        quantiles=QUANTILES,
        point="cutoff",
        names=(view.say("fan.wide"), view.say("fan.narrow"), view.say("fan.middle"), view.say("fan.came")),
        language=view.language,
    )
    shown = [
        column(view, name, "came" if name == "cutoff" else None) for name in ("label", "school", *QUANTILES, "cutoff")
    ]
    listed = long_table(
        view,
        view.release(order[["municipality", "study_path_name", *(c.name for c in shown)]]),
        shown,
        caption=view.say("last.table", year=year),
        identifier="forra-prognosen",
        csv=view.say("last.csv"),
        whole=[column(view, "municipality"), column(view, "school"), column(view, "study_path_name"), *shown[2:]],
    )
    caption = view.say("last.caption", year=year)
    alt = view.say("last.alt", place=capital(view.place), year=year)
    whole = figure(view, "forra-prognosen", drawing, kind="fans", alt=alt, caption=caption, data=listed)
    return top + paragraph(*sentences) + whole


def track_record(view: View) -> Fragment:
    """The scores of every year that has ended, for the whole region, beside the rules of thumb."""
    record = view.work.record
    top = section(view, "record", "traffsakerhet")
    if record.table.empty:
        return top + paragraph(view.say("last.none"))
    out = top + paragraph(view.say("record.lead"), view.say("record.years"))
    for name, scores in _TABLES.items():
        frame = record.table[["year", *scores]].rename(columns={"year": "intake_year"})
        columns = [Column("intake_year", view.say("column.intake_year"), "year")]
        columns += [Column(to, view.say(f"score.{score}"), form) for score, (to, form) in scores.items()]
        out += table(
            view.release(frame.rename(columns={score: to for score, (to, _) in scores.items()})),
            columns,
            caption=view.say(f"record.table.{name}"),
            identifier=f"traffsakerhet-{name}",
            language=view.language,
        )
    return out + paragraph(*record.sentences(view.language)[-1:])
