"""A second extract upon a first: what was known on every earlier day stays, and two deliveries end as one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.enrolments import Enrolments, enrolment_table, enrolments_at, references_of
from gymreg_core.store.alike import numbered, pairs_of
from gymreg_core.store.merging import merged
from tests.settlement_histories import AS_OF, SINCE, extract_of, random_enrolments

DAYS = [SINCE + dt.timedelta(days=days) for days in range(90, (AS_OF - SINCE).days, 115)] + [AS_OF]
Told = dict[str, list[tuple[Any, ...]]]


def _cell(value: Any) -> str:
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def told(e: Enrolments) -> Told:
    """The rows of each table, whatever their order, persons by pseudonym and schools by school unit."""
    names = {"persons": e.persons["applicant"].to_numpy(object), "schools": e.schools["school_id"].to_numpy(object)}
    rows = {}
    for name, table in e.tables().items():
        named = table.assign(**{column: names[into][table[column]] for column, into in references_of(name).items()})
        rows[name] = sorted(tuple(map(_cell, row)) for row in named.itertuples(index=False, name=None))
    return rows


def without_days(e: Enrolments, since: dt.date) -> Enrolments:
    """The extract of a system that keeps no days: what holds, known from the first day of the row on; of the spells
    that ended before `since` none is told."""
    tables = {}
    for name in ("year9", "homes", "spells", "decisions"):
        table = getattr(e, name)
        table = table[table["annulled"].isna()]
        start = table["start"] if "start" in table else pd.Series(pd.Timestamp(SINCE), table.index)
        table = table.assign(recorded=start.clip(upper=pd.Timestamp(e.as_of)))
        if name == "spells":
            table = table[~(table["stop"] < pd.Timestamp(since))]
        tables[name] = enrolment_table(name, table.drop_duplicates().reset_index(drop=True))
    return replace(e, since=since.isoformat(), **tables)


KEYS = {"year9": (0,), "homes": (0, 2), "spells": (0, 1, 5), "decisions": (0, 2)}
HELD_FROM = {"homes": 2, "spells": 5, "decisions": 2}


def slowly(stored: Told, new: Told, known: str, today: str, since: str) -> Told:
    """The rules of docs/decisions/0014 row by row, in the words of `told`."""
    out: Told = {}
    for place in ("persons", "schools"):
        by = {row[0]: row for row in stored[place]} | {row[0]: row for row in new[place]}
        out[place] = sorted(by.values())
    for name, keys in KEYS.items():
        before, after, rows = [list(row) for row in stored[name]], [list(row) for row in new[name]], []
        taken = [[row[k] for k in keys] for row in after]
        rows += in_both(before, after, known, today)
        for row in after:
            if row[-2] > known:
                rows.append(row)
            elif row[-1] == "NaT":
                rows.append([*row[:-2], today, "NaT"])
        for row in before:
            gone = [row[k] for k in keys] in taken or (name in HELD_FROM and row[HELD_FROM[name]] >= since)
            rows.append([*row[:-1], today] if row[-1] == "NaT" and gone else row)
        out[name] = sorted(map(tuple, rows))
    return out


def in_both(before: list[list[str]], after: list[list[str]], known: str, today: str) -> list[list[str]]:
    """Rows that stand in both, which are taken out of both: as they were known, then those that say the same."""
    rows = []
    for row in list(after):
        then = "NaT" if row[-1] > known else row[-1]
        if [*row[:-1], then] in before:
            before.remove([*row[:-1], then])
            after.remove(row)
            rows.append(row)
    for row in sorted(after, key=lambda row: (row[-1] != "NaT", row[-2])):
        same = sorted(one for one in before if one[:-2] == row[:-2] and one[-1] == "NaT")
        if same:
            before.remove(same[0])
            after.remove(row)
            rows.append([*same[0][:-1], today if row[-1] <= known else row[-1]])
    return rows


@pytest.mark.parametrize("seed", range(16))
def test_where_the_source_keeps_its_days_many_deliveries_end_as_one_and_every_day_stays(seed: int) -> None:
    e = random_enrolments(seed)
    stored = extract_of(e, DAYS[0], seed)
    for day in DAYS[1:]:
        stored, _ = merged(stored, extract_of(e, day, seed + day.toordinal()))
    alone = extract_of(e, AS_OF, seed)
    assert told(stored) == told(alone)
    for day in DAYS:
        assert told(enrolments_at(stored, day)) == told(enrolments_at(extract_of(e, day, 1), day))


@pytest.mark.parametrize("seed", range(16))
def test_what_was_known_before_is_what_was_stored_whatever_the_source_keeps(seed: int) -> None:
    """Also where extracts are of other pupils altogether, or tell of a later time only."""
    rng = np.random.default_rng(seed)
    e, other = random_enrolments(seed), random_enrolments(seed + 1000)
    extracts = []
    for before, day in pairwise([DAYS[0], *DAYS]):
        of = extract_of(other if rng.random() < 0.2 else e, day, int(rng.integers(100)))
        extracts.append(without_days(of, SINCE if rng.random() < 0.5 else before) if rng.random() < 0.7 else of)
    stored = extracts[0]
    views = [told(enrolments_at(stored, DAYS[0]))]
    for extract, day in zip(extracts[1:], DAYS[1:], strict=True):
        expected = slowly(told(stored), told(extract), stored.as_of, extract.as_of, extract.since)
        stored, counts = merged(stored, extract)
        assert {name: rows for name, rows in told(stored).items() if name in expected} == expected
        assert sum(one.same + one.new + one.late for one in counts) <= sum(len(t) for t in extract.tables().values())
        views.append(told(enrolments_at(stored, day)))
    for day, view in zip(DAYS, views, strict=True):
        then = told(enrolments_at(stored, day))
        assert {name: rows for name, rows in then.items() if name not in ("persons", "schools")} == {
            name: rows for name, rows in view.items() if name not in ("persons", "schools")
        }
        assert [row[0] for row in then["persons"]] == [row[0] for row in view["persons"]]


@pytest.mark.parametrize("seed", range(6))
def test_the_same_extract_again_changes_nothing(seed: int) -> None:
    e = extract_of(random_enrolments(seed), DAYS[2], seed)
    again, counts = merged(e, extract_of(e, DAYS[2], seed + 1))
    assert told(again) == told(e)
    assert sum(one.new + one.late + one.gone for one in counts) == 0


def test_a_source_without_days_ends_with_what_it_says_last() -> None:
    """What counts in the end is the last extract, and it is known from its day on."""
    e = random_enrolments(5)
    stored = without_days(extract_of(e, DAYS[1], 1), SINCE)
    last = without_days(extract_of(e, AS_OF, 2), SINCE)
    whole, counts = merged(stored, last)
    content = [[row[:-2] for row in told(one)["spells"] if row[-1] == "NaT"] for one in (whole, last)]
    assert content[0] == content[1]
    assert {one.table: one.gone for one in counts}["spells"] > 0


@pytest.mark.parametrize("seed", range(20))
def test_rows_are_alike_as_rows_of_python_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = rng.integers(0, 40, 2)
    columns = [(rng.integers(0, 4, n), rng.integers(0, 4, m)) for _ in range(int(rng.integers(1, 4)))]
    first, second = numbered(columns)
    left = list(zip(*(a.tolist() for a, _ in columns), strict=True))
    right = list(zip(*(b.tolist() for _, b in columns), strict=True))
    for i, row in enumerate(left):
        assert [bool(first[i] == one) for one in second] == [row == one for one in right]
    a, b = pairs_of(first, second)
    assert len(set(a.tolist())) == len(a)
    assert len(set(b.tolist())) == len(b)
    assert [left[i] for i in a] == [right[i] for i in b]
    assert len(a) == sum(min(left.count(row), right.count(row)) for row in set(left))


def test_a_number_that_two_rows_share_by_chance_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymreg_core.store.alike._ODD", 2**64 - 1)
    first, second = numbered([(np.array([2**63 - 1, 1, 0]), np.array([0, 1]))])
    assert (first[2], first[1]) == (second[0], second[1])
    assert len({*first.tolist(), *second.tolist()}) == 3
