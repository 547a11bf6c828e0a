"""Counts of cohorts on the move against plain ones, on random histories; and what must add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from gymreg_core.cohort import curves as curves_module
from gymreg_core.cohort.aalen_johansen import aalen_johansen
from gymreg_core.cohort.build import histories
from gymreg_core.cohort.curves import curves
from gymreg_core.cohort.histories import STATES, Histories
from gymreg_core.cohort.movements import flows, leavers, monthly, switches
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.tracked import TRACKED_TABLES
from tests import movements_reference as plain
from tests.cohorts import tiny_histories
from tests.random_cohorts import random_enrolments


def counts(table: pd.DataFrame, *values: str) -> dict[tuple[object, ...], object]:
    keys = [name for name in table.columns if name not in values]
    assert not table.duplicated(keys).any()
    told = table[list(values)].itertuples(index=False, name=None)
    found = zip(table[keys].itertuples(index=False, name=None), told, strict=True)
    return {key: value if len(values) > 1 else value[0] for key, value in found}


@pytest.fixture(scope="module")
def region() -> Histories:
    return histories(random_enrolments(9, 300))


def check(h: Histories) -> None:
    s = starts(h)
    assert counts(monthly(h, s), "pupils") == plain.monthly(h)
    assert counts(flows(h, s), "pupils") == plain.flows(h)
    told = leavers(h, s)[["cohort", "by", "group", "year", "entry", "state", "present", "pupils", "returned"]]
    assert counts(told, "present", "pupils", "returned") == plain.leavers(h)
    assert counts(switches(h, s), "pupils", "completed") == plain.switches(h)


def test_a_small_region_is_counted_right(region: Histories) -> None:
    check(region)
    s = starts(region)
    assert set(monthly(region, s)["state"]) > {"introductory", "study_break", "interrupted", "moved_out", "diploma"}
    assert leavers(region, s)[["pupils", "returned"]].sum().min() > 20
    by_kind = switches(region, s).groupby("kind")["pupils"].sum()
    assert by_kind.min() > 0


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_tiny_histories_are_counted_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    check(histories(random_enrolments(seed, int(rng.integers(0, 12)))))


def test_every_kind_of_group_adds_up_to_the_region(region: Histories) -> None:
    s = starts(region)
    for table, values in (
        (monthly(region, s), ["pupils"]),
        (flows(region, s), ["pupils"]),
        (leavers(region, s), ["present", "pupils", "returned"]),
    ):
        keys = [name for name in table.columns if name not in ("by", "group", *values)]
        sums = table.groupby([*keys, "by"])[values].sum().unstack("by").fillna(0)
        for value in values:
            assert (sums[value].nunique(axis=1) == 1).all()


def test_what_flows_out_of_a_state_is_what_is_in_it_in_october(region: Histories) -> None:
    s = starts(region)
    months, ways = monthly(region, s), flows(region, s)
    for end, shift in (("origin", -1), ("destination", 0)):
        sums = ways.groupby(["cohort", "by", "group", "year", end])["pupils"].sum().rename("pupils").reset_index()
        sums["month"] = (sums["cohort"].astype(int) + sums["year"] + shift) * 100 + 10
        both = sums.rename(columns={end: "state"}).merge(months, on=["cohort", "by", "group", "month", "state"])
        assert len(both) == len(sums)
        assert (both["pupils_x"] == both["pupils_y"]).all()


def low_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    real = curves_module.rule
    low = {"curve_pupils": 2, "fewest_schools": 2}
    monkeypatch.setattr(curves_module, "rule", lambda name, key: low.get(key) or real(name, key))


@pytest.mark.parametrize("seed", range(4))
def test_curves_are_those_of_rows_put_together_by_hand(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    low_limits(monkeypatch)
    h = histories(random_enrolments(seed, 80))
    told = curves(h, starts(h))
    rows = plain.curve_rows(h)
    assert len(told)
    for (by, group, entry), curve in told.groupby(["by", "group", "entry"], sort=False):
        some = rows[(rows[by] == group) & ((rows["entry"] == entry) | (entry == ""))]
        months = curve["month"].unique()
        assert months.tolist() == list(range(int(some["stop"].max()) + 1))
        by_hand = aalen_johansen(
            *(some[name] for name in ("who", "start", "stop", "state", "after")),
            at=months,
            clusters=some["first_school"],
            states=STATES,
        )
        for column in ("probability", "std_error", "low", "high"):
            assert_allclose(curve[column], by_hand.table[column], atol=1e-7, err_msg="roots of rounding near 0")
        there = [((some["start"] < m) | ((m == 0) & (some["start"] == 0))) & (some["stop"] >= m) for m in months]
        assert curve.drop_duplicates("month")["followed"].tolist() == [mask.sum() for mask in there]


def test_a_school_with_a_new_code_is_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    low_limits(monkeypatch)
    h = histories(random_enrolments(3, 120))
    assert len(h.schools) == 3
    today = [0, 1, 0]
    renamed = replace(h, schools=h.schools.assign(unit=np.array(today, h.schools["unit"].dtype)))
    s = starts(h)
    as_one = curves(h, s.assign(school=np.array(today)[s["school"]])).query("by == 'region'")
    told = curves(renamed, starts(renamed)).query("by == 'region'")
    assert_allclose(told["std_error"], as_one["std_error"], atol=1e-12, err_msg="rounding")
    assert not np.allclose(told["std_error"], curves(h, s).query("by == 'region'")["std_error"])


@pytest.mark.parametrize(("as_of", "last"), [("2024-09-14", 12), ("2024-09-15", 13)])
def test_a_month_is_known_from_its_day_of_counting_on(as_of: str, last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    low_limits(monkeypatch)
    spells = """
    | who | school | start      | stop       | reason   | year |
    | ann | A      | 2023-08-15 | 2024-06-10 | promoted | 1    |
    | ann | A      | 2024-08-15 |            |          | 2    |
    | bo  | B      | 2023-08-21 | 2024-06-10 | promoted | 1    |
    | bo  | B      | 2024-08-15 |            |          | 2    |
    """
    h = tiny_histories(spells, as_of=as_of)
    told = curves(h, starts(h)).query("by == 'region' and entry == ''")
    assert told["month"].unique().tolist() == list(range(last + 1))
    assert (told["followed"] == 2).all()


def test_curves_of_a_cohort_that_is_wholly_known_are_its_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    low_limits(monkeypatch)
    h = histories(random_enrolments(9, 200))
    s = starts(h)
    old = s.assign(first_time=s["first_time"] & (s["cohort"] == 2019))
    curve = curves(h, old).query("by == 'region' and entry == ''")
    shares = monthly(h, old).query("by == 'region' and cohort == 2019").copy()
    shares["month"] = [(m // 100 - 2019) * 12 + m % 100 - 8 for m in shares["month"]]
    both = curve.merge(shares[["month", "state", "pupils"]], on=["month", "state"], how="left").fillna({"pupils": 0})
    known = both[both["month"].between(2, 60)]
    starters = shares.query("month == 2")["pupils"].sum()
    assert starters > 10
    assert_allclose(known["probability"], known["pupils"] / starters, atol=1e-12, err_msg="rounding")


def test_the_tables_are_those_of_the_contract(region: Histories) -> None:
    empty = histories(random_enrolments(1, 0))
    for h in (region, empty):
        s = starts(h)
        for make in (monthly, flows, switches, leavers, curves):
            table = make(h, s)
            assert table.columns.tolist() == [column.name for column in TRACKED_TABLES[make.__name__]]
            assert [str(kind) for kind in table.dtypes] == [column.dtype for column in TRACKED_TABLES[make.__name__]]
    assert not len(monthly(empty, starts(empty)))
