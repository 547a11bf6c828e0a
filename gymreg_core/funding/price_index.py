"""Indexes that prices are held against, and what a price is made of: from rules/prices/index.yml and cost_types.yml."""

from __future__ import annotations

from fractions import Fraction

from gymreg_core.errors import RuleMissing
from gymreg_core.rules import rule

PER_MILLE = 1000
_INDEX, _COST_TYPES = "prices/index", "prices/cost_types"


def consumer_prices(year: int) -> Fraction:
    """The mean of the consumer price index in a year, 1980 = 100; after the last known year as the rule ahead says.

    Errors: RuleMissing for a year before the first.
    """
    known: dict[int, float] = dict(rule(_INDEX, "consumer_prices"))
    if year not in known:
        known |= rule(_INDEX, "consumer_prices_latest")
    if year in known:
        return Fraction(str(known[year]))
    last = max(known)
    if year < last:
        raise RuleMissing(
            f"no consumer price index for {year}",
            where=f"rules/{_INDEX}.yml",
            remedy="Add the mean of the year to consumer_prices, with its source.",
        )
    rise = Fraction(str(rule(_INDEX, "consumer_prices_ahead"))) / 100
    return Fraction(str(known[last])) * (1 + rise) ** (year - last)


def skolindex(year: int, base: int) -> Fraction:
    """Skolindex of a price year, 1 in the year `base`: wages and goods by their weights, of the years before.

    Goods rise as consumer prices. Source: förordning (1993:167) om skolindex. Errors: RuleMissing where a rise of wages
    or prices is not known, or the year is before the base.
    """
    if year < base:
        raise RuleMissing(f"skolindex of {year} is asked for from {base} on", where=f"rules/{_INDEX}.yml")
    weights = {name: Fraction(str(share)) for name, share in rule(_INDEX, "skolindex_weights").items()}
    lag = int(rule(_INDEX, "skolindex_lag"))
    level = Fraction(1)
    for risen in range(base + 1, year + 1):
        goods = consumer_prices(risen - lag) / consumer_prices(risen - lag - 1) - 1
        level *= 1 + weights["wages"] * _wages(risen - lag) + weights["goods"] * goods
    return level


def _wages(year: int) -> Fraction:
    for key in ("public_wages", "public_wages_held"):
        if year in (known := rule(_INDEX, key)):
            return Fraction(str(known[year])) / 100
    raise RuleMissing(
        f"no rise of public wages for {year}",
        where=f"rules/{_INDEX}.yml",
        remedy="Add it to public_wages with its source.",
    )


def cost_shares() -> dict[str, int]:
    """What each cost type weighs in a programme price, in thousandths; they add up to 1,000.

    One basket for all programmes: shares by programme were published nowhere.
    """
    shares = {"teaching": rule(_COST_TYPES, "teaching"), **rule(_COST_TYPES, "others")}
    return {name: int(Fraction(str(share)) * PER_MILLE) for name, share in shares.items()}
