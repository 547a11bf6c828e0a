"""What speaks for seats of a programme: need, empty seats, completion, trend and price, each from where it is known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gymreg_core.admission.measures import ratio
from gymreg_core.funding.price_comparison import compare_prices
from gymreg_core.funding.prices import Tariff
from gymreg_core.planning.balance import Balance
from gymreg_core.planning.groups import at_level


def criteria_of(
    need: pd.DataFrame,
    now: Balance,
    before: Balance | None = None,
    *,
    completion: Mapping[str, float] | None = None,
    price: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The values of all criteria: programme, need, free_share, completion, trend, price; NA where unknown.

    need : as `read_need` gives it. now, before : balances of the year and an earlier one; trend = the change in
    admitted between them as a share of the earlier. completion : share by programme. price : öre per pupil and year by
    programme. A row for each programme that has seats now.
    """
    rows = at_level(now.table, "programme").set_index("programme")
    rows = rows[rows["seats"] > 0]
    then = None if before is None else at_level(before.table, "programme").set_index("programme")["admitted"]
    earlier = pd.Series(pd.NA, index=rows.index, dtype="Float64") if then is None else then.reindex(rows.index)
    values = {
        "need": need.set_index("programme")["need"].reindex(rows.index),
        "free_share": rows["free_share"],
        "completion": pd.Series(completion or {}, dtype="float64").reindex(rows.index),
        "trend": ratio(rows["admitted"] - earlier, earlier),
        "price": pd.Series(price or {}, dtype="float64").reindex(rows.index),
    }
    return pd.DataFrame(values).astype("Float64").rename_axis("programme").reset_index()


def programme_prices(price_year: int, tariff: Tariff | None = None) -> dict[str, float]:
    """The region's price of each programme, öre per pupil and year without VAT compensation, of those that have one.

    tariff : of the packaged lists where None. Errors: BadParameters for a year without prices.
    """
    table = compare_prices(tariff or Tariff.packaged(), years=[price_year]).table
    whole = table[table["key"] == table["programme"]]
    return dict(zip(whole["programme"].astype("str"), whole["regional"].astype("float64"), strict=True))
