"""Settlement on random histories: as the reference says, the same in any order, balanced, and paid at most once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from gymreg_core.contracts.ledger import AMOUNTS, POSTINGS, UNPAID
from gymreg_core.funding.entitlement import entitlement
from gymreg_core.funding.settlement import Closing, accounts, close_month, settle
from gymreg_core.funding.settlement_rules import SettlementRules, months_between
from tests.settlement_histories import extract_of, random_enrolments, shuffled, some_sold
from tests.settlement_reference import PLACE, Register, Supplement, Tariff, settled

MONTHS = months_between(202401, 202410)
FEW = months_between(202404, 202409)
COLUMNS = [*PLACE, "pupil", "booked", "concerns", "payer", "kind", "cause", "sign", *AMOUNTS, "percent"]
RULES = SettlementRules.packaged()
VARIANTS = {
    "packaged": RULES,
    "of total": replace(RULES, vat_reading="of_total", vat_on_supplement=False),
    "no temporary numbers": replace(RULES, pay_temporary=False),
    "the 10th": RULES.counted_on(10),
}


def posted(closings: list[Closing]) -> pd.DataFrame:
    return pd.concat([plain(one.postings) for one in closings], ignore_index=True)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Categories as text."""
    return table.astype({name: "str" for name, dtype in table.dtypes.items() if dtype == "category"})


def rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(plain(table)[COLUMNS].itertuples(index=False, name=None))


def balances(table: pd.DataFrame, *by: str) -> pd.DataFrame:
    sums = plain(table).groupby(list(by))[["sign", *AMOUNTS]].sum().reset_index()
    return sums[(sums[["sign", *AMOUNTS]] != 0).any(axis=1)].reset_index(drop=True)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("seed", range(5))
def test_a_month_is_due_as_the_reference_says(seed: int, variant: str) -> None:
    rules, e = VARIANTS[variant], random_enrolments(seed, 20)
    reference = Register(e, rules)
    for known_by in (dt.date(2024, 2, 20), dt.date(2024, 9, 5), dt.date(2025, 1, 31)):
        due = entitlement(e, MONTHS, Tariff(), Supplement(), rules, known_by=known_by.isoformat())
        paid, unpaid = plain(due.postings()), plain(due.unpaid())
        expected = [
            (
                *(row[name] for name in PLACE),
                pupil,
                month,
                row["payer"],
                row["kind"],
                *(row[a] for a in AMOUNTS),
                row["percent"],
            )
            for month in MONTHS
            for pupil, row in sorted(reference.due(month, known_by)[0].items())
        ]
        columns = [*PLACE, "pupil", "concerns", "payer", "kind", *AMOUNTS, "percent"]
        assert list(paid[columns].itertuples(index=False, name=None)) == expected
        reasons = [
            (month, pupil, reason)
            for month in MONTHS
            for pupil, reason in sorted(reference.due(month, known_by)[1].items())
        ]
        assert list(unpaid[["concerns", "pupil", "reason"]].itertuples(index=False, name=None)) == reasons


@pytest.mark.parametrize("seed", range(15))
def test_closings_post_what_the_reference_posts(seed: int) -> None:
    e = random_enrolments(100 + seed)
    closings = settle(MONTHS, e, None, Tariff(), Supplement(), RULES)
    expected = settled(dict.fromkeys(MONTHS, Register(e, RULES)))
    assert rows(posted(closings)) == [tuple(row[name] for name in COLUMNS) for row in expected]


def test_the_random_histories_hold_every_cause_and_reason() -> None:
    """Otherwise the tests above would say less than they seem to."""
    closings = [
        one
        for seed in range(100, 112)
        for one in settle(MONTHS, random_enrolments(seed, 50), None, Tariff(), Supplement(), RULES)
    ]
    causes = set(posted(closings)["cause"]) | {"price_changed", "merit_changed", "provider_changed"}
    reasons = set(pd.concat([plain(one.unpaid) for one in closings])["reason"]) | {"temporary_number"}
    assert causes == set(next(c for c in POSTINGS if c.name == "cause").values)
    assert reasons == set(next(c for c in UNPAID if c.name == "reason").values)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    e = random_enrolments(200 + seed, 25)
    one = settle(MONTHS, e, None, Tariff(), Supplement(), RULES)
    other = settle(MONTHS, shuffled(e, seed), None, Tariff(), Supplement(), RULES)
    for a, b in zip(one, other, strict=True):
        assert_frame_equal(a.postings, b.postings)
        assert_frame_equal(a.unpaid, b.unpaid)


@pytest.mark.parametrize("seed", range(6))
def test_one_run_posts_what_a_run_a_month_posts(seed: int) -> None:
    """The ledger alone is enough to go on from, in whatever order its postings are given."""
    e = random_enrolments(300 + seed)
    at_once = settle(FEW, e, None, Tariff(), Supplement(), RULES)
    ledger: list[Closing] = []
    for month in FEW:
        before = posted(ledger).sample(frac=1, random_state=month, ignore_index=True) if ledger else None
        ledger.append(close_month(month, shuffled(e, month), before, Tariff(), Supplement(), RULES, since=FEW[0]))
    for a, b in zip(at_once, ledger, strict=True):
        assert rows(a.postings) == rows(b.postings)
        assert_frame_equal(plain(a.unpaid), plain(b.unpaid))
        assert a.causes == b.causes


@pytest.mark.parametrize("seed", range(6))
def test_a_new_extract_each_month_gives_the_same_postings(seed: int) -> None:
    """Every extract has what was known on the closing day, its rows and pupils in another order."""
    e = random_enrolments(400 + seed, tidy=True)
    at_once = settle(FEW, e, None, Tariff(), Supplement(), RULES)
    ledger: list[Closing] = []
    for month in FEW:
        extract = extract_of(e, RULES.closing_day(month).item(), month)
        before = posted(ledger) if ledger else None
        ledger.append(close_month(month, extract, before, Tariff(), Supplement(), RULES, since=FEW[0]))
    assert rows(posted(ledger)) == rows(posted(at_once))


@pytest.mark.parametrize("providers", ["as_posted", "as_known"])
@pytest.mark.parametrize("seed", range(8))
def test_schools_that_are_sold_are_paid_as_the_reference_says(seed: int, providers: Any) -> None:
    """Runs of a month or more, each by an extract in which some schools have another provider, form or municipality."""
    rules = replace(RULES, provider_of_posted_months=providers)
    e, ledger, registers = random_enrolments(900 + seed, 40), list[Closing](), dict[int, Register]()
    for run in np.array_split(FEW, 3 + seed % 4):
        before = posted(ledger).sample(frac=1, random_state=seed, ignore_index=True) if ledger else None
        months = run.tolist()
        ledger += settle(months, shuffled(e, seed), before, Tariff(), Supplement(), rules, since=FEW[0])
        registers |= dict.fromkeys(months, Register(e, rules))
        e = some_sold(e, months[-1] + seed)
    table = posted(ledger)
    assert rows(table) == [tuple(row[name] for name in COLUMNS) for row in settled(registers)]
    attributes = table[["concerns", "school_id", "receiver", "provider_form", "municipality"]].drop_duplicates()
    assert attributes.duplicated(["concerns", "school_id"]).any() == (providers == "as_known")
    assert ("provider_changed" in set(table["cause"])) == (providers == "as_known")


@pytest.mark.parametrize("seed", range(10))
def test_month_by_month_and_at_once_have_the_same_balances(seed: int) -> None:
    e = random_enrolments(500 + seed, 25)
    late = posted(settle(MONTHS, e, None, Tariff(), Supplement(), RULES))
    once = plain(close_month(MONTHS[-1], e, None, Tariff(), Supplement(), RULES, since=MONTHS[0]).postings)
    by = ("concerns", "payer", "receiver", "school_id", "kind", "study_path_code", "year_of_study", "group", "percent")
    assert_frame_equal(balances(late, *by), balances(once, *by))
    assert_frame_equal(
        balances(late, "pupil", "concerns", "payer", "receiver"),
        balances(once, "pupil", "concerns", "payer", "receiver"),
    )
    due = entitlement(e, MONTHS, Tariff(), Supplement(), RULES, known_by=RULES.closing_day(MONTHS[-1]))
    assert_frame_equal(balances(late, *by), balances(due.postings(), *by))


@pytest.mark.parametrize("seed", range(10))
def test_every_month_balances_and_is_paid_once_at_most(seed: int) -> None:
    table = posted(settle(MONTHS, random_enrolments(600 + seed, 25), None, Tariff(), Supplement(), RULES))
    sides = accounts(table)
    assert (sides[["debit", "credit"]] >= 0).all(axis=None)
    for by in ([], ["booked"], ["concerns"], ["booked", "concerns", "item"]):
        sums = sides.groupby(by)[["debit", "credit"]].sum() if by else sides[["debit", "credit"]].sum().to_frame().T
        assert (sums["debit"] == sums["credit"]).all()
    for side, mark in (("payer", 1), ("receiver", -1)):
        mine = sides[sides["side"] == side]
        net = (mine["debit"] - mine["credit"]).groupby([mine["party"], mine["item"]]).sum() * mark
        for item in AMOUNTS:
            sums = table.groupby(side)[item].sum()
            assert net.xs(item, level="item").to_dict() == sums.to_dict()
    running = table.groupby(["pupil", "concerns"])["sign"].cumsum()
    after = running[~table.duplicated(["pupil", "concerns", "booked"], keep="last")]
    assert after.isin((0, 1)).all()
    gone = table.groupby(["pupil", "concerns"])[["sign", *AMOUNTS]].sum()
    assert (gone.loc[gone["sign"] == 0, list(AMOUNTS)] == 0).all(axis=None)


@pytest.mark.parametrize("seed", range(6))
def test_days_add_up_to_the_month_within_an_ore_each(seed: int) -> None:
    """Where each day counts, a pupil whose month is whole is paid a whole month, and nobody more."""
    e = random_enrolments(700 + seed, 40)
    whole = entitlement(e, FEW, Tariff(), Supplement(), RULES)
    daily = entitlement(e, FEW, Tariff(), Supplement(), RULES.counted_daily())
    table, of_days = plain(daily.postings()), daily.days
    assert (table.assign(days=of_days).groupby(["pupil", "concerns"])["days"].sum() <= 31).all()
    by = ["pupil", "concerns", "payer", "school_id", "study_path_code", "year_of_study", "group", "percent"]
    both = table.assign(days=of_days).merge(plain(whole.postings()), on=by, suffixes=("", "_whole"))
    length = pd.to_datetime(both["concerns"].astype(str), format="%Y%m").dt.days_in_month
    share = np.where(both["days"] == 0, 1.0, both["days"] / length)
    for name in AMOUNTS:
        assert (both[name] - both[f"{name}_whole"] * share).abs().max() <= 0.5
    assert not (both["concerns"] % 100).isin((7, 8))[both["days"] > 0].any()


@pytest.mark.parametrize("seed", range(4))
def test_each_day_counts_as_the_reference_says_of_that_day(seed: int) -> None:
    e = random_enrolments(800 + seed, 12)
    daily = entitlement(e, [202404], Tariff(), Supplement(), RULES.counted_daily())
    table = plain(daily.postings()).assign(days=daily.days)
    expected: dict[tuple[Any, ...], int] = {}
    by = ("pupil", "payer", *PLACE, "percent")
    for number in range(1, 31):
        register = Register(e, RULES.counted_on(number))
        for pupil, row in register.due(202404, dt.date(2025, 1, 31))[0].items():
            key = (pupil, row["payer"], *(row[name] for name in PLACE), row["percent"])
            expected[key] = expected.get(key, 0) + 1
    assert table.groupby(list(by))["days"].sum().to_dict() == expected
