"""How every choice of a round stands: what keeps it out, the points that compete, what orders it at its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import Register
from gymreg_core.matching.eligibility import Eligibility, age_allows, eligibility
from gymreg_core.matching.kernel import NONE, Int32, Int64
from gymreg_core.matching.lists import Lists, grades_of, lists_of, tests_of
from gymreg_core.matching.market import Bools
from gymreg_core.matching.merit import HUNDREDTHS, Merit, merit
from gymreg_core.matching.options import MarketOptions
from gymreg_core.matching.tiers import Policy, entry_of, first_hand, tie_fields, tie_policies
from gymreg_core.rules import rule

NO_POINTS = -1
FIRST_HAND, ON_TIME, POINTS = "first_hand", "on_time", "points"


@dataclass(frozen=True, eq=False)
class Standing:
    """The choices (n, k) of a round and what decides about them.

    lists : who chose what. who : eligibility by requirement. merits : merit values, a shift of the scenario among them.
    hurdles : by name (closed, age, schooling, passes, test), bool (n, k), where it keeps the choice out.
    eligible : bool (n, k), no hurdle. tests : float (n, k), points of the test before they are weighted, NaN without.
    points : int32 (n, k), hundredths of a point that compete, NO_POINTS where not eligible.
    fields : int64 (n, k) by name, higher wins, in the order they decide: first_hand, on_time, points, and a field for
    each key of the longest tie-break before the lottery. policies : the tie-break of each path (m,).
    """

    lists: Lists
    who: Eligibility
    merits: Merit
    hurdles: Mapping[str, Bools]
    eligible: Bools
    tests: NDArray[np.float64]
    points: Int32
    fields: Mapping[str, Int64]
    policies: tuple[Policy, ...]


def standing_of(
    register: Register, round_: str, options: MarketOptions, pupils: NDArray[Any] | None = None
) -> Standing:
    """How the choices of a round stand, of everyone or of these rows of pupils alone.

    Sources: skollagen 15 kap. 5-6 §§, 16 kap. 29-47 §§, 17 kap. 10-19 §§; gymnasieförordningen 7 kap.; rules/*.yml.
    Errors: as `lists_of`, `merit` and `tie_policies`.
    """
    year, paths = register.intake_year, register.study_paths
    lists = lists_of(register, round_, pupils)
    grades, exempt = grades_of(register, round_, lists.pupil)
    merits = _shifted(merit(grades, year, scale=options.grade_scale), options, lists.pupil)
    who = eligibility(grades, exempt, year, scale=options.grade_scale)
    tests = tests_of(register, lists.pupil, lists.choices)
    hurdles = _hurdles(register, lists, who, tests)
    eligible = (lists.choices != NONE) & ~np.logical_or.reduce(list(hurdles.values()))
    points = _points(register, merits, lists.choices, eligible, tests)
    policies = tie_policies(paths["tie_break"].tolist(), options.tie_break, year)
    late = lists.late & bool(rule("admission", "late_after_on_time", year))
    fields = {
        FIRST_HAND: first_hand(register, lists.pupil, lists.choices).astype(np.int64),
        ON_TIME: (~late).astype(np.int64),
        POINTS: points.astype(np.int64),
    }
    ties = tie_fields(policies, lists.choices, lists.rank, merits, year)
    fields |= {f"tie_{place}": field for place, field in enumerate(ties)}
    return Standing(lists, who, merits, hurdles, eligible, tests, points, fields, tuple(policies))


def _shifted(merits: Merit, options: MarketOptions, pupil: Int32) -> Merit:
    if options.merit_shift is None:
        return merits
    moved = merits.hundredths + np.rint(HUNDREDTHS * options.merit_shift[pupil])
    return replace(merits, hundredths=np.maximum(0, moved).astype(np.int32))


def _hurdles(register: Register, lists: Lists, who: Eligibility, tests: NDArray[np.float64]) -> dict[str, Bools]:
    """What keeps a choice out, bool (n, k) by name."""
    year, paths = register.intake_year, register.study_paths
    people, choices = register.pupils.iloc[lists.pupil], lists.choices
    codes = paths["study_path_code"].tolist()
    may, door = who.of_paths(codes)
    row = np.arange(len(choices))[:, None]
    completed = people["completed_national"].to_numpy(np.bool_)[:, None]
    takes_completed = entry_of(
        codes, year, "completed_national_admitted", rule("admission", "completed_national_admitted", year)
    )
    takes_others = entry_of(codes, year, "others_admitted", default=True)
    last_age = entry_of(codes, year, "last_start_age", rule("admission", "last_start_age", year))
    ages, age = np.unique(last_age, return_inverse=True)
    young = np.stack([age_allows(people["birth_year"].to_numpy(), year, int(last)) for last in ages], axis=1)
    return {
        "closed": paths["state"].ne("open").to_numpy(np.bool_)[choices],
        "age": ~young[row, age[choices]],
        "schooling": np.where(completed, ~takes_completed[choices], ~takes_others[choices]),
        "passes": ~may[row, door[choices]],
        "test": paths["test_required"].to_numpy(np.bool_)[choices] & np.isnan(tests),
    }


def _points(register: Register, merits: Merit, choices: Int32, eligible: Bools, tests: NDArray[np.float64]) -> Int32:
    """Hundredths of a point that compete (n, k): the merit value and the weighted test, as the path's scale counts."""
    paths, counts = register.study_paths, rule("admission", "scale_counts", register.intake_year)
    scale = paths["scale"].tolist()
    by_merit = np.array([counts[name]["merit"] for name in scale], np.bool_)
    usual = np.array([counts[name]["test_weight"] for name in scale], np.float64)
    named = paths["test_weight"].to_numpy(np.float64)
    weight = np.where((named > 0) & (usual > 0), named, usual)
    own = np.where(by_merit[choices], merits.hundredths[:, None], 0)
    added = np.nan_to_num(tests) * weight[choices] * HUNDREDTHS
    return np.where(eligible, np.rint(own + added), NO_POINTS).astype(np.int32)
