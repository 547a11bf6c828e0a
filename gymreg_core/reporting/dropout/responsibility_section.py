"""Who by the register belongs to the municipal activity responsibility; not the same as interruption."""

from __future__ import annotations

from gymreg_core.contracts.tracked import RESPONSIBILITY_REASONS
from gymreg_core.disclosure import Released
from gymreg_core.reporting.dropout.parts import column, labelled, section, smallest
from gymreg_core.reporting.dropout.released_models import UNKNOWN
from gymreg_core.reporting.dropout.view import View
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.tables import table
from gymreg_core.vocabulary.numbers import day, number
from gymreg_core.vocabulary.phrases import capital
from gymreg_core.vocabulary.slugs import swedish_order

_ALL = ""


def responsibility(view: View) -> Fragment:
    """How many, by what the register last tells of them: of each municipality, or of the page's own."""
    if view.scope in ("provider_form", "programme"):
        return Fragment()
    top = section(view, "responsibility", "aktivitetsansvar")
    rows = view.responsibility
    if not len(rows):
        return top + paragraph(view.say("responsibility.none"))
    last = str(rows.table["day"].max())
    rows = rows.where(rows.table["day"].eq(last))
    words = paragraph(view.say("responsibility.lead"), view.say("responsibility.not_interruption"))
    words += paragraph(_total(view, rows, last), view.say("responsibility.list"))
    return top + words + (_municipalities(view, rows, last) if view.is_region else _reasons(view, rows, last))


def _total(view: View, rows: Released, last: str) -> str:
    place = _ALL if view.is_region else str(view.scope_name)
    frame = rows.table
    found = frame.loc[(frame["municipality"] == place) & (frame["reason"] == _ALL), "pupils"].dropna()
    if not len(found):
        return view.say("responsibility.hidden", smallest=smallest(view))
    persons = number(int(found.iloc[0]), view.language)
    return view.say("responsibility.total", day=day(last, view.language), persons=persons, place=view.place)


def _municipalities(view: View, rows: Released, last: str) -> Fragment:
    """A row per municipality, a column per reason."""
    frame = rows.table
    order = {name: at for at, name in enumerate(sorted(set(frame["municipality"]) - {_ALL}, key=swedish_order))}
    rows = rows.with_words("rank", [f"{order.get(name, len(order)):04d}" for name in frame["municipality"]])
    place = {reason: str(at) for at, reason in enumerate((_ALL, *RESPONSIBILITY_REASONS))}
    rows = rows.sort("rank").with_words("series", [place[str(reason)] for reason in rows.sort("rank").table["reason"]])
    spread = rows.spread("municipality", "series", "pupils")
    spread = labelled(spread, [_name(view, str(name)) for name in spread.table["municipality"]])
    shown = [column(view, "label", "municipality")]
    for reason, at in place.items():
        if f"pupils_y{at}" in spread.columns:
            shown.append(column(view, f"pupils_y{at}", f"reason_{reason or 'all'}"))
    return table(
        spread,
        shown,
        caption=view.say("responsibility.table", day=day(last, view.language)),
        identifier="aktivitetsansvar",
        language=view.language,
    )


def _name(view: View, municipality: str) -> str:
    if municipality == UNKNOWN:
        return view.say("responsibility.unknown")
    return municipality or capital(view.say("place.region"))


def _reasons(view: View, rows: Released, last: str) -> Fragment:
    rows = rows.where(rows.table["municipality"].eq(str(view.scope_name)) & rows.table["reason"].ne(_ALL))
    if not len(rows):
        return Fragment()
    rows = labelled(rows, [view.say(f"responsibility.reason.{reason}") for reason in rows.table["reason"]])
    return table(
        rows,
        [column(view, "label", "last_known"), column(view, "pupils", "persons")],
        caption=view.say("responsibility.table", day=day(last, view.language)),
        identifier="aktivitetsansvar",
        language=view.language,
    )
