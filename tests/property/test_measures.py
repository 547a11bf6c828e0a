"""Every card of completion against the plain way, on random histories; nothing depends on the order of rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.cards import Card, card, cards, make_card
from gymreg_core.cohort.histories import Histories
from gymreg_core.cohort.introductory import introductory
from gymreg_core.cohort.measures import all_measures, completion
from gymreg_core.cohort.starts import starts
from gymreg_core.contracts.tracked import GROUPINGS
from gymreg_core.rules import entries
from tests.measures_reference import as_dict, measures_reference
from tests.random_cohorts import random_enrolments

LINES: dict[str, tuple[Any, ...]] = {
    "population": ("all", "national"),
    "starts": ("first", "every"),
    "started": ("october", "school_year"),
    "age_limit": (None, 16, 19),
    "residence": ("none", "at_start", "at_horizon_start", "year_end"),
    "horizon": (1, 2, 3, 4),
    "last_day": ("summer", "october"),
    "attribution": ("first", "last"),
    "completed": ("diploma", "diploma_or_certificate"),
    "temporary": ("excluded", "not_completed"),
    "moved": ("kept", "left_out"),
}


def random_card(rng: np.random.Generator, key: str = "drawn") -> Card:
    drawn = {name: values[int(rng.integers(0, len(values)))] for name, values in LINES.items()}
    return make_card(key, {**entries("measures")["skolverket_3"]["value"], **drawn})


@pytest.fixture(scope="module")
def small() -> Histories:
    return histories(random_enrolments(1, 180))


@pytest.mark.parametrize("key", list(entries("measures")))
def test_every_card_on_a_small_region(small: Histories, key: str) -> None:
    wanted = measures_reference(card(key), small)
    assert as_dict(completion(card(key), small, starts(small), GROUPINGS)) == wanted
    assert sum(counts["completed"] for counts in wanted.values())


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1))
def test_any_card_on_tiny_histories(seed: int) -> None:
    rng = np.random.default_rng(seed)
    h = histories(random_enrolments(seed, int(rng.integers(0, 12))))
    one = random_card(rng)
    assert as_dict(completion(one, h, starts(h), GROUPINGS)) == measures_reference(one, h)


def test_all_measures_are_those_of_the_cards(small: Histories) -> None:
    s = starts(small)
    whole = all_measures(small, s)
    for one in cards():
        for by in set(whole.loc[whole["card"] == one.key, "by"]):
            mine = whole[(whole["card"] == one.key) & (whole["by"] == by)].reset_index(drop=True)
            pd.testing.assert_frame_equal(mine, completion(one, small, s, by))


def test_what_cards_share_is_shared_by_none_that_differs(small: Histories) -> None:
    s, rng = starts(small), np.random.default_rng(5)
    drawn = [random_card(rng, str(number)) for number in range(40)]
    whole = all_measures(small, s, drawn)
    for one in drawn:
        mine = whole[(whole["card"] == one.key) & (whole["by"] == "programme")].reset_index(drop=True)
        pd.testing.assert_frame_equal(mine, completion(one, small, s, "programme"))


def test_the_order_of_rows_does_not_matter() -> None:
    drawn = random_enrolments(7, 120)
    rng = np.random.default_rng(7)
    tables = ("spells", "certificates", "homes")
    shuffled = {name: getattr(drawn, name).sample(frac=1, random_state=rng).reset_index(drop=True) for name in tables}
    h, other = histories(drawn), histories(replace(drawn, **shuffled))
    pd.testing.assert_frame_equal(all_measures(h, starts(h)), all_measures(other, starts(other)))
    pd.testing.assert_frame_equal(introductory(h, starts(h)), introductory(other, starts(other)))


def test_more_years_never_take_a_diploma_away(small: Histories) -> None:
    s, value = starts(small), entries("measures")["skr_3"]["value"]
    found = [completion(make_card("x", {**value, "horizon": years}), small, s, "programme") for years in (2, 3, 4)]
    for fewer, more in pairwise(found):
        both = fewer.merge(more, on=["cohort", "group"], suffixes=("", "_more"))
        assert (both["starters"] == both["starters_more"]).all()
        assert (both["completed"] <= both["completed_more"]).all()
        assert len(both)
