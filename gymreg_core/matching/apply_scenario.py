"""A scenario on a register: another register, and what the round is asked to do otherwise."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import APPLICATION_ROUNDS, Register, as_table
from gymreg_core.errors import BadParameters
from gymreg_core.matching.build_market import MarketOptions
from gymreg_core.matching.cohorts import resized
from gymreg_core.matching.market import Bools
from gymreg_core.matching.quotas import PoolRule
from gymreg_core.matching.scenarios import Cohort, Move, NewPath, Quota, Scenario, SeatChange, Selected
from gymreg_core.matching.spread import spread
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import programme_of

_INTEREST, _COHORT = 1, 2
_HUNDRED = 100


def apply_scenario(register: Register, scenario: Scenario, seed: int = 0) -> tuple[Register, MarketOptions]:
    """The register and the options of `build_market` that the scenario asks for.

    seed : of the lottery, as in today's round that it is compared with, and of the pupils who are drawn. Pupils and
    study paths that both have keep their pseudonym and their path_id. Seats change in both rounds alike.
    Errors: BadParameters where a name fits no open study path or more seats are closed than there are.
    """
    for wanted in scenario.close:
        register = _with_paths(register, state=np.where(_open(register, wanted, "close"), "closed", _state(register)))
    for change in scenario.seats:
        register = _change_seats(register, change)
    for move in scenario.move:
        register = _move(register, move)
    for number, path in enumerate(scenario.new_paths):
        register = _add_path(register, path, np.random.default_rng([seed, _INTEREST, number]))
    for number, cohort in enumerate(scenario.cohort):
        mine = _living_in(register, cohort.home_municipality, "cohort")
        register = resized(register, mine, cohort.factor, [seed, _COHORT, number])
    return register, MarketOptions(
        seed=seed,
        tie_break=scenario.tie_break,
        lottery=scenario.lottery,
        grade_scale=scenario.grade_scale,
        merit_shift=_shift(register, scenario.cohort),
        pool_rules=tuple(_pool_rule(register, quota) for quota in scenario.quotas),
    )


def _with_paths(register: Register, **columns: Any) -> Register:
    return replace(register, study_paths=as_table("study_paths", register.study_paths.assign(**columns)))


def _state(register: Register) -> pd.Series:
    return register.study_paths["state"]


def _columns(register: Register) -> dict[str, pd.Series]:
    """What study paths can be selected by: a value per path, for schools two."""
    paths = register.study_paths
    school = register.schools.iloc[paths["school"].to_numpy()].reset_index(drop=True)
    return {
        "path_id": paths["path_id"],
        "school": school["school"],
        "school_id": school["school_id"],
        "programme": pd.Series([programme_of(code) for code in paths["study_path_code"]], dtype="str"),
        "municipality": school["municipality"],
        "provider_form": school["provider_form"],
    }


def _open(register: Register, wanted: Selected, where: str) -> Bools:
    """Open study paths (m,) for which every condition holds."""
    columns = _columns(register)
    chosen = _state(register).eq("open").to_numpy(np.bool_).copy()
    for name, names in wanted.given().items():
        kinds = ("school", "school_id") if name == "school" else (name,)
        for one in names:
            _known(one, [v for kind in kinds for v in columns[kind].unique()], f"{where}: {name}")
        chosen &= np.logical_or.reduce([columns[kind].isin(names).to_numpy(np.bool_) for kind in kinds])
    if not chosen.any():
        raise BadParameters(
            "no open study path fits",
            where=where,
            why="; ".join(f"{name}: {', '.join(names)}" for name, names in wanted.given().items()),
        )
    return chosen


def _known(name: str, names: Sequence[str], where: str) -> None:
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        raise BadParameters(
            f"{name!r} does not stand in the register",
            where=where,
            remedy=f"Did you mean {' or '.join(map(repr, near))}?" if near else f"There are {len(names)} names.",
        )


def _change_seats(register: Register, change: SeatChange) -> Register:
    chosen = np.flatnonzero(_open(register, change, "seats"))
    columns = {}
    for round_ in APPLICATION_ROUNDS:
        seats = register.study_paths[f"seats_{round_}"].to_numpy(np.int64).copy()
        here = seats[chosen]
        by_percent = round(int(here.sum()) * (change.percent or 0) / _HUNDRED)
        size = by_percent if change.number is None else change.number
        if size < 0 and -size > here.sum():
            raise BadParameters(
                f"{-size} seats cannot be closed where there are {here.sum()}", where="seats", why=f"Round: {round_}."
            )
        seats[chosen] += np.sign(size) * spread(abs(size), here)
        columns[f"seats_{round_}"] = seats
    return _with_seats(register, columns)


def _with_seats(register: Register, columns: dict[str, NDArray[np.int64]]) -> Register:
    """The free quota never has more seats than its study path."""
    free = np.minimum(register.study_paths["free_quota_seats"], columns["seats_final"])
    return _with_paths(register, **columns, free_quota_seats=free)


def first_choices(register: Register, round_: str) -> NDArray[np.int64]:
    """How many put each study path (m,) first in the round."""
    rows = register.applications[register.applications["round"].eq(round_).to_numpy()]
    top = rows.sort_values(["pupil", "rank"], kind="stable").drop_duplicates("pupil")
    return np.bincount(top["path"].to_numpy(), minlength=len(register.study_paths))


def most_sought(register: Register, how_many: int) -> list[str]:
    """The national programmes with most first choices per seat in the final round, most sought first."""
    open_ = _state(register).eq("open").to_numpy()
    frame = pd.DataFrame(
        {
            "programme": _columns(register)["programme"],
            "seats": register.study_paths["seats_final"].astype("int64"),
            "first": first_choices(register, "final"),
        }
    )[open_]
    known = programmes()
    national = frame["programme"].map(lambda code: code in known and known[code].national).to_numpy(np.bool_)
    sums = frame[national].groupby("programme")[["seats", "first"]].sum().query("seats > 0")
    pressure = (sums["first"] / sums["seats"]).sort_values(ascending=False, kind="stable")
    return [str(code) for code in pressure.index[:how_many]]


def _move(register: Register, move: Move) -> Register:
    columns = _columns(register)
    names = move.programmes or tuple(most_sought(register, move.most_sought or 0))
    first = first_choices(register, "final")
    seats = {f"seats_{r}": register.study_paths[f"seats_{r}"].to_numpy(np.int64).copy() for r in APPLICATION_ROUNDS}
    for code in names:
        mine = _open(register, Selected(programme=(code,)), "move: programmes")
        place = columns["municipality"].to_numpy()
        demand = pd.Series(first[mine]).groupby(place[mine]).sum()
        source = move.from_municipality or str(demand.idxmax())
        away = mine & (place == source)
        to = mine & (np.isin(place, move.to) if move.to else np.ones(len(place), np.bool_)) & ~away
        if not away.any() or not to.any():
            if move.most_sought is not None and move.to is None and move.from_municipality is None:
                continue  # a programme that only one municipality has stays where it is
            raise BadParameters(
                f"the programme {code!r} cannot move",
                where="move",
                why=f"It has {away.sum()} study paths in {source!r} and {to.sum()} where the seats should go.",
            )
        for column in seats.values():
            size = round(int(column[away].sum()) * move.percent / _HUNDRED)
            column[away] -= spread(size, column[away])
            column[to] += spread(size, column[to])
    return _with_seats(register, seats)


def _add_path(register: Register, path: NewPath, rng: np.random.Generator) -> Register:
    paths, schools = register.study_paths, register.schools
    _known(path.like, paths["path_id"].tolist(), "new_paths: like")
    _known(path.school, [*schools["school"], *schools["school_id"]], "new_paths: school")
    if path.path_id in set(paths["path_id"]):
        raise BadParameters(f"{path.path_id!r} stands in the register already", where="new_paths: path_id")
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
    added = applications[beside].assign(path=new)
    both = pd.concat([applications, added], ignore_index=True)
    half = np.zeros(len(both))
    half[len(applications) :] = -0.5 if place == "before" else 0.5
    both = both.assign(at=both["rank"] + half).sort_values(["pupil", "round", "at"], kind="stable", ignore_index=True)
    both["rank"] = both.groupby(["pupil", "round"]).cumcount() + 1
    return as_table("applications", both)


def _living_in(register: Register, names: Sequence[str] | None, where: str) -> Bools:
    home = register.pupils["home_municipality"]
    if names is None:
        return np.ones(len(home), np.bool_)
    for name in names:
        _known(name, home.unique().tolist(), where)
    return home.isin(names).to_numpy(np.bool_)


def _shift(register: Register, cohorts: Sequence[Cohort]) -> NDArray[np.float64] | None:
    """Points added per pupil (pupils,), None where nobody's merit moves."""
    if not any(cohort.merit_shift for cohort in cohorts):
        return None
    shift = np.zeros(len(register.pupils))
    for cohort in cohorts:
        shift += np.where(_living_in(register, cohort.home_municipality, "cohort"), cohort.merit_shift, 0.0)
    return shift


def _pool_rule(register: Register, quota: Quota) -> PoolRule:
    return PoolRule(
        kind=quota.kind,
        share=quota.percent / _HUNDRED,
        paths=_open(register, quota, "quotas") if quota.given() else None,
        members=_living_in(register, quota.members, "quotas: members") if quota.members else None,
        before_open=quota.before_open,
        soft=quota.soft,
    )
