"""What comes before merit, and what breaks a tie: first and second hand, and the policies of the paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS, Register
from gymreg_core.errors import RuleMissing
from gymreg_core.matching.kernel import NONE, Int32, Int64
from gymreg_core.matching.market import Bools
from gymreg_core.matching.merit import Merit
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import municipalities
from gymreg_core.vocabulary.study_paths import programme_of

LOTTERY, CHOICE_RANK, GRADE_VALUE, NUMBER_OF_GRADES = "lottery", "choice_rank", "grade_value", "number_of_grades"
Policy = tuple[str, ...]


def entry_of(codes: Sequence[str], intake_year: int, name: str, default: Any) -> NDArray[Any]:
    """What rules/admission.yml has under `name` for each study path's programme (m,), else `default`."""
    own = rule("admission", "entry_of_programme", intake_year)
    found = {code: own.get(programme_of(code), {}).get(name, default) for code in set(codes)}
    return np.array([found[code] for code in codes])


def first_hand(register: Register, pupil: Int32, choices: Int32) -> Bools:
    """Who is received in the first hand (n, k), not in the second (skollagen 16 kap. 43, 44 and 47 §§, 17 kap. 19 §).

    First hand: residents of the school's municipality, and of the co-operation area where that one is a party of it;
    everyone at independent schools and at paths that recruit from the whole country.
    """
    year, paths = register.intake_year, register.study_paths
    everyone = ~register.schools["provider_form"].isin(rule("admission", "second_hand_forms", year)).to_numpy()
    school = paths["school"].to_numpy()
    equal = everyone[school] | entry_of(paths["study_path_code"].tolist(), year, "national_recruitment", default=False)
    for reason in rule("admission", "first_hand_reasons", year):
        equal |= paths[reason].to_numpy(np.bool_)
    names = pd.Index(pd.unique(pd.concat([register.pupils["home_municipality"], register.schools["municipality"]])))
    party = np.array([name in municipalities() and municipalities()[name].party for name in names], np.bool_)
    home = names.get_indexer(register.pupils["home_municipality"])[pupil][:, None]
    place = names.get_indexer(register.schools["municipality"])[school]
    there = place[choices]
    return np.asarray(equal[choices] | (home == there) | (party[home] & party[there]), np.bool_)


def tie_policies(own: Sequence[str], override: str | None, intake_year: int) -> list[Policy]:
    """The keys that break a tie at each path: the override, else the path's own policy, else the region's.

    Errors: RuleMissing for a policy that stands nowhere in rules/tie_breaks.yml, or a key that is not known.
    """
    names = [override or name or str(rule("tie_breaks", "region_default", intake_year)) for name in own]
    known = {name: _policy(name, intake_year) for name in dict.fromkeys(names)}
    return [known[name] for name in names]


def _policy(name: str, intake_year: int) -> Policy:
    value = rule("tie_breaks", name, intake_year)
    keys = tuple(value) if isinstance(value, list) else ()
    if not keys or keys[-1] != LOTTERY:
        raise RuleMissing(f"the tie-break {name!r} does not end with a lottery", where="rules/tie_breaks.yml")
    for key in keys[:-1]:
        if key not in (CHOICE_RANK, GRADE_VALUE, NUMBER_OF_GRADES) and not set(key.split("+")) <= set(SUBJECTS):
            raise RuleMissing(f"there is no tie-break key {key!r}", where="rules/tie_breaks.yml")
    return keys


def tie_fields(
    policies: Sequence[Policy], choices: Int32, rank: Int64, merits: Merit, intake_year: int
) -> tuple[Int64, ...]:
    """The tie-break of every path as fields (n, k) that can be sorted by, higher wins, in the order they are asked.

    As many as the longest policy has before the lottery; 0 where a path asks nothing there.
    """
    fields = []
    for place in range(max((len(policy) - 1 for policy in policies), default=0)):
        at = np.array([policy[place] if place < len(policy) - 1 else "" for policy in policies], dtype="U64")
        field = np.zeros(choices.shape, np.int64)
        for key in sorted(set(at.tolist()) - {""}):
            asked = (at == key)[choices] & (choices != NONE)
            field = np.where(asked, _values(key, rank, merits, intake_year), field)
        fields.append(field)
    return tuple(fields)


def _values(key: str, rank: Int64, merits: Merit, intake_year: int) -> Int64:
    """The values of one key, (n, k) or (n, 1): choice rank, grade value, number of grades, or grades joined by "+"."""
    if key == CHOICE_RANK:
        return -rank
    if key == GRADE_VALUE:
        return merits.hundredths.astype(np.int64)[:, None]
    if key == NUMBER_OF_GRADES:
        return merits.number.astype(np.int64)[:, None]
    same = rule("merit", "one_of", intake_year)
    total = np.zeros(len(merits.number), np.int64)
    for subject in key.split("+"):
        columns = [SUBJECTS.index(s) for s in (same if subject in same else [subject])]
        total += merits.points[:, columns].max(axis=1)
    return total[:, None]
