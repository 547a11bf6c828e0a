"""What a year cost, added up by every grouping, against the plainest sums of the same lines."""

from __future__ import annotations

from collections import Counter

import pytest

from gymreg_core.funding.costs import GROUPINGS, costs
from tests.funding_lines import random_lines

NAMES = ("pupil_months", "price", "vat", "supplement")


@pytest.mark.parametrize("seed", range(12))
def test_every_group_is_the_sum_of_its_lines_to_the_ore(seed: int) -> None:
    now, before = random_lines(300, seed), random_lines(250, seed + 100, year=2023)
    found = costs(now, before, year=2024, compare_to=2023)
    for end, lines in (("", now), ("_previous", before)):
        inside = lines[lines["payer_in_area"]]
        for by, columns in GROUPINGS.items():
            slow: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in NAMES}
            for row in inside.to_dict("records"):
                for name in NAMES:
                    slow[name][tuple(str(row[column]) for column in columns)] += int(row[name])
            rows = found.rows(by)
            for name in NAMES:
                keys = [tuple(key)[: len(columns)] for key in rows[["group", "other"]].to_numpy().tolist()]
                told = dict(zip(keys, rows[f"{name}{end}"].tolist(), strict=True))
                assert {key: n for key, n in told.items() if n} == {key: n for key, n in slow[name].items() if n}
            amounts = rows[[f"{name}{end}" for name in NAMES[1:]]].sum(axis=1)
            assert (amounts == rows[f"amount{end}"]).all()


@pytest.mark.parametrize("seed", range(12))
def test_what_is_said_to_add_up_does(seed: int) -> None:
    found = costs(random_lines(300, seed), None, year=2024)
    sums = found.sums()
    for total, parts in sums:
        for name in (*NAMES, "amount"):
            assert found.table[name].iloc[total] == found.table[name].iloc[parts].sum()
    reached = {row for _, parts in sums for row in parts}
    assert reached == set(range(len(found.table))) - {0}, "every group but the whole is part of one"


def test_payers_outside_the_area_cost_it_nothing() -> None:
    lines = random_lines(300, 3)
    assert not lines["payer_in_area"].all()
    found = costs(lines, None, year=2024)
    assert found.summary()["pupil_months"] == int(lines.loc[lines["payer_in_area"], "pupil_months"].sum())
    assert found.compare_to is None


def test_no_lines_cost_nothing() -> None:
    found = costs(random_lines(10, 0).iloc[:0], None, year=2024)
    assert found.summary() == {"pupil_months": 0, "price": 0, "vat": 0, "supplement": 0, "amount": 0}
