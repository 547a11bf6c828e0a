"""How well early warning would foresee who does not finish, and what it must not be used for; for the region."""

from __future__ import annotations

from gymreg_core.contracts.tracked import JUDGES
from gymreg_core.disclosure import Released
from gymreg_core.reporting.charts import calibration
from gymreg_core.reporting.dropout.parts import column, columns, figure, labelled, section, smallest
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.dropout.words import level_name
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import number
from gymreg_core.vocabulary.phrases import capital, counted, per_cent

_SCORE, _RATE = JUDGES
_NOT_FOR = ("single", "admission", "money", "schools", "effect")
_KINDS = ("region", "entry", "sex", "merit_band", "provider_form")
_FEWEST, _HUNDRED = 2, 100


def warning(view: View) -> Fragment:
    """The score judged on a cohort it was not made of, beside the school's own rate: in all, by tenth, by group."""
    if not view.is_region:
        return Fragment()
    top = section(view, "warning", "varning")
    rows = view.warning.where(view.warning.table["auc"].notna())
    if not len(rows):
        return top + paragraph(view.say("warning.none"))
    out = top + paragraph(view.say("warning.lead"), *_told(view, rows)) + _workloads(view, rows)
    out += section(view, "warning.not_for", "varning-inte", 3) + paragraph(view.say("warning.not_for.lead"))
    out += bullets(view.say(f"warning.not_for.{reason}") for reason in _NOT_FOR)
    return out + _fit(view) + _groups(view)


def _told(view: View, rows: Released) -> list[str]:
    """On whom it was judged, and the area under the curve of both."""
    frame = rows.table
    first = frame.iloc[0]
    told = [
        view.say(
            "warning.of",
            trained=str(first["trained"]).replace("-", "–"),
            judged=int(first["judged"]),
            pupils=counted(int(first["pupils"]), "pupil", view.language),
            events=number(int(first["events"]), view.language),
        )
    ]
    for judge in JUDGES:
        area = frame[frame["judge"] == judge].head(1)
        if len(area):
            ends = {name: number(float(area[name].iloc[0]), view.language, 2) for name in ("auc", "low", "high")}
            told.append(view.say(f"warning.auc.{judge}", **ends))
    return told


def _judged(view: View, rows: Released) -> Released:
    return labelled(rows, [view.say(f"warning.judge.{judge}") for judge in rows.table["judge"]])


def _workloads(view: View, rows: Released) -> Fragment:
    shown = [
        column(view, "label", "judge"),
        column(view, "workload", "workload", "percent_short"),
        *columns(view, "flagged", "found"),
        column(view, "found_share", "precision"),
        column(view, "events_share", "sensitivity"),
    ]
    listed = table(
        _judged(view, rows), shown, caption=view.say("warning.table"), identifier="varning", language=view.language
    )
    return listed + paragraph(view.say("warning.words"), _false_alarms(view, rows))


def _false_alarms(view: View, rows: Released) -> str:
    frame = rows.table
    own = frame[frame["judge"] == _SCORE]
    if not len(own):
        return ""
    row = own.iloc[0]
    return view.say(
        "warning.false_alarms",
        workload=number(_HUNDRED * float(row["workload"]), view.language),
        wrong=per_cent(1 - float(row["found_share"]), view.language),
        missed=per_cent(1 - float(row["events_share"]), view.language),
    )


def _fit(view: View) -> Fragment:
    rows = view.warning_fit.where(view.warning_fit.table["observed"].notna())
    if len(rows) < _FEWEST:
        return Fragment()
    rows = _judged(view, rows)
    rows = rows.with_words("series", [str(name) for name in rows.table["label"]])
    shown = [column(view, "label", "judge"), column(view, "bin", "tenth")]
    listed = table(
        rows,
        [*shown, *columns(view, "pupils", "predicted", "observed")],
        caption=view.say("warning.fit.table"),
        identifier="varning-stammer",
        language=view.language,
    )
    drawing = calibration(
        rows,
        predicted="predicted",
        observed="observed",
        series="series",
        titles=(view.say("warning.fit.x"), view.say("warning.fit.y")),
        right=view.say("calibration.right"),
        language=view.language,
    )
    message = view.say("warning.fit.caption")
    alt = view.say("warning.fit.alt", message=message)
    top = section(view, "warning.fit", "varning-stammer", 3)
    return top + figure(view, "varning-stammer", drawing, kind="calibration", alt=alt, caption=message, data=listed)


def _groups(view: View) -> Fragment:
    """Errors of the score in each group: wrongly pointed out, and not found."""
    frame = view.warning_groups.table
    rows = view.warning_groups.where(frame["judge"].eq(_SCORE) & frame["by"].isin(_KINDS))
    if not len(rows):
        return Fragment()
    kinds = zip(rows.table["by"], rows.table["group"], strict=True)
    rows = rows.with_words("rank", [f"{_KINDS.index(by)}{group}" for by, group in kinds]).sort("rank")
    kinds = zip(rows.table["by"], rows.table["group"], strict=True)
    names = [view.say("groups.everyone") if by == "region" else level_name(view, by, group) for by, group in kinds]
    rows = labelled(rows, [capital(name) for name in names])
    shown = [
        column(view, "label", "group"),
        column(view, "pupils"),
        column(view, "share", "did_not_finish"),
        column(view, "wrong_share", "wrong_share", "percent"),
        column(view, "found_share", "precision"),
        column(view, "events_share", "sensitivity"),
    ]
    listed = table(
        rows, shown, caption=view.say("warning.groups.table"), identifier="varning-grupper", language=view.language
    )
    top = section(view, "warning.groups", "varning-grupper", 3)
    return (
        top
        + paragraph(view.say("warning.groups.lead"), view.say("warning.groups.hidden", smallest=smallest(view)))
        + listed
    )
