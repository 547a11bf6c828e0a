"""Cut-offs by study path: as they became, and as they are expected to become."""

from __future__ import annotations

from gymreg_core.admission.measures import ratio
from gymreg_core.reporting.admission.schools import readable
from gymreg_core.reporting.council.parts import column, long_table, missing, section
from gymreg_core.reporting.council.view import View
from gymreg_core.reporting.cutoffs import expected
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import bullets, paragraph

_KEPT = ("seats", "admitted", "reserves", "reserves_per_seat")


def cutoffs(view: View) -> Fragment:
    """The study paths of the newest final admission, those with most reserves for each seat first."""
    of = view.admission
    if of is None:
        return missing(view, "cutoffs", "granser", "results" if view.results is None else "programme")
    frame = readable(of)
    frame = frame.assign(reserves_per_seat=ratio(frame["reserves"], frame["seats"]))
    order = ["reserves_per_seat", "school", "study_path_name"]
    frame = frame.sort_values(order, ascending=[False, True, True], ignore_index=True)
    cutoff = [column(view, "series", "cutoff_of", year=of.intake_year)]
    if of.compare_to is not None:
        cutoff.append(column(view, "series_previous", "cutoff_of", year=of.compare_to))
    shown = [column(view, "label"), column(view, "school"), *cutoff, *(column(view, name) for name in _KEPT)]
    places = [column(view, name) for name in ("municipality", "school", "study_path_name")]
    whole = [*places, *cutoff, *(column(view, name) for name in _KEPT)]
    names = dict.fromkeys(one.name for one in (*shown, *whole))
    listed = long_table(
        view,
        of.release(frame[list(names)]),
        shown,
        whole=whole,
        caption=view.say("cutoffs.table", year=of.intake_year),
        identifier="granser",
        csv=view.say("cutoffs.csv"),
    )
    return section(view, "cutoffs", "granser") + paragraph(*of.study_paths.sentences(view.language)[:1]) + listed


def expected_cutoffs(view: View) -> Fragment:
    """The forecast by study path, and where everyone eligible probably gets in."""
    if view.cutoffs is None:
        why = "results" if view.sources.results is None else "april"
        return missing(view, "expected", "vantade", why)
    if view.cutoffs.rows.empty:
        return missing(view, "expected", "vantade", "not_foretold", year=view.cutoffs.year)
    told = expected.expected(view.cutoffs) + expected.everyone(view.cutoffs)
    if not told.markdown:
        return missing(view, "expected", "vantade", "not_foretold", year=view.cutoffs.year)
    return told + bullets(view.cutoffs.say(f"read.{name}") for name in ("interval", "chance"))
