"""A scenario on a register: another register, and what the round is asked to do otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register, as_table
from gymreg_core.matching.cohorts import resized
from gymreg_core.matching.market import Bools
from gymreg_core.matching.options import MarketOptions
from gymreg_core.matching.quotas import PoolRule
from gymreg_core.matching.scenarios import Cohort, NewPath, Quota, Scenario
from gymreg_core.matching.seats import change_seats, move_seats
from gymreg_core.matching.selecting import check_names, living_in, selected
from gymreg_core.matching.ties import COHORT, NEW_PATH

_HUNDRED = 100


def apply_scenario(register: Register, scenario: Scenario, seed: int = 0) -> tuple[Register, MarketOptions]:
    """The register and the options of `build_market` that the scenario asks for.

    seed : of the lottery, as in today's round that it is compared with, and of the pupils who are drawn. Pupils and
    study paths that both registers have keep their row, and pupils their lot.
    Errors: BadParameters with every name that is not in the register; where no open path fits, more seats are closed
    than there are, or a programme has nowhere to move.
    """
    check_names(register, scenario)
    for wanted in scenario.close:
        state = np.where(selected(register, wanted, "close"), "closed", register.study_paths["state"])
        paths = as_table("study_paths", register.study_paths.assign(state=state))
        register = replace(register, study_paths=paths)
    for change in scenario.seats:
        register = change_seats(register, change)
    for move in scenario.move:
        register = move_seats(register, move)
    for number, path in enumerate(scenario.new_paths):
        register = _with_path(register, path, np.random.default_rng([seed, NEW_PATH, number]))
    for number, cohort in enumerate(scenario.cohort):
        mine = living_in(register, cohort.home_municipality)
        register = resized(register, mine, cohort.factor, [seed, COHORT, number])
    return register, MarketOptions(
        seed=seed,
        tie_break=scenario.tie_break,
        lottery=scenario.lottery,
        grade_scale=scenario.grade_scale,
        merit_shift=_shift(register, scenario.cohort),
        pool_rules=tuple(_pool_rule(register, quota) for quota in scenario.quotas),
    )


def _with_path(register: Register, path: NewPath, rng: np.random.Generator) -> Register:
    paths, schools = register.study_paths, register.schools
    model = int(np.flatnonzero(paths["path_id"] == path.like)[0])
    row = paths.iloc[[model]].assign(
        path_id=path.path_id,
        school=int(np.flatnonzero(schools["school"].eq(path.school) | schools["school_id"].eq(path.school))[0]),
        study_path_code=path.code or paths["study_path_code"].iloc[model],
        study_path_name=path.name or paths["study_path_name"].iloc[model],
        state="open",
        seats_preliminary=path.seats,
        seats_final=path.seats,
        free_quota_seats=0,
    )
    interested = rng.random(len(register.pupils)) * _HUNDRED < path.interest
    tests = register.tests[register.tests["path"].eq(model).to_numpy()].assign(path=len(paths))
    return replace(
        register,
        study_paths=as_table("study_paths", pd.concat([paths, row], ignore_index=True)),
        applications=_listed(register.applications, model, len(paths), interested, path.place),
        tests=as_table("tests", pd.concat([register.tests, tests], ignore_index=True)),
    )


def _listed(applications: pd.DataFrame, model: int, new: int, interested: Bools, place: str) -> pd.DataFrame:
    """The lists with the new path beside the model path on those of interested pupils, ranks counted anew."""
    beside = applications["path"].eq(model).to_numpy() & interested[applications["pupil"].to_numpy()]
    both = pd.concat([applications, applications[beside].assign(path=new)], ignore_index=True)
    beyond = np.where(np.arange(len(both)) < len(applications), 0.0, -0.5 if place == "before" else 0.5)
    both = both.assign(at=both["rank"] + beyond)
    both = both.sort_values(["pupil", "round", "at"], kind="stable", ignore_index=True)
    both["rank"] = both.groupby(["pupil", "round"]).cumcount() + 1
    return as_table("applications", both)


def _shift(register: Register, cohorts: Sequence[Cohort]) -> NDArray[np.float64] | None:
    """Points added per pupil (p,), None where nobody's merit moves."""
    if not any(cohort.merit_shift for cohort in cohorts):
        return None
    shift = np.zeros(len(register.pupils))
    for cohort in cohorts:
        shift[living_in(register, cohort.home_municipality)] += cohort.merit_shift
    return shift


def _pool_rule(register: Register, quota: Quota) -> PoolRule:
    return PoolRule(
        kind=quota.kind,
        share=quota.percent / _HUNDRED,
        paths=selected(register, quota, "quotas") if quota.given() else None,
        members=living_in(register, quota.members) if quota.members else None,
        before_open=quota.before_open,
        soft=quota.soft,
    )
