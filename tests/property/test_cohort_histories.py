"""Histories on random enrolments: as the diaries of the reference say, and the same in any order of the rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gymreg_core.cohort.build import histories
from gymreg_core.cohort.histories import FAR, MOVES, STATES, Histories
from gymreg_core.cohort.starts import grouped, starts
from gymreg_core.contracts.enrolments import Enrolments
from gymreg_core.contracts.tracked import GROUPINGS
from gymreg_core.store.merging import merged
from tests.cohort_cases import AS_OF, EASY_MASS, as_of, random_cases, shuffled
from tests.histories_reference import Reference, number

MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 2**32)
DAYS = st.sampled_from([AS_OF, dt.date(2025, 8, 20), dt.date(2025, 6, 20), dt.date(2024, 9, 1), dt.date(2023, 10, 1)])


def rows(h: Histories) -> list[tuple[Any, ...]]:
    ids, codes = h.schools["school_id"].tolist(), h.paths["study_path_code"].tolist()
    return [
        (pupil, STATES[state], ids[school] if school >= 0 else "", codes[path] if path >= 0 else "", *rest, MOVES[move])
        for pupil, state, school, path, *rest, move in h.spells.itertuples(index=False)
    ]


def papers(h: Histories) -> list[tuple[Any, ...]]:
    ids, codes = h.schools["school_id"].tolist(), h.paths["study_path_code"].tolist()
    return [(*rest, ids[school], codes[path]) for *rest, school, path in h.certificates.itertuples(index=False)]


def people(h: Histories, e: Enrolments) -> list[tuple[Any, ...]]:
    names = e.persons["applicant"].tolist()
    return [
        (names[person], followed, sex, born, -1.0 if np.isnan(merit) else merit, year)
        for person, followed, sex, born, merit, year in h.pupils.itertuples(index=False)
    ]


def counts(h: Histories) -> dict[str, tuple[int, int]]:
    return {key: (many, pupils) for key, many, pupils in h.log.itertuples(index=False)}


@MANY
@given(seed=SEEDS, day=DAYS)
def test_histories_are_as_the_diaries_say(seed: int, day: dt.date) -> None:
    e = random_cases(seed)
    h, expected = histories(e, day, rules=EASY_MASS), Reference(e, day, EASY_MASS)
    assert rows(h) == expected.rows()
    assert counts(h) == expected.counts()
    assert people(h, e) == expected.people()
    assert papers(h) == expected.papers()
    homes = [[] for _ in range(len(h))]  # type: list[list[Any]]
    for pupil, municipality, start in h.homes.itertuples(index=False):
        homes[pupil].append((municipality, start))
    assert homes == [[(home, number(first)) for home, first in expected.homes(key)] for key in expected.shown()]


@MANY
@given(seed=SEEDS, day=DAYS)
def test_starters_are_as_the_diaries_say(seed: int, day: dt.date) -> None:
    e = random_cases(seed)
    h, expected = histories(e, day, rules=EASY_MASS), Reference(e, day, EASY_MASS)
    s, start = starts(h), h.spells["start"].tolist()
    found = s.drop(columns="school").assign(
        row=[start[row] for row in s["row"]],
        national_row=[start[row] if row >= 0 else -1 for row in s["national_row"]],
    )
    assert found.to_dict("records") == [expected.start(key) for key in expected.shown()]
    assert {tuple(row[:-1]): row[-1] for row in h.not_followed.itertuples(index=False)} == expected.not_followed()


@MANY
@given(seed=SEEDS, other=SEEDS)
def test_the_order_of_the_rows_does_not_matter(seed: int, other: int) -> None:
    e = random_cases(seed)
    mixed = shuffled(e, other)
    one, two = histories(e, rules=EASY_MASS), histories(mixed, rules=EASY_MASS)
    assert rows(one) == rows(two)
    assert people(one, e) == people(two, mixed)
    assert papers(one) == papers(two)
    for name in ("paths", "homes", "log", "not_followed"):
        assert_frame_equal(getattr(one, name), getattr(two, name))
    columns = ["row", "national_row"]
    assert_frame_equal(starts(one)[columns], starts(two)[columns])


@MANY
@given(seed=SEEDS, day=DAYS)
def test_what_was_known_on_a_day_is_what_an_extract_of_that_day_told(seed: int, day: dt.date) -> None:
    e = random_cases(seed)
    then, now = histories(as_of(e, day), rules=EASY_MASS), histories(e, day, rules=EASY_MASS)
    for name in ("pupils", "spells", "paths", "certificates", "homes", "log", "not_followed"):
        assert_frame_equal(getattr(then, name), getattr(now, name))


@MANY
@given(seed=SEEDS, day=DAYS)
def test_two_deliveries_tell_what_one_does(seed: int, day: dt.date) -> None:
    e = random_cases(seed)
    together, _ = merged(as_of(e, day), e)
    one, two = histories(e, rules=EASY_MASS), histories(together, rules=EASY_MASS)
    assert rows(one) == rows(two)
    assert people(one, e) == people(two, together)
    assert papers(one) == papers(two)
    for name in ("paths", "homes", "log", "not_followed"):
        assert_frame_equal(getattr(one, name), getattr(two, name))


@MANY
@given(seed=SEEDS)
def test_states_follow_one_another_without_a_gap(seed: int) -> None:
    h = histories(random_cases(seed), rules=EASY_MASS)
    spells = h.spells
    same = (spells["pupil"].to_numpy()[1:] == spells["pupil"].to_numpy()[:-1]).nonzero()[0]
    assert (spells["stop"].to_numpy()[same] == spells["start"].to_numpy()[same + 1]).all()
    assert (spells["stop"] > spells["start"]).all()
    assert (spells["start"] <= h.as_of).all()
    last = np.setdiff1d(np.arange(len(spells)), same)
    assert (spells["stop"].to_numpy()[last] == FAR).all()
    assert ((spells["move"] == MOVES.index("start")).to_numpy().nonzero()[0] == h.of_pupil[:-1]).all()
    assert (spells["school"] >= 0).equals(spells["state"] < STATES.index("study_break"))


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_starter_is_in_one_group(by: str) -> None:
    s = starts(histories(random_cases(7, 40)))
    codes, names = grouped(s, by)
    assert names == sorted(set(names))
    assert codes.shape == (len(s),)
    assert set(codes.tolist()) == set(range(len(names)))
    if by not in ("region", "school"):
        assert [names[code] for code in codes] == s[by].tolist()


def test_nobody_is_no_fault() -> None:
    e = random_cases(3)
    nothing = {name: table.iloc[:0] for name, table in e.tables().items() if name not in ("persons", "schools")}
    h = histories(replace(e, **nothing))
    assert len(h) == 0
    assert len(starts(h)) == 0
    assert isinstance(h.not_followed, pd.DataFrame)
