"""Who may be admitted to what: the subjects that have to be passed, and which of them are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import RuleMissing
from gymreg_core.matching.kernel import Int64
from gymreg_core.matching.market import Bools
from gymreg_core.matching.merit import scale_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes
from gymreg_core.vocabulary.study_paths import parse_code, programme_of

AIMS_AT = "aims_at"


class Missing(NamedTuple):
    """What is not passed: named subjects ("MA", "SV/SVA" where one of the two would do), and how many others."""

    subjects: tuple[str, ...]
    others: int

    @property
    def passes(self) -> int:
        """How many passes are missing."""
        return len(self.subjects) + self.others


class Door(NamedTuple):
    """How a study path lets in: who meets `requirement`, but not who has the passes of `closed_to` ('' = of
    nothing)."""

    requirement: str
    closed_to: str = ""


@dataclass(frozen=True, eq=False)
class Eligibility:
    """Who meets which requirement.

    requirements : names, r of them (rules/eligibility.yml). eligible : bool (n, r), an exemption standing in for a pass
    where it may. by_passes : bool (n, r), by passes alone. passed : bool (n, s), subjects passed in the order of
    `SUBJECTS`.
    exempt : bool (n,). intake_year : whose rules.
    """

    requirements: tuple[str, ...]
    eligible: Bools
    by_passes: Bools
    passed: Bools
    exempt: Bools
    intake_year: int

    def missing(self, pupil: int, requirement: str) -> Missing:
        """What one pupil lacks for a requirement; where there are several ways, of the one that lacks least."""
        wanted = rule("eligibility", "requirements", self.intake_year)[requirement]
        passed = _with_exemption(self.passed[[pupil]], self.exempt[[pupil]], requirement, self.intake_year)
        return min((_lacking(passed, way) for way in _ways(wanted)), key=lambda lacking: lacking.passes)

    def of_paths(self, codes: Iterable[str]) -> tuple[Bools, Int64]:
        """Who may pass which door, bool (n, d), and the door of each study-path code, int64 (m,)."""
        doors = [door_of(code, self.intake_year) for code in codes]
        each = list(dict.fromkeys(doors))
        may = np.zeros((len(self.passed), len(each)), np.bool_)
        for place, door in enumerate(each):
            may[:, place] = self.eligible[:, self.requirements.index(door.requirement)]
            if door.closed_to:
                may[:, place] &= ~self.by_passes[:, self.requirements.index(door.closed_to)]
        place_of = {door: place for place, door in enumerate(each)}
        return may, np.array([place_of[door] for door in doors], np.int64)


def eligibility(
    grades: NDArray[np.int8], english_dispensation: Bools, intake_year: int, *, scale: str | None = None
) -> Eligibility:
    """Every requirement for every pupil (skollagen 16 kap. 30-33 §§, 17 kap. 10 §; gymnasieförordningen 7 kap. 1 §).

    grades : int8 (n, s) as in `merit`. english_dispensation : bool (n,), stands in for a pass in English at national
    programmes. A scenario scale with eligibility by the mean counts every subject that is graded as passed where the
    mean reaches its limit. Swedish and Swedish as a second language count once. Errors: RuleMissing for a scale or year
    without rules.
    """
    about = scale_of(intake_year, scale)
    graded = grades > 0
    passed = graded & (about.steps[grades] >= about.passes)
    if about.by_mean:
        sums = np.where(graded, about.steps[grades], 0).sum(axis=1)
        passed = graded & (sums >= about.passes * graded.sum(axis=1))[:, None]
    wanted: dict[str, Any] = rule("eligibility", "requirements", intake_year)
    by_passes = np.stack([_meets(passed, one) for one in wanted.values()], axis=1)
    eligible = by_passes.copy()
    exempt = np.flatnonzero(english_dispensation)
    for column, (name, one) in enumerate(wanted.items()):
        whole = _with_exemption(passed[exempt], english_dispensation[exempt], name, intake_year)
        eligible[exempt, column] = _meets(whole, one)
    return Eligibility(tuple(wanted), eligible, by_passes, passed, english_dispensation, intake_year)


def requirement_of(programme: str, intake_year: int) -> str:
    """The requirement of a programme code. Errors: RuleMissing where the code is not known."""
    named: dict[str, str] = rule("eligibility", "of_programme", intake_year)
    if programme in named:
        return named[programme]
    known = programmes()
    if programme not in known:
        raise RuleMissing(f"no requirement for the programme {programme!r}", where="rules/eligibility.yml")
    return str(rule("eligibility", "of_type", intake_year)[known[programme].type])


def door_of(code: str, intake_year: int) -> Door:
    """How the study path with this code lets in. Errors: RuleMissing where its programme is not known."""
    programme = programme_of(code)
    closed_to = str(rule("eligibility", "closed_to", intake_year).get(programme, ""))
    if closed_to == AIMS_AT:
        aim = parse_code(code).aims_at
        closed_to = requirement_of(aim, intake_year) if aim in programmes() else ""
    return Door(requirement_of(programme, intake_year), closed_to)


def age_allows(birth_year: NDArray[np.integer[Any]], intake_year: int, last_age: int | None = None) -> Bools:
    """Who is young enough to start that autumn (skollagen 15 kap. 5 §), bool (n,); a birth year of 0 is not known.

    last_age : of programmes with an age of their own (rules/admission.yml, entry_of_programme).
    """
    last = rule("admission", "last_start_age", intake_year) if last_age is None else last_age
    return np.asarray((birth_year == 0) | (intake_year - birth_year.astype(np.int64) <= last), np.bool_)


def _with_exemption(passed: Bools, exempt: Bools, requirement: str, intake_year: int) -> Bools:
    """Passes (n, s) with the exemption among them, where it counts for the requirement."""
    about = rule("eligibility", "exemption", intake_year)
    if requirement not in about["requirements"]:
        return passed
    whole = passed.copy()
    whole[:, SUBJECTS.index(about["subject"])] |= exempt
    return whole


def _ways(requirement: dict[str, Any]) -> list[dict[str, Any]]:
    return list(requirement.get("ways", [requirement]))


def _columns(subjects: Iterable[str]) -> list[int]:
    return [SUBJECTS.index(subject) for subject in subjects]


def _others(passed: Bools, way: dict[str, Any]) -> NDArray[np.int64]:
    """Passes (n,) in other subjects than those of the core."""
    core = {subject for group in way["core"] for subject in group}
    others = [place for place, subject in enumerate(SUBJECTS) if subject not in core]
    return np.asarray(passed[:, others].sum(axis=1), np.int64)


def _meets(passed: Bools, requirement: dict[str, Any]) -> Bools:
    met = np.zeros(len(passed), np.bool_)
    for way in _ways(requirement):
        this = passed[:, _columns(way.get("named", []))].all(axis=1) & (_others(passed, way) >= way["others"])
        for group in way["core"]:
            this &= passed[:, _columns(group)].any(axis=1)
        met |= this
    return met


def _lacking(passed: Bools, way: dict[str, Any]) -> Missing:
    """What is missing of one way, `passed` being one pupil's (1, s)."""
    core = ["/".join(group) for group in way["core"] if not passed[0, _columns(group)].any()]
    named = [subject for subject in way.get("named", []) if not passed[0, SUBJECTS.index(subject)]]
    others = way["others"] - int(_others(passed, way)[0]) - len(named)
    return Missing((*core, *named), max(0, others))
