"""Random keys: the table of prices against a slow look-up that shares nothing with it but the data."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.contracts.enrolments import GROUPS
from gymreg_core.contracts.price_lists import NATIONAL, REGION, PriceList, price_table
from gymreg_core.contracts.results import PROVIDER_FORMS
from gymreg_core.funding.price_results import PriceMissing
from gymreg_core.funding.prices import KEY_COLUMNS, Tariff
from gymreg_core.synthetic.paths import paths_in
from gymreg_core.vocabulary.packaged import packaged_yaml
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.study_paths import parse_code

TARIFF = Tariff.packaged()
CODES = sorted({code for year in (2018, 2022, 2025) for code in paths_in(year, 0)["code"]})
PLACES = ("", *municipalities(), "Uppsala", "Malmö")
YEARS = range(2019, 2027)


@cache
def data(name: str) -> dict[str, Any]:
    content: dict[str, Any] = packaged_yaml("gymreg_core.rules", f"prices/{name}.yml")
    return content


def reference(key: str, year: int) -> float | None:
    """A regional amount that is a number, in kronor, from the file, year by year in floating point."""
    anchors = {e["valid_from"]: e for e in data("regional").get(key, [])}
    if not anchors or not all(isinstance(e["value"], int) and "follows" not in e for e in anchors.values()):
        return None
    start = max([y for y in anchors if y <= year], default=min(anchors))
    amount = float(anchors[start]["value"])
    for step in range(start + 1, year + 1):
        amount = rise(key, step, amount)
    for step in range(start, year, -1):
        amount = amount / (rise(key, step, 1.0)) if "FT" not in key else amount
    return amount


def rise(key: str, year: int, amount: float) -> float:
    said = data("rises")[str(year)]["value"]
    for own in said.get("own", []):
        if key[:2] in own["programmes"]:
            return amount + own["kronor"] if "kronor" in own else amount * (1 + own["percent"] / 100)
    return amount * (1 + said["percent"] / 100)


@pytest.mark.parametrize("year", YEARS)
def test_numbers_of_the_common_list_are_those_of_a_slow_reckoning(year: int) -> None:
    compared = 0
    for key in data("regional"):
        expected = reference(key, year)
        if expected is None or " " in key:
            continue
        found = TARIFF.books["regional"](key, year)
        assert found is not None
        # Half a krona, since list prices are whole kronor; a hair more for floating point.
        assert abs(float(found.kronor) - expected) <= 0.5 + 1e-6
        compared += 1
    assert compared >= 25


keys = st.tuples(
    st.sampled_from([*CODES, "XX", "IM"]),
    st.integers(1, 4),
    st.integers(2017, 2028),
    st.sampled_from(GROUPS),
    st.sampled_from(PROVIDER_FORMS),
    st.sampled_from(PLACES),
    st.sampled_from(PLACES),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(keys, min_size=1, max_size=12))
def test_a_table_of_prices_is_the_prices_one_by_one(asked: list[tuple[Any, ...]]) -> None:
    found = TARIFF.prices(pd.DataFrame(asked, columns=list(KEY_COLUMNS)))
    assert found.amount.dtype == np.int64
    for at, (code, year, price_year, group, form, home, school) in enumerate(asked):
        more = {"group": group, "provider_form": form, "home": home, "school_municipality": school}
        try:
            price = TARIFF.price(code, year, price_year, **more)
        except PriceMissing:
            assert (found.amount[at], found.rule[at], found.missing[at]) == (-1, -1, True)
            continue
        assert found.amount[at] == price.amount
        assert tuple(found.rules[found.rule[at]]) == (price.rule, price.source, price.status)


def test_many_keys_in_any_order_and_repetition_give_the_same() -> None:
    rng = np.random.default_rng(7)
    table = pd.DataFrame(
        {
            "code": rng.choice(CODES, 4000),
            "year_of_study": rng.integers(1, 5, 4000),
            "price_year": rng.choice(list(YEARS), 4000),
            "group": rng.choice(GROUPS, 4000),
            "provider_form": rng.choice(PROVIDER_FORMS, 4000),
            "home": rng.choice(PLACES, 4000),
            "school_municipality": rng.choice(PLACES, 4000),
        }
    )
    found = Tariff.packaged().prices(table)
    order = rng.permutation(np.repeat(np.arange(4000), 2))
    again = Tariff.packaged().prices(table.iloc[order])
    assert not found.missing.any()
    assert np.array_equal(again.amount, found.amount[order])
    told = [found.rules[one] for one in found.rule[order]]
    assert [again.rules[one] for one in again.rule] == told


@pytest.mark.parametrize("code", ["EKJUR", "BAANL", "SAMED", "NBTRA", "IMVTEG", "FRFRR0L"])
def test_every_year_of_study_and_price_year_is_paid_more_than_the_year_before_or_the_same(code: str) -> None:
    for year_of_study in (1, 2, 3):
        amounts = [TARIFF.price(code, year_of_study, year).amount for year in YEARS]
        assert amounts == sorted(amounts)


lists = st.dictionaries(
    st.tuples(st.sampled_from(["EK", "SAMED", "BAANL", "IMS", "TE"]), st.integers(0, 3), st.sampled_from(YEARS)),
    st.one_of(st.integers(60_000, 300_000), st.just(NATIONAL)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=80, deadline=None)
@given(lists, st.sampled_from([REGION, "Nacka"]))
def test_a_list_holds_in_its_years_and_changes_none_before(
    amounts: dict[tuple[str, int, int], int], owner: str
) -> None:
    rows = [
        {
            "code": code,
            "year_of_study": year_of_study,
            "group": "ordinary",
            "price_year": price_year,
            "amount": amount if amount == NATIONAL else amount * 100,
            "per_month": False,
            "with_vat": False,
            "row": 1,
        }
        for (code, year_of_study, price_year), amount in amounts.items()
    ]
    given_list = PriceList(owner, "a list", price_table(pd.DataFrame(rows)))
    after = TARIFF.with_list(given_list)
    first = {code: min(year for c, _, year in amounts if c == code) for code, _, _ in amounts}
    for (code, year_of_study, price_year), amount in amounts.items():
        counts = owner == REGION or code == "IMS"
        for before in range(2018, first[code]):
            for of in (1, 2, 3):
                assert after.price(code, of, before, home=owner) == TARIFF.price(code, of, before, home=owner)
        # A price for every year of study counts where none is for that year.
        of = year_of_study or (0 if any((c, y) == (code, 3) for c, y, _ in amounts) else 3)
        if counts and of and amount != NATIONAL:
            found = after.price(code, of, price_year, home=owner)
            assert (found.amount, found.status, found.source) == (amount * 100, "published", "a list")
        elif not counts:
            assert after.price(code, of or 1, price_year, home=owner) == TARIFF.price(code, of or 1, price_year)


def test_codes_that_only_differ_in_profile_cost_the_same() -> None:
    for code in CODES:
        parts = parse_code(code)
        if not parts.flags and parts.orientation:
            assert TARIFF.price(f"{code}xyz", 2, 2024).amount == TARIFF.price(code, 2, 2024).amount
