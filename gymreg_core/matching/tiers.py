"""What comes before merit, and what breaks a tie: first and second hand, and the policies of the paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.errors import RuleMissing
from gymreg_core.matching.kernel import Int32, Int64
from gymreg_core.matching.market import Bools
from gymreg_core.matching.merit import Merit
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities

LOTTERY, CHOICE_RANK, GRADE_VALUE, NUMBER_OF_GRADES = "lottery", "choice_rank", "grade_value", "number_of_grades"


@dataclass(frozen=True, eq=False)
class TieFields:
    """`fields`: int64 (n, k) each, higher wins, in the order they are asked. `by_rank`: bool (m,), where the place of the
    choice on the list is among them."""

    fields: tuple[Int64, ...]
    by_rank: Bools


def first_hand(register: Register, pupil: Int32, choices: Int32) -> Int64:
    """1 where the applicant is received in the first hand (n, k), 0 in the second (skollagen 16 kap. 43, 44 and 47 §§).

    First hand: residents of the co-operation area at public schools; everyone at independent schools and at paths that
    recruit from the whole country.
    """
    inside = np.isin(register.pupils["home_municipality"].to_numpy(), list(municipalities()))[pupil]
    tiered = register.schools["provider_form"].isin(rule("admission", "second_hand_forms", register.intake_year))
    school = register.study_paths["school"].to_numpy()
    asks = tiered.to_numpy()[school] & ~register.study_paths["national_recruitment"].to_numpy(np.bool_)
    return (inside[:, None] | ~asks[choices]).astype(np.int64)


def tie_policies(own: Sequence[str], override: str | None, intake_year: int) -> list[tuple[str, ...]]:
    """The keys that break a tie at each path: the override, else the path's own policy, else the region's.

    Errors: RuleMissing for a policy that stands nowhere in rules/tie_breaks.yml.
    """
    region = str(rule("tie_breaks", "region_default", intake_year))
    known: dict[str, tuple[str, ...]] = {}
    names = [override or name or region for name in own]
    for name in set(names):
        keys = tuple(rule("tie_breaks", name, intake_year))
        if not keys or keys[-1] != LOTTERY:
            raise RuleMissing(f"the tie-break {name!r} does not end with a lottery", where="rules/tie_breaks.yml")
        known[name] = keys
    return [known[name] for name in names]


def tie_fields(
    policies: Sequence[tuple[str, ...]], choices: Int32, merits: Merit, grades: NDArray[np.int8]
) -> TieFields:
    """The tie-break of every path as fields that can be sorted by, as many as the longest policy has before the lottery."""
    by_rank = np.array([CHOICE_RANK in policy for policy in policies], np.bool_)
    fields = []
    for place in range(max((len(policy) - 1 for policy in policies), default=0)):
        at = np.array([policy[place] if place < len(policy) - 1 else "" for policy in policies], dtype="U32")
        field = np.zeros(choices.shape, np.int64)
        for name in sorted(set(at) - {""}):
            field = np.where((at == name)[choices], _values(name, choices.shape, merits, grades), field)
        fields.append(field)
    return TieFields(tuple(fields), by_rank)


def _values(name: str, shape: tuple[int, ...], merits: Merit, grades: NDArray[np.int8]) -> Int64:
    """The values of one key, broadcast to (n, k): choice rank, grade value, number of grades, or grades joined by "+"."""
    if name == CHOICE_RANK:
        return np.broadcast_to(-np.arange(shape[1], dtype=np.int64)[None, :], shape)
    if name == GRADE_VALUE:
        one = merits.hundredths.astype(np.int64)
    elif name == NUMBER_OF_GRADES:
        one = merits.number.astype(np.int64)
    elif set(subjects := name.split("+")) <= set(SUBJECTS):
        one = grades[:, [SUBJECTS.index(s) for s in subjects]].astype(np.int64).sum(axis=1)
    else:
        raise RuleMissing(f"there is no tie-break key {name!r}", where="rules/tie_breaks.yml")
    return np.broadcast_to(one[:, None], shape)
