"""Julys drawn for an April: blind to what came, the same every time, and learned from years that ended alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.register import SUBJECTS, Register, empty_table
from gymreg_core.errors import BadInput
from gymreg_core.planning.april_habits import Habits, as_of_april, bands, drawn_july, habits_of
from gymreg_core.planning.cutoff_forecast import COLUMNS, CutoffForecast
from gymreg_core.planning.cutoff_model import QUANTILES
from gymreg_core.planning.cutoff_simulation import PATH, combined, simulate_cutoffs
from gymreg_core.synthetic.registers import make_register

SCALE, RUNS = 0.02, 3


@pytest.fixture(scope="module")
def earlier() -> Register:
    return make_register(2023, seed=5, scale=SCALE)


@pytest.fixture(scope="module")
def now() -> Register:
    return make_register(2024, seed=5, scale=SCALE)


@pytest.fixture(scope="module")
def simulated(now: Register, earlier: Register) -> pd.DataFrame:
    return simulate_cutoffs(now, [earlier], runs=RUNS, seed=3)


def lists(register: Register, round_: str) -> dict[int, list[int]]:
    rows = register.applications[register.applications["round"] == round_]
    return {int(p): g.sort_values("rank")["path"].tolist() for p, g in rows.groupby("pupil")}


def test_a_row_per_open_study_path_with_ordered_quantiles(now: Register, simulated: pd.DataFrame) -> None:
    assert len(simulated) == (now.study_paths["state"] == "open").sum()
    assert simulated["runs"].between(0, RUNS).all()
    assert simulated["p_all_eligible"].dropna().between(0, 1).all()
    told = simulated[list(QUANTILES)].dropna()
    assert len(told) > 10
    assert (np.diff(told.to_numpy(), axis=1) >= 0).all()
    assert (simulated.loc[simulated["p_all_eligible"] == 1, "q50"].isna()).all()


def test_nothing_of_july_is_used_and_the_same_seed_gives_the_same(
    now: Register, earlier: Register, simulated: pd.DataFrame
) -> None:
    july = now.applications["round"] == "final"
    blind = replace(
        now,
        grades=now.grades[now.grades["term"] == "autumn"].reset_index(drop=True),
        applications=now.applications[~july].reset_index(drop=True),
        study_paths=now.study_paths.assign(seats_final=np.int32(1)),
        free_quota=empty_table("free_quota"),
        replies=empty_table("replies"),
    )
    pd.testing.assert_frame_equal(simulate_cutoffs(blind, [earlier], runs=RUNS, seed=3), simulated)


def test_habits_are_those_of_the_year_that_ended(earlier: Register) -> None:
    habits = habits_of([earlier])
    before, after = lists(earlier, "preliminary"), lists(earlier, "final")
    of_both = {term: set(earlier.grades.loc[earlier.grades["term"] == term, "pupil"]) for term in ("autumn", "final")}
    donors = [p for p in sorted(before) if p in of_both["autumn"] & of_both["final"]]
    assert len(habits.band) == len(donors)
    assert habits.left.sum() == sum(p not in after for p in donors)
    assert habits.changed.sum() == sum(before[p] != after.get(p) for p in donors)
    assert habits.newcomers == len(after.keys() - before.keys()) / len(before)


def test_a_drawn_july_keeps_april_and_changes_as_the_donors_did(now: Register) -> None:
    april = as_of_april(now)
    autumn = april.grades.set_index("pupil")[list(SUBJECTS)]
    taken = autumn.index.intersection(pd.Index(april.applications["pupil"].unique()))
    grades = autumn.loc[taken].to_numpy(np.int8)
    raised = np.where(grades > 0, np.minimum(grades + 1, 6), 0).astype(np.int8)
    nobody = np.zeros(len(taken), np.bool_)
    everyone_rises = Habits(bands(grades), grades, raised, nobody, nobody, 0.1)
    drawn = drawn_july(april, everyone_rises, np.random.default_rng(1))
    newcomers = round(0.1 * len(taken))
    assert len(drawn.pupils) == len(april.pupils) + newcomers
    kept = {p: one for p, one in lists(drawn, "final").items() if p < len(april.pupils)}
    assert kept == {p: one for p, one in lists(april, "preliminary").items() if p in set(taken)}
    assert len(lists(drawn, "final")) == len(kept) + newcomers
    final = drawn.grades[drawn.grades["term"] == "final"].set_index("pupil").loc[taken, list(SUBJECTS)].to_numpy()
    both = (grades > 0) & (final > 0)
    assert ((final - grades)[both] >= 0).all()
    assert (final - grades)[both].mean() > 0.5  # a step each, but for A and where the donor had none
    assert drawn.pupils["applicant"].is_unique


def test_without_a_year_that_ended_it_is_refused(now: Register) -> None:
    with pytest.raises(BadInput, match="how applicants change"):
        simulate_cutoffs(now, [as_of_april(now)], runs=1)


def test_together_they_are_the_mean_where_both_tell() -> None:
    rows = pd.DataFrame({name: ["x", "x", "x"] for name in COLUMNS})
    rows[PATH[2]] = ["EK", "SA", "NA"]
    rows["p_all_eligible"] = [0.2, 0.4, 0.6]
    rows[list(QUANTILES)] = [[200.0, 210, 220, 230, 240], [200.0, 210, 220, 230, 240], [np.nan] * 5]
    beside = rows[PATH].iloc[[0, 2]].assign(runs=9, p_all_eligible=[0.4, 0.2])
    beside[list(QUANTILES)] = [[220.0, 230, 240, 250, 260], [100.0, 110, 120, 130, 140]]
    both = combined(CutoffForecast(rows, 2024, (2023,), ()), beside).table
    assert both["p_all_eligible"].tolist() == pytest.approx([0.3, 0.4, 0.4])
    assert both.loc[0, list(QUANTILES)].tolist() == [210, 220, 230, 240, 250]
    assert both.loc[1, list(QUANTILES)].tolist() == [200, 210, 220, 230, 240]
    assert both.loc[2, list(QUANTILES)].isna().all()
