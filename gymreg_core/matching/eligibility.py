"""Who may be admitted to what: the subjects that have to be passed, and which of them are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import RuleMissing
from gymreg_core.matching.market import Bools
from gymreg_core.matching.merit import scale_of
from gymreg_core.rules import rule
from gymreg_core.vocabulary.programmes import programmes


@dataclass(frozen=True, eq=False)
class Eligibility:
    """Who meets which requirement.

    requirements : names, r of them (rules/eligibility.yml). eligible : bool (n, r). passed : bool (n, s), subjects passed in
    the order of `SUBJECTS`, a dispensation counted as a pass. intake_year : whose rules.
    """

    requirements: tuple[str, ...]
    eligible: Bools
    passed: Bools
    intake_year: int

    def missing(self, pupil: int, requirement: str) -> tuple[str, ...]:
        """What one pupil lacks for a requirement: subjects ("MA", "SV/SVA"), and "others:2" for two more passes.

        Where there are several ways the one that lacks least; empty where the requirement is met.
        """
        ways = _ways(rule("eligibility", "requirements", self.intake_year)[requirement])
        return min((_lacking(self.passed[pupil], way) for way in ways), key=len)


def eligibility(
    grades: NDArray[np.int8], english_dispensation: Bools, intake_year: int, *, scale: str | None = None
) -> Eligibility:
    """Every requirement for every pupil (skollagen 16 kap. 30-33 §§, 17 kap. 10 §; gymnasieförordningen 7 kap. 2 §).

    grades : int8 (n, s) as in `merit`. english_dispensation : bool (n,), stands in for a pass in English.
    A scenario scale with eligibility by the mean counts every subject that is graded as passed where the mean reaches its
    limit. Swedish and Swedish as a second language count once.
    """
    about, points = scale_of(intake_year, scale)
    places = np.arange(len(points))
    if "from_letters" in about:
        places = np.asarray(about["from_letters"])
    passed = (places >= about["passes"])[grades] & (grades > 0)
    if about.get("pass_by_mean"):
        graded = grades > 0
        mean = np.where(graded, places[grades], 0).sum(axis=1) / np.maximum(graded.sum(axis=1), 1)
        passed = graded & (mean >= about["passes"])[:, None]
    passed = np.asarray(passed, dtype=np.bool_)
    passed[:, SUBJECTS.index(rule("eligibility", "dispensable", intake_year))] |= english_dispensation
    wanted: dict[str, Any] = rule("eligibility", "requirements", intake_year)
    met = [np.logical_or.reduce([_meets(passed, way) for way in _ways(one)]) for one in wanted.values()]
    return Eligibility(tuple(wanted), np.stack(met, axis=1), passed, intake_year)


def requirement_of(programme: str, intake_year: int) -> str:
    """The requirement of a programme code. Errors: RuleMissing where the code is not known."""
    named: dict[str, str] = rule("eligibility", "of_programme", intake_year)
    if programme in named:
        return named[programme]
    known = programmes()
    if programme not in known:
        raise RuleMissing(f"no requirement for the programme {programme!r}", where="rules/eligibility.yml")
    return str(rule("eligibility", "of_type", intake_year)[known[programme].type])


def age_allows(birth_year: NDArray[np.integer[Any]], intake_year: int) -> Bools:
    """Who is young enough to start that autumn (skollagen 15 kap. 5 §), bool (n,)."""
    return np.asarray(intake_year - birth_year.astype(np.int64) <= rule("admission", "last_start_age", intake_year))


def _ways(requirement: dict[str, Any]) -> list[dict[str, Any]]:
    return list(requirement.get("ways", [requirement]))


def _columns(subjects: list[str]) -> list[int]:
    return [SUBJECTS.index(subject) for subject in subjects]


def _other_subjects(way: dict[str, Any]) -> list[int]:
    """Columns that count among the others: all but the core's, Swedish in either form never twice."""
    core = {subject for group in way["core"] for subject in group} | {"SV", "SVA"}
    return [place for place, subject in enumerate(SUBJECTS) if subject not in core]


def _meets(passed: Bools, way: dict[str, Any]) -> Bools:
    core = [passed[:, _columns(group)].any(axis=1) for group in way["core"]]
    named = [passed[:, column] for column in _columns(way.get("named", []))]
    enough = passed[:, _other_subjects(way)].sum(axis=1) >= way["others"]
    return np.asarray(np.logical_and.reduce([enough, *core, *named]), dtype=np.bool_)


def _lacking(passed: Bools, way: dict[str, Any]) -> tuple[str, ...]:
    core = ["/".join(group) for group in way["core"] if not passed[_columns(group)].any()]
    named = [subject for subject in way.get("named", []) if not passed[SUBJECTS.index(subject)]]
    others = way["others"] - int(passed[_other_subjects(way)].sum()) - len(named)
    return (*core, *named, *((f"others:{others}",) if others > 0 else ()))
