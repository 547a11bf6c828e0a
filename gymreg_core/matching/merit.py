"""The merit value of year 9: which grades counted, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gymreg_core.contracts.register import SUBJECTS
from gymreg_core.errors import BadInput, BadParameters
from gymreg_core.matching.kernel import Int32
from gymreg_core.matching.market import Bools
from gymreg_core.rules import rule

HUNDREDTHS = 100


@dataclass(frozen=True, eq=False)
class GradeScale:
    """What a stored grade (contracts/register.py: its place in the year's scale, 0 = none) is worth.

    points : int16 (places,), hundredths of a point. steps : int8 (places,), step on the scale that `passes` looks at.
    passes : lowest step that is a pass. by_mean : a mean of `passes` lets all graded subjects pass (a scenario).
    top : highest step. factor : points of a step, where a test is given in steps. test_share : share of the merit value
    that national tests make up, 0 where they count not. test_subjects : how many tests.
    """

    points: NDArray[np.int16]
    steps: NDArray[np.int8]
    passes: int
    by_mean: bool
    top: int
    factor: float
    test_share: float
    test_subjects: int


@dataclass(frozen=True, eq=False)
class Merit:
    """Merit values of n pupils.

    hundredths : int32 (n,), the merit value in hundredths of a point, with the language on top where the year counts
    it.
    points : int16 (n, s), hundredths of a point of every grade, in the order of `contracts.register.SUBJECTS`.
    counted : bool (n, s), grades that were counted. number : int8 (n,), how many.
    """

    hundredths: Int32
    points: NDArray[np.int16]
    counted: Bools
    number: NDArray[np.int8]

    def subjects(self, pupil: int) -> tuple[str, ...]:
        """The subjects that counted for one pupil."""
        return tuple(subject for subject, counts in zip(SUBJECTS, self.counted[pupil], strict=True) if counts)


def merit(
    grades: NDArray[np.int8],
    intake_year: int,
    *,
    scale: str | None = None,
    national_tests: NDArray[np.float64] | None = None,
) -> Merit:
    """The sum of the sixteen best grades, and a modern language as language choice on top of the others.

    grades : int8 (n, s), a grade as its place in the year's scale (rules/grades.yml), 0 = none, subjects in the order
        of `SUBJECTS`. scale : another scale, as a scenario; grades then stay letters, which the scale says how to
        translate.
    national_tests : float (n, t), steps of the tests in a scenario that counts them, NaN = not taken; the mean of the
        counted grades stands in for a test that was not taken.
    Of Swedish and Swedish as a second language one counts, the better. Preparatory dance with fewer than sixteen grades
    is raised in proportion to sixteen, to the nearest hundredth. Source: gymnasieförordningen (2010:2039) 7 kap. 4 §.
    Errors: BadInput for grades or tests outside the scale; BadParameters for national tests where the scale counts
    none; RuleMissing for a scale or year without rules.
    """
    about = scale_of(intake_year, scale)
    points = about.points[_checked(grades, len(about.points))]
    best = int(rule("merit", "best_grades", intake_year))
    language = SUBJECTS.index(rule("merit", "language_subject", intake_year))
    on_top = bool(rule("merit", "language_on_top", intake_year))
    counts = _one_of_each(grades > 0, points, intake_year)
    among = counts.copy()
    among[:, language] &= not on_top
    counted = _best(points, among, best)
    total = np.where(counted, points, 0).sum(axis=1, dtype=np.int64)
    total = _raised(total, counted.sum(axis=1), grades, best, intake_year)
    if on_top:
        counted[:, language] = counts[:, language]
        total += np.where(counts[:, language], points[:, language], 0)
    if national_tests is not None:
        total = _with_tests(total, counted.sum(axis=1), national_tests, about)
    return Merit(total.astype(np.int32), points, counted, counted.sum(axis=1, dtype=np.int8))


def scale_of(intake_year: int, scale: str | None = None) -> GradeScale:
    """The scale of an intake year, or the one named `scale`. Errors: RuleMissing where there is no such scale."""
    name = scale if scale is not None else rule("grades", "scale", intake_year)
    about: dict[str, Any] = rule("grades", name)
    factor, steps = float(about.get("factor", 1)), np.arange(len(about["points"]), dtype=np.int8)
    points = np.rint(np.array(about["points"]) * factor * HUNDREDTHS).astype(np.int16)
    if "from_letters" in about:
        steps = np.array(about["from_letters"], np.int8)
        points = points[steps]
    return GradeScale(
        points=points,
        steps=steps,
        passes=int(about["passes"]),
        by_mean=bool(about.get("pass_by_mean", False)),
        top=len(about["points"]) - 1,
        factor=factor,
        test_share=float(about.get("national_test_share", 0)),
        test_subjects=int(about.get("national_test_subjects", 0)),
    )


def _checked(grades: NDArray[np.int8], places: int) -> NDArray[np.int8]:
    if grades.shape != (len(grades), len(SUBJECTS)):
        raise BadParameters(f"grades have to be an array (pupils, {len(SUBJECTS)})", where="grades")
    outside = int(((grades < 0) | (grades >= places)).any(axis=1).sum())
    if outside:
        raise BadInput(
            f"{outside} pupils have a grade outside the scale", where="grades", why=f"Places lie in 0-{places - 1}."
        )
    return grades


def _one_of_each(graded: Bools, points: NDArray[np.int16], intake_year: int) -> Bools:
    """Graded subjects (n, s), of those that are read in place of each other the best alone, of equal ones the first."""
    columns = [SUBJECTS.index(subject) for subject in rule("merit", "one_of", intake_year)]
    best = np.where(graded[:, columns], points[:, columns], -1).argmax(axis=1)
    counts = graded.copy()
    for place, column in enumerate(columns):
        counts[:, column] &= best == place
    return counts


def _best(points: NDArray[np.int16], counts: Bools, best: int) -> Bools:
    """The best grades of each pupil; of equal ones the first in the order of the subjects."""
    order = np.argsort(np.where(counts, -points, np.int16(1)), axis=1, kind="stable")[:, :best]
    chosen = np.zeros(points.shape, np.bool_)
    np.put_along_axis(chosen, order, np.take_along_axis(counts, order, axis=1), axis=1)
    return chosen


def _raised(
    total: NDArray[np.int64], number: NDArray[np.int64], grades: NDArray[np.int8], best: int, intake_year: int
) -> NDArray[np.int64]:
    """The sum of preparatory dance with fewer than `best` grades, in proportion to `best`; the others' as it is."""
    dances = grades[:, SUBJECTS.index(rule("merit", "dance_subject", intake_year))] > 0
    few = dances & (number > 0) & (number < best)
    safe = np.maximum(number, 1)
    return np.where(few, (2 * total * best + safe) // (2 * safe), total)


def _with_tests(
    total: NDArray[np.int64], number: NDArray[np.int64], tests: NDArray[np.float64], about: GradeScale
) -> NDArray[np.int64]:
    if not about.test_share:
        raise BadParameters("this grade scale counts no national tests", where="national_tests")
    if tests.shape != (len(total), about.test_subjects):
        raise BadParameters(
            f"national tests have to be an array (pupils, {about.test_subjects})", where="national_tests"
        )
    if ((tests < 0) | (tests > about.top)).any():
        raise BadInput("a national test lies outside the scale", where="national_tests")
    mean = total / np.maximum(number, 1)
    each = np.where(np.isnan(tests), mean[:, None], tests * about.factor * HUNDREDTHS).mean(axis=1)
    whole = (1 - about.test_share) * total + about.test_share * each * number
    return np.asarray(np.rint(whole), np.int64)
