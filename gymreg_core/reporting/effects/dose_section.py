"""The dose and who gets it: how it lies over schools, cohort by cohort, and over groups of pupils."""

from __future__ import annotations

from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import quantile_bands
from gymreg_core.reporting.effects.parts import column, columns, figure, group_name, labelled, long_table, section
from gymreg_core.reporting.effects.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number

_LOW, _MIDDLE, _HIGH = 0.1, 0.5, 0.9
_INNER = (0.3, 0.7)
_QUANTILES = {_LOW: "dose_low", _MIDDLE: "dose", _HIGH: "dose_high"}
_NEAR = 1e-6
_BY = ("programme_type", "provider_form", "merit_band", "programme")


def doses(view: View) -> Fragment:
    """How much supplement there is per pupil: over schools and programmes, and for whom."""
    out = section(view, "doses", "dosen") + paragraph(view.say("doses.lead"), view.say("doses.unit"))
    return out + _spread(view) + _groups(view)


def _spread(view: View) -> Fragment:
    rows = view.shown["dose_spread"]
    rows = rows.where(rows.table["dose"].notna())
    if rows.table["cohort"].nunique() < 2:  # noqa: PLR2004 a single cohort is no curve
        return Fragment()
    wide = _wide(view, rows)
    newest = wide.table.sort_values("cohort").iloc[-1]
    blanks = {name: number(float(newest[name]), view.language, 1) for name in _QUANTILES.values()}
    message = view.say("doses.caption", cohort=int(newest["cohort"]), **blanks)
    drawing = quantile_bands(
        rows,
        year="cohort",
        quantile="quantile",
        value="dose",
        bands=((_LOW, _HIGH, view.say("doses.outer")), (*_INNER, view.say("doses.inner"))),
        middle=(_MIDDLE, view.say("doses.middle")),
        titles=(view.say("doses.axis"), view.say("doses.amount")),
        language=view.language,
    )
    shown = [*columns(view, "cohort", "dose_low"), column(view, "dose", "dose_middle"), column(view, "dose_high")]
    data = table(wide, shown, caption=view.say("doses.spread_table"), identifier="dosen", language=view.language)
    alt = view.say("doses.alt", about=view.about, message=message)
    return figure(view, "dosen", drawing, kind="bands", alt=alt, caption=message, data=data)


def _wide(view: View, rows: Released) -> Released:
    """A row for each cohort with its lowest, middle and highest quantile."""
    frame = rows.table
    told = [frame.loc[(frame["quantile"] - q).abs() < _NEAR, ["cohort", "dose"]] for q in _QUANTILES]
    wide = told[1].assign(pupils=frame.groupby("cohort")["pupils"].first().reindex(told[1]["cohort"]).to_numpy())
    for part, name in zip((told[0], told[2]), ("dose_low", "dose_high"), strict=True):
        wide = wide.merge(part.rename(columns={"dose": name}), on="cohort")
    return view.release(wide.sort_values("cohort", ignore_index=True), "effects.dose_spread")


def _groups(view: View) -> Fragment:
    """The newest cohort whose outcome is known, group by group."""
    rows = view.shown["doses"]
    frame = rows.table
    region = frame[frame["by"].eq("region")]
    known = region.loc[region["completion_3"].notna(), "cohort"]
    if not len(region):
        return Fragment()
    cohort = int(known.max() if len(known) else region["cohort"].max())
    rows = rows.where(frame["cohort"].eq(cohort) & frame["by"].isin(["region", *_BY]))
    order = {by: f"{at}" for at, by in enumerate(("region", *_BY))}
    rows = rows.with_words("rank", [order[str(by)] for by in rows.table["by"]]).sort("rank")
    pairs = zip(rows.table["by"], rows.table["group"], strict=True)
    rows = labelled(rows, [group_name(view, str(by), str(group)) for by, group in pairs])
    shown = [column(view, "label", "group"), *columns(view, "schools", "pupils", "share", "dose", "completion_3")]
    return paragraph(view.say("doses.groups", cohort=cohort)) + long_table(
        view,
        rows,
        shown,
        caption=view.say("doses.table", cohort=cohort),
        identifier="dosen-grupper",
        csv=view.say("doses.csv"),
    )
