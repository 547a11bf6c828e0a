"""The sections on seats of a page on the region or on one municipality."""

from __future__ import annotations

from gymreg_core.planning.balance_words import foretold_sentences, place_sentences
from gymreg_core.planning.groups import at_level
from gymreg_core.reporting.fragments import Fragment
from gymreg_core.reporting.markup import paragraph
from gymreg_core.reporting.planning.balance_parts import decimal
from gymreg_core.reporting.planning.balance_sections import (
    choices_section,
    level,
    place_section,
    places_tables,
    supply_section,
)
from gymreg_core.reporting.planning.parts import section
from gymreg_core.reporting.planning.ranking import ranking
from gymreg_core.reporting.planning.seat_sections import strategic_section, values_section
from gymreg_core.reporting.planning.seats_stored import StoredSeats
from gymreg_core.reporting.planning.view import View
from gymreg_core.rules import rule
from gymreg_core.vocabulary.numbers import number, percent
from gymreg_core.vocabulary.phrases import listing


def seat_highlights(view: View) -> list[str]:
    """Where seats are too few, too many or in the wrong place, now and by the forecast."""
    seats, released = view.seats, view.supply
    if seats is None or released is None:
        return []
    if view.is_region:
        rows = at_level(released.table, "programme")
        return [*seats.now.sentences(view.language), *foretold_sentences(rows, view.year, view.language)]
    rows = at_level(released.table, "programme", "municipality")
    rows = rows[rows["municipality"] == view.scope_name]
    told = place_sentences(seats.now.table, str(view.scope_name), view.language)
    return [*told, *foretold_sentences(rows, view.year, view.language)] if len(rows) else list(told)


def seat_boxes(view: View) -> list[tuple[str, str, str]]:
    """How many seats the page's place has, and how many of them are free."""
    if view.seats is None or view.supply is None:
        return []
    if view.is_region:
        rows = level(view.supply).table
    else:
        rows = level(view.supply, "municipality").table
        rows = rows[rows["municipality"] == view.scope_name]
    if rows[["seats", "free_seats"]].dropna().empty:
        return []
    seats, free = (number(int(rows[name].iloc[0]), view.language) for name in ("seats", "free_seats"))
    return [(seats, view.say("brief.seats", year=view.seats.year), view.say("brief.free", free=free))]


def supply(view: View) -> Fragment:
    """Seats beside those who want them, by programme, sub-region and municipality."""
    seats, released = view.seats, view.supply
    if seats is None or released is None:
        return Fragment()
    page = view.seats_page(seats)
    many = percent(rule("balance", "many_free"), view.language, 0)
    how = [view.say(f"seats.foretold.{view.forecast.measure}", year=view.year, many=many)]
    if view.is_region:
        return supply_section(page, released, how) + places_tables(page, released)
    return place_section(page, released, str(view.scope_name), how)


def choices(view: View) -> Fragment:
    """How many got what they chose, and how far from home; of the region with a register."""
    if view.seats is None or view.choices is None or not view.is_region:
        return Fragment()
    return choices_section(view.seats_page(view.seats), view.choices)


def values(view: View) -> Fragment:
    """The value of one seat more and one less: of the region by programme, of a municipality in all."""
    if view.seats is None or view.seat_values is None:
        return Fragment()
    page = view.seats_page(view.seats)
    if view.is_region:
        return values_section(page, view.seat_values)
    rows = level(view.seat_values.groups, "municipality").table
    rows = rows[rows["municipality"] == view.scope_name].dropna(subset=["gained_per_seat", "lost_per_seat"])
    if rows.empty:
        return Fragment()
    blanks = {name: decimal(page, rows[f"{name}_per_seat"].iloc[0]) for name in ("gained", "lost")}
    told = view.say("seats.values", place=view.place, year=view.seats.year, **blanks)
    return section(view, "seats.value", "platsvarde") + paragraph(told)


def strategic(view: View) -> Fragment:
    """The programmes that the region needs most seats of, by open criteria."""
    if view.seats is None or not view.is_region:
        return Fragment()
    found, table, weights = ranking(view, view.seats)
    told = [_need_words(view, view.seats), *found.sentences(view.language)]
    return strategic_section(view.seats_page(view.seats), table, weights, told)


def _need_words(view: View, seats: StoredSeats) -> str:
    if not seats.need_given:
        return view.say("seats.need.assumed")
    years = seats.need["year"].astype("str")
    told = seats.need["source"].where(seats.need["year"].isna(), seats.need["source"] + " (" + years + ")")
    return view.say("seats.need.given", sources=listing(list(dict.fromkeys(told)), view.language))
