"""From a register to a round of admission as arrays: eligibility, points, order, quotas, lottery."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.eligibility import age_allows, eligibility, requirement_of
from gymreg_core.matching.kernel import NONE, Int32, Int64
from gymreg_core.matching.market import Bools, Market
from gymreg_core.matching.merit import Merit, merit
from gymreg_core.matching.quotas import PoolRule, pools_of
from gymreg_core.matching.tiers import first_hand, tie_fields, tie_policies
from gymreg_core.matching.ties import dense_order, draw_lottery
from gymreg_core.vocabulary.study_paths import programme_of

__all__ = ["MarketOptions", "PoolRule", "build_market"]

TERM_OF = {"preliminary": "autumn", "final": "final"}
NO_POINTS = -1
HUNDREDTHS = 100


@dataclass(frozen=True)
class MarketOptions:
    """What a round may be asked to do otherwise than the year's rules say.

    seed : of the lottery. tie_break : policy of rules/tie_breaks.yml for every path, in place of the paths' own.
    lottery : one draw for all paths, or one per path. grade_scale : name of a scale in rules/grades.yml.
    merit_shift : points added to the merit of each pupil row of the register, shape (pupils,), at least 0 in sum.
    pool_rules : quotas beyond the free quota.
    """

    seed: int = 0
    tie_break: str | None = None
    lottery: str = "single"
    grade_scale: str | None = None
    merit_shift: NDArray[np.float64] | None = None
    pool_rules: tuple[PoolRule, ...] = field(default=())


def build_market(register: Register, round_: str, options: MarketOptions | None = None) -> Market:
    """The arrays of a round: the lists as they stood in it, with the grades of the term that it counts.

    round_ : preliminary (autumn grades, seats of the preliminary round, no free quota) or final.
    Sources: skollagen 16 kap. 29-47 §§, gymnasieförordningen 7 kap. 2-4 §§, rules/admission.yml.
    Errors: BadInput where nobody applied or no path is open; BadParameters for a round or lottery that is not known.
    """
    options = options or MarketOptions()
    if round_ not in TERM_OF:
        raise BadParameters(f"there is no round {round_!r}", where="round", why=f"Known: {', '.join(TERM_OF)}.")
    pupil, choices, late = _lists(register, round_)
    capacity = register.study_paths[f"seats_{round_}"].to_numpy(np.int32)
    grades, exempt = _grades(register, TERM_OF[round_], pupil)
    merits = merit(grades, register.intake_year, scale=options.grade_scale)
    tests = _tests(register, pupil, choices)
    eligible = _eligible(register, options, pupil, choices, (grades, exempt), tests)
    points = _points(register, merits, options, pupil, choices, eligible, tests)
    policies = tie_policies(register.study_paths["tie_break"].tolist(), options.tie_break, register.intake_year)
    ties = tie_fields(policies, choices, merits, grades)
    order = dense_order([first_hand(register, pupil, choices), 1 - late, points, *ties.fields], eligible)
    lottery = _lottery(options, len(pupil), choices)
    market = Market(
        intake_year=register.intake_year,
        round=round_,
        seed=options.seed,
        pupil=pupil,
        path=np.arange(len(capacity), dtype=np.int32),
        choices=choices,
        eligible=eligible,
        points=points,
        order=order,
        lottery=lottery,
        rank_breaks_ties=ties.by_rank,
        capacity=np.where(register.study_paths["state"].eq("open").to_numpy(), capacity, 0).astype(np.int32),
    )
    return pools_of(market, register, options.pool_rules)


def _lists(register: Register, round_: str) -> tuple[Int32, Int32, Int64]:
    """Pupils with a choice in the round, their lists as (n, k) in order, and which choices came in late."""
    rows = register.applications
    rows = rows[rows["round"].eq(round_).to_numpy()]
    if not len(rows):
        raise BadInput(
            f"nobody applied in the {round_} round",
            where=f"register of {register.intake_year}",
            remedy="Give the applications of this round, or match another one.",
        )
    pupil, rank = rows["pupil"].to_numpy(np.int64), rows["rank"].to_numpy(np.int64)
    order = np.lexsort((rank, pupil))
    pupil = pupil[order]
    who, first = np.unique(pupil, return_index=True)
    row = np.repeat(np.arange(len(who)), np.diff(np.append(first, len(pupil))))
    column = np.arange(len(pupil)) - first[row]
    choices = np.full((len(who), int(column.max()) + 1), NONE, np.int32)
    choices[row, column] = rows["path"].to_numpy(np.int32)[order]
    late = np.zeros(choices.shape, np.int64)
    late[row, column] = rows["late"].to_numpy(np.int64)[order]
    return who.astype(np.int32), choices, late


def _grades(register: Register, term: str, pupil: Int32) -> tuple[NDArray[np.int8], Bools]:
    """Grades of the term per applicant (n, subjects) and who is exempt from English; no grades where there is no row."""
    rows = register.grades[register.grades["term"].eq(term).to_numpy()]
    of = rows["pupil"].to_numpy()
    whole = np.zeros((len(register.pupils), len(SUBJECTS)), np.int8)
    whole[of] = rows[list(SUBJECTS)].to_numpy(np.int8)
    exempt = np.zeros(len(register.pupils), np.bool_)
    exempt[of] = rows["english_dispensation"].to_numpy(np.bool_)
    return whole[pupil], exempt[pupil]


def _tests(register: Register, pupil: Int32, choices: Int32) -> NDArray[np.float64]:
    """Points of the skill test per choice (n, k), NaN where there are none."""
    found = np.full(choices.shape, np.nan)
    if len(register.tests):
        m = len(register.study_paths)
        code = register.tests["pupil"].to_numpy(np.int64) * m + register.tests["path"].to_numpy(np.int64)
        order = np.argsort(code)
        code, points = code[order], register.tests["points"].to_numpy(np.float64)[order]
        tested = np.zeros(m, np.bool_)
        tested[register.tests["path"].to_numpy()] = True
        row, column = np.nonzero((choices >= 0) & tested[choices])
        wanted = pupil[row].astype(np.int64) * m + choices[row, column]
        place = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
        found[row, column] = np.where(code[place] == wanted, points[place], np.nan)
    return found


def _eligible(
    register: Register,
    options: MarketOptions,
    pupil: Int32,
    choices: Int32,
    grades: tuple[NDArray[np.int8], Bools],
    tests: NDArray[np.float64],
) -> Bools:
    """Who may be admitted where (n, k)."""
    year, paths, people = register.intake_year, register.study_paths, register.pupils
    who = eligibility(*grades, year, scale=options.grade_scale)
    wanted = [requirement_of(programme_of(code), year) for code in paths["study_path_code"]]
    column = np.array([who.requirements.index(name) for name in wanted], np.int64)
    open_ = paths["state"].eq("open").to_numpy()
    needs_test = paths["test_required"].to_numpy(np.bool_)
    allowed = age_allows(people["birth_year"].to_numpy(), year) & ~people["completed_national"].to_numpy(np.bool_)
    there = choices >= 0
    row = np.arange(len(pupil))[:, None]
    met = who.eligible[row, column[choices]] & allowed[pupil][:, None] & open_[choices]
    return np.asarray(there & met & (~needs_test[choices] | ~np.isnan(tests)), dtype=np.bool_)


def _points(
    register: Register,
    merits: Merit,
    options: MarketOptions,
    pupil: Int32,
    choices: Int32,
    eligible: Bools,
    tests: NDArray[np.float64],
) -> Int32:
    """Hundredths of a point that compete (n, k): the merit value and, where the path has a test, its weighted points."""
    hundred = HUNDREDTHS
    own = merits.hundredths.astype(np.float64)
    if options.merit_shift is not None:
        own = np.maximum(0.0, own + hundred * options.merit_shift[pupil])
    weight = register.study_paths["test_weight"].to_numpy(np.float64)
    added = np.nan_to_num(tests) * weight[choices] * hundred
    return np.where(eligible, np.rint(own[:, None] + added), NO_POINTS).astype(np.int32)


def _lottery(options: MarketOptions, n: int, choices: Int32) -> Int64:
    if options.lottery not in ("single", "per_path"):
        raise BadParameters(f"there is no lottery {options.lottery!r}", where="lottery", why="Known: single, per_path.")
    return draw_lottery(n, options.seed, per_path=choices if options.lottery == "per_path" else None)
