"""What is left out of the tables of cohorts cannot be told: by no sum, remainder or difference of two measures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from gymreg_core.cohort.cards import cards
from gymreg_core.disclosure import release_cohorts, smallest_count
from gymreg_core.disclosure.ties import Ties
from gymreg_core.provenance import Provenance
from gymreg_core.reporting.dropout import released, released_models
from tests.tracked_tables import random_tracked

SMALLEST = smallest_count()
MADE_UP = Provenance((), already_public=False, made_up=True)
BYS = ("home", "provider_form", "programme", "entry", "sex", "merit_band")
Cell = tuple[int, str]


def told(shown: pd.DataFrame, lines: Iterable[dict[Cell, int]], wanted: list[dict[Cell, int]]) -> NDArray[np.bool_]:
    """Which of `wanted`, combinations of cells, follow from what is shown and from `lines`, which are known to be 0."""
    hidden = [(row, name) for name in shown for row in np.flatnonzero(shown[name].isna())]
    place = {cell: at for at, cell in enumerate(hidden)}

    def rows(combinations: Iterable[dict[Cell, int]]) -> NDArray[np.float64]:
        combinations = list(combinations)
        out = np.zeros((len(combinations), len(place)))
        for at, one in enumerate(combinations):
            for cell, sign in one.items():
                if cell in place:
                    out[at, place[cell]] = sign
        return out

    system, asked = rows(lines), rows(wanted)
    system = system[system.any(axis=1)]
    if not len(system):
        return ~asked.any(axis=1)
    _, sizes, space = np.linalg.svd(system, full_matrices=False)
    space = space[sizes > 1e-9]
    return np.asarray(np.abs(asked - asked @ space.T @ space).max(axis=1, initial=0.0) < 1e-7)


def of_sums(table: pd.DataFrame, keys: list[str], names: list[str]) -> list[dict[Cell, int]]:
    """The region less its groups, of each kind whose groups add up to it."""
    out = []
    for _, rows in table.groupby(keys):
        region = int(rows.index[rows["by"] == "region"][0])
        for by, part in rows[rows["by"] != "region"].groupby("by"):
            del by
            out += [
                {(region, name): -1} | {(int(row), name): 1 for row in part.index}
                for name in names
                if part[name].sum() == table.at[region, name]
            ]
    return out


def small(truth: pd.DataFrame, combinations: list[dict[Cell, int]]) -> list[dict[Cell, int]]:
    """Those whose value is a small count."""
    sizes = [abs(sum(sign * truth.at[row, name] for (row, name), sign in one.items())) for one in combinations]
    return [one for one, size in zip(combinations, sizes, strict=True) if 0 < size < SMALLEST]


@pytest.mark.parametrize(("seed", "pupils"), [(0, 90), (1, 250), (2, 600), (3, 1200)])
def test_no_small_count_of_the_measures_comes_back(seed: int, pupils: int) -> None:
    tracked = random_tracked(seed, cohorts=[2021], pupils=pupils)
    shown = released.release_measures(tracked, BYS, MADE_UP).table
    keys = ["card", "cohort", "by", "group"]
    truth = shown[keys].merge(tracked.measures, on=keys, how="left")
    names = ["starters", "completed"]
    singles = [{(row, name): 1} for name in names for row in truth.index]
    rests = [{(row, "starters"): 1, (row, "completed"): -1} for row in truth.index]
    known = {card.key: card for card in cards()}
    attribution = {key: card.attribution for key, card in known.items()}
    of = released.pairs(truth.assign(of=truth["card"].map(attribution)), [*keys[1:], "of"]).tolist()

    def nested(a: int, b: int) -> bool:
        """Whether who did not complete by one measure are among those by the other."""
        one, other = (known[str(truth.at[row, "card"])] for row in (a, b))
        return one.population == other.population or one.horizon == other.horizon

    between = [{(a, name): 1, (b, name): -1} for name in names for a, b in of]
    of_rests = [{**rests[a], **{cell: -sign for cell, sign in rests[b].items()}} for a, b in of if nested(a, b)]
    secrets = small(truth, [*singles, *rests, *between, *of_rests])
    assert secrets
    lines = of_sums(truth, ["card", "cohort"], names)
    assert lines
    assert not told(shown[names], lines, secrets).any()
    known = shown["completed"].notna() & shown["starters"].notna()
    assert shown.loc[~known, "share"].isna().all()
    assert (shown.loc[known, names] == truth.loc[known, names]).all(axis=None)


def test_leaving_out_the_small_ones_alone_would_not_do() -> None:
    """The audit sees what a plain rule gives away."""
    tracked = random_tracked(0, cohorts=[2021], pupils=250)
    truth = tracked.measures[tracked.measures["by"].isin(["region", *BYS])].reset_index(drop=True)
    names = ["starters", "completed"]
    plain = truth[names].astype("Int64")
    plain = plain.mask(plain.lt(SMALLEST) & plain.gt(0))
    secrets = small(truth, [{(row, name): 1} for name in names for row in truth.index])
    assert told(plain, of_sums(truth, ["card", "cohort"], names), secrets).any()
    ties = Ties(sums=released.grouped_sums(truth, ["card", "cohort"]))
    kept = release_cohorts(truth, MADE_UP, ties=ties).table[names]
    assert not told(kept, of_sums(truth, ["card", "cohort"], names), secrets).any()
    of = released.pairs(truth, ["cohort", "by", "group"]).tolist()
    between = small(truth, [{(a, "completed"): 1, (b, "completed"): -1} for a, b in of])
    assert told(kept, of_sums(truth, ["card", "cohort"], names), between).any(), "nested measures tell it all the same"


@pytest.mark.parametrize(("seed", "pupils"), [(4, 120), (5, 900)])
def test_no_small_count_of_switches_comes_back(seed: int, pupils: int) -> None:
    tracked = random_tracked(seed, cohorts=[2020], pupils=pupils)
    bys = BYS[:3]
    shown = released_models.release_switchers(tracked, bys, MADE_UP).table
    keys = ["cohort", "by", "group", "within", "kind"]
    truth = shown[keys].merge(tracked.switches, on=keys, how="left")
    whole = tracked.switches.groupby(keys[:-1])[["pupils", "completed"]].sum()
    every = truth["kind"] == ""
    for name in ("pupils", "completed"):
        truth.loc[every, name] = whole.loc[
            list(truth.loc[every, keys[:-1]].itertuples(index=False, name=None)), name
        ].to_numpy()
    names = ["pupils", "completed"]
    rests = [{(row, "pupils"): 1, (row, "completed"): -1} for row in truth.index]
    singles = [{(row, name): 1} for name in names for row in truth.index]
    later = released.pairs(truth, ["cohort", "by", "group", "kind"]).tolist()
    between = [{(a, name): 1, (b, name): -1} for name in names for a, b in later]
    lines = of_sums(truth, ["within", "kind"], names)
    for _, rows in truth.groupby(keys[:-1]):
        everyone = int(rows.index[rows["kind"] == ""][0])
        parts = [int(row) for row in rows.index if row != everyone]
        lines += [{(everyone, name): -1} | {(row, name): 1 for row in parts} for name in names]
    secrets = small(truth, [*singles, *rests, *between])
    assert secrets
    assert not told(shown[names], lines, secrets).any()


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_of_the_responsibility_comes_back(seed: int) -> None:
    tracked = random_tracked(seed, cohorts=[2021], pupils=200)
    shown = released_models.release_responsibility(tracked, MADE_UP).table
    counts = {(r.municipality, r.reason): r.pupils for r in tracked.responsibility.itertuples()}
    truth = shown.assign(
        pupils=[
            sum(n for (place, why), n in counts.items() if m in ("", place) and reason in ("", why))
            for m, reason in zip(shown["municipality"], shown["reason"], strict=True)
        ]
    )
    lines = []
    for whole, other in (("municipality", "reason"), ("reason", "municipality")):
        for _, rows in truth.groupby(whole):
            total = int(rows.index[rows[other] == ""][0])
            lines.append({(int(row), "pupils"): 1 for row in rows.index if row != total} | {(total, "pupils"): -1})
    for line in lines:
        assert sum(sign * truth.at[row, name] for (row, name), sign in line.items()) == 0
    secrets = small(truth, [{(row, "pupils"): 1} for row in truth.index])
    assert secrets
    assert not told(shown[["pupils"]], lines, secrets).any()
