"""Every explanation agrees with the match that it explains, on random registers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gymreg_core.contracts.register import SUBJECTS, Register, as_table
from gymreg_core.matching.build_market import MarketOptions, PoolRule, build_market
from gymreg_core.matching.explain import explain
from gymreg_core.matching.market import Match
from gymreg_core.matching.solve import solve
from gymreg_core.matching.year import run_year
from tests.registers import small_register

OPTIONS = (
    MarketOptions(),
    MarketOptions(seed=5, lottery="per_path", tie_break="rank_grades_number_lottery"),
    MarketOptions(seed=6, pool_rules=(PoolRule("lottery", 0.3, before_open=False), PoolRule("neighbourhood", 0.3))),
    MarketOptions(seed=7, grade_scale="ten-step", tie_break="society_first"),
)


def random_register(seed: int) -> Register:
    """With many equal merits, late choices, some from the summer, applicants from elsewhere and ones too old."""
    rng = np.random.default_rng([seed, 2])
    register = small_register(30, seed, paths=7, longest=6)
    rows, people = register.applications.copy(), register.pupils.copy()
    summer = rows["round"].eq("final").to_numpy() & (rng.random(len(rows)) < 0.1)
    rows.loc[summer, "received"] = pd.Timestamp(f"{register.intake_year}-07-15")
    rows["late"] = rng.random(len(rows)) < 0.2
    away = rng.random(len(people)) < 0.2
    people.loc[away, "home_municipality"] = "Uppsala"
    people.loc[rng.random(len(people)) < 0.1, "birth_year"] = register.intake_year - 25
    grades, subjects = register.grades.copy(), list(SUBJECTS)
    of_pupil = grades["pupil"].to_numpy() % 6 + np.where(grades["term"] == "final", len(people), 0)
    grades[subjects] = grades[subjects].to_numpy()[of_pupil]
    return replace(
        register,
        applications=as_table("applications", rows),
        pupils=as_table("pupils", people),
        grades=as_table("grades", grades),
    )


def agrees(match: Match, register: Register, options: MarketOptions) -> int:
    """Holds every choice of everyone against the match; returns how many ties were told."""
    market, found, ties = match.market, match.assignment, 0
    listed = register.applications[register.applications["round"] != "preliminary"]
    rank = listed.set_index(["pupil", "path"])["rank"]
    for i, pupil in enumerate(market.pupil.tolist()):
        told = explain(match, register, pupil, options)
        paths = [register.study_paths["path_id"].tolist().index(choice.path_id) for choice in told.choices]
        if market.round != "preliminary":
            assert [choice.place for choice in told.choices] == [rank[pupil, path] for path in paths]
        seat = found.seat[i]
        assert [path for path, c in zip(paths, told.choices, strict=True) if c.outcome == "admitted"] == (
            [seat] if seat >= 0 else []
        )
        for c, (path, choice) in enumerate(zip(paths, told.choices, strict=True)):
            assert (choice.outcome == "not_eligible") == bool(choice.hurdles) == (choice.points is None)
            assert market.eligible[i, c] == (
                choice.outcome in ("admitted", "reserve") or (choice.outcome == "lapsed" and market.choices[i, c] >= 0)
            )
            assert (choice.seats, choice.admitted) == (market.capacity[path], found.admitted[path])
            if choice.outcome == "admitted":
                assert choice.reached
                assert choice.points == market.points[i, c] / 100
                assert choice.in_quota == (match.pool[i] >= 0)
            if choice.outcome == "reserve":
                assert not choice.reached
                assert not choice.seats_left
                if choice.decided_by == "points":
                    assert choice.distance is not None
                    assert choice.distance < 0
                elif choice.decided_by not in ("first_hand", "on_time", "held", ""):
                    assert choice.distance == 0
                    ties += 1
                assert choice.decided_by or choice.cutoff is None
        reached = [c.outcome for c in told.choices if c.reached]
        assert (reached[0] if reached else "none") == ("admitted" if seat >= 0 else "none")
    return ties


@pytest.mark.parametrize("round_", ["preliminary", "final"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: str(o.seed))
def test_every_choice_of_everyone(round_: str, options: MarketOptions) -> None:
    ties = 0
    for seed in range(4):
        register = random_register(seed)
        ties += agrees(solve(build_market(register, round_, options)), register, options)
    assert ties > 0


def test_in_the_reserve_rounds() -> None:
    held = 0
    for seed in range(4):
        register = random_register(seed)
        for name, match in run_year(register).matches.items():
            if name.startswith("reserve"):
                agrees(match, register, MarketOptions())
                for pupil in match.market.pupil.tolist():
                    held += any(choice.decided_by == "held" for choice in explain(match, register, pupil).choices)
    assert held > 0
