"""What is left out of a table of persons cannot be told from what is shown, by any chain of sums and differences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from gymreg_core.disclosure.small import few_of
from gymreg_core.disclosure.suppression import Tied, hidden_cells, without
from gymreg_core.disclosure.ties import Ties
from gymreg_core.matching.compare import ACROSS, COUNTS, RESTS, WAYS
from gymreg_core.matching.whatif import what_if
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.what_if import release_what_if
from tests.registers import small_register

SMALLEST = 5
REMAIN = [  # what is left of a count when others are taken from it: without a seat, by another choice, as before
    (["seated"], "applicants"),
    (["seated_previous"], "applicants"),
    (["first_choice"], "applicants"),
    (["first_choice_previous"], "applicants"),
    (["first_choice"], "seated"),
    (["first_choice_previous"], "seated_previous"),
    ([*WAYS], "applicants"),
]


def without_small(table: pd.DataFrame, counts: Sequence[str], ties: Ties) -> pd.DataFrame:
    tied = Tied({name: table[name].to_numpy() for name in counts}, ties)
    return without(table, hidden_cells(tied, few_of(table, counts, ties)))


def told_by_sums(shown: pd.DataFrame, lines: list[dict[tuple[int, str], int]]) -> set[tuple[int, str]]:
    """Missing cells that the sums determine. lines : each adds up to a known number, cells with their signs."""
    missing = [(row, name) for name in shown.columns for row in np.flatnonzero(shown[name].isna())]
    place = {cell: number for number, cell in enumerate(missing)}
    system = np.zeros((len(lines), len(missing)))
    for number, line in enumerate(lines):
        for cell, sign in line.items():
            if cell in place:
                system[number, place[cell]] = sign
    # A cell is determined where its unit vector lies among the sums: where the projection onto them leaves it as it is.
    system = system[system.any(axis=1)]
    kept = np.diag(np.linalg.pinv(system) @ system) if missing else np.zeros(0)
    return {cell for cell, number in place.items() if kept[number] > 1 - 1e-7}


def across_rows(columns: list[str], sums: list[tuple[int | None, list[int]]]) -> list[dict[tuple[int, str], int]]:
    return [
        {**{(row, name): 1 for row in parts}, **({} if total is None else {(total, name): -1})}
        for name in columns
        for total, parts in sums
    ]


def of_a_comparison(rows: int) -> list[dict[tuple[int, str], int]]:
    """The sums within a row of `Comparison.table`."""
    signs = {"seated": 1, "seated_previous": -1, "newly_seated": -1, "unseated": 1}
    return [{(row, name): sign for name, sign in signs.items()} for row in range(rows)]


@pytest.mark.parametrize("seed", range(12))
def test_no_count_of_a_comparison_comes_back(seed: int) -> None:
    scenarios = (
        {"move": [{"most_sought": 3, "percent": 10 + 5 * seed}]},
        {"seats": [{"municipality": "Stockholm", "number": 1 + 3 * seed}]},
        {"quotas": [{"kind": "neighbourhood", "percent": 4 * seed + 1}]},
    )
    register = small_register(150 * (1 + seed % 5), seed, paths=24)
    analysis = what_if(register, {"name": "prov", **scenarios[seed % 3]})
    found, view = analysis.comparison, release_what_if(analysis, Provenance((), already_public=False))
    shown = view.people.table[list(COUNTS)]
    assert not any(shown[name].between(1, SMALLEST - 1).any() for name in COUNTS)
    for names, whole in REMAIN:
        rest = shown[whole] - shown[names].sum(axis=1, skipna=False)
        assert not rest.between(1, SMALLEST - 1).any()
    lines = [*across_rows(list(COUNTS), found.sums()), *of_a_comparison(len(shown))]
    truth = found.table
    for line in lines:  # the relations hold, so whoever reads the table may use them
        assert sum(sign * truth.at[row, name] for (row, name), sign in line.items()) == 0
    small = {(row, name) for name in COUNTS for row in np.flatnonzero(truth[name].between(1, SMALLEST - 1))}
    assert small
    told = told_by_sums(shown, lines)
    assert not told & small
    assert not told, "nor what was left out to protect them"


@pytest.mark.parametrize(
    ("names", "whole"), REMAIN, ids=lambda part: "-".join([part] if isinstance(part, str) else part)
)
def test_what_remains_of_a_count_is_not_told_where_it_is_small(names: list[str], whole: str) -> None:
    row = dict.fromkeys(COUNTS, 0) | {"applicants": 200}
    row |= dict.fromkeys(WAYS, 20) if names == [*WAYS] else {}
    row |= {"seated": 100, "seated_previous": 100, "first_choice": 50, "first_choice_previous": 50}
    if whole == "applicants" and names[0] not in WAYS:
        row[names[0]] = 198
        if names[0].startswith("first_choice"):  # seated less first choice is then no small count
            row["seated"] = row["seated_previous"] = 198
    elif whole == "applicants":
        row["better"] = 200 - 3 * 20 - 2
    else:
        row[names[0]] = 98
    table = pd.DataFrame([row])
    assert (table[whole] - table[names].sum(axis=1)).tolist() == [2]
    shown = without_small(table, COUNTS, Ties(across=ACROSS, rests=RESTS))
    assert shown[[*names, whole]].isna().any(axis=None)


def test_leaving_out_the_small_ones_alone_would_not_do() -> None:
    """The audit sees what a plain rule gives away."""
    found = what_if(small_register(450, 2, paths=24), {"name": "prov", "quotas": [{"kind": "lottery", "percent": 20}]})
    table = found.comparison.table
    plain = table[list(COUNTS)].astype("Int64")
    plain = plain.mask(plain.lt(SMALLEST) & plain.gt(0))
    lines = [*across_rows(list(COUNTS), found.comparison.sums()), *of_a_comparison(len(plain))]
    assert told_by_sums(plain, lines)
    kept = without_small(table, COUNTS, Ties(across=ACROSS, rests=RESTS))
    assert told_by_sums(kept[list(COUNTS)], lines)


@pytest.mark.parametrize("seed", range(40))
def test_random_tables_keep_their_small_counts(seed: int) -> None:
    """Groups within groups: cells, rows and columns of a random cross table, each with its total."""
    rng = np.random.default_rng(seed)
    high, wide = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    cells = np.where(rng.random((high, wide)) < 0.3, 0, rng.poisson(rng.choice([2, 6, 20]), (high, wide)))
    values = [cells.sum(), *cells.sum(axis=1), *cells.sum(axis=0), *cells.ravel()]
    first = 1 + high + wide
    inside = np.arange(first, first + high * wide).reshape(high, wide)
    sums: list[tuple[int | None, list[int]]] = [
        (0, list(range(1, 1 + high))),
        (0, list(range(1 + high, first))),
        *((1 + i, inside[i].tolist()) for i in range(high)),
        *((1 + high + j, inside[:, j].tolist()) for j in range(wide)),
    ]
    if rng.random() < 0.3:
        sums.append((None, [0]))  # the whole is told elsewhere
    table = pd.DataFrame({"applicants": values})
    kept = without_small(table, ["applicants"], Ties(sums=sums))
    assert not kept["applicants"].between(1, SMALLEST - 1).any()
    told = told_by_sums(kept, across_rows(["applicants"], sums))
    # A small whole that is told elsewhere cannot be kept back by leaving out anything.
    assert not {cell for cell in told if 0 < table.at[cell] < SMALLEST and cell[0] != 0}
    hidden = kept["applicants"].isna()
    for total, parts in sums:
        gone = hidden[parts]
        if gone.any() and total is not None and not hidden[total]:
            left_open = table["applicants"][parts][gone.to_numpy()].sum() - gone.sum() + 1
            others = table["applicants"][parts][~gone.to_numpy()]
            assert left_open >= SMALLEST or not (others > 0).any(), "one of them may be as large as this"
