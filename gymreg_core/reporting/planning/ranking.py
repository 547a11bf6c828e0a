"""The strategic programmes of a page: judged by what may be shown, or that nothing judges them."""

from __future__ import annotations

from gymreg_core.cohort.cards import cards
from gymreg_core.disclosure import Released
from gymreg_core.planning.criteria import criteria_of
from gymreg_core.planning.strategic import Strategic, strategic
from gymreg_core.reporting.dropout.released import release_measures
from gymreg_core.reporting.planning.balance_released import completion_of, release_strategic
from gymreg_core.reporting.planning.seats_stored import StoredSeats
from gymreg_core.reporting.planning.view import View


def ranking(view: View, seats: StoredSeats) -> tuple[Strategic, Released, Released]:
    """The ranking, and what may be shown of it: its table and its weights."""
    shares = _completion(seats)
    values = criteria_of(seats.need, seats.now, seats.before, completion=shares, price=seats.prices)
    found = view.noted(lambda: strategic(values, seats.need))
    table, weights, _ = release_strategic(found, seats.provenance, completion=shares)
    return found, table, weights


def _completion(seats: StoredSeats) -> dict[str, float]:
    """The share of each programme's newest cohort that completed by the first main measure, as it may be shown."""
    if seats.tracked is None:
        return {}
    measures = release_measures(seats.tracked.tracked, ["programme"], seats.tracked.provenance)
    main = next(card.key for card in cards() if card.main)
    rows = measures.where(measures.table["card"].eq(main) & measures.table["by"].eq("programme"))
    rows = rows.where(rows.table["cohort"].eq(rows.table["cohort"].max()))
    return completion_of(rows.with_words("programme", rows.table["group"].astype("str").tolist()))
