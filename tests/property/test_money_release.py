"""Amounts that few pupils stand behind cannot be told from those that are shown, by any chain of sums."""

# ruff: noqa: E501 - cases are written as wide as they are

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure import Released, Ties, pupils_of, release_money
from gymreg_core.errors import DisclosureRefused
from gymreg_core.provenance import Provenance
from gymreg_core.rules.audience import told_to

SMALLEST = 5
REAL = Provenance((), already_public=False)
Sums = list[tuple[int | None, list[int]]]


def cross_table(seed: int) -> tuple[pd.DataFrame, Sums]:
    """The whole, rows, columns and cells of a matrix of payers and receivers, and what adds up to what."""
    rng = np.random.default_rng(seed)
    high, wide = int(rng.integers(2, 7)), int(rng.integers(2, 7))
    cells = np.where(rng.random((high, wide)) < 0.3, 0, rng.poisson(rng.choice([3, 8, 30]), (high, wide)))
    covered = rng.binomial(cells, rng.choice([0.1, 0.4, 0.9]))
    price, level = rng.integers(70_000, 200_000, (high, wide)), rng.integers(5_000, 16_000, (high, wide))

    def every(values: np.ndarray) -> np.ndarray:
        return np.concatenate([[values.sum()], values.sum(axis=1), values.sum(axis=0), values.ravel()])

    first = 1 + high + wide
    inside = np.arange(first, first + high * wide).reshape(high, wide)
    sums: Sums = [
        (0, list(range(1, 1 + high))),
        (0, list(range(1 + high, first))),
        *((1 + i, inside[i].tolist()) for i in range(high)),
        *((1 + high + j, inside[:, j].tolist()) for j in range(wide)),
        (None, [0]),
    ]
    columns = {"pupils": cells, "covered": covered, "price": cells * price, "supplement": covered * level}
    return pd.DataFrame({name: every(values) for name, values in columns.items()}), sums


def told(hidden: np.ndarray, sums: Sums) -> set[int]:
    """Hidden rows whose unit vector is a combination of the sums, and so can be computed."""
    rows = np.flatnonzero(hidden)
    system = np.zeros((len(sums), len(hidden)))
    for line, (total, parts) in enumerate(sums):
        system[line, parts] = 1
        if total is not None:
            system[line, total] -= 1
    part = system[:, rows]
    kept = np.diag(np.linalg.pinv(part) @ part) if len(rows) else np.zeros(0)
    return {int(row) for row, share in zip(rows, kept, strict=True) if share > 1 - 1e-7}


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_amount_comes_back_from_the_margins(seed: int) -> None:
    table, sums = cross_table(seed)
    shown = release_money(table, REAL, ties=Ties(sums=sums)).table
    few = table["pupils"].between(1, SMALLEST - 1).to_numpy()
    assert shown.loc[few, ["pupils", "price", "supplement"]].isna().all(axis=None)
    hidden = shown["price"].isna().to_numpy()
    assert (hidden == shown["pupils"].isna().to_numpy()).all()
    assert hidden[0] or not told(hidden, sums), "a small whole that is told elsewhere cannot be kept back"


@pytest.mark.parametrize("seed", range(60))
def test_no_supplement_tells_who_is_covered(seed: int) -> None:
    table, sums = cross_table(seed)
    shown = release_money(table, REAL, ties=Ties(sums=sums)).table
    rest = table["pupils"] - table["covered"]
    sensitive = table["covered"].gt(0) & (table["covered"].lt(SMALLEST) | rest.lt(SMALLEST))
    assert shown.loc[sensitive, ["supplement", "covered"]].isna().all(axis=None)
    hidden = shown["supplement"].isna().to_numpy()
    assert hidden[shown["price"].isna().to_numpy()].all()
    assert hidden[0] or not told(hidden, sums)
    for total, parts in sums:
        gone = hidden[parts]
        if total is None or hidden[total] or not gone.any() or gone.all():
            continue
        for counted in (table["covered"], rest):  # what is missing together is not few, nor does it leave few over
            missing = counted[parts][gone]
            assert missing.sum() - gone.sum() + 1 >= SMALLEST or not (counted[parts][~gone] > 0).any()


def test_leaving_out_the_few_alone_would_not_do() -> None:
    """The audit sees what a plain rule gives away."""
    found = [cross_table(seed) for seed in range(20)]
    assert any(told(table["pupils"].between(1, SMALLEST - 1).to_numpy(), sums) for table, sums in found)


def test_smallest_is_the_rule_that_these_tests_assume() -> None:
    assert told_to("smallest_count") == SMALLEST


def released(**columns: list[float]) -> Released:
    return release_money(pd.DataFrame(columns), REAL)


CASES = [
    ("few pupils", {"pupils": [4], "price": [360_000]}, "price", True),
    ("enough", {"pupils": [5], "price": [450_000]}, "price", False),
    ("nobody, nothing", {"pupils": [0], "price": [0]}, "price", False),
    ("an amount that nobody is behind", {"pupils": [0], "price": [-90_000]}, "price", True),
    ("few are covered", {"pupils": [30], "covered": [4], "supplement": [30_000]}, "supplement", True),
    ("all are covered", {"pupils": [30], "covered": [30], "supplement": [300_000]}, "supplement", True),
    ("all but four are covered", {"pupils": [30], "covered": [26], "supplement": [260_000]}, "supplement", True),
    ("some are covered", {"pupils": [30], "covered": [12], "supplement": [120_000]}, "supplement", False),
    ("what a supplement can be told from", {"pupils": [30], "covered": [4], "amount": [30_000]}, "amount", True),
    ("and the same per pupil", {"pupils": [30], "covered": [4], "amount": [9], "amount_per_pupil": [9.0]}, "amount_per_pupil", True),
    ("none is covered", {"pupils": [30], "covered": [0], "supplement": [0]}, "supplement", False),
    ("a share of a hidden amount", {"pupils": [4], "price": [9], "price_share": [0.5]}, "price_share", True),
    ("few a year ago", {"pupils": [9], "pupils_previous": [3], "price": [9], "price_previous": [3]}, "price_previous", True),
    ("few a year ago, and now many", {"pupils": [9], "pupils_previous": [3], "price": [9], "price_previous": [3]}, "price", False),
    ("a change from few", {"pupils": [9], "pupils_previous": [3], "price": [9], "price_change": [6]}, "price_change", True),
]  # fmt: skip


@pytest.mark.parametrize(("case", "columns", "column", "hidden"), CASES, ids=[c[0] for c in CASES])
def test_what_stands_behind_an_price_decides(
    case: str, columns: dict[str, list[float]], column: str, hidden: bool
) -> None:
    del case
    assert bool(released(**columns).table[column].isna().item()) is hidden


def test_an_price_without_its_pupils_is_refused() -> None:
    with pytest.raises(DisclosureRefused, match="no column 'covered'"):
        released(pupils=[9], supplement=[1])


def test_a_column_that_nobody_has_listed_is_refused() -> None:
    with pytest.raises(DisclosureRefused, match="'merit'"):
        released(pupils=[9], merit=[180.0])


def test_amounts_may_look_like_identity_numbers_and_words_may_not() -> None:
    shaped = int("20081231" + "2384")
    assert released(pupils=[9], price=[shaped]).table["price"].item() == shaped
    with pytest.raises(DisclosureRefused):
        released(pupils=[9], price=[1], note=[str(shaped)])
    with pytest.raises(DisclosureRefused):
        released(pupils=[9], price=[str(shaped)])


def test_pupils_are_told_from_months_from_below() -> None:
    assert pupils_of(pd.Series([0, 1, 12, 13, 48, 49, -13])).tolist() == [0, 1, 1, 2, 4, 5, 2]


def test_beside_what_few_are_moved_by_one_that_others_are_moved_by_is_left_out() -> None:
    """The second row is the smallest, and nothing in it changes: beside the first it would leave the sum of those two."""
    table = pd.DataFrame(
        {"group": ["Solna", "Täby", "Nacka", "Ekerö"], "pupils": [30, 20, 40, 40], "moved": [2, 0, 9, 8], "price": 1}
    )
    ties = Ties(sums=[(None, [0, 1, 2, 3])])
    shown = release_money(table, REAL, ties=ties).table
    assert shown["price"].isna().tolist()[0]
    assert shown.loc[[2, 3], "price"].isna().any()
    assert release_money(table.assign(moved=[5, 0, 9, 8]), REAL, ties=ties).table.notna().all(axis=None)
